"""The duties of officers, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.meetings.models import DutyRecord, Meeting, OfficerDuty, RetractedDutyRecord
from tenken.meetings.permissions import MANAGE_MEETINGS, RECORD_DUTIES
from tenken.organization.access import Principal, decide, require
from tenken.organization.models import Unit
from tenken.organization.names import Checks

CITY_ROLES = frozenset({"ciso"})


@transaction.atomic
def save_duty(
    *,
    by: Principal,
    duty: OfficerDuty | None,
    name: str,
    kind: str,
    months: Sequence[int],
    role: str = "",
    code: str = "",
    retired_on: date | None = None,
    version: int = 0,
    on: date | None = None,
) -> OfficerDuty:
    """Set a duty: a new one (*duty* None, with *role* and *code*), or its name, months and end. ``Invalid``, ``Stale``."""
    require(by, MANAGE_MEETINGS)
    checks = Checks()
    kept = checks.name(name, label="職務", limit=120, field="name")
    if kind not in OfficerDuty.Kind.values:
        checks.problem("種類を選んでください。", label="種類", field="kind")
    if not months or any(not 1 <= month <= 12 for month in months):
        checks.problem("期限の月を1月から12月で選んでください。", label="期限の月", field="months")
    if duty is None:
        code = checks.code(code, label="コード", limit=40, field="code")
        if role not in (*CITY_ROLES, "bureau_manager"):
            checks.problem("役割を選んでください。", label="役割", field="role")
        if OfficerDuty.objects.filter(city=by.city_id, code=code).exists():
            checks.problem(f"コード「{code}」はすでに使われています。", label="コード", field="code")
    checks.done()
    row = (
        OfficerDuty(city_id=by.city_id, code=code, role=role) if duty is None else _locked(by, duty, version)
    )
    row.name, row.kind, row.months, row.retired_on = kept, kind, sorted(set(months)), retired_on
    row.version += 0 if duty is None else 1
    row.save()
    record(
        by=by,
        city_code=by.city_code,
        operation="meetings.duty.save",
        subject=("meetings.duty", row.pk),
        changes={
            "code": row.code,
            "name": kept,
            "kind": kind,
            "months": row.months,
            "retired_on": retired_on,
        },
        business_date=on,
    )
    return row


@transaction.atomic
def record_duty(
    *,
    by: Principal,
    duty: OfficerDuty,
    done_on: date,
    text: str,
    unit: Unit | None = None,
    meeting: Meeting | None = None,
    on: date | None = None,
) -> DutyRecord:
    """Record that a duty was done. By the officer, or by the secretariat on the officer's word.

    *unit*: the bureau, for a duty of bureau managers. ``Denied`` to others, ``Invalid`` for a day to come or no words.
    """
    duty = _locked(by, duty, duty.version)
    _may_record(by, duty, unit)
    checks = Checks()
    kept = checks.name(text, label="内容", limit=2000, field="text", lines=True)
    if done_on > (on or by.on):
        checks.problem("実施した日（今日まで）を入力してください。", label="実施日", field="done_on")
    if meeting is not None and meeting.council.city_id != by.city_id:
        checks.problem("会議がありません。", label="会議", field="meeting")
    checks.done()
    made = DutyRecord.objects.create(
        duty=duty,
        unit=unit,
        meeting=meeting,
        done_on=done_on,
        text=kept,
        recorded_by=by.actor.code,
        recorded_by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="meetings.duty.record",
        subject=("meetings.duty", duty.pk),
        changes={
            "duty": duty.code,
            "unit": unit.code if unit else "",
            "done_on": done_on,
            "text": kept,
            "meeting": meeting.pk if meeting else None,
        },
        business_date=on,
    )
    return made


@transaction.atomic
def retract_duty_record(
    *, by: Principal, done: DutyRecord, reason: str, on: date | None = None
) -> RetractedDutyRecord:
    """Take a record back, and say why; it stays readable. ``Stale`` when it was taken back already."""
    duty = _locked(by, done.duty, done.duty.version)
    _may_record(by, duty, done.unit)
    if RetractedDutyRecord.objects.filter(record=done).exists():
        raise Stale("この記録は、すでに取り消されています。")
    checks = Checks()
    kept = checks.name(reason, label="取り消す理由", limit=300, field="reason")
    checks.done()
    made = RetractedDutyRecord.objects.create(
        record=done, reason=kept, retracted_by=by.actor.code, retracted_at=clock.now()
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="meetings.duty.retract",
        subject=("meetings.duty", duty.pk),
        changes={"record": done.pk, "reason": kept},
        business_date=on,
    )
    return made


def may_record(by: Principal, duty: OfficerDuty, unit: Unit | None) -> bool:
    """Tell whether *by* may record a duty: the secretariat, or the officer whose it is."""
    if by.everywhere(MANAGE_MEETINGS):
        return True
    if duty.role in CITY_ROLES:
        return unit is None and duty.role in by.role_codes and by.holds(RECORD_DUTIES)
    return (
        unit is not None and duty.role in by.roles_at(unit.pk) and bool(decide(by, RECORD_DUTIES, unit=unit))
    )


def _may_record(by: Principal, duty: OfficerDuty, unit: Unit | None) -> None:
    if (unit is None) != (duty.role in CITY_ROLES):
        raise Missing("この職務を行う組織ではありません。")
    if unit is not None and unit.city_id != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    if not may_record(by, duty, unit):
        raise Denied("この職務の実施を記録できるのは、本人と事務局だけです。")


def _locked(by: Principal, duty: OfficerDuty, version: int) -> OfficerDuty:
    found = OfficerDuty.objects.select_for_update().filter(pk=duty.pk, city=by.city_id).first()
    if found is None:
        raise Missing("職務がありません。")
    if found.version != version:
        raise Stale("ほかの人が先にこの職務を変更しました。ページを開き直してください。")
    return found
