"""Renaming, merging and splitting: new units joined to the old by successions, so that history follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Post, Unit, UnitKind, UnitPlacement, UnitSuccession
from tenken.organization.models.validity import valid_on
from tenken.organization.names import Checks, refuse
from tenken.organization.operations.carrying import (
    carry_emergency_procedure,
    carry_posts,
    carry_units_below,
)
from tenken.organization.operations.checks import (
    check_code_free,
    check_kind,
    check_stands,
    check_unit_text,
)
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.operations.placements import refuse_cycle
from tenken.organization.operations.units import create_unit, end_unit
from tenken.organization.permissions import CHANGE_UNITS


@dataclass(frozen=True)
class NewUnit:
    """What a reorganisation makes: None takes the (first) old unit's code, kind and parent."""

    name: str
    code: str | None = None
    kana: str = ""
    kind: UnitKind | None = None
    parent: Unit | None = None


@transaction.atomic
def rename_unit(
    *, by: Principal, unit: Unit, name: str, on: date, kana: str = "", code: str | None = None
) -> Unit:
    """Rename *unit* from a date on and return the unit under its new name.

    Everything goes on in it: posts (their titles follow the name), holders, roles, what stands below. Its code
    stays unless *code* is given. ``Invalid`` when it does not stand then or begins that very day.
    """
    require(by, CHANGE_UNITS, unit=unit)
    _begin(by, [unit], on)
    new = NewUnit(name=name, kana=kana, code=code)
    renamed = _found(by, new, [unit], on, index=0)
    _hand_over(by, unit, renamed, on, UnitSuccession.Kind.RENAME, leads=True)
    _finish(by, "rename", [unit], [renamed], on)
    return renamed


@transaction.atomic
def merge_units(
    *, by: Principal, units: Sequence[Unit], on: date, new: NewUnit | None = None, into: Unit | None = None
) -> Unit:
    """Merge *units* into a *new* unit, or *into* one that stands and goes on, and return it.

    Posts of the first unit go on in a new one; of the others, and into a standing one, only those with many seats do:
    a section has one manager, and the transfer list says who. The other posts end with their holders' assignments.
    """
    for unit in (*units, *((into,) if into else ())):
        require(by, CHANGE_UNITS, unit=unit)
    if (new is None) == (into is None):
        raise ValueError("either new or into")
    if len({unit.pk for unit in units}) < (1 if into else 2) or (into and into.pk in {u.pk for u in units}):
        raise refuse("統合する組織を2つ以上選んでください。", label="組織", field="units")
    _begin(by, [*units, *([into] if into else [])], on)
    if new is not None:
        _refuse_own_below(new.parent, units, on)
        merged = _found(by, new, units, on, index=0)
    else:
        assert into is not None
        _refuse_own_below(into, units, on)
        merged = into
    for index, unit in enumerate(units):
        leads = new is not None and index == 0
        _hand_over(by, unit, merged, on, UnitSuccession.Kind.MERGE, leads=leads)
    _finish(by, "merge", units, [merged], on)
    return merged


@transaction.atomic
def split_unit(*, by: Principal, unit: Unit, parts: Sequence[NewUnit], on: date) -> list[Unit]:
    """Split *unit* into *parts* and return them. All that was the unit's goes on in the first; the others are new."""
    require(by, CHANGE_UNITS, unit=unit)
    if len(parts) < 2:
        raise refuse("分割した後の組織を2つ以上入力してください。", label="分割後の組織", field="parts")
    _begin(by, [unit], on)
    if unit.kind.rank == 0:
        raise refuse("市そのものは分割できません。", label="組織", field="unit")
    made: list[Unit] = []
    for index, part in enumerate(parts):
        _refuse_own_below(part.parent, [unit], on)
        made.append(_found(by, part, [unit], on, index=index))
    for index, part_unit in enumerate(made):
        if index == 0:
            _hand_over(by, unit, part_unit, on, UnitSuccession.Kind.SPLIT, leads=True)
        else:
            _succeed(unit, part_unit, on, UnitSuccession.Kind.SPLIT)
    _finish(by, "split", [unit], made, on)
    return made


