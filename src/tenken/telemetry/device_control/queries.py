"""Reading device control: the policy in force, approved devices, what was handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, prefetch_related_objects

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.queries.naming import name_with_bureau
from tenken.organization.tree import Tree
from tenken.telemetry.device_control.kinds import DeviceKind
from tenken.telemetry.device_control.rules.deciding import Line, Place, Verdict, decide
from tenken.telemetry.models.device_control import (
    ApprovedDevice,
    ApprovedDeviceQuerySet,
    DeviceHandout,
    DevicePolicy,
)
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import VIEW_DEVICES

State = ApprovedDevice.State


def approved_keys(city_code: str, on: date) -> tuple[str, ...]:
    """Return the devices of a city that are approved on a date, as events know them: "vid:pid:serial", "vid:pid:*" for
    every device of a model; lower case, each once. What has no USB ids (a DVD) is not among them. One query."""
    rows = ApprovedDevice.objects.filter(
        city__code=city_code, state=State.APPROVED, starts_on__lte=on, ends_on__gte=on
    ).exclude(vendor_id="")
    return tuple(sorted({row.key for row in rows.only("vendor_id", "product_id", "serial")}))


def policy_in_force(city_id: int) -> DevicePolicy | None:
    """Return the newest published version, None before the first."""
    return DevicePolicy.objects.filter(city=city_id, published_at__isnull=False).first()


def policies(by: Principal) -> list[DevicePolicy]:
    """Return every version in sight, the newest first, with the number of its ``line_count``."""
    rows = DevicePolicy.objects.restrict(by, VIEW_DEVICES).annotate(line_count=Count("lines"))
    return list(rows)


def find_policy(by: Principal, number: int) -> DevicePolicy:
    """Return a version by its number; ``Missing`` out of sight."""
    policy = DevicePolicy.objects.restrict(by, VIEW_DEVICES).filter(number=number).first()
    if policy is None:
        raise Missing("使用制限のこの版はありません。")
    return policy


def lines_of(policy: DevicePolicy | None) -> tuple[Line, ...]:
    """Return the lines of a version as the rule reads them; none for None. Three queries, none when prefetched."""
    if policy is None:
        return ()
    if "lines" not in getattr(policy, "_prefetched_objects_cache", {}):
        prefetch_related_objects([policy], "lines__unit", "lines__terminal")
    return tuple(
        Line(
            order=row.order,
            access=row.access,
            approved_excepted=row.approved_excepted,
            kind=row.kind,
            unit=row.unit_id,
            unit_name=row.unit.name if row.unit else "",
            segment=row.segment,
            terminal=row.terminal_id,
            terminal_name=row.terminal.number if row.terminal else "",
        )
        for row in policy.lines.all()
    )


def place_of(tree: Tree, *, unit: int | None, segment: str = "", terminal: int | None = None) -> Place:
    """Return a place as the rule reads it: the section and what it stands below, nearest first (its heirs count for it)."""
    units: list[int] = []
    if unit is not None:
        heirs = sorted(tree.lineage_forward([unit]), key=lambda key: key not in tree.parent)
        here = unit if unit in tree.parent else heirs[0]
        units = [here, *tree.ancestors(here)]
    return Place(units=tuple(units), segment=segment, terminal=terminal)


def verdicts(lines: Sequence[Line], place: Place) -> dict[DeviceKind, Verdict]:
    """Return what holds at a place for every kind."""
    return {kind: decide(lines, kind, place) for kind in DeviceKind}


@dataclass(frozen=True)
class Choice:
    """What a preview or a hand-out is made for."""

    name: str
    place: Place
    unit: Unit | None = None
    segment: str = ""
    terminal: Terminal | None = None


def choice_of(
    by: Principal, *, unit: Unit | None = None, segment: str = "", terminal: Terminal | None = None
) -> Choice:
    """Return the place of a terminal (its section and segment are its own), or of a section and a segment; both none: the
    whole city."""
    if terminal is not None:
        place = place_of(by.tree, unit=terminal.unit_id, segment=terminal.segment, terminal=terminal.pk)
        return Choice(f"端末 {terminal.number}", place, terminal.unit, terminal.segment, terminal)
    name = name_with_bureau(by.city, unit.pk, by.on) if unit is not None else "全庁"
    if segment:
        name = f"{name}（{segment}）"
    place = place_of(by.tree, unit=unit.pk if unit is not None else None, segment=segment)
    return Choice(name, place, unit, segment)


def segments(by: Principal) -> list[str]:
    """Return the network segments that terminals of the city stand in."""
    rows = Terminal.objects.of_city(by.city_id).exclude(segment="").order_by("segment")
    return list(rows.values_list("segment", flat=True).distinct())


def devices_for(by: Principal, on: date, *, state: str = "", text: str = "") -> ApprovedDeviceQuerySet:
    """Return the approved devices and applications in sight. *state*: a ``State``, or "usable", "expired", "ending"
    (within 30 days of *on*); *text* is looked for in number, name, serial and purpose."""
    rows = ApprovedDevice.objects.restrict(by, VIEW_DEVICES).select_related("unit", "terminal", "person")
    usable = {"state": State.APPROVED, "starts_on__lte": on, "ends_on__gte": on}
    if state == "usable":
        rows = rows.filter(**usable)
    elif state == "ending":
        rows = rows.filter(**usable, ends_on__lte=on + timedelta(days=30))
    elif state == "expired":
        rows = rows.filter(state=State.APPROVED, ends_on__lt=on)
    elif state:
        rows = rows.filter(state=state)
    if text := text.strip():
        words = Q()
        for name in ("number", "name", "serial", "purpose", "vendor_id"):
            words |= Q(**{f"{name}__icontains": text})
        rows = rows.filter(words)
    return rows


def find_device(by: Principal, device_id: int) -> ApprovedDevice:
    """Return one approved device or application; ``Missing`` out of sight."""
    row = (
        ApprovedDevice.objects.restrict(by, VIEW_DEVICES)
        .select_related("city", "unit__city", "terminal", "person")
        .filter(pk=device_id)
        .first()
    )
    if row is None:
        raise Missing("この媒体はないか、見ることのできる範囲にありません。")
    return row


def usable_at(city_id: int, tree: Tree, place: Place, on: date) -> list[ApprovedDevice]:
    """Return the devices approved on a date that may be used at *place*: those of its section or of one above it (of the
    whole city where it names no section), not bound to another terminal. One query."""
    rows = ApprovedDevice.objects.filter(
        city=city_id, state=State.APPROVED, starts_on__lte=on, ends_on__gte=on
    ).order_by("number")
    if not place.units and place.terminal is None:
        return [row for row in rows if row.terminal_id is None]
    found = []
    for row in rows:
        heirs = tree.lineage_forward([row.unit_id])
        if heirs.intersection(place.units) and row.terminal_id in (None, place.terminal):
            found.append(row)
    return found


def target_choices(by: Principal, policy: DevicePolicy) -> list[Choice]:
    """Return the places that settings must be made for: the city, each place that a line names, each section that has
    approved devices today. Six queries at most."""
    places = policy.lines.select_related("unit", "terminal__unit").order_by("order")
    found: dict[tuple[int | None, str, int | None], Choice] = {}

    def add(unit: Unit | None, segment: str, terminal: Terminal | None) -> None:
        choice = choice_of(by, unit=unit, segment=segment, terminal=terminal)
        key = (
            (None, "", terminal.pk)
            if terminal is not None
            else (unit.pk if unit is not None else None, segment, None)
        )
        found.setdefault(key, choice)

    add(None, "", None)
    for line in places:
        add(line.unit, line.segment if line.terminal is None else "", line.terminal)
    usable = ApprovedDevice.objects.filter(
        city=by.city_id, state=State.APPROVED, starts_on__lte=by.on, ends_on__gte=by.on
    )
    for row in usable.select_related("unit", "terminal__unit").order_by("unit__code", "number"):
        add(row.unit if row.terminal is None else None, "", row.terminal)
    return list(found.values())


def handouts(by: Principal) -> list[DeviceHandout]:
    """Return what was handed out, the newest first."""
    rows = DeviceHandout.objects.restrict(by, VIEW_DEVICES)
    return list(rows.select_related("policy", "file", "unit"))
