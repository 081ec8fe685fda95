"""What terminals reported of devices, writes to them, printing and remote sessions: reads of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from tenken.telemetry.boards.seeing import Period, Sight
from tenken.telemetry.device_control.rules.judging import BLOCKS, CONNECTS, PRINTS, WRITES
from tenken.telemetry.store import store

_WHERE: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"
_GROUP: Final = (
    "op, disposition, section, segment, device, person, device_class, device_name, vendor_id, product_id, "
    "device_serial, drive"
)


@dataclass(frozen=True)
class Reported:
    """Events that are alike on a day, and how many."""

    day: date
    op: str
    blocked: bool
    section: str
    segment: str
    terminal: str
    person: str
    called: str
    name: str
    vendor_id: str
    product_id: str
    serial: str
    drive: str
    events: int
    size: int
    pages: int


def reported(sight: Sight, period: Period, *, printing: bool) -> list[Reported]:
    """Return what was connected, blocked, written to removable media, and (*printing*) printed. One query."""
    parameters: dict[str, Any] = {
        "connects": [*CONNECTS, *BLOCKS],
        "writes": list(WRITES),
        "prints": list(PRINTS) if printing else [],
    }
    sql = (
        f"SELECT toDate(ts, 'Asia/Tokyo') AS day, {_GROUP}, count() AS events, sum(size) AS size, "
        f"sum(pages) AS pages FROM events WHERE {_WHERE} AND {sight.events_where(parameters)} AND ("
        "op IN {connects:Array(String)} OR op IN {prints:Array(String)} "
        "OR (op IN {writes:Array(String)} AND drive IN ('removable', 'optical'))) "
        f"GROUP BY day, {_GROUP} ORDER BY day, device, op, device_serial"
    )
    table = store().query(
        sql, city=sight.city_code, since=period.since, until=period.until, parameters=parameters
    )
    return [
        Reported(
            day=row["day"],
            op=row["op"],
            blocked=row["op"] in BLOCKS or row["disposition"] == "blocked",
            section=row["section"],
            segment=row["segment"],
            terminal=row["device"],
            person=row["person"],
            called=row["device_class"],
            name=row["device_name"],
            vendor_id=row["vendor_id"].casefold(),
            product_id=row["product_id"].casefold(),
            serial=row["device_serial"],
            drive=row["drive"],
            events=row["events"],
            size=row["size"],
            pages=row["pages"],
        )
        for row in table.to_pylist()
    ]


@dataclass(frozen=True)
class Moved:
    """A terminal that stood in more than one network segment, or whose network connection changed."""

    terminal: str
    section: str
    segments: tuple[str, ...]
    changes: int
    last: datetime


def moved(sight: Sight, period: Period) -> list[Moved]:
    """Return the terminals whose segment or network connection changed, by number. One query."""
    parameters: dict[str, Any] = {}
    sql = (
        "SELECT device, argMax(section, ts) AS last_section, arraySort(groupUniqArrayIf(segment, segment != '')) AS segments, "
        "countIf(op = 'network_change') AS changes, max(ts) AS last FROM events "
        f"WHERE {_WHERE} AND {sight.events_where(parameters)} AND device != '' "
        "AND op IN ('network_change', 'logon', 'device_connect') "
        "GROUP BY device HAVING length(segments) > 1 OR changes > 0 ORDER BY device"
    )
    table = store().query(
        sql, city=sight.city_code, since=period.since, until=period.until, parameters=parameters
    )
    return [
        Moved(row["device"], row["last_section"], tuple(row["segments"]), row["changes"], row["last"])
        for row in table.to_pylist()
    ]


@dataclass(frozen=True)
class RemoteEvent:
    """One remote session that a terminal reported."""

    at: datetime
    terminal: str
    section: str
    person: str
    user: str
    address: str
    app: str
    message: str


MOST_REMOTE: Final = 5_000


def remote_events(sight: Sight, period: Period) -> list[RemoteEvent]:
    """Return the remote sessions that were reported, the newest first, ``MOST_REMOTE`` at most. One query."""
    parameters: dict[str, Any] = {"most": MOST_REMOTE}
    sql = (
        "SELECT ts, device, section, person, user, address, app, message FROM events "
        f"WHERE {_WHERE} AND {sight.events_where(parameters)} AND op = 'remote_session' "
        "ORDER BY ts DESC, device LIMIT {most:UInt32}"
    )
    table = store().query(
        sql, city=sight.city_code, since=period.since, until=period.until, parameters=parameters
    )
    return [RemoteEvent(*row.values()) for row in table.to_pylist()]
