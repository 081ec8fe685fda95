"""Past years brought in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Answer, Programme
from tenken.inspection.operations import (
    HistoricAnswer,
    HistoricSheet,
    close_programme,
    record_history,
    record_past_launch,
)
from tenken.inspection.queries.sheets import sheet_page
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import ITEMS, give, planned, running, sheet_of

pytestmark = pytest.mark.django_db

# --- past years --------------------------------------------------------------------------------------------

SUBMITTED, ACCEPTED = date(2025, 8, 1), date(2025, 8, 5)


@pytest.fixture
def past(bank: Scenario) -> Programme:
    return running(bank.city, 2025)


def _row(unit_id: int, *answers: HistoricAnswer) -> HistoricSheet:
    given = answers or (
        HistoricAnswer("media.lock", "issue", comment="鍵がない。"),
        HistoricAnswer("media.ledger", "conforms"),
    )
    return HistoricSheet(unit_id, SUBMITTED, ACCEPTED, given)


def _bring_in(bank: Scenario, past: Programme, rows: list[HistoricSheet]) -> dict[tuple[int, str], int]:
    return record_history(by=bank.by("secretariat"), programme=past, rows=rows)


def test_past_sheets_come_in_accepted_with_one_journal_row(bank: Scenario, past: Programme) -> None:
    before = Entry.objects.count()
    keys = _bring_in(bank, past, [_row(bank.section_a1.pk), _row(bank.section_b1.pk)])
    assert Entry.objects.count() == before + 1
    sheet = sheet_of(past, bank.section_a1)
    assert (sheet.status, sheet.submitted_on, sheet.accepted_on, sheet.issues) == (
        "accepted",
        SUBMITTED,
        ACCEPTED,
        1,
    )
    assert set(keys) == {(bank.section_a1.pk, "media.lock"), (bank.section_b1.pk, "media.lock")}
    answer = Answer.objects.get(pk=keys[bank.section_a1.pk, "media.lock"])
    assert (answer.sheet, answer.comment) == (sheet, "鍵がない。")
    changes = read_payload(Entry.objects.get(operation="inspection.history.record"))
    assert changes is not None
    assert (changes["sheets"], changes["answers"], len(changes["sha256"])) == (2, 4, 64)
    assert sheet_of(past, bank.section_a2).status == "not_started"


def test_bringing_in_costs_the_same_whatever_the_number(bank: Scenario, past: Programme) -> None:
    with CaptureQueriesContext(connection) as few:
        _bring_in(bank, past, [_row(bank.section_a1.pk)])
    with CaptureQueriesContext(connection) as more:
        _bring_in(bank, past, [_row(bank.section_a2.pk), _row(bank.section_b1.pk)])
    assert len(more) == len(few)


@pytest.mark.parametrize("what", ["unit", "item", "verdict", "long", "twice", "item twice", "dates"])
def test_wrong_history_is_refused_whole(bank: Scenario, past: Programme, what: str) -> None:
    good = _row(bank.section_a1.pk)
    bureau = bank.bureau_a.pk
    rows = {
        "unit": [good, _row(bureau)],
        "item": [good, _row(bank.section_a2.pk, HistoricAnswer("no.such", "issue"))],
        "verdict": [good, _row(bank.section_a2.pk, HistoricAnswer("media.lock", ""))],
        "long": [good, _row(bank.section_a2.pk, HistoricAnswer("media.lock", "issue", "理" * 2_001))],
        "twice": [good, good],
        "item twice": [_row(bank.section_a1.pk, *[HistoricAnswer("media.lock", "issue")] * 2)],
        "dates": [replace(good, accepted_on=date(2025, 7, 31))],
    }[what]
    with pytest.raises(Invalid) as refusal:
        _bring_in(bank, past, rows)
    assert len(refusal.value.problems) == 1
    assert Answer.objects.count() == 0
    assert sheet_of(past, bank.section_a1).status == "not_started"


def test_a_sheet_somebody_began_is_not_written_over(bank: Scenario, past: Programme) -> None:
    give(bank.by("deputy"), sheet_of(past, bank.section_a1), "media.lock", "conforms")
    with pytest.raises(Stale, match="記入の始まった"):
        _bring_in(bank, past, [_row(bank.section_a2.pk), _row(bank.section_a1.pk)])
    assert Answer.objects.count() == 1


def test_history_is_for_the_secretariat_of_the_city(bank: Scenario, past: Programme) -> None:
    with pytest.raises(Denied):
        record_history(by=bank.by("section_manager"), programme=past, rows=[_row(bank.section_a1.pk)])
    with pytest.raises(Missing):
        record_history(by=make_other_city().by("secretariat"), programme=past, rows=[])


def test_history_comes_before_the_end(bank: Scenario, past: Programme) -> None:
    close_programme(by=bank.by("secretariat"), programme=past, version=past.version)
    with pytest.raises(Stale):
        _bring_in(bank, past, [_row(bank.section_a1.pk)])


def test_last_years_answer_stands_beside_this_years_question(bank: Scenario, past: Programme) -> None:
    _bring_in(bank, past, [_row(bank.section_a1.pk)])
    now = running(bank.city, 2026)
    page = sheet_page(bank.by("deputy"), sheet_of(now, bank.section_a1).pk)
    last = {row.question.revision.item.code: row.last for section in page.sections for row in section.rows}
    assert [(one.fiscal_year, one.verdict_label, one.comment) for one in last["media.lock"]] == [
        (2025, "課題あり", "鍵がない。")
    ]
    assert last["backup.copy"] == ()
    assert len(last) == len(ITEMS)
    other = sheet_page(bank.by("other_manager"), sheet_of(now, bank.section_b1).pk)
    assert not any(row.last for section in other.sections for row in section.rows)


# --- past programmes whose sheets are not kept -----------------------------------------------------------------


def test_a_past_programme_runs_without_a_sheet(bank: Scenario) -> None:
    programme = planned(bank.city, 2025, kind="system_audit", code="systems")
    given = {"version": programme.version, "launched_on": date(2025, 7, 1)}
    with time_machine.travel(datetime(2026, 3, 31, tzinfo=UTC)), pytest.raises(Invalid, match="終わった年度"):
        record_past_launch(by=bank.by("secretariat"), programme=programme, **given)
    with pytest.raises(Denied):
        record_past_launch(by=bank.by("section_manager"), programme=programme, **given)
    kept = record_past_launch(by=bank.by("secretariat"), programme=programme, **given)
    assert (kept.status, kept.launched_on, kept.sheets.count()) == ("launched", date(2025, 7, 1), 0)
    assert Entry.objects.filter(operation="inspection.programme.past").count() == 1
    with pytest.raises(Stale):
        record_past_launch(by=bank.by("secretariat"), programme=kept, **given | {"version": kept.version})
