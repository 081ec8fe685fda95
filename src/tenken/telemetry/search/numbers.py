"""The numbers beside a result: over time, and by operation, section, person, terminal and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tenken.common.clock import JAPAN
from tenken.telemetry.search.conditions import compile_criteria
from tenken.telemetry.search.criteria import Criteria, midnight
from tenken.telemetry.search.reading import Within
from tenken.telemetry.search.scope import Section
from tenken.telemetry.store import store

FACETS: Final = ("op", "section", "person", "device", "source")
MOST_VALUES: Final = 10
_HOURS, _DAYS, _WEEKS = timedelta(hours=49), timedelta(days=46), timedelta(days=330)
_COUNTED: Final = (
    "city = {city:String} AND day >= toDate({since:DateTime64(3)}, 'Asia/Tokyo') "
    "AND day < toDate({until:DateTime64(3)}, 'Asia/Tokyo')"
)


@dataclass(frozen=True)
class Bar:
    """How many events began in a span of time in Japan."""

    starts: datetime
    label: str
    events: int


@dataclass(frozen=True)
class Numbers:
    """``facets``: column → its most frequent values with their counts, '' for none given."""

    total: int
    unit: str
    bars: tuple[Bar, ...]
    facets: dict[str, tuple[tuple[str, int], ...]]


def numbers_of(city: str, criteria: Criteria, *, within: Within) -> Numbers:
    """Return the numbers of *criteria*, in one pass over its events."""
    unit, bucket = _bucket(criteria)
    condition = compile_criteria(criteria, within=within)
    # One scan for all: a row per value of each facet, and per span of time.
    sets = ", ".join(f"({name})" for name in (*FACETS, "span"))
    columns = ", ".join(FACETS)
    sql = (  # names of columns only, values are parameters
        f"SELECT {columns}, toUnixTimestamp({bucket}) AS span, grouping({columns}, span) AS facet, "
        f"count() AS n FROM events WHERE {condition.sql} GROUP BY GROUPING SETS ({sets}) "
        f"ORDER BY facet, n DESC, {columns}, span LIMIT 200 BY facet"
    )
    table = store().query(
        sql, city=city, since=criteria.since, until=criteria.until, parameters=condition.parameters
    )
    rows = table.to_pylist()
    # grouping(): a bit for each column, the last the lowest; set where the row is not grouped by it.
    every = (1 << (len(FACETS) + 1)) - 1
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in FACETS}
    spans: dict[int, int] = {}
    for row in rows:
        own = every ^ row["facet"]
        if own == 1:
            spans[row["span"]] = row["n"]
        else:
            name = FACETS[len(FACETS) - own.bit_length() + 1]
            found[name].append((row[name], row["n"]))
    return Numbers(
        total=sum(spans.values()),
        unit=unit,
        bars=_bars(criteria, unit, spans),
        facets={name: tuple(values[:MOST_VALUES]) for name, values in found.items()},
    )


def _bucket(criteria: Criteria) -> tuple[str, str]:
    length = criteria.until - criteria.since
    if length <= _HOURS:
        return "hour", "toStartOfHour(ts, 'Asia/Tokyo')"
    if length <= _DAYS:
        return "day", "toStartOfDay(ts, 'Asia/Tokyo')"
    if length <= _WEEKS:
        return "week", "toStartOfDay(toStartOfWeek(ts, 1, 'Asia/Tokyo'), 'Asia/Tokyo')"
    return "month", "toStartOfDay(toStartOfMonth(ts, 'Asia/Tokyo'), 'Asia/Tokyo')"


def _bars(criteria: Criteria, unit: str, spans: dict[int, int]) -> tuple[Bar, ...]:
    """Every span of the period, also those without an event."""
    last = criteria.until - timedelta(microseconds=1)
    starts = _floor(criteria.since.astimezone(JAPAN), unit)
    bars: list[Bar] = []
    while starts <= last and len(bars) < 200:
        bars.append(Bar(starts, _label(starts, unit), spans.get(int(starts.timestamp()), 0)))
        starts = _next(starts, unit)
    return tuple(bars)


def _floor(moment: datetime, unit: str) -> datetime:
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    return midnight(day.replace(day=1) if unit == "month" else day)


def _next(starts: datetime, unit: str) -> datetime:
    if unit == "hour":
        return starts + timedelta(hours=1)
    day = starts.date()
    if unit == "month":
        return midnight((day.replace(day=28) + timedelta(days=4)).replace(day=1))
    return midnight(day + timedelta(days=7 if unit == "week" else 1))


def _label(starts: datetime, unit: str) -> str:
    if unit == "hour":
        return f"{starts.month}月{starts.day}日 {starts.hour}時"
    if unit == "month":
        return f"{starts.year}年{starts.month}月"
    return f"{starts.month}月{starts.day}日{'の週' if unit == 'week' else ''}"


def day_counts(
    city: str,
    first: date,
    last: date,
    *,
    sections: tuple[Section, ...] | None = None,
    operations: tuple[str, ...] = (),
    by: tuple[str, ...] = ("day", "section"),
) -> list[dict[str, Any]]:
    """Return sums of the rollup ``counts`` from *first* to *last* (both included), grouped by columns of it.

    Reads no event: a few milliseconds, whatever the period.
    """
    allowed = {"day", "month", "section", "op", "disposition", "off_hours", "drive"}
    if not by or not set(by) <= allowed:
        raise ValueError(f"counts are not kept by {by}")
    parameters: dict[str, Any] = {}
    clauses = [_COUNTED]
    if operations:
        parameters["operations"] = list(operations)
        clauses.append("op IN {operations:Array(String)}")
    if sections is not None:
        clauses.append(_dated(sections, parameters))
    columns = ", ".join("toStartOfMonth(day) AS month" if name == "month" else name for name in by)
    sql = (  # names of columns only, values are parameters
        f"SELECT {columns}, sum(events) AS events FROM counts WHERE {' AND '.join(clauses)} "
        f"GROUP BY {', '.join(by)} ORDER BY {', '.join(by)}"
    )
    until = midnight(last + timedelta(days=1))
    table = store().query(sql, city=city, since=midnight(first), until=until, parameters=parameters)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _dated(sections: tuple[Section, ...], parameters: dict[str, Any]) -> str:
    parts = []
    for number, one in enumerate(sections):
        parameters[f"section{number}"] = one.code
        part = f"section = {{section{number}:String}}"
        if one.starts is not None:
            parameters[f"starts{number}"] = one.starts
            part += f" AND day >= {{starts{number}:Date}}"
        if one.ends is not None:
            parameters[f"ends{number}"] = one.ends
            part += f" AND day < {{ends{number}:Date}}"
        parts.append(f"({part})")
    return f"({' OR '.join(parts)})" if parts else "0"