def _begin(by: Principal, units: Sequence[Unit], on: date) -> None:
    """Lock, read the units anew, and refuse when one does not stand at the date."""
    lock_city(by)
    checks = Checks()
    for unit in units:
        unit.refresh_from_db()
        check_stands(checks, unit, on, label="組織", field="unit")
        if unit.kind.rank == 0 and len(units) > 1:
            checks.problem("市そのものは統合できません。", label="組織", field="unit")
    checks.done()


def _found(by: Principal, new: NewUnit, old: Sequence[Unit], on: date, *, index: int) -> Unit:
    """Write the new unit and its placement. Only the first may keep the (first) old unit's code."""
    first = old[0]
    checks = Checks()
    code = new.code if new.code is not None else (first.code if index == 0 else "")
    kept_code, kept_name, kept_kana = check_unit_text(checks, code, new.name, new.kana)
    check_code_free(checks, by.city_id, kept_code, on, ending=tuple(unit.pk for unit in old))
    if new.kind is not None:
        check_kind(checks, by, new.kind)
    parent = new.parent or _parent_of(first, on)
    if new.parent is not None:
        require(by, CHANGE_UNITS, unit=new.parent)
        check_stands(checks, new.parent, on, label="上位の組織", field="parent")
    checks.done()
    made = create_unit(
        city_id=by.city_id,
        code=kept_code,
        name=kept_name,
        kana=kept_kana,
        kind=new.kind or first.kind,
        body_id=first.body_id,
        on=on,
    )
    if parent is not None:
        UnitPlacement.objects.create(unit=made, parent=parent, valid_from=on)
    return made


def _parent_of(unit: Unit, on: date) -> Unit | None:
    row = UnitPlacement.objects.filter(valid_on(on), unit=unit).select_related("parent").first()
    return row.parent if row else None


def _refuse_own_below(parent: Unit | None, ending: Sequence[Unit], on: date) -> None:
    """``Invalid`` when *parent* is one of the ending units or stands below one: nothing would hold it."""
    gone = {unit.pk: unit for unit in ending}
    above, seen = parent, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk in gone:
            raise refuse(
                f"「{parent}」は、なくなる「{above.name}」の中にあります。先に外へ移してください。",
                label="上位の組織",
                field="parent",
            )
        seen.add(above.pk)
        above = _parent_of(above, on)


def _hand_over(by: Principal, old: Unit, new: Unit, on: date, kind: str, *, leads: bool) -> None:
    """End *old* and let what is its go on in *new*; unless it *leads*, only posts with many seats do."""

    def goes_on(post: Post) -> bool:
        return leads or not post.single_seat

    if UnitPlacement.objects.filter(parent=old, unit=new).exclude(valid_to__lte=on).exists():
        raise refuse(
            f"「{new.name}」は「{old.name}」の下に移ることが決まっています。先に取り消してください。",
            label="組織",
            field="unit",
        )
    carry_units_below(old, new, on)
    carry_posts(old, new, on, goes_on)
    if leads:
        carry_emergency_procedure(by, old, new, on)
    end_unit(old, on)
    _succeed(old, new, on, kind)


def _succeed(old: Unit, new: Unit, on: date, kind: str) -> None:
    UnitSuccession.objects.create(predecessor=old, successor=new, kind=kind, effective_on=on)


def _finish(by: Principal, what: str, old: Sequence[Unit], new: Sequence[Unit], on: date) -> None:
    """Prove that nothing stands below itself, raise the version, and journal once for each old unit."""
    refuse_cycle(by.city_id, on)
    raise_version(by)
    for unit in old:
        record(
            by=by,
            city_code=by.city_code,
            operation=f"organization.unit.{what}",
            subject=("organization.unit", unit.pk),
            changes={
                "code": unit.code,
                "name": unit.name,
                "became": [{"id": made.pk, "code": made.code, "name": made.name} for made in new],
            },
            business_date=on,
        )
