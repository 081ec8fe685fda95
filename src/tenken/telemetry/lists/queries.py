"""Reading lists and duty hours: for pages, and as one snapshot for the work on each batch of events."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.db.models import Q, QuerySet

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.journal.canonical import canonical_json, sha256
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.opening_days import opening_days_of
from tenken.organization.tree import tree_of
from tenken.telemetry.device_control.queries import approved_keys
from tenken.telemetry.lists.duty import ORDINARY_WEEK, DutyCalendar, Stretch, Week, minute_of
from tenken.telemetry.models import DutyHours, WatchEntry, WatchList
from tenken.telemetry.permissions import MANAGE_RULES

KEPT_SECONDS: Final = 15.0
BUILT_IN: Final = tuple(kind for kind in WatchList.Kind if kind != WatchList.Kind.OWN)
DEVICES: Final = "approved_devices"


@dataclass(frozen=True)
class ListSnapshot:
    """What a city's lists hold today. ``version`` changes when anything in it does; ``values``: by the list's code, each
    of ``BUILT_IN``, ``approved_devices`` and the city's own; ``duty``: who is on duty when."""

    version: str
    values: Mapping[str, tuple[str, ...]]
    duty: DutyCalendar


_kept: dict[str, tuple[float, ListSnapshot]] = {}
_lock = threading.Lock()


def snapshot(city_code: str) -> ListSnapshot:
    """Return the city's lists as they hold today, read at most ``KEPT_SECONDS`` ago. ``Missing`` for an unknown city.

    Six queries when they are read anew, none otherwise. While nothing changed the same object comes back, so that what
    was made of it (bound tables, sets) may be kept with it.
    """
    with _lock:
        standing = _kept.get(city_code)
        if standing and time.monotonic() - standing[0] < KEPT_SECONDS:
            return standing[1]
    fresh = read_snapshot(city_code)
    with _lock:
        if standing and standing[1].version == fresh.version:
            fresh = standing[1]
        _kept[city_code] = (time.monotonic(), fresh)
    return fresh


def forget_snapshots() -> None:
    """Let the next call of :func:`snapshot` read anew (this process changed a list)."""
    with _lock:
        _kept.clear()


def read_snapshot(city_code: str) -> ListSnapshot:
    """Return the city's lists as the database has them now."""
    city = City.objects.filter(code=city_code).first()
    if city is None:
        raise Missing("その市は登録されていません。")
    on = clock.today()
    values = _values(city, on)
    duty = duty_calendar(city, on)
    told = {
        "values": {code: list(some) for code, some in sorted(values.items())},
        "weeks": [[[one.day, one.starts, one.ends] for one in week] for week in duty.weeks],
        "sections": dict(sorted(duty.sections.items())),
        "settled": {day.isoformat(): closed for day, closed in sorted(duty.settled.items())},
    }
    return ListSnapshot(sha256(canonical_json(told))[:16], MappingProxyType(values), duty)


def _values(city: City, on: date) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {kind.value: [] for kind in BUILT_IN}
    found |= {code: [] for code in WatchList.objects.filter(city=city).values_list("code", flat=True)}
    rows = WatchEntry.objects.filter(in_force(on), watch_list__city=city).order_by("value")
    for code, value in rows.values_list("watch_list__code", "value"):
        found[code].append(value)
    return {code: tuple(some) for code, some in found.items()} | {DEVICES: approved_keys(city.code, on)}


def in_force(on: date) -> Q:
    """Return the condition that an entry holds on a day."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=on)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=on)
    )


def duty_calendar(city: City, on: date) -> DutyCalendar:
    """Return the city's duty hours: of each section its own, else those of the nearest unit above with some."""
    own = weeks_by_unit(city)
    tree = tree_of(city, on)
    weeks: list[Week] = []
    place_of: dict[Week, int] = {}

    def place(week: Week) -> int:
        if week not in place_of:
            place_of[week] = len(weeks)
            weeks.append(week)
        return place_of[week]

    units = list(
        Unit.objects.filter(city=city).order_by("valid_from").values_list("pk", "code", "kind__rank")
    )
    root = next((pk for pk, _, rank in units if rank == 0), None)
    place(own.get(root, ORDINARY_WEEK) if root else ORDINARY_WEEK)
    sections: dict[str, int] = {}
    for pk, code, _ in units:  # of one code the latest unit counts
        at = place(_nearest(pk, own, tree.parent, tree.lineage_forward([pk])))
        sections[code] = at
    settled = dict(opening_days_of(city).settled)
    return DutyCalendar(tuple(weeks), {code: at for code, at in sections.items() if at}, settled)


