from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.db import DataError

from tenken.organization.models import City
from tenken.telemetry.events.directory import forget_directories
from tenken.telemetry.ingest import alarms, pipeline, writing
from tenken.telemetry.ingest.heard import Heard
from tenken.telemetry.ingest.parcels import Parsed, Receipt, Reject
from tenken.telemetry.ingest.pipeline import Busy, Pipeline
from tenken.telemetry.ingest.queueing import Queue
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import Terminal
from tenken.telemetry.store import Store, StoreUnavailable
from tenken.telemetry.store.rollups import mend_recent
from tests.factories import make_city
from tests.telemetry.ingest.parcels import CITY, NOON, held, make_parcel
from tests.telemetry.ingest.test_writing import _hit_each

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> City:
    forget_directories()
    forget_snapshots()
    return make_city(CITY)


@pytest.fixture
def running(city: City, event_store: Store) -> Iterator[Pipeline]:
    made = Pipeline(event_store)
    made.start()
    yield made
    made.stop()


def _receipts(futures: list[Future[Receipt]]) -> list[Receipt]:
    return [future.result(30) for future in futures]


def test_parcels_of_a_moment_are_one_batch_and_all_are_acknowledged(
    running: Pipeline, event_store: Store
) -> None:
    receipts = _receipts([running.submit(make_parcel(number)) for number in range(200)])
    assert sum(receipt.events for receipt in receipts) == 600
    state = running.state()
    assert (state.parcels, state.events, state.queue_parcels, state.queue_bytes) == (200, 600, 0, 0)
    assert state.batches <= 3
    assert len(held(event_store, "seq")) == 600


def test_the_same_payload_under_way_is_written_once_and_both_are_told(
    running: Pipeline, event_store: Store
) -> None:
    first, second = _receipts([running.submit(make_parcel(1)), running.submit(make_parcel(1))])
    assert first == second
    assert len(held(event_store, "seq")) == 3


def test_a_full_queue_says_when_to_come_again(city: City, event_store: Store) -> None:
    made = Pipeline(event_store, waiting=Queue(most_parcels=3))
    with pytest.raises(Busy) as before:
        made.submit(make_parcel(0))
    assert before.value.retry_after > 0
    made.start()
    futures: list[Future[Receipt]] = []
    with pytest.raises(Busy) as full:
        futures += (made.submit(make_parcel(number)) for number in range(9))
    assert 1 <= full.value.retry_after <= 60
    made.stop()
    assert made.state().turned_away == 1
    assert len(held(event_store, "seq")) == 9


def test_bytes_in_flight_are_bounded_but_one_parcel_always_fits(city: City, event_store: Store) -> None:
    waiting = Queue(most_bytes=10_000)
    large = make_parcel(1, raw=b"x" * 50_000)
    waiting.put(large)
    with pytest.raises(Busy):
        waiting.put(make_parcel(2))


def test_stopping_writes_what_was_taken_in(city: City, event_store: Store) -> None:
    made = Pipeline(event_store)
    made.start()
    futures = [made.submit(make_parcel(number)) for number in range(50)]
    made.stop()
    assert all(future.done() for future in futures)
    assert len(held(event_store, "seq")) == 150
    with pytest.raises(Busy):
        made.submit(make_parcel(99))
    assert not [one for one in threading.enumerate() if one.name.startswith("tenken-")]


