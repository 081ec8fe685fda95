"""Parcels for tests, and what the store holds of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tenken.telemetry.events.schema import arrow_schema
from tenken.telemetry.ingest import payload_number
from tenken.telemetry.ingest.parcels import Parcel, Parsed, Reject
from tenken.telemetry.store import Store

CITY = "991015"
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SINCE, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def events_of(rows: list[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema()
    names = sorted({name for row in rows for name in row})
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], schema.field(name).type) for name in names}
    )


def make_parcel(
    number: int, rows: list[dict[str, Any]] | None = None, *, rejects: tuple[Reject, ...] = (), **more: Any
) -> Parcel:
    """Return a parcel of three events in two months unless *rows* say otherwise."""
    body = f"body {number}".encode()
    if rows is None:
        rows = [
            {"ts": NOON - timedelta(days=20 * at), "op": "file_open", "path": f"C:\\{number}\\{at}.txt"}
            for at in range(3)
        ]
    given: dict[str, Any] = {
        "city": CITY,
        "source": "jsonl",
        "retention": "operation",
        "payload": payload_number("991015/jsonl", body),
        "received": NOON + timedelta(seconds=number),
        "parsed": Parsed(events=events_of(rows) if rows else None, rejects=rejects),
        "raw": body,
    }
    return Parcel(**given | more)


def held(
    store: Store, select: str, table: str = "events", *, city: str = CITY, end: str = ""
) -> list[dict[str, Any]]:
    """Return the rows of *table* in its own order."""
    moment = {"events": "ts", "hits": "ts", "counts": "day", "device_days": "day"}.get(
        table.removesuffix(" FINAL"), "received"
    )
    return store.query(
        f"SELECT {select} FROM {table} WHERE city = {{city:String}} AND {moment} >= {{since:DateTime64(3)}} "
        f"AND {moment} < {{until:DateTime64(3)}} {end}",
        city=city,
        since=SINCE,
        until=UNTIL,
    ).to_pylist()
