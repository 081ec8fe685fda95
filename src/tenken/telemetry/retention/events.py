"""What the store holds of a month, and how it goes from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tenken.common.clock import JAPAN
from tenken.telemetry.events.schema import COLUMNS
from tenken.telemetry.models import LegalHold
from tenken.telemetry.retention.rules.due import month_bounds
from tenken.telemetry.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

RESTORED: Final = "restored"
ALL_TIME: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
# So many rows are asked for at once: the memory an archive takes.
_AT_ONCE: Final = 250_000
_STEP: Final = timedelta(minutes=5)
_WHERE: Final = (
    "city = {city:String} AND retention = {retention:String} "
    "AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"
)


@dataclass(frozen=True)
class Held:
    """A condition of ClickHouse that is true for events under hold, with its parameters."""

    condition: str
    parameters: dict[str, Any]


def months_present(store: Store, city: str) -> dict[tuple[str, date], int]:
    """Return how many rows each month of each class holds; those restored from archives are under ``RESTORED``."""
    since, until = ALL_TIME
    rows = store.query(
        "SELECT retention, toStartOfMonth(ts, 'Asia/Tokyo') AS month, count() AS rows FROM events "
        "WHERE city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} "
        "GROUP BY retention, month",
        city=city,
        since=since,
        until=until,
    ).to_pylist()
    return {(row["retention"], day_of(row["month"])): row["rows"] for row in rows}


def day_of(value: date | int) -> date:
    """Return *value* as a date: a Date comes over Arrow as days since 1970 or as a date, by the version of the engine."""
    return value if isinstance(value, date) else date(1970, 1, 1) + timedelta(days=value)


def count(store: Store, city: str, retention: str, month: date, held: Held | None = None) -> int:
    """Return how many rows of a class and month there are, or how many of them are held."""
    since, until = month_bounds(month)
    table = store.query(
        f"SELECT count() AS rows FROM events WHERE {_WHERE}" + (f" AND ({held.condition})" if held else ""),
        city=city,
        since=since,
        until=until,
        parameters={"retention": retention, **(held.parameters if held else {})},
    )
    return int(table.column("rows")[0].as_py())


def received_in(since: datetime, until: datetime) -> Held:
    """Return the condition of what was received in [since, until)."""
    return Held(
        "received >= {received_since:DateTime64(3)} AND received < {received_until:DateTime64(3)}",
        {"received_since": since, "received_until": until},
    )


def read_month(
    store: Store, city: str, retention: str, month: date, only: Held | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of a month (those that meet *only*) in the order of time, at most some hundred thousand at once."""
    names = ", ".join(column.name for column in COLUMNS)
    where = f"{_WHERE} AND ({only.condition})" if only else _WHERE
    for since, until in _windows(store, city, retention, month):
        yield store.query(
            f"SELECT {names} FROM events WHERE {where} ORDER BY ts, payload, seq",
            city=city,
            since=since,
            until=until,
            parameters={"retention": retention, **(only.parameters if only else {})},
            settings={"max_execution_time": 120, "max_result_rows": 0},
        )


def _windows(store: Store, city: str, retention: str, month: date) -> Iterator[tuple[datetime, datetime]]:
    since, until = month_bounds(month)
    steps = store.query(
        "SELECT toUInt32(toStartOfFiveMinutes(ts)) AS step, count() AS rows FROM events "
        f"WHERE {_WHERE} GROUP BY step ORDER BY step",
        city=city,
        since=since,
        until=until,
        parameters={"retention": retention},
    ).to_pylist()
    begun, gathered = since, 0
    for row in steps:
        step = datetime.fromtimestamp(row["step"], UTC)
        if gathered and gathered + row["rows"] > _AT_ONCE:
            yield begun, step
            begun, gathered = step, 0
        gathered += row["rows"]
    if gathered:
        yield begun, until


def held_by(holds: Sequence[LegalHold]) -> Held | None:
    """Return what *holds* keep, None when there are none."""
    if not holds:
        return None
    parts, parameters = [], dict[str, Any]()
    for number, hold in enumerate(holds):
        since = datetime.combine(hold.since, datetime.min.time(), JAPAN)
        terms = [f"ts >= {{hold{number}_since:DateTime64(3)}}"]
        parameters[f"hold{number}_since"] = since
        if hold.until:
            terms.append(f"ts < {{hold{number}_until:DateTime64(3)}}")
            parameters[f"hold{number}_until"] = datetime.combine(
                hold.until + timedelta(days=1), datetime.min.time(), JAPAN
            )
        for column, values in (
            ("section", hold.sections),
            ("person", hold.persons),
            ("device", hold.devices),
        ):
            if values:
                terms.append(f"{column} IN {{hold{number}_{column}:Array(String)}}")
                parameters[f"hold{number}_{column}"] = list(values)
        parts.append(f"({' AND '.join(terms)})")
    return Held(" OR ".join(parts), parameters)


def delete_month(store: Store, city: str, retention: str, month: date, held: Held | None) -> None:
    """Delete a month of a class but for what is held. On return it is gone from the disk."""
    if held is None:
        store.command(
            "ALTER TABLE events DROP PARTITION tuple({city:String}, {retention:String}, {month:UInt32})",
            {"city": city, "retention": retention, "month": month.year * 100 + month.month},
        )
        return
    since, until = month_bounds(month)
    store.command(
        f"ALTER TABLE events DELETE WHERE {_WHERE} AND NOT ({held.condition}) SETTINGS mutations_sync = 2",
        {"city": city, "retention": retention, "since": since, "until": until, **held.parameters},
    )


def put_back(store: Store, tables: Iterator[pa.Table]) -> int:
    """Insert rows of an archive as restored ones; return how many."""
    import pyarrow as pa

    rows = 0
    for table in tables:
        place = table.schema.get_field_index("retention")
        column = pa.array([RESTORED] * table.num_rows, pa.string())
        store.insert("events", table.set_column(place, "retention", column))
        rows += table.num_rows
    return rows