def test_while_the_disk_is_full_senders_are_told_and_then_it_goes_on_by_itself(
    running: Pipeline, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True

    def insert(self: Store, table: str, rows: pa.Table) -> None:
        if full and table == "payloads":
            raise StoreUnavailable("空きがありません。")
        original(self, table, rows)

    original = Store.insert
    monkeypatch.setattr(Store, "insert", insert)
    monkeypatch.setattr(pipeline, "_RETRIES", (0.01,))
    future = running.submit(make_parcel(1))
    with pytest.raises(StoreUnavailable, match="空き"):
        future.result(10)
    assert running.state().trouble == "空きがありません。"
    assert running.state().queue_bytes == 0
    full = False
    assert running.submit(make_parcel(1)).result(10).events == 3
    assert running.state().trouble == ""
    assert len(held(event_store, "seq")) == 3


def test_inventories_are_recorded_before_they_are_acknowledged(running: Pipeline, city: City) -> None:
    inventory = Inventory(agent_id="a-1", computer_name="PC-100", serial="S-1", uuid="u-1")
    parcel = make_parcel(1, [])
    receipt = running.submit(replace(parcel, parsed=Parsed(inventories=(inventory,)))).result(20)
    assert (receipt.events, receipt.quarantined) == (0, 0)
    assert Terminal.objects.get(city=city).computer_name == "PC-100"


def test_an_inventory_that_is_refused_goes_to_quarantine_with_its_reason(
    running: Pipeline, event_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: Any) -> None:
        raise ValueError("no such machine")

    monkeypatch.setattr(pipeline, "record_inventory", refuse)
    parcel = make_parcel(1, [])
    parcel = replace(parcel, parsed=Parsed(inventories=(Inventory(agent_id="a"),)))
    assert running.submit(parcel).result(20).quarantined == 1
    [row] = held(event_store, "place, reason, raw", "quarantine")
    assert row == {"place": "構成情報", "reason": "no such machine", "raw": "body 1"}
    assert "cannot be recorded" in caplog.text


def test_an_inventory_whose_words_no_database_takes_does_not_come_for_ever(
    running: Pipeline, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(pipeline, "record_inventory", refuse)
    parcel = replace(make_parcel(1, []), parsed=Parsed(inventories=(Inventory(agent_id="a"),)))
    assert running.submit(parcel).result(20).quarantined == 1
    assert held(event_store, "reason", "quarantine") == [{"reason": "value too long"}]


class _Raised:
    """Stands for the raising of alerts: notes what it was given, fails as often as it is told."""

    def __init__(self, fail: int = 0) -> None:
        self.given: list[int] = []
        self.fail = fail
        self.mark: datetime | None = NOON - timedelta(hours=1)

    def raise_from(self, city: str, hits: pa.Table) -> int:
        if self.fail:
            self.fail -= 1
            raise RuntimeError("the database is away")
        self.given.append(hits.num_rows)
        return hits.num_rows

    def watermark(self, city: str) -> datetime | None:
        return self.mark


def _with_alarms(monkeypatch: pytest.MonkeyPatch, raised: _Raised) -> None:
    monkeypatch.setattr(writing, "evaluate", _hit_each)
    monkeypatch.setattr(alarms, "raise_from", raised.raise_from)
    monkeypatch.setattr(alarms, "watermark", raised.watermark)
    monkeypatch.setattr(alarms, "correlate", lambda *_: None)


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_hits_are_raised_within_seconds_of_receipt(
    city: City, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = _Raised()
    _with_alarms(monkeypatch, raised)
    made = Pipeline(event_store)
    made.start()
    _until(lambda: not made._alarms._behind)  # type: ignore[union-attr]
    started = time.monotonic()
    made.submit(make_parcel(1))
    _until(lambda: raised.given)
    assert time.monotonic() - started < 3
    made.stop()
    assert raised.given == [3]
    assert made.state().alerts == 3


def test_what_could_not_be_raised_is_given_again(
    city: City, event_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raised = _Raised(fail=1)
    _with_alarms(monkeypatch, raised)
    monkeypatch.setattr(alarms, "_AGAIN_SECONDS", 0.05)
    made = Pipeline(event_store)
    made.start()
    _until(lambda: not made._alarms._behind)  # type: ignore[union-attr]
    made.submit(make_parcel(1))
    _until(lambda: raised.given)
    made.stop()
    assert raised.given == [3]
    assert made.state().alert_error == ""


def test_what_was_not_raised_before_a_kill_is_raised_at_the_start(
    city: City, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = _Raised()
    _with_alarms(monkeypatch, raised)
    writer = writing.Writer(event_store, "stage_before")
    writer.write(CITY, [make_parcel(number) for number in range(4)])
    monkeypatch.setattr(alarms, "_CAUGHT_UP", 5)
    made = Pipeline(event_store)
    made.start()
    _until(lambda: sum(raised.given) >= 12)
    made.stop()
    assert sum(raised.given) == 12
    event_store.command("DROP TABLE IF EXISTS stage_before")


def test_when_terminals_were_heard_is_written_for_all_at_once(
    city: City, django_assert_num_queries: Any
) -> None:
    made = [
        Terminal.objects.create(city=city, number=f"T-{n}", registered_on=date(2020, 4, 1)) for n in range(30)
    ]
    later = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    Terminal.objects.filter(pk=made[0].pk).update(last_seen=later)
    heard = Heard()
    heard.note((one.pk for one in made[:20]), NOON)
    with django_assert_num_queries(1):
        assert heard.write() == 20
    with django_assert_num_queries(0):
        assert heard.write() == 0
    seen = list(Terminal.objects.order_by("pk").values_list("last_seen", "first_seen"))
    assert seen[0] == (later, None)
    assert seen[1:20] == [(NOON, NOON)] * 19
    assert seen[20] == (None, None)


def test_counts_that_a_kill_left_short_are_mended(city: City, event_store: Store) -> None:
    recent = datetime.now(UTC) - timedelta(hours=30)
    rows = [{"ts": recent, "op": "logon"}, {"ts": recent + timedelta(hours=24), "op": "logon"}]
    writer = writing.Writer(event_store, "stage_mending")
    writer.write(CITY, [make_parcel(1, rows, received=datetime.now(UTC))])
    assert mend_recent(event_store) == []
    event_store.command("TRUNCATE TABLE counts")
    event_store.command("INSERT INTO device_days SELECT * FROM device_days")
    assert len(mend_recent(event_store)) == 2
    assert held(event_store, "sum(events) AS n", "counts") == [{"n": 2}]
    assert held(event_store, "sum(events) AS n", "device_days") == [{"n": 2}]
    assert mend_recent(event_store) == []
    event_store.command("DROP TABLE IF EXISTS stage_mending")


def test_rejects_alone_are_kept(running: Pipeline, event_store: Store) -> None:
    parcel = make_parcel(
        1, [], rejects=(Reject("1行目", "読めません", b"?"), Reject("3行目", "読めません", b"!"))
    )
    assert running.submit(parcel).result(20).quarantined == 2
    rows = held(event_store, "part, place, raw", "quarantine")
    assert [(row["part"], row["place"], row["raw"]) for row in rows] == [(0, "1行目", "?"), (1, "3行目", "!")]
    assert running.submit(parcel).result(20).repeated


def test_stages_that_a_kill_left_are_dropped_and_none_is_left_behind(city: City, event_store: Store) -> None:
    event_store.command("CREATE TABLE stage_left_1_2 (n UInt8) ENGINE = Memory")
    made = Pipeline(event_store)
    made.start()
    made.submit(make_parcel(1)).result(20)
    made.stop()
    left = event_store.stage_query(
        "SELECT name FROM system.tables WHERE startsWith(name, 'stage_')", stage="tables"
    )
    assert left.num_rows == 0
