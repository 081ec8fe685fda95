"""Events as they are found: pages newest first, one event, the numbers beside them. What may be read is decided before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tenken.common.refusals import Missing
from tenken.telemetry.search.conditions import Condition, compile_criteria, like
from tenken.telemetry.search.criteria import Criteria
from tenken.telemetry.search.scope import Section
from tenken.telemetry.store import store

PAGE: Final = 50
# What a line of a result, a sentence of a story and a line of a file need.
SHOWN: Final = (
    "op, status, disposition, city, user, person, section, device, computer, address, app, process, command_line, "
    "title, path, destination, size, drive, device_class, vendor_id, product_id, device_serial, device_name, printer, "
    "document, pages, mail_from, mail_to, unapproved_recipients, subject, attachments, url, host, method, bytes_out, "
    "message, off_hours, source"
)
_OLDEST: Final = "toStartOfHour(ts), ts, payload, seq"
_TOKEN = re.compile(r"(\d{1,15})-(\d{1,20})-(\d{1,10})", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

Row = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """Which event: its time in milliseconds since 1970 (UTC), the number of its payload and its place in it."""

    ms: int
    payload: int
    seq: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.payload}-{self.seq}"

    @property
    def ts(self) -> datetime:
        return _EPOCH + self.ms * _MILLISECOND

    @classmethod
    def of(cls, row: Row) -> Key:
        return cls((row["ts"] - _EPOCH) // _MILLISECOND, row["payload"], row["seq"])

    @classmethod
    def read(cls, token: str) -> Key:
        """Return the key written as *token*. ``Missing`` when it is none."""
        found = _TOKEN.fullmatch(token)
        if not found or int(found[1]) > 4_102_444_800_000 or int(found[2]) >= 2**64 or int(found[3]) >= 2**32:
            raise Missing("操作の記録が見つかりません。")
        return cls(int(found[1]), int(found[2]), int(found[3]))


@dataclass(frozen=True)
class Page:
    """Events newest first; ``after`` is where the next page begins, None at the end."""

    rows: list[Row]
    after: Key | None


Within = Sequence[tuple[Section, ...] | None]


def newest(
    city: str, criteria: Criteria, *, within: Within, after: Key | None = None, most: int = PAGE
) -> Page:
    """Return up to *most* events of *criteria* older than *after*, newest first.

    ``StoreUnavailable`` when the store cannot be asked now, ``TooMuchAsked`` when it takes too long.
    """
    condition = compile_criteria(criteria, within=within)
    table = store().stepping(
        SHOWN,
        city=city,
        since=criteria.since,
        until=criteria.until,
        where=condition.where,
        parameters=condition.parameters,
        size=most + 1,
        before=(after.ts, after.payload, after.seq) if after else None,
    )
    rows: list[Row] = table.to_pylist()
    return Page(rows[:most], Key.of(rows[most - 1]) if len(rows) > most else None)


def oldest(city: str, criteria: Criteria, *, within: Within, most: int) -> list[Row]:
    """Return up to *most* events, oldest first: a story is read forward."""
    condition = compile_criteria(criteria, within=within)
    sql = (
        f"SELECT ts, payload, seq, {SHOWN} FROM events WHERE {condition.sql} "
        f"ORDER BY {_OLDEST} LIMIT {{most:UInt32}}"
    )
    return _rows(sql, city, criteria, condition, most=most)


def named(
    city: str, names: Sequence[str], since: datetime, until: datetime, *, within: Within, most: int
) -> list[Row]:
    """Return up to *most* events, oldest first, in which one of *names* (folded file names) occurs anywhere."""
    criteria = Criteria(since=since, until=until)
    condition = compile_criteria(criteria, within=within)
    condition.add(f"({' OR '.join(f'search LIKE {condition.bind(like(name))}' for name in names)})")
    sql = (
        f"SELECT ts, payload, seq, {SHOWN} FROM events WHERE {condition.sql} "
        f"ORDER BY {_OLDEST} LIMIT {{most:UInt32}}"
    )
    return _rows(sql, city, criteria, condition, most=most)


def count(city: str, criteria: Criteria, *, within: Within) -> int:
    """Return how many events there are."""
    condition = compile_criteria(criteria, within=within)
    sql = f"SELECT count() AS n FROM events WHERE {condition.sql}"
    found = _rows(sql, city, criteria, condition)
    return int(found[0]["n"])


def _rows(sql: str, city: str, criteria: Criteria, condition: Condition, **more: Any) -> list[Row]:
    table = store().query(
        sql,
        city=city,
        since=criteria.since,
        until=criteria.until,
        parameters={**condition.parameters, **more},
    )
    rows: list[Row] = table.to_pylist()
    return rows


def event(city: str, key: Key, *, within: tuple[Section, ...] | None) -> Row:
    """Return one event with every column. ``Missing`` when there is none in sight."""
    criteria = Criteria(since=key.ts, until=key.ts + _MILLISECOND)
    condition = compile_criteria(criteria, within=(within,))
    condition.add(f"payload = {condition.bind(key.payload, 'UInt64')}")
    condition.add(f"seq = {condition.bind(key.seq, 'UInt32')}")
    sql = f"SELECT * FROM events WHERE {condition.sql} LIMIT 1"
    found = _rows(sql, city, criteria, condition)
    if not found:
        raise Missing("操作の記録が見つかりません。")
    return found[0]


_RAW_MOST: Final = 64 * 1024


def raw_payload(city: str, row: Row) -> bytes | None:
    """Return the payload an event came in, as far as 64 KiB; None when it was not kept."""
    sql = (
        "SELECT hex(substring(body, 1, {most:UInt32})) AS body FROM raw_payloads WHERE city = {city:String} "
        "AND received >= {since:DateTime64(3)} AND received < {until:DateTime64(3)} "
        "AND source = {source:String} AND payload = {payload:UInt64} LIMIT 1"
    )
    # A payload is received once, all its events with it; the margin bears a clock that rounds.
    margin = timedelta(seconds=1)
    found = store().query(
        sql,
        city=city,
        since=row["received"] - margin,
        until=row["received"] + margin,
        parameters={"most": _RAW_MOST, "source": row["source"], "payload": row["payload"]},
    )
    return bytes.fromhex(found.column("body")[0].as_py()) if found.num_rows else None