def _nearest(unit: int, own: Mapping[int, Week], parent: Mapping[int, int], heirs: frozenset[int]) -> Week:
    """Return the week of *unit* or of the nearest above it; of a unit that is gone, that of what became of it."""
    standing = unit if unit in parent else next((one for one in sorted(heirs) if one in parent), unit)
    for _ in range(32):
        if standing in own:
            return own[standing]
        if standing not in parent:
            break
        standing = parent[standing]
    return own.get(standing, ORDINARY_WEEK)


def weeks_by_unit(city: City) -> dict[int, Week]:
    """Return the own weeks of the units that have one."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = DutyHours.objects.filter(unit__city=city).order_by("unit_id", "day", "starts")
    for unit, day, starts, ends in rows.values_list("unit_id", "day", "starts", "ends"):
        found[unit].append(Stretch(day, minute_of(starts), minute_of(ends)))
    return {unit: tuple(week) for unit, week in found.items()}


# --- for pages --------------------------------------------------------------------------------------------


def lists_for(by: Principal) -> list[WatchList]:
    """Return every list of the city, the built-in first whether they have entries yet or not. One query."""
    require_somewhere(by, MANAGE_RULES)
    standing = {one.code: one for one in WatchList.objects.restrict(by, MANAGE_RULES)}
    first = [standing.get(kind.value) or unsaved_list(by.city, kind) for kind in BUILT_IN]
    return first + [one for one in standing.values() if one.kind == WatchList.Kind.OWN]


def list_for(by: Principal, code: str) -> WatchList:
    """Return one list, unsaved when it is a built-in one without entries. ``Missing`` when there is none."""
    require_somewhere(by, MANAGE_RULES)
    found = WatchList.objects.restrict(by, MANAGE_RULES).filter(code=code).first()
    if found is None and code in {kind.value for kind in BUILT_IN}:
        found = unsaved_list(by.city, WatchList.Kind(code))
    if found is None:
        raise Missing("リストが見つかりません。")
    return found


def unsaved_list(city: City, kind: WatchList.Kind) -> WatchList:
    """Return a built-in list as it stands before its first entry."""
    return WatchList(city=city, code=kind.value, name=kind.label, kind=kind)


def entries_of(watch_list: WatchList) -> QuerySet[WatchEntry]:
    """Return the entries of a list the reader was given."""
    return WatchEntry.objects.filter(watch_list=watch_list.pk or 0)


def sections_with_hours(by: Principal) -> list[tuple[Unit, Week, Unit | None]]:
    """Return each unit of today in the tree's order with the week that holds for it and the unit it is from (None: the
    ordinary week). Three queries."""
    require_somewhere(by, MANAGE_RULES)
    own, tree = weeks_by_unit(by.city), by.tree
    rows = Unit.objects.restrict(by, MANAGE_RULES).filter(valid_on(by.on)).select_related("kind")
    units = {unit.pk: unit for unit in rows.order_by("code")}
    found = []
    for pk in _in_order(units, tree.parent):
        holder = next((one for one in (pk, *tree.ancestors(pk)) if one in own), None)
        week = own[holder] if holder is not None else ORDINARY_WEEK
        found.append((units[pk], week, units.get(holder) if holder is not None else None))
    return found


def _in_order(units: Mapping[int, Unit], parent: Mapping[int, int]) -> list[int]:
    below: dict[int | None, list[int]] = defaultdict(list)
    for pk in units:
        above = parent.get(pk)
        below[above if above in units else None].append(pk)
    order: list[int] = []
    waiting = list(reversed(below[None]))
    while waiting:
        pk = waiting.pop()
        order.append(pk)
        waiting += reversed(below[pk])
    return order
