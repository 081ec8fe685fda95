"""不在時の対応: what the deputy does when the manager is away, laid down beforehand (003 (2)3 and 6)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import EmergencyProcedure, Unit
from tenken.organization.names import Checks
from tenken.organization.operations.city_lock import lock_city
from tenken.organization.permissions import WRITE_EMERGENCY_PROCEDURE


@transaction.atomic
def set_emergency_procedure(
    *, by: Principal, unit: Unit, text: str, contact: str = "", on: date, replacing: int | None
) -> EmergencyProcedure:
    """Lay down the procedure of *unit* from a date on; the one before is kept with its period.

    *replacing*: the key of the procedure that was shown, None when there was none; ``Stale`` when another has been
    laid down since. ``Invalid`` when the date is before the present one's.
    """
    require(by, WRITE_EMERGENCY_PROCEDURE, unit=unit)
    lock_city(by)
    present = EmergencyProcedure.objects.filter(unit=unit, valid_to=None).first()
    if (present.pk if present else None) != replacing:
        raise Stale(
            "ほかの人が不在時の対応を変更しました。新しい内容を確かめてから、もう一度入力してください。"
        )
    checks = Checks()
    kept = checks.name(text, label="不在時の対応", limit=4000, field="text", lines=True)
    kept_contact = checks.name(contact, label="連絡先", limit=200, field="contact", required=False)
    if present and on < present.valid_from:
        checks.problem(
            f"いまの内容は{present.valid_from}からです。それ以後の日付にしてください。",
            label="開始日",
            field="on",
        )
    if not unit.is_valid_on(on):
        checks.problem(f"「{unit.name}」は{on}にはありません。", label="開始日", field="on")
    checks.done()
    if present:
        EmergencyProcedure.objects.filter(pk=present.pk).update(valid_to=on)
    made = EmergencyProcedure.objects.create(
        unit=unit,
        text=kept,
        contact=kept_contact,
        valid_from=on,
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.emergency.set",
        subject=("organization.unit", unit.pk),
        changes={"text": kept, "contact": kept_contact, "replaces": replacing},
        business_date=on,
    )
    return made
