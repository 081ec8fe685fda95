"""Rows of events as an Arrow table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tenken.telemetry.events.schema import BY_NAME, COLUMNS, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

_DEFAULTS: dict[str, Any] = {
    "Array(String)": [],
    "Map(LowCardinality(String), String)": {},
}


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return *rows* as a table of ``arrow_schema()``; what a row does not name is '' or 0.

    ``ts`` and ``received`` are aware datetimes (or milliseconds since 1970, UTC). ``KeyError`` for an unknown column:
    what has no column belongs in ``rest``.
    """
    import pyarrow as pa

    for name in {name for row in rows for name in row}:
        BY_NAME[name]
    arrays = []
    for column, field in zip(COLUMNS, arrow_schema(), strict=True):
        missing = _DEFAULTS.get(column.type, "" if "String" in column.type else 0)
        values = [row.get(column.name, missing) for row in rows]
        if isinstance(missing, dict):
            values = [list(value.items()) for value in values]
        arrays.append(pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=arrow_schema())
