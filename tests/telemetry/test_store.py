from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store

NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)
LATER = datetime(2020, 12, 2, 3, 0, tzinfo=UTC)


def test_a_row_comes_back_as_it_went_in_and_is_found_folded(event_store: Store) -> None:
    row = {
        "ts": NOON,
        "city": "991015",
        "op": "file_open",
        "path": "\\\\SRV\\戸籍\\髙橋.XLSX",
        "mail_to": ["Ａ@example.jp"],
        "rest": {"EventID": "11"},
    }
    event_store.insert("events", table_of([row]))
    found = event_store.query(
        "SELECT path, mail_to, rest, search, path_folded FROM events WHERE city = {city:String} "
        "AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}",
        city="991015",
        since=NOON,
        until=LATER,
    ).to_pylist()
    assert len(found) == 1
    assert found[0]["path"] == row["path"]
    assert found[0]["mail_to"] == row["mail_to"]
    assert dict(found[0]["rest"]) == {"EventID": "11"}
    assert "高橋.xlsx" in found[0]["search"]
    assert "a@example.jp" in found[0]["search"]
    assert found[0]["path_folded"] == "\\\\srv\\戸籍\\髙橋.xlsx"


def test_a_query_that_names_no_city_is_refused(event_store: Store) -> None:
    with pytest.raises(ValueError, match="city"):
        event_store.query("SELECT 1", city="991015", since=NOON, until=LATER)


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        table_of([{"colour": "red"}])
