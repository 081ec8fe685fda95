"""読み取れなかった受信: what senders sent and nobody understood, kept with its reason and its bytes."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.journal.operations import note_access, record
from tenken.organization.access import Principal, require
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.store import Store, store

WAITING, REPLAYED, GIVEN_UP = "waiting", "replayed", "given_up"
STATES: Final = {WAITING: "未処理", REPLAYED: "読み取り直した", GIVEN_UP: "処理しない"}
# Older ones have been given up or are past keeping.
_WINDOW: Final = timedelta(days=400)
MOST_LISTED: Final = 5_000
_NAME: Final = re.compile(r"(\d{1,13})-(\d{1,20})-(\d{1,10})", re.ASCII)
_LATEST: Final = 4_102_444_800_000  # 2100


@dataclass(frozen=True)
class QuarantineFilter:
    source: str = ""
    reason: str = ""
    state: str = WAITING


@dataclass(frozen=True)
class QuarantinedReason:
    """All waiting parts of one source with one reason."""

    source: str
    reason: str
    count: int
    size: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class QuarantinedPart:
    """One part; ``raw`` is its bytes (in lists: its beginning)."""

    received: datetime
    payload: int
    part: int
    source: str
    peer: str
    place: str
    reason: str
    state: str
    changed: datetime
    size: int
    raw: bytes

    @property
    def pk(self) -> str:
        """Return what the part is called by in addresses: moment, payload, part."""
        return f"{int(self.received.timestamp() * 1000)}-{self.payload}-{self.part}"


_CONDITION: Final = (
    "city = {city:String} AND received >= {since:DateTime64(3)} AND received < {until:DateTime64(3)}"
)
_AMONG: Final = (
    "(payload, part) IN (SELECT arrayJoin(arrayZip({payloads:Array(UInt64)}, {parts:Array(UInt32)})))"
)
_COLUMNS: Final = "received, payload, part, source, peer, place, reason, state, changed, length(raw) AS size"


def waiting_by_source(by: Principal) -> dict[str, int]:
    """Return how many parts wait, by the code of their source. ``StoreUnavailable`` when the store does not say."""
    return {row["source"]: row["count"] for row in _waiting(by, "source, count() AS count", "source")}


def count_waiting(by: Principal, only: QuarantineFilter) -> int:
    """Return how many parts of a source wait with a reason."""
    sql = (
        f"SELECT count() AS count FROM quarantine FINAL WHERE {_CONDITION} AND state = 'waiting' "
        "AND source = {source:String} AND reason = {reason:String}"
    )
    return int(_ask(by, sql, {"source": only.source, "reason": only.reason})[0]["count"])


def waiting_reasons(by: Principal, only: QuarantineFilter | None = None) -> list[QuarantinedReason]:
    """Return the waiting parts by source and reason, the most first."""
    select = "source, reason, count() AS count, sum(length(raw)) AS size, min(received) AS first, max(received) AS last"
    rows = _waiting(by, select, "source, reason", only or QuarantineFilter())
    return sorted((QuarantinedReason(**row) for row in rows), key=lambda one: -one.count)


def quarantined(by: Principal, only: QuarantineFilter, *, limit: int = MOST_LISTED) -> list[QuarantinedPart]:
    """Return the newest *limit* parts with the first bytes of each; that they were read is noted."""
    sql = (
        f"SELECT {_COLUMNS}, base64Encode(substring(raw, 1, 80)) AS bytes FROM quarantine FINAL WHERE {_CONDITION} "
        "AND ({source:String} = '' OR source = {source:String}) "
        "AND ({reason:String} = '' OR reason = {reason:String}) "
        "AND ({state:String} = '' OR state = {state:String}) "
        "ORDER BY received DESC, payload, part LIMIT {most:UInt32}"
    )
    given = {"source": only.source, "reason": only.reason, "state": only.state, "most": limit}
    found = [_part(row) for row in _ask(by, sql, given)]
    if found:
        _note_read(by, only.source, "読み取れなかった受信の一覧", len(found))
    return found


def look_at_part(by: Principal, name: str) -> QuarantinedPart:
    """Return the part called *name* for a person to read; that it was read is noted. ``Missing`` when there is none."""
    found = find_part(by, name)
    _note_read(by, found.pk, "読み取れなかった受信の確認", 1)
    return found


def _note_read(by: Principal, what: str, purpose: str, rows: int) -> None:
    """What nobody understood may say what people did, like any operation log."""
    subject = ("telemetry.quarantine", what)
    note_access(by=by, city_code=by.city_code, subject=subject, purpose=purpose, rows=rows)


def find_part(by: Principal, name: str) -> QuarantinedPart:
    """Return the part called *name* (``QuarantinedPart.pk``) with all its bytes; ``Missing`` when there is none."""
    found = _NAME.fullmatch(name)
    moment, payload, part = map(int, found.groups()) if found else (0, 0, 0)
    if not found or moment > _LATEST or payload >= 2**64 or part >= 2**32:
        raise Missing("読み取れなかった受信がありません。")
    received = datetime.fromtimestamp(moment / 1000, UTC)
    sql = (
        f"SELECT {_COLUMNS}, base64Encode(raw) AS bytes FROM quarantine FINAL WHERE {_CONDITION} "
        "AND payload = {payload:UInt64} AND part = {part:UInt32} LIMIT 1"
    )
    rows = _ask(
        by,
        sql,
        {"payload": payload, "part": part},
        since=received,
        until=received + timedelta(milliseconds=1),
    )
    if not rows:
        raise Missing("読み取れなかった受信がありません。")
    return _part(rows[0])


def waiting_parts(
    by: Principal, only: QuarantineFilter, *, after: QuarantinedPart | None, limit: int
) -> list[QuarantinedPart]:
    """Return the next *limit* waiting parts behind *after*, without their bytes, the oldest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM quarantine FINAL WHERE {_CONDITION} "
        "AND state = 'waiting' AND source = {source:String} AND reason = {reason:String} "
        "AND (received, payload, part) > ({at:DateTime64(3)}, {payload:UInt64}, {part:Int64}) "
        "ORDER BY received, payload, part LIMIT {most:UInt32}"
    )
    at = after.received if after else datetime(1970, 1, 2, tzinfo=UTC)
    given = {
        "source": only.source,
        "reason": only.reason,
        "at": at,
        "payload": after.payload if after else 0,
        "part": after.part if after else -1,
        "most": limit,
    }
    return [_part(row) for row in _ask(by, sql, given)]


