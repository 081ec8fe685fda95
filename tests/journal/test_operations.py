"""Writing to the journal, alone and with many hands."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tenken.common.refusals import Invalid
from tenken.journal.labels import operation_label, operation_labels, register_operation_labels
from tenken.journal.models import Chain, Entry, Payload, Seal
from tenken.journal.operations import Note, erase_payload, read_payload, record, record_many
from tenken.journal.queries import Content, accesses, cities, contents, entries
from tenken.journal.tasks import seal_ended_day
from tenken.journal.verification import verify
from tests.journal.writing import CITY, OTHER_CITY, By, write


@pytest.mark.django_db
class TestRecord:
    def test_what_it_keeps(self) -> None:
        with time_machine.travel(datetime(2014, 7, 31, 15, 30, tzinfo=UTC), tick=False), transaction.atomic():
            entry = record(
                by=By(),
                city_code=CITY,
                operation="policy.item.change",
                subject=("policy.item", 7),
                changes={"from": "課の名称", "when": date(2014, 7, 1), "tags": {"b", "a"}},
            )
        entry = Entry.objects.get(pk=entry.pk)
        assert (entry.sequence, entry.actor_code, entry.channel) == (1, "0001", "web")
        assert entry.recorded_at == datetime(2014, 7, 31, 15, 30, tzinfo=UTC)
        assert entry.business_date == date(2014, 8, 1)  # half past midnight in Japan
        assert (entry.subject_type, entry.subject_id) == ("policy.item", "7")
        assert read_payload(entry) == {
            "from": "課の名称",
            "when": "2014-07-01",
            "tags": ["a", "b"],
        }

    def test_the_date_it_counts_for_may_be_another(self) -> None:
        with transaction.atomic():
            entry = record(
                by=By(),
                city_code=CITY,
                operation="a",
                subject=("a", 1),
                changes={},
                business_date=date(2014, 7, 1),
            )
        assert entry.business_date == date(2014, 7, 1)
        assert entry.recorded_at.year >= 2026

    def test_four_statements(self) -> None:
        write()
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            write()
        assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 4

    def test_many_follow_one_another_in_as_many_statements_as_ten(self) -> None:
        write()
        notes = [Note("b", ("b", at), {"at": at}, date(2014, 7, 1)) for at in range(300)]
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            record_many(by=By(), city_code=CITY, notes=notes)
        assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 5
        with transaction.atomic():
            record_many(by=By(), city_code=CITY, notes=[])
        write()
        found = list(Entry.objects.filter(operation="b").order_by("sequence"))
        assert [read_payload(entry) for entry in found] == [{"at": at} for at in range(300)]
        assert {(entry.actor_code, entry.business_date) for entry in found} == {("0001", date(2014, 7, 1))}
        outcome = verify(CITY)
        assert (outcome.whole, outcome.entries) == (True, 302)

    def test_two_equal_changes_have_different_digests(self) -> None:
        first, second = (write()[0] for _ in range(2))
        assert first.payload_digest != second.payload_digest

    def test_what_has_no_canonical_form_is_refused(self) -> None:
        with pytest.raises(TypeError, match="canonical"), transaction.atomic():
            record(by=By(), city_code=CITY, operation="a", subject=("a", 1), changes={"x": object()})
        assert not Entry.objects.exists()

    def test_an_erasure_names_its_rule(self) -> None:
        with pytest.raises(Invalid):
            erase_payload(by=By(), entry=write()[0], under="  ")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        record(by=By(), city_code=CITY, operation="a", subject=("a", 1), changes={})
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_entry() -> None:
    write()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    write()
    assert verify(CITY).faults == []
    assert Chain.objects.get(pk=CITY).count == 2


@pytest.mark.django_db(transaction=True)
def test_eight_threads_neither_fork_the_chain_nor_fail() -> None:
    """On SQLite as on PostgreSQL, from the first entry of the city on."""
    many_hands()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_threads_on_postgresql() -> None:
    assert connection.vendor == "postgresql"
    many_hands()


def many_hands(threads: int = 8, each: int = 100) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(threads)

    def work() -> None:
        try:
            together.wait(30)
            for _ in range(each):
                write()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    hands = [threading.Thread(target=work) for _ in range(threads)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert failures == []
    assert verify(CITY).faults == []
    assert (
        Chain.objects.get(pk=CITY).count == Entry.objects.count() == Payload.objects.count() == threads * each
    )


@pytest.mark.django_db
class TestQueries:
    @pytest.fixture(autouse=True)
    def _entries(self) -> None:
        with time_machine.travel(datetime(2026, 4, 1, 14, 59, 59, tzinfo=UTC), tick=False):
            write(2)
        with time_machine.travel(datetime(2026, 4, 1, 15, 0, tzinfo=UTC), tick=False):
            write(1)
            write(1, OTHER_CITY)

    def test_days_are_days_in_japan(self) -> None:
        first, second = date(2026, 4, 1), date(2026, 4, 2)
        assert [entry.sequence for entry in entries(CITY)] == [3, 2, 1]
        assert entries(CITY, until=first).count() == 2
        assert entries(CITY, since=second).count() == 1
        assert entries(CITY, since=first, until=second).count() == 3

    def test_filters(self) -> None:
        assert entries(CITY, actor_code="0001").count() == 3
        assert entries(CITY, actor_code="0002").count() == 0
        assert entries(CITY, operation="inspection.").count() == 3
        assert entries(CITY, operation="inspection.sheet.approve").count() == 0
        assert entries(CITY, subject=("inspection.sheet", 0)).count() == 2

    def test_contents_come_in_one_query(self, django_assert_num_queries: object) -> None:
        page = list(entries(CITY))
        erase_payload(by=By(), entry=page[0], under="規程")
        with django_assert_num_queries(1):  # type: ignore[operator]
            said = contents(page)
        assert said[page[0].pk] is None
        assert said[page[1].pk] == Content("髙橋 一郎", "192.0.2.1", {"status": "提出済", "n": 1})

    def test_cities(self, settings: object, tmp_path: object) -> None:
        settings.HOME = tmp_path  # type: ignore[attr-defined]
        (tmp_path / "seals").mkdir()  # type: ignore[operator]
        (tmp_path / "seals" / "993018.jsonl").write_text("")  # type: ignore[operator]
        assert cities() == [CITY, OTHER_CITY, "993018"]
        assert accesses(CITY).count() == 0


@pytest.mark.django_db
def test_the_ended_day_is_sealed_once_for_every_city(settings: object, tmp_path: object) -> None:
    settings.HOME = tmp_path  # type: ignore[attr-defined]
    write(2)
    write(1, OTHER_CITY)
    with time_machine.travel(datetime(2026, 10, 1, 15, 5, tzinfo=UTC)):  # five past midnight on the 2nd
        assert seal_ended_day() == 2
        assert seal_ended_day() == 0
    assert set(Seal.objects.values_list("sealed_on", "count")) == {
        (date(2026, 10, 1), 2),
        (date(2026, 10, 1), 1),
    }


def test_labels() -> None:
    assert operation_label("journal.payload.erase") == "操作証跡の内容を消去"
    assert operation_label("no.such.operation") == "no.such.operation"
    register_operation_labels(operation_labels())
    with pytest.raises(ValueError, match="twice"):
        register_operation_labels({"journal.payload.erase": "別の名前"})
