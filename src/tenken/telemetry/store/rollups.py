"""Counts that a killed process left behind its events, made right again.

Events and the counts made from them are parts of their own: a process that dies between the two leaves a day whose counts
are short. Nobody else may write while it is mended: it is done before the pipeline of the embedded store begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tenken.common import clock
from tenken.telemetry.store.tables import ROLLUPS

if TYPE_CHECKING:
    from tenken.telemetry.store.door import Store

_MINUTES: Final = 10
_RECENT: Final = timedelta(days=28)  # what is older may have been deleted by rule, and its counts stay


def mend_recent(store: Store) -> list[tuple[str, date]]:
    """Compare the days that the last ten minutes of receiving wrote to with their events, and count anew those that
    differ. Return them."""
    touched = store.command(
        "SELECT arrayStringConcat(groupArray(concat(city, ' ', toString(first), ' ', toString(last))), '\\n') FROM ("
        "SELECT city, min(first) AS first, max(last) AS last FROM payloads WHERE events > 0 AND received >= ("
        f"SELECT max(received) FROM payloads) - INTERVAL {_MINUTES} MINUTE GROUP BY city)"
    )
    mended = []
    for line in filter(None, str(touched).split("\n")):
        city, first, last = line.split(" ")
        earliest = max(date.fromisoformat(first), clock.today() - _RECENT)
        mended += [(city, day) for day in mend(store, city, _days(earliest, date.fromisoformat(last)))]
    return mended


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def mend(store: Store, city: str, days: Iterable[date]) -> list[date]:
    """Count anew those of *days* (Japan's) whose counts differ from the events. Return them."""
    mended = []
    for day in days:
        since = datetime(day.year, day.month, day.day, tzinfo=clock.JAPAN).astimezone(UTC)
        if _differs(store, city, day, since):
            for table, select in ROLLUPS.items():
                store.command(
                    f"ALTER TABLE {table} DELETE WHERE city = {{city:String}} AND day = {{day:Date}} "
                    "SETTINGS mutations_sync = 2",
                    {"city": city, "day": day},
                )
                store.command(
                    f"INSERT INTO {table} {select.format(where=_WITHIN)}",
                    {"city": city, "since": since, "until": since + timedelta(days=1)},
                )
            mended.append(day)
    return mended


_WITHIN: Final = "AND city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} "


def _differs(store: Store, city: str, day: date, since: datetime) -> bool:
    counted = ", ".join(
        f"(SELECT sum(events) FROM {table} WHERE city = {{city:String}} AND day = {{day:Date}})"
        for table in ROLLUPS
    )
    rows = store.query(
        f"SELECT arrayUniq([count(), {counted}]) FROM events WHERE retention != 'restored' {_WITHIN}",
        city=city,
        since=since,
        until=since + timedelta(days=1),
        parameters={"day": day},
    )
    return bool(rows.column(0)[0].as_py() > 1)
