"""JSON lines: one event a line, in our own column names or as Windows events.

Lines in our own names are read by the column (``_columns``); where that fails, line by line, so that one bad line costs
only itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.wire.json_columns import read_columns, read_few
from tenken.telemetry.wire.values import (
    OWN_COLUMNS,
    bounded,
    bounded_json,
    column_value,
    decoded,
    events_table,
    joined_tables,
    text_of,
)
from tenken.telemetry.wire.windows_events import windows_event

if TYPE_CHECKING:
    import pyarrow as pa

MAX_LINE: Final = 1024 * 1024
PIECE_LINES: Final = 200
# The values of ``models.Source.Dialect``.
TENKEN: Final = "tenken"
WINDOWS: Final = "windows"


def read_json_lines(body: bytes, *, dialect: str, received: datetime) -> Parsed:
    """Return the events of *body* (inflated): objects one a line, or one array of them.

    ``dialect`` is one of ``Source.Dialect``. A line that is no object is a reject with its number; a moment that cannot
    be read is ``received``. ``TooLarge`` for more lines than a payload may hold.
    """
    if not body.strip():
        return Parsed()
    bounded(body.count(b"\n"))
    if dialect == WINDOWS or body.lstrip()[:1] == b"[":
        return _line_by_line(body, dialect, received)
    if (table := read_columns(body, received)) is not None:
        return Parsed(events=table)
    return _piece_by_piece(body, received)


def _piece_by_piece(body: bytes, received: datetime) -> Parsed:
    """Read some lines at a time: a bad one leaves only its neighbours to the slow road."""
    tables: list[pa.Table | None] = []
    rejects: list[Reject] = []
    lines = body.split(b"\n")
    for first in range(0, len(lines), PIECE_LINES):
        piece = b"\n".join(lines[first : first + PIECE_LINES])
        if not piece.strip():
            continue
        if (table := read_few(piece, received)) is None:
            parsed = _line_by_line(piece, TENKEN, received, first + 1)
            table = parsed.events
            rejects += parsed.rejects
        tables.append(table)
    return Parsed(events=joined_tables(tables), rejects=tuple(rejects))


def _line_by_line(body: bytes, dialect: str, received: datetime, first: int = 1) -> Parsed:
    import orjson

    read = windows_event if dialect == WINDOWS else tenken_event
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for number, line in enumerate(_lines(body), first):
        if not line.strip():
            continue
        try:
            if len(line) > MAX_LINE:
                raise ValueError(f"長すぎる行です（{MAX_LINE:,}バイトまで）。")
            found = orjson.loads(line) if line.isascii() else orjson.loads(decoded(line)[0])
            if not isinstance(found, dict):
                raise ValueError("JSONのオブジェクトではありません。")
            rows.append(read(found, received))
        except orjson.JSONDecodeError:
            rejects.append(Reject(f"{number}行目", "JSONとして読み取れません。", line[:MAX_LINE]))
        except ValueError as error:
            rejects.append(Reject(f"{number}行目", str(error), line[:MAX_LINE]))
    return Parsed(events=events_table(rows), rejects=tuple(rejects))


def _lines(body: bytes) -> Iterator[bytes]:
    """Return the lines of *body*; of one array of objects, its items as lines."""
    import orjson

    if body.lstrip()[:1] == b"[":
        bounded_json(body)
        try:
            items = orjson.loads(body)
        except orjson.JSONDecodeError:
            items = None
        if isinstance(items, list):
            bounded(len(items))
            return map(_line_of, items)
    return iter(body.split(b"\n"))


def _line_of(item: object) -> bytes:
    import orjson

    try:
        return orjson.dumps(item)
    except TypeError:
        return b"..."  # too deep to be written: a reject like any other


def tenken_event(found: Mapping[str, Any], received: datetime) -> dict[str, Any]:
    """Return an object in our own column names as an event; what is no column of a sender's goes to ``rest``."""
    row: dict[str, Any] = {}
    rest: dict[str, str] = {}
    for key, value in found.items():
        if key == "rest" and isinstance(value, Mapping):
            rest |= column_value("rest", value)
        elif key in BY_NAME and key not in OWN_COLUMNS:
            row[key] = column_value(key, value)
        elif text := text_of(value):
            rest[key] = text
    op = row.get("op") or "log"
    if op not in BY_CODE:
        rest["op"], op = op, "log"
    row["op"] = op
    row["ts"] = row.get("ts") or received
    row["rest"] = rest
    return row
