"""Who and what is most at work, and what changed since the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count

from tenken.organization.access import Principal
from tenken.organization.models import Person, Unit
from tenken.telemetry.boards.counts import NewOperation, new_operations
from tenken.telemetry.boards.health import watched
from tenken.telemetry.boards.seeing import Period, Sight, sight_of
from tenken.telemetry.models.inventory import SoftwareTitle
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.store import store

MOST: Final = 20
_EARLIER_WEEKS: Final = 12
_DAYS: Final = (
    "city = {city:String} AND day >= toDate({since:DateTime64(3)}, 'Asia/Tokyo') "
    "AND day < toDate({until:DateTime64(3)}, 'Asia/Tokyo')"
)
_EVENTS: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"


@dataclass(frozen=True)
class Talker:
    """A terminal or a person with much to say. ``sent``: bytes that left by web and mail, and to removable media."""

    key: str
    name: str
    section: str
    events: int
    off_hours: int
    sent: int

    @property
    def sent_megabytes(self) -> float:
        return round(self.sent / 1_000_000, 1)


@dataclass(frozen=True)
class Talkers:
    terminals: list[Talker]
    senders: list[Talker]
    people: list[Talker]


def talkers(by: Principal, period: Period, unit: Unit | None = None, *, people: bool) -> Talkers:
    """Return the terminals with most events, those that sent most, and (*people*) the people with most events.

    The first from the rollup ``device_days``; the others read the events of the period.
    """
    sight = sight_of(by, VIEW_TERMINALS, unit)
    parameters: dict[str, Any] = {"most": MOST}
    loud = _rows(
        sight,
        period,
        "SELECT device AS key, argMax(section, day) AS code, sum(events) AS n, sum(off_hours) AS off, "
        f"toUInt64(0) AS sent FROM device_days WHERE {_DAYS} AND {sight.days_where(parameters)} AND device != '' "
        "GROUP BY device ORDER BY n DESC, device LIMIT {most:UInt16}",
        parameters,
    )
    senders = _rows(sight, period, *_sent(sight, "device"))
    persons = _rows(sight, period, *_sent(sight, "person")) if people else []
    names = dict(
        Person.objects.filter(city=by.city_id, number__in=[row["key"] for row in persons]).values_list(
            "number", "name"
        )
    )
    computers = dict(
        Terminal.objects.of_city(by.city_id)
        .filter(number__in=[row["key"] for row in (*loud, *senders)])
        .values_list("number", "computer_name")
    )
    return Talkers(
        [_talker(row, computers, sight, period) for row in loud],
        [_talker(row, computers, sight, period) for row in senders if row["sent"]],
        [_talker(row, names, sight, period) for row in persons],
    )


def _sent(sight: Sight, column: str) -> tuple[str, dict[str, Any]]:
    """Return the query of the most by *column*: terminals by what they sent, people by how much they did."""
    parameters: dict[str, Any] = {"most": MOST}
    order = "sent" if column == "device" else "n"
    return (
        f"SELECT {column} AS key, argMax(section, ts) AS code, count() AS n, sum(off_hours) AS off, "
        "sum(bytes_out) + sumIf(size, drive = 'removable' AND op IN ('file_copy', 'file_move')) AS sent "
        f"FROM events WHERE {_EVENTS} AND {sight.events_where(parameters)} AND {column} != '' "
        f"GROUP BY {column} ORDER BY {order} DESC, {column} LIMIT {{most:UInt16}}",
        parameters,
    )


def _talker(row: Mapping[str, Any], names: Mapping[str, str], sight: Sight, period: Period) -> Talker:
    return Talker(
        row["key"],
        names.get(row["key"], ""),
        sight.names.name(row["code"], period.last),
        row["n"],
        row["off"],
        row["sent"],
    )


@dataclass(frozen=True)
class NewSoftware:
    """A title that was never seen in the city before. ``terminals``: of those in sight, on how many it is now."""

    title_id: int
    name: str
    kind: str
    publisher: str
    first_seen: datetime
    terminals: int


@dataclass(frozen=True)
class NewDevice:
    """An external device that was not connected in the weeks before."""

    name: str
    identity: str
    section: str
    terminal: str
    approved: bool
    first: datetime
    events: int


@dataclass(frozen=True)
class Changes:
    """What is different in *period* from the weeks before it."""

    software: list[NewSoftware]
    terminals: list[Terminal]
    silent: list[Terminal]
    devices: list[NewDevice]
    operations: list[NewOperation]


def changes(by: Principal, period: Period, unit: Unit | None = None) -> Changes:
    """Return what changed. Three reads of the store and three of the database."""
    sight = sight_of(by, VIEW_TERMINALS, unit)
    rows = watched(by, unit).select_related("unit")
    return Changes(
        software=_new_software(by, period, unit),
        terminals=list(
            rows.filter(first_seen__gte=period.since, first_seen__lt=period.until).order_by("number")
        ),
        silent=_gone_silent(by, sight, period, unit),
        devices=_new_devices(sight, period),
        operations=new_operations(sight, period, _EARLIER_WEEKS),
    )


def _new_software(by: Principal, period: Period, unit: Unit | None) -> list[NewSoftware]:
    titles = SoftwareTitle.objects.filter(
        city=by.city_id,
        first_seen__gte=period.since,
        first_seen__lt=period.until,
        releases__installed__terminal__in=watched(by, unit),
    )
    found = (
        titles.order_by("first_seen", "name")
        .annotate(terminals=Count("releases__installed__terminal", distinct=True))
        .values_list("pk", "name", "kind", "publisher", "first_seen", "terminals")
    )
    labels = dict(SoftwareTitle.Kind.choices)
    return [
        NewSoftware(key, name, str(labels[kind]), publisher, first, terminals)
        for key, name, kind, publisher, first, terminals in found
    ]


def _gone_silent(by: Principal, sight: Sight, period: Period, unit: Unit | None) -> list[Terminal]:
    """Return the terminals that were heard in the period before and not in this one."""
    before = period.before()
    parameters: dict[str, Any] = {"begins": period.first}
    rows = _rows(
        sight,
        Period(before.first, period.last),
        f"SELECT device FROM device_days WHERE {_DAYS} AND {sight.days_where(parameters)} AND device != '' "
        "GROUP BY device HAVING max(day) < {begins:Date} ORDER BY device",
        parameters,
    )
    numbers = [row["device"] for row in rows]
    standing = watched(by, unit).filter(number__in=numbers[:1000]).select_related("unit")
    return list(standing.order_by("number"))


def _new_devices(sight: Sight, period: Period) -> list[NewDevice]:
    earlier = Period.ending(period.before().last, _EARLIER_WEEKS * 7)
    parameters: dict[str, Any] = {"begins": period.since}
    rows = _rows(
        sight,
        Period(earlier.first, period.last),
        "SELECT vendor_id, product_id, device_serial, any(device_name) AS name, argMin(section, ts) AS code, "
        "argMin(device, ts) AS terminal, max(device_approved) AS approved, min(ts) AS first, count() AS n FROM events "
        f"WHERE {_EVENTS} AND {sight.events_where(parameters)} AND op = 'device_connect' "
        "AND (vendor_id != '' OR device_serial != '') GROUP BY vendor_id, product_id, device_serial "
        "HAVING first >= {begins:DateTime64(3)} ORDER BY first",
        parameters,
    )
    return [
        NewDevice(
            row["name"],
            f"{row['vendor_id']}:{row['product_id']}:{row['device_serial'] or '-'}",
            sight.names.name(row["code"], period.last),
            row["terminal"],
            row["approved"] == 1,
            row["first"],
            row["n"],
        )
        for row in rows
    ]


def _rows(sight: Sight, period: Period, sql: str, parameters: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    table = store().query(
        sql, city=sight.city_code, since=period.since, until=period.until, parameters=parameters
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
