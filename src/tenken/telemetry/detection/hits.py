"""The rows of the store's table ``hits`` as Arrow."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

# A hit that a filter took away is kept as one of the rule numbered this much higher, which no rule is: alerts and
# correlations do not see it, and which filter hides what can be told. Its field ``filter`` is the filter's number.
TAKEN_AWAY: Final = 1 << 31


@cache
def hits_schema() -> pa.Schema:
    """Return the columns of ``hits``, in the table's order."""
    import pyarrow as pa

    moment = pa.timestamp("ms", tz="UTC")
    text = pa.string()
    return pa.schema(
        [
            ("city", text),
            ("rule", pa.uint32()),
            ("ts", moment),
            ("received", moment),
            ("payload", pa.uint64()),
            ("seq", pa.uint32()),
            ("section", text),
            ("person", text),
            ("user", text),
            ("device", text),
            ("computer", text),
            ("fields", pa.map_(text, text)),
        ]
    )


def as_hits(table: pa.Table) -> pa.Table | None:
    """Return the result of a query as rows of ``hits``; None when there is none."""
    if not table.num_rows:
        return None
    schema = hits_schema()
    return table.select(schema.names).cast(schema)
