"""Units: added, set right, abolished. Moves are in ``placements``, new names and mergers in ``reorganization``."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import (
    EmergencyProcedure,
    ImplementingBody,
    Post,
    PostRole,
    Unit,
    UnitKind,
    UnitPlacement,
)
from tenken.organization.names import Checks, refuse, search_text
from tenken.organization.operations.carrying import end_post
from tenken.organization.operations.checks import (
    check_code_free,
    check_kind,
    check_stands,
    check_unit_text,
)
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
    kept_code, kept_name, kept_kana = check_unit_text(checks, code, name, kana)
    check_code_free(checks, by.city_id, kept_code, on)
    check_kind(checks, by, kind)
    check_stands(checks, parent, on, label="上位の組織", field="parent")
    checks.done()
    unit = create_unit(
        city_id=by.city_id,
        code=kept_code,
        name=kept_name,
        kana=kept_kana,
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


def create_unit(
    *, city_id: int, code: str, name: str, kana: str, kind: UnitKind, body_id: int | None, on: date
) -> Unit:
    """Write the row of a unit that was checked."""
    return Unit.objects.create(
        city_id=city_id,
        code=code,
        name=name,
        kana=kana,
        search_text=search_text(name, kana, code),
        kind=kind,
        body_id=body_id,
        valid_from=on,
    )


@transaction.atomic
def correct_unit(
    *,
    by: Principal,
    unit: Unit,
    kana: str | None = None,
    kind: UnitKind | None = None,
    body: ImplementingBody | None = None,
) -> None:
    """Set right what was recorded of a unit without making it another: kana, kind, body. None: as it is.

    A new name is no correction: see ``rename_unit``.
    """
    require(by, CHANGE_UNITS, unit=unit)
    lock_city(by)
    unit.refresh_from_db()
    checks = Checks()
    if kind is not None:
        check_kind(checks, by, kind)
        if unit.kind.rank == 0:
            checks.problem("市そのものの種類は変えられません。", label="種類", field="kind")
        unit.kind = kind
    if kana is not None:
        unit.kana = checks.name(kana, label="ふりがな", limit=200, field="kana", required=False)
        unit.search_text = search_text(unit.name, unit.kana, unit.code)
    if body is not None:
        if body.city_id != by.city_id:
            checks.problem("この市の実施機関から選んでください。", label="実施機関", field="body")
        unit.body = body
    checks.done()
    unit.save(update_fields=["kana", "search_text", "kind", "body"])
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.unit.correct",
        subject=("organization.unit", unit.pk),
        changes={"kana": kana, "kind": kind and kind.code, "body": body and body.code},
    )


@transaction.atomic
def abolish_unit(*, by: Principal, unit: Unit, on: date) -> None:
    """Abolish *unit* at a date, the first day without it; its posts, their holders and roles end with it.

    ``Invalid`` while units stand below it then or later (they are named), or it is the city itself.
    """
    require(by, CHANGE_UNITS, unit=unit)
    lock_city(by)
    unit.refresh_from_db()
    checks = Checks()
    check_stands(checks, unit, on, label="組織", field="unit")
    checks.done()
    if unit.kind.rank == 0:
        raise refuse("市そのものは廃止できません。", label="組織", field="unit")
    below = UnitPlacement.objects.filter(parent=unit).exclude(valid_to__lte=on).select_related("unit")
    if names := "」「".join(sorted({row.unit.name for row in below})[:5]):
        raise refuse(
            f"「{unit.name}」の下に「{names}」があります。先に別の組織へ移すか、廃止してください。",
            label="組織",
            field="unit",
        )
    for post in Post.objects.filter(unit=unit).exclude(valid_to__lte=on):
        end_post(post, on)
    end_unit(unit, on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.unit.abolish",
        subject=("organization.unit", unit.pk),
        changes={"code": unit.code, "name": unit.name},
        business_date=on,
    )


def end_unit(unit: Unit, on: date) -> None:
    """Write that *unit* ends at the date: its placement, the roles over it, its procedure, itself.

    ``Invalid`` when the unit began that day or later, or a move is laid down for later.
    """
    if unit.valid_from >= on:
        raise refuse(
            f"「{unit.name}」は{unit.valid_from}からの組織です。それより後の日付にしてください。",
            label="施行日",
            field="on",
        )
    placements = UnitPlacement.objects.filter(unit=unit).exclude(valid_to__lte=on)
    if later := placements.filter(valid_from__gt=on).first():
        raise refuse(
            f"「{unit.name}」は{later.valid_from}に移ることが決まっています。それより後の日付にしてください。",
            label="施行日",
            field="on",
        )
    placements.filter(valid_from=on).delete()  # moved that very day: the move never counted
    placements.filter(valid_from__lt=on).update(valid_to=on)
    grants = PostRole.objects.filter(unit=unit).exclude(valid_to__lte=on)
    grants.filter(valid_from__gte=on).delete()
    grants.filter(valid_from__lt=on).update(valid_to=on)
    for procedure in EmergencyProcedure.objects.filter(unit=unit, valid_to=None):
        EmergencyProcedure.objects.filter(pk=procedure.pk).update(valid_to=max(on, procedure.valid_from))
    Unit.objects.filter(pk=unit.pk).update(valid_to=on)
    unit.valid_to = on
