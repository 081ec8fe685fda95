from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store
from tenken.telemetry.store.stepping import windows

CITY = "991015"
NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)
SINCE, UNTIL = NOON - timedelta(days=30), NOON + timedelta(days=1)


def _fill(store: Store, moments: list[datetime], **more: object) -> None:
    rows = [
        {
            "ts": ts,
            "city": CITY,
            "op": "file_open",
            "payload": 7,
            "seq": seq,
            "device": f"PC{seq % 5}",
            **more,
        }
        for seq, ts in enumerate(moments)
    ]
    store.insert("events", table_of(rows))


def test_windows_grow_backwards_without_gap_or_overlap() -> None:
    made = list(windows(SINCE, UNTIL))
    assert made[0][1] == UNTIL
    assert made[-1][0] == SINCE
    assert all(newer[0] == older[1] for newer, older in pairwise(made))
    assert len(made) < 8
    assert list(windows(UNTIL, UNTIL)) == []


def test_pages_go_on_where_the_last_one_ended_through_equal_times(event_store: Store) -> None:
    moments = [NOON - timedelta(minutes=7 * n, milliseconds=n % 3) for n in range(300)] + [NOON] * 20
    _fill(event_store, moments)
    seen: list[tuple[datetime, int, int]] = []
    before = None
    while page := event_store.stepping(
        "device", city=CITY, since=SINCE, until=UNTIL, size=33, before=before
    ).to_pylist():
        seen += [(row["ts"], row["payload"], row["seq"]) for row in page]
        before = seen[-1]
    assert seen == sorted(((ts, 7, seq) for seq, ts in enumerate(moments)), reverse=True)


def test_only_what_meets_the_condition_in_the_city_and_the_time(event_store: Store) -> None:
    _fill(event_store, [NOON - timedelta(hours=n) for n in range(100)])
    event_store.insert("events", table_of([{"ts": NOON, "city": "991023", "device": "PC1"}]))
    page = event_store.stepping(
        "device",
        city=CITY,
        since=NOON - timedelta(hours=50),
        until=NOON,
        where="device = {device:String}",
        parameters={"device": "PC1"},
    ).to_pylist()
    assert [row["ts"] for row in page] == [NOON - timedelta(hours=n) for n in range(1, 50) if n % 5 == 1]


def test_nothing_found_is_an_empty_table_with_its_columns(event_store: Store) -> None:
    for until in (UNTIL, SINCE):
        page = event_store.stepping("op, path", city=CITY, since=SINCE, until=until)
        assert page.num_rows == 0
        assert page.column_names == ["ts", "payload", "seq", "op", "path"]


def test_a_condition_cannot_break_out_of_its_city(event_store: Store) -> None:
    _fill(event_store, [NOON])
    page = event_store.stepping("op", city="991023", since=SINCE, until=UNTIL, where="0 OR 1")
    assert page.num_rows == 0


@pytest.mark.parametrize("size", [1, 5])
def test_no_more_than_a_page(event_store: Store, size: int) -> None:
    _fill(event_store, [NOON - timedelta(hours=n) for n in range(10)])
    assert event_store.stepping("op", city=CITY, since=SINCE, until=UNTIL, size=size).num_rows == size
