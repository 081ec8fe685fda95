"""Counts that a killed process left behind its events, made right again.

Events and the counts made from them are parts of their own: a process that dies between the two leaves a day whose counts
are short. Nobody else may write while it is mended: it is done before the pipeline of the embedded store begins.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tenken.common import clock
from tenken.telemetry.store.tables import ROLLUPS

if TYPE_CHECKING:
    from tenken.telemetry.store.door import Store

_MINUTES: Final = 10


def mend_recent(store: Store, deleted: Container[tuple[str, date]] = ()) -> list[tuple[str, date]]:
    """Compare the days that the last ten minutes of receiving wrote to with their events, and count anew those that
    differ. Return them.

    *deleted*: the city and first day of each month of which events were deleted by rule. Its counts stay as they are.
    """
    touched = store.command(
        "SELECT arrayStringConcat(groupArray(concat(city, ' ', toString(first), ' ', toString(last))), '\\n') FROM ("
        "SELECT city, min(first) AS first, max(last) AS last FROM payloads WHERE events > 0 AND received >= ("
        f"SELECT max(received) FROM payloads) - INTERVAL {_MINUTES} MINUTE GROUP BY city)"
    )
    mended = []
    for line in filter(None, str(touched).split("\n")):
        city, first, last = line.split(" ")
        for day in _differing(store, city, date.fromisoformat(first), date.fromisoformat(last)):
            if (city, day.replace(day=1)) not in deleted:
                _count_anew(store, city, day)
                mended.append((city, day))
    return mended


def _count_anew(store: Store, city: str, day: date) -> None:
    since, until = _bounds(day, day)
    for table, select in ROLLUPS.items():
        store.command(
            f"ALTER TABLE {table} DELETE WHERE city = {{city:String}} AND day = {{day:Date}} "
            "SETTINGS mutations_sync = 2",
            {"city": city, "day": day},
        )
        store.command(
            f"INSERT INTO {table} {select.format(where=_WITHIN)}",
            {"city": city, "since": since, "until": until},
        )


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments at which the days *first* to *last* begin and have ended in Japan."""
    since = datetime(first.year, first.month, first.day, tzinfo=clock.JAPAN)
    return since.astimezone(UTC), (since + timedelta(days=(last - first).days + 1)).astimezone(UTC)


_WITHIN: Final = "AND city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} "


def _differing(store: Store, city: str, first: date, last: date) -> list[date]:
    since, until = _bounds(first, last)
    counted = " UNION ALL ".join(
        f"SELECT '{table}' AS origin, day, sum(events) AS n FROM {table} "
        "WHERE city = {city:String} AND day >= {first:Date} AND day <= {last:Date} GROUP BY day"
        for table in ROLLUPS
    )
    rows = store.query(
        "SELECT day FROM (SELECT 'events' AS origin, toDate(ts, 'Asia/Tokyo') AS day, count() AS n FROM events "
        f"WHERE retention != 'restored' {_WITHIN} GROUP BY day UNION ALL {counted}) "
        f"GROUP BY day HAVING uniqExact(n) > 1 OR count() != {1 + len(ROLLUPS)} ORDER BY day",
        city=city,
        since=since,
        until=until,
        parameters={"first": first, "last": last},
    )
    return [_as_day(value) for value in rows.column("day").to_pylist()]


def _as_day(value: date | int) -> date:
    """Return a ``Date`` of the store, which Arrow carries as days since 1970, as a date."""
    return value if isinstance(value, date) else date(1970, 1, 1) + timedelta(days=value)