def with_bytes(by: Principal, parts: list[QuarantinedPart]) -> list[QuarantinedPart]:
    """Return those of *parts* that wait still, with all their bytes."""
    sql = (
        f"SELECT {_COLUMNS}, base64Encode(raw) AS bytes FROM quarantine FINAL WHERE {_CONDITION} "
        f"AND state = 'waiting' AND {_AMONG} ORDER BY received, payload, part"
    )
    since = min(one.received for one in parts)
    until = max(one.received for one in parts) + timedelta(milliseconds=1)
    rows = _ask(by, sql, _names(parts), since=since, until=until)
    return [_part(row) for row in rows]


def mark_replayed(by: Principal, parts: list[QuarantinedPart]) -> None:
    """Note that *parts* were read after all."""
    if not parts:
        return
    store().command(
        "INSERT INTO quarantine SELECT city, received, payload, part, source, peer, place, reason, raw, "
        "'replayed', version + 1, now64(3) FROM quarantine FINAL WHERE city = {city:String} "
        "AND received >= {since:DateTime64(3)} AND received <= {until:DateTime64(3)} AND state = 'waiting' "
        f"AND {_AMONG}",
        {
            "city": by.city_code,
            "since": min(one.received for one in parts),
            "until": max(one.received for one in parts),
            **_names(parts),
        },
    )


def _names(parts: list[QuarantinedPart]) -> dict[str, list[int]]:
    return {"payloads": [one.payload for one in parts], "parts": [one.part for one in parts]}


def give_up(*, by: Principal, source: str, reason: str, because: str, part: str = "") -> int:
    """Close the waiting parts of *source* with *reason* (or only *part*) without reading them, and return how many.

    Their bytes stay as long as the quarantine is kept. ``Invalid`` without a reason of its own (*because*).
    """
    require(by, MANAGE_SOURCES)
    if not because.strip():
        raise Invalid("理由を入力してください。", [Problem("入力してください。", "理由", "because")])
    one = find_part(by, part) if part else None
    given = {
        "city": by.city_code,
        "source": one.source if one else source,
        "reason": one.reason if one else reason,
        "payload": one.payload if one else 0,
        "part": one.part if one else 0,
        "one": 1 if one else 0,
        "until": clock.now(),
    }
    condition = (
        "city = {city:String} AND state = 'waiting' AND source = {source:String} AND reason = {reason:String} "
        "AND received <= {until:DateTime64(3)} "
        "AND ({one:UInt8} = 0 OR (payload = {payload:UInt64} AND part = {part:UInt32}))"
    )
    opened = store()
    count = _count(opened, by, condition, given)
    if not count:
        return 0
    with transaction.atomic():
        # The journal first: what it says may be done again, what was done is never unsaid.
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.quarantine.give_up",
            subject=("telemetry.source", given["source"]),
            changes={"reason": given["reason"], "because": because.strip(), "count": count, "part": part},
        )
        opened.command(
            "INSERT INTO quarantine SELECT city, received, payload, part, source, peer, place, reason, raw, "
            f"'given_up', version + 1, now64(3) FROM quarantine FINAL WHERE {condition}",
            given,
        )
    return count


def _count(opened: Store, by: Principal, condition: str, given: dict[str, Any]) -> int:
    sql = f"SELECT count() AS count FROM quarantine FINAL WHERE {condition} AND received >= {{since:DateTime64(3)}}"
    until = given["until"] + timedelta(seconds=1)
    rows = opened.query(
        sql, city=by.city_code, since=until - _WINDOW, until=until, parameters=given
    ).to_pylist()
    return int(rows[0]["count"])


def _waiting(
    by: Principal, select: str, group: str, only: QuarantineFilter | None = None
) -> list[dict[str, Any]]:
    sql = (
        f"SELECT {select} FROM quarantine FINAL WHERE {_CONDITION} AND state = 'waiting' "
        f"AND ({{source:String}} = '' OR source = {{source:String}}) GROUP BY {group}"
    )
    return _ask(by, sql, {"source": only.source if only else ""})


def _ask(
    by: Principal,
    sql: str,
    given: dict[str, Any],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[dict[str, Any]]:
    require(by, MANAGE_SOURCES)
    end = until or clock.now() + timedelta(minutes=1)
    table = store().query(sql, city=by.city_code, since=since or end - _WINDOW, until=end, parameters=given)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _part(row: dict[str, Any]) -> QuarantinedPart:
    return QuarantinedPart(raw=base64.b64decode(row.pop("bytes", "")), **row)
