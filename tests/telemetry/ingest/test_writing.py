from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from tenken.telemetry.detection.hits import hits_schema
from tenken.telemetry.events.directory import forget_directories
from tenken.telemetry.ingest import writing
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.ingest.writing import Writer
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import Source
from tenken.telemetry.store import Store, StoreUnavailable
from tests.factories import make_city
from tests.telemetry.ingest.parcels import CITY, NOON, events_of, held, make_parcel

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(event_store: Store) -> Iterator[Writer]:
    make_city(CITY)
    forget_directories()
    forget_snapshots()
    yield Writer(event_store, "stage_test")
    event_store.command("DROP TABLE IF EXISTS stage_test")


def _hit_each(store: Store, stage: str, city: str) -> pa.Table:
    rows = store.stage_query(f"SELECT city, ts, received, payload, seq FROM {stage}", stage=stage).to_pylist()
    empty = {"section": "", "person": "", "user": "", "device": "", "computer": "", "fields": []}
    return pa.Table.from_pylist([{**row, "rule": 1, **empty} for row in rows], hits_schema())


class _Failing:
    """A store whose *nth* write (insert or statement) fails; what an insert into events wrote may stand in part."""

    def __init__(self, store: Store, nth: int) -> None:
        self._store, self._left = store, nth

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise StoreUnavailable("no")

    def insert(self, table: str, rows: pa.Table) -> None:
        self._count()
        self._store.insert(table, rows)

    def command(self, statement: str, parameters: Any = None) -> Any:
        if statement.startswith("INSERT INTO events") and self._left == 1:
            first_part = statement.replace(
                " SETTINGS", " WHERE toYYYYMM(ts) = 202611 SETTINGS"
            )  # one of two months
            self._store.command(first_part)
        self._count()
        return self._store.command(statement, parameters)


def test_events_are_durable_with_where_they_are_from(writer: Writer, event_store: Store) -> None:
    parcels = [make_parcel(1), make_parcel(2, retention="trail", source="other")]
    [written] = writer.write(CITY, parcels)
    assert [receipt.events for receipt in written.receipts] == [3, 3]
    assert not any(receipt.repeated for receipt in written.receipts)
    rows = held(event_store, "source, retention, payload, seq, received, class, path")
    assert len(rows) == 6
    assert {(row["source"], row["retention"], row["payload"], row["received"]) for row in rows} == {
        (one.source, one.retention, one.payload, one.received) for one in parcels
    }
    assert {row["seq"] for row in rows} == {0, 1, 2}
    assert {row["class"] for row in rows} == {1001}


def test_the_same_payload_again_writes_nothing_and_says_so(writer: Writer, event_store: Store) -> None:
    first = make_parcel(1)
    writer.write(CITY, [first])
    again = replace(first, received=first.received + timedelta(minutes=5))
    [written] = writer.write(CITY, [again, make_parcel(2)])
    assert [receipt.repeated for receipt in written.receipts] == [True, False]
    assert len(held(event_store, "seq")) == 6
    [counted] = held(event_store, "sum(events) AS events", "counts")
    assert counted["events"] == 6


