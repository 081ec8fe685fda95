"""What a city settles for itself: roles, kinds, bodies, closing days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from tenken.common.refusals import Missing
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.capabilities import all_capabilities
from tenken.organization.models import ClosingDay, ImplementingBody, Role, UnitKind
from tenken.organization.names import Checks
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.permissions import MANAGE_SETTINGS

SECRETARIAT = "secretariat"


@transaction.atomic
def save_role(
    *,
    by: Principal,
    role: Role | None,
    code: str = "",
    name: str,
    capabilities: Iterable[str],
    order: int = 0,
) -> Role:
    """Add a role (*role* None: under *code*) or change what it is called and allows; return it.

    ``Invalid`` for a capability that does not exist, or when the 事務局's role would lose the right to change
    settings: nobody could give it back.
    """
    require(by, MANAGE_SETTINGS)
    lock_city(by)
    checks = Checks()
    kept_name = checks.name(name, label="名称", limit=60, field="name")
    wanted = sorted(set(capabilities))
    if unknown := sorted(set(wanted) - set(all_capabilities())):
        checks.problem(f"「{unknown[0]}」という権限はありません。", label="できること", field="capabilities")
    if role is None:
        role = Role(city=by.city, code=checks.code(code, label="コード", limit=40, field="code"))
        if Role.objects.filter(city=by.city_id, code=role.code).exists():
            checks.problem(f"コード「{role.code}」は使われています。", label="コード", field="code")
    elif role.city_id != by.city_id:
        raise Missing("この役割はありません。")
    elif role.code == SECRETARIAT and MANAGE_SETTINGS.code not in wanted:
        checks.problem(
            f"「{role.name}」から「{MANAGE_SETTINGS.label}」を外すと、だれも設定を直せなくなります。",
            label="できること",
            field="capabilities",
        )
    if not 0 <= order <= 32_767:
        checks.problem("並び順は0から32,767までです。", label="並び順", field="order")
    checks.done()
    before = {"name": role.name, "capabilities": role.capabilities} if role.pk else None
    role.name, role.capabilities, role.order = kept_name, wanted, order
    role.save()
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.role.save",
        subject=("organization.role", role.code),
        changes={"before": before, "after": {"name": kept_name, "capabilities": wanted}},
    )
    return role


@transaction.atomic
def set_closing_day(*, by: Principal, day: date, name: str, closed: bool = True) -> ClosingDay:
    """Lay down that the city is closed on *day*, or open (*closed* False) on a weekend or holiday; return it."""
    require(by, MANAGE_SETTINGS)
    lock_city(by)
    checks = Checks()
    kept = checks.name(name, label="名称", limit=60, field="name")
    checks.done()
    row, _ = ClosingDay.objects.update_or_create(
        city=by.city, day=day, defaults={"name": kept, "closed": closed}
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.closing-day.set",
        subject=("organization.closing-day", day.isoformat()),
        changes={"name": kept, "closed": closed},
        business_date=day,
    )
    return row


@transaction.atomic
def remove_closing_day(*, by: Principal, day: date) -> None:
    """Take back what was laid down for *day*; weekends and holidays count again. ``Missing`` when nothing was."""
    require(by, MANAGE_SETTINGS)
    lock_city(by)
    row = ClosingDay.objects.filter(city=by.city_id, day=day).first()
    if row is None:
        raise Missing(f"{day}の閉庁日の設定はありません。")
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.closing-day.remove",
        subject=("organization.closing-day", day.isoformat()),
        changes={"name": row.name, "closed": row.closed},
        business_date=day,
    )
    row.delete()


@transaction.atomic
def save_unit_kind(
    *,
    by: Principal,
    kind: UnitKind | None,
    code: str = "",
    name: str,
    rank: int,
    answers_sheets: bool,
    office_class: int | None = None,
) -> UnitKind:
    """Add a kind of units (*kind* None) or change one. Rank 0 is the city's own and of no other kind."""
    require(by, MANAGE_SETTINGS)
    lock_city(by)
    checks = Checks()
    kept = checks.name(name, label="名称", limit=30, field="name")
    if office_class not in (None, 1, 2, 3):
        checks.problem("公所の種別は1から3までです。", label="公所の種別", field="office_class")
    if kind is None:
        kind = UnitKind(city=by.city, code=checks.code(code, label="コード", limit=20, field="code"))
        if UnitKind.objects.filter(city=by.city_id, code=kind.code).exists():
            checks.problem(f"コード「{kind.code}」は使われています。", label="コード", field="code")
    elif kind.city_id != by.city_id:
        raise Missing("この種類はありません。")
    if (kind.pk is not None and kind.rank == 0) != (rank == 0) or not 0 <= rank <= 99:
        checks.problem("階層は1から99までです（0は市そのもの）。", label="階層", field="rank")
    checks.done()
    kind.name, kind.rank, kind.answers_sheets, kind.office_class = kept, rank, answers_sheets, office_class
    kind.save()
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.kind.save",
        subject=("organization.kind", kind.code),
        changes={"name": kept, "rank": rank, "answers_sheets": answers_sheets, "office_class": office_class},
    )
    return kind


@transaction.atomic
def save_body(*, by: Principal, body: ImplementingBody | None, code: str = "", name: str) -> ImplementingBody:
    """Add a 実施機関 (*body* None) or rename one."""
    require(by, MANAGE_SETTINGS)
    lock_city(by)
    checks = Checks()
    kept = checks.name(name, label="名称", limit=60, field="name")
    if body is None:
        body = ImplementingBody(city=by.city, code=checks.code(code, label="コード", limit=20, field="code"))
        if ImplementingBody.objects.filter(city=by.city_id, code=body.code).exists():
            checks.problem(f"コード「{body.code}」は使われています。", label="コード", field="code")
    elif body.city_id != by.city_id:
        raise Missing("この実施機関はありません。")
    checks.done()
    body.name = kept
    body.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.body.save",
        subject=("organization.body", body.code),
        changes={"name": kept},
    )
    return body
