"""Where units stand: moving one below another, and the proof that nothing stands below itself."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit, UnitPlacement
from tenken.organization.names import Checks, refuse
from tenken.organization.operations.checks import check_stands
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.operations.office_heads import follow_the_office
from tenken.organization.permissions import CHANGE_UNITS
from tenken.organization.rules.cycle import Placed, first_cycle


@transaction.atomic
def move_unit(*, by: Principal, unit: Unit, parent: Unit, on: date) -> None:
    """Put *unit*, and all below it, below *parent* from a date on.

    ``Invalid`` when either does not stand then, *unit* is the city itself, another move is laid down for later, or
    a unit would stand below itself on any date (the sentence names the ring). The head of a 三種公所 becomes deputy
    of the new section.
    """
    require(by, CHANGE_UNITS, unit=unit)
    require(by, CHANGE_UNITS, unit=parent)
    lock_city(by)
    unit.refresh_from_db()
    parent.refresh_from_db()
    checks = Checks()
    check_stands(checks, unit, on, label="組織", field="unit")
    check_stands(checks, parent, on, label="上位の組織", field="parent")
    checks.done()
    placements = UnitPlacement.objects.filter(unit=unit).exclude(valid_to__lte=on).order_by("valid_from")
    current = placements.first()
    if current is None:
        raise refuse(f"「{unit.name}」は市そのものなので、動かせません。", label="組織", field="unit")
    if later := placements.filter(valid_from__gt=on).first():
        raise refuse(
            f"「{unit.name}」は{later.valid_from}に移ることが決まっています。それより後の日付にしてください。",
            label="施行日",
            field="on",
        )
    if current.parent_id == parent.pk:
        raise refuse(
            f"「{unit.name}」は、すでに「{parent.name}」にあります。", label="上位の組織", field="parent"
        )
    if unit.pk == parent.pk:
        raise refuse(f"「{unit.name}」を自分自身の下には置けません。", label="上位の組織", field="parent")
    before = current.parent
    _place(unit, current, parent, on)
    refuse_cycle(by.city_id, on)
    follow_the_office(unit, on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.unit.move",
        subject=("organization.unit", unit.pk),
        changes={"code": unit.code, "from": before.code, "to": parent.code},
        business_date=on,
    )


def _place(unit: Unit, current: UnitPlacement, parent: Unit, on: date) -> None:
    """Write the new placement; one that began the same day is set right instead (a period has at least a day)."""
    if current.valid_from == on:
        UnitPlacement.objects.filter(pk=current.pk).update(parent=parent)
    else:
        UnitPlacement.objects.filter(pk=current.pk).update(valid_to=on)
        UnitPlacement.objects.create(unit=unit, parent=parent, valid_from=on)


def refuse_cycle(city_id: int, since: date) -> None:
    """``Invalid`` when units stand in a ring on *since* or later; call after writing, inside the transaction."""
    rows = UnitPlacement.objects.filter(unit__city=city_id).exclude(valid_to__lte=since)
    ring = first_cycle(
        (Placed(*row) for row in rows.values_list("unit_id", "parent_id", "valid_from", "valid_to")), since
    )
    if ring:
        names = Unit.objects.in_bulk(ring.units)
        told = "」→「".join(names[unit].name for unit in (*ring.units, ring.units[0]))
        raise refuse(
            f"{ring.day}に、組織が自分自身の下に来てしまいます（「{told}」）。",
            label="上位の組織",
            field="parent",
        )
