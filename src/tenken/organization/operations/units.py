"""Units: added, placed below others, moved, abolished."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import ImplementingBody, Unit, UnitKind, UnitPlacement
from tenken.organization.names import Checks, search_text
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.permissions import CHANGE_UNITS


@transaction.atomic
def add_unit(
    *,
    by: Principal,
    parent: Unit,
    kind: UnitKind,
    code: str,
    name: str,
    on: date,
    kana: str = "",
    body: ImplementingBody | None = None,
) -> Unit:
    """Add a unit below *parent* from a date on and return it. *body* is the parent's unless given.

    ``Invalid`` when the code is in use on that date or later, or *parent* does not stand then.
    """
    require(by, CHANGE_UNITS, unit=parent)
    lock_city(by)
    checks = Checks()
    kept_code, kept_name = check_unit_text(checks, code, name, kana)
    check_code_free(checks, by.city_id, kept_code, on)
    check_kind(checks, by, kind)
    check_stands(checks, parent, on, field="parent")
    checks.done()
    unit = create_unit(
        city_id=by.city_id,
        code=kept_code,
        name=kept_name,
        kana=kana,
        kind=kind,
        body_id=body.pk if body else parent.body_id,
        on=on,
    )
    UnitPlacement.objects.create(unit=unit, parent=parent, valid_from=on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.unit.add",
        subject=("organization.unit", unit.pk),
        changes={"code": unit.code, "name": unit.name, "kind": kind.code, "parent": parent.code},
        business_date=on,
    )
    return unit


def check_unit_text(checks: Checks, code: str, name: str, kana: str = "") -> tuple[str, str]:
    """Check a unit's code and name and return them as they are kept."""
    checks.name(kana, label="ふりがな", limit=200, field="kana", required=False)
    return (
        checks.code(code, label="所属コード", limit=20, field="code"),
        checks.name(name, label="名称", limit=100, field="name"),
    )


def check_kind(checks: Checks, by: Principal, kind: UnitKind) -> None:
    if kind.city_id != by.city_id:
        checks.problem("この市の組織の種類から選んでください。", label="種類", field="kind")
    elif kind.rank == 0:
        checks.problem("市そのものは追加できません。", label="種類", field="kind")


def check_code_free(
    checks: Checks, city_id: int, code: str, on: date, *, ending: tuple[int, ...] = ()
) -> None:
    """A problem when a unit other than *ending* carries *code* on the date or later."""
    standing = Unit.objects.filter(city=city_id, code=code).exclude(valid_to__lte=on).exclude(pk__in=ending)
    if other := standing.first():
        checks.problem(
            f"所属コード{code}は「{other.name}」（{other.valid_from}から）が使っています。",
            label="所属コード",
            field="code",
        )


def check_stands(checks: Checks, unit: Unit, on: date, *, field: str) -> None:
    """A problem unless *unit* stands from the date on, until further notice."""
    if unit.valid_from > on:
        checks.problem(f"「{unit.name}」は{unit.valid_from}からの組織です。", label="上位の組織", field=field)
    elif unit.valid_to is not None:
        checks.problem(f"「{unit.name}」は{unit.valid_to}で終わる組織です。", label="上位の組織", field=field)


def create_unit(
    *, city_id: int, code: str, name: str, kana: str, kind: UnitKind, body_id: int | None, on: date
) -> Unit:
    """Write the row of a unit that was checked."""
    return Unit.objects.create(
        city_id=city_id,
        code=code,
        name=name,
        kana=kana.strip(),
        search_text=search_text(name, kana, code),
        kind=kind,
        body_id=body_id,
        valid_from=on,
    )
