"""Counts of operations by section and day, from the rollup ``counts``: no event is read, whatever the period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.telemetry.boards.seeing import Period, Sight, sight_of
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.store import store

# {since}/{until} are the moments in Japan's days that begin and end the period.
_DAYS: Final = (
    "city = {city:String} AND day >= toDate({since:DateTime64(3)}, 'Asia/Tokyo') "
    "AND day < toDate({until:DateTime64(3)}, 'Asia/Tokyo')"
)
_CONNECTS: Final = "op = 'device_connect'"
_BLOCKS: Final = "(op = 'device_block' OR (op = 'device_connect' AND disposition = 'blocked'))"
_COPIES: Final = (
    "(drive IN ('removable', 'optical') AND op IN ('file_copy', 'file_move', 'file_create', 'file_write'))"
)
_SUMS: Final = (
    "sum(events) AS operations, sumIf(events, off_hours = 1) AS off_hours, "
    f"sumIf(events, {_CONNECTS} AND disposition != 'blocked') AS connects, sumIf(events, {_BLOCKS}) AS blocks, "
    f"sumIf(events, {_COPIES}) AS copies, sumIf(size, {_COPIES}) AS copied, "
    "sumIf(events, op = 'print') AS prints, sumIf(pages, op = 'print') AS printed"
)


@dataclass
class Counts:
    """Sums over a period. ``copies``/``copied``: files and bytes written to removable media; ``printed``: pages."""

    operations: int = 0
    off_hours: int = 0
    connects: int = 0
    blocks: int = 0
    copies: int = 0
    copied: int = 0
    prints: int = 0
    printed: int = 0

    @property
    def copied_megabytes(self) -> float:
        return round(self.copied / 1_000_000, 1)

    def add(self, row: dict[str, Any]) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + int(row[name]))


@dataclass(frozen=True)
class SectionCounts:
    """A section's sums, and those of the period before. ``unit``: its key, None for what no section is known of."""

    unit: int | None
    name: str
    code: str
    now: Counts = field(default_factory=Counts)
    before: Counts = field(default_factory=Counts)


@dataclass(frozen=True)
class CountBoard:
    period: Period
    sections: list[SectionCounts]
    days: dict[date, Counts]

    def total(self, *, before: bool = False) -> Counts:
        found = Counts()
        for row in self.sections:
            found.add(vars(row.before if before else row.now))
        return found


def count_board(by: Principal, period: Period, unit: Unit | None = None) -> CountBoard:
    """Return the sums of what *by* sees by section (with those of the period before) and by day. One read."""
    sight = sight_of(by, VIEW_TERMINALS, unit)
    found: dict[str, SectionCounts] = {}
    days = {day: Counts() for day in period.days}
    for row in _sums(sight, period):
        if row["of_day"]:
            if row["day"] in days:
                days[row["day"]].add(row)
            continue
        code = row["section"]
        section = found.setdefault(
            code,
            SectionCounts(sight.names.unit(code, period.last), sight.names.name(code, period.last), code),
        )
        (section.now if row["now"] else section.before).add(row)
    return CountBoard(period, sorted(found.values(), key=lambda row: (row.code == "", row.code)), days)


def _sums(sight: Sight, period: Period) -> Iterable[dict[str, Any]]:
    """Return the sums by section, in the period and in the one before, and (``of_day``) by day, in one pass."""
    parameters: dict[str, Any] = {"begins": period.first}
    seen = sight.days_where(parameters)
    sql = (
        f"SELECT section, day >= {{begins:Date}} AS now, day, grouping(section) AS of_day, {_SUMS} FROM counts "
        f"WHERE {_DAYS} AND {seen} GROUP BY GROUPING SETS ((section, now), (day))"
    )
    return _read(sight, Period(period.before().first, period.last), sql, parameters)


@dataclass(frozen=True)
class NewOperation:
    """A kind of operation that a section began to do: not seen of it in the weeks before."""

    section: str
    op: str
    events: int


def new_operations(sight: Sight, period: Period, weeks: int) -> list[NewOperation]:
    """Return what sections did in *period* and not in the *weeks* before it. One read."""
    earlier = Period.ending(period.before().last, weeks * 7)
    parameters: dict[str, Any] = {"begins": period.first}
    seen = sight.days_where(parameters)
    sql = (
        "SELECT section, op, sumIf(events, day >= {begins:Date}) AS now FROM counts "
        f"WHERE {_DAYS} AND {seen} GROUP BY section, op "
        "HAVING now > 0 AND sumIf(events, day < {begins:Date}) = 0 ORDER BY section, now DESC"
    )
    rows = _read(sight, Period(earlier.first, period.last), sql, parameters)
    return [
        NewOperation(sight.names.name(row["section"], period.last), row["op"], row["now"]) for row in rows
    ]


def _read(sight: Sight, period: Period, sql: str, parameters: dict[str, Any]) -> Iterable[dict[str, Any]]:
    table = store().query(
        sql, city=sight.city_code, since=period.since, until=period.until, parameters=parameters
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def by_bureau(sections: Iterable[Any], bureaus: dict[int, int | None]) -> dict[int | None, list[Any]]:
    """Return rows that have a ``unit`` by the key of its bureau, in the order they come."""
    found: dict[int | None, list[Any]] = defaultdict(list)
    for row in sections:
        found[bureaus.get(row.unit) if row.unit is not None else None].append(row)
    return dict(found)