@pytest.mark.parametrize("nth", range(1, 10))
def test_what_a_failure_cuts_off_is_completed_when_it_comes_again(
    writer: Writer, event_store: Store, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    monkeypatch.setattr(writing, "evaluate", _hit_each)
    rejects = (Reject("2行目", "読めません", b"\xff\x00"),)
    parcel = make_parcel(1, rejects=rejects, keep_raw=True)
    Source.objects.create(
        city_id=_city_key(), code="jsonl", name="x", protocol="jsonl", keep_raw_days=3, created_at=NOON
    )
    failing = Writer(_Failing(event_store, nth), "stage_failing")  # type: ignore[arg-type]
    try:
        [first] = failing.write(CITY, [parcel])
    except StoreUnavailable:
        failed = True
    else:
        failed = first.receipts[0].repeated
    assert failed == (nth < 9)
    later = replace(parcel, received=parcel.received + timedelta(hours=1))
    [written] = writer.write(CITY, [later])
    assert written.receipts[0].quarantined == 1
    assert sorted(row["seq"] for row in held(event_store, "seq")) == [0, 1, 2]
    assert sorted(row["seq"] for row in held(event_store, "seq", "hits FINAL")) == [0, 1, 2]
    assert len(held(event_store, "part", "quarantine FINAL")) == 1
    [raw] = held(event_store, "body, delete_on", "raw_payloads FINAL")
    assert bytes(raw["body"], "utf-8") == parcel.raw
    event_store.command("DROP TABLE IF EXISTS stage_failing")


def _city_key() -> int:
    from tenken.organization.models import City

    return City.objects.get(code=CITY).pk


def test_hits_are_there_before_events(
    writer: Writer, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "evaluate", _hit_each)
    failing = Writer(_Failing(event_store, 6), "stage_failing")  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        failing.write(CITY, [make_parcel(1)])
    assert len(held(event_store, "seq", "hits")) == 3
    event_store.command("DROP TABLE IF EXISTS stage_failing")


def test_rules_that_fail_lose_no_event(
    writer: Writer, event_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a rule is broken")

    monkeypatch.setattr(writing, "evaluate", fail)
    [written] = writer.write(CITY, [make_parcel(1)])
    assert written.detection_error == "ValueError: a rule is broken"
    assert len(held(event_store, "seq")) == 3
    assert "could not be asked" in caplog.text


def test_a_parcel_that_is_refused_is_set_aside_and_the_others_go_on(
    writer: Writer, event_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    bad = replace(make_parcel(9), parsed=Parsed(events=pa.table({"colour": ["red"]})))
    parcels = [make_parcel(number) for number in range(5)]
    written = writer.write(CITY, [*parcels[:2], bad, *parcels[2:]])
    receipts = [receipt for one in written for receipt in one.receipts]
    assert [receipt.events for receipt in receipts] == [3, 3, 0, 3, 3, 3]
    assert len(held(event_store, "seq")) == 15
    [kept] = held(event_store, "reason, raw, state, payload", "quarantine")
    assert (kept["raw"], kept["state"], kept["payload"]) == ("body 9", "waiting", bad.payload)
    assert "書き込めない" in kept["reason"]
    assert "is refused" in caplog.text


def test_a_refused_parcel_nobody_kept_is_kept_as_it_was_read(
    writer: Writer, event_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    bad = replace(make_parcel(9), raw=b"", parsed=Parsed(events=pa.table({"colour": ["red"]})))
    writer.write(CITY, [bad])
    [kept] = held(event_store, "raw", "quarantine")
    assert kept["raw"] == '[{"colour":"red"}]'


def test_lines_with_numbers_of_their_own_come_once_however_they_are_packed(
    writer: Writer, event_store: Store
) -> None:
    def lines(*numbers: int) -> list[dict[str, Any]]:
        return [
            {"ts": NOON, "payload": 1000 + number, "op": "log", "message": str(number)} for number in numbers
        ]

    writer.write(CITY, [make_parcel(1, lines(1, 2))])
    writer.write(CITY, [make_parcel(2, lines(2, 3)), make_parcel(3, lines(3, 4, 4))])
    assert sorted(row["message"] for row in held(event_store, "message")) == ["1", "2", "3", "4"]


def test_columns_and_types_of_readers_may_differ(writer: Writer, event_store: Store) -> None:
    wide = pa.table({"ts": pa.array([NOON], pa.timestamp("us", tz="UTC")), "pid": pa.array([7], pa.int64())})
    parcels = [
        make_parcel(1, [{"op": "web", "mail_to": ["a"], "rest": [("k", "v")]}]),
        replace(make_parcel(2), parsed=Parsed(events=wide)),
        make_parcel(3, []),
    ]
    [written] = writer.write(CITY, parcels)
    assert [receipt.events for receipt in written.receipts] == [1, 1, 0]
    rows = {row["pid"]: row for row in held(event_store, "pid, mail_to, rest, ts, op")}
    assert rows[0]["mail_to"] == ["a"]
    assert dict(rows[0]["rest"]) == {"k": "v"}
    assert rows[0]["ts"] == parcels[0].received
    assert (rows[7]["ts"], rows[7]["op"], rows[7]["mail_to"]) == (NOON, "", [])


def test_raw_payloads_are_kept_as_long_as_their_source_says(
    writer: Writer, event_store: Store, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    Source.objects.create(
        city_id=_city_key(), code="jsonl", name="x", protocol="jsonl", keep_raw_days=30, created_at=NOON
    )
    with django_assert_max_num_queries(20):
        writer.write(CITY, [make_parcel(n, keep_raw=n != 2) for n in range(40)])
    rows = held(event_store, "payload, delete_on, peer", "raw_payloads")
    assert len(rows) == 39
    assert {str(row["delete_on"]) for row in rows} == {"2026-12-20"}


def test_events_read_in_another_city_are_not_touched(writer: Writer, event_store: Store) -> None:
    make_city("991023")
    same = events_of([{"ts": NOON, "op": "logon"}])
    writer.write(CITY, [replace(make_parcel(1), parsed=Parsed(events=same))])
    [written] = writer.write("991023", [replace(make_parcel(1), city="991023", parsed=Parsed(events=same))])
    assert not written.receipts[0].repeated
    assert len(held(event_store, "seq", city="991023")) == len(held(event_store, "seq")) == 1
