"""Newest first, in windows that grow backwards: a frequent word is answered by the last hour, a rare one by them all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.store.errors import TOO_MUCH, TooMuchAsked

if TYPE_CHECKING:
    import pyarrow as pa

    from tenken.telemetry.store.door import Store

Before = tuple[datetime, int, int]
_FIRST: Final = timedelta(hours=1)
_GROWTH: Final = 4
_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Asked:
    """The arguments of ``Store.stepping``."""

    select: str
    city: str
    since: datetime
    until: datetime
    where: str
    parameters: dict[str, Any]
    size: int
    before: Before | None


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield [from, to) windows of 1 h, 4 h, 16 h … backwards from *until* to *since*, cut at whole hours."""
    end, length = until, _FIRST
    while end > since:
        start = (end - length).replace(minute=0, second=0, microsecond=0)
        start = max(start, since)
        yield start, end
        end, length = start, length * _GROWTH


def stepped(store: Store, asked: Asked) -> pa.Table:
    """Return what ``Store.stepping`` promises."""
    import pyarrow as pa

    until, deadline = asked.until, time.monotonic() + _SECONDS
    if asked.before:
        until = min(until, asked.before[0] + timedelta(milliseconds=1))
    pages: list[pa.Table] = []
    missing = asked.size
    for start, end in windows(asked.since, until):
        page = store.query(
            _sql(asked), city=asked.city, since=start, until=end, parameters=_parameters(asked, missing)
        )
        pages.append(page)
        missing -= page.num_rows
        if missing <= 0:
            break
        if time.monotonic() > deadline:
            raise TooMuchAsked(TOO_MUCH)
    if not pages:
        return store.query(
            _sql(asked), city=asked.city, since=until, until=until, parameters=_parameters(asked, 0)
        )
    return pa.concat_tables(pages)


def _sql(asked: Asked) -> str:
    conditions = ["city = {city:String}", "ts >= {since:DateTime64(3)}", "ts < {until:DateTime64(3)}"]
    if asked.where:
        conditions.append(f"({asked.where})")
    if asked.before:
        conditions.append(
            "(ts, payload, seq) < ({before_ts:DateTime64(3)}, {before_payload:UInt64}, {before_seq:UInt32})"
        )
    return (
        f"SELECT {', '.join(['ts', 'payload', 'seq', *filter(None, [asked.select])])} FROM events "
        f"WHERE {' AND '.join(conditions)} "
        "ORDER BY toStartOfHour(ts) DESC, ts DESC, payload DESC, seq DESC LIMIT {page_size:UInt32}"
    )


def _parameters(asked: Asked, size: int) -> dict[str, Any]:
    given = {**asked.parameters, "page_size": size}
    if asked.before:
        given |= zip(("before_ts", "before_payload", "before_seq"), asked.before, strict=True)
    return given
