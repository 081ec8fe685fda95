"""What is written down about an auditor: qualifications, experience, interests. What was wrong is struck out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from tenken.audit.competence.kinds import OTHER, qualification_kinds
from tenken.audit.competence.operations.register import locked_auditor, tell_auditor
from tenken.audit.models import Auditor, AuditorExperience, AuditorQualification, DeclaredConflict
from tenken.audit.permissions import MANAGE_AUDITORS
from tenken.common import clock
from tenken.common.refusals import Missing, Stale
from tenken.files.operations import store
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.names import Checks

Record = AuditorQualification | AuditorExperience | DeclaredConflict


@transaction.atomic
def add_qualification(
    *,
    by: Principal,
    auditor: Auditor,
    kind: str,
    kind_name: str = "",
    issuing_body: str = "",
    number: str = "",
    obtained_on: date,
    expires_on: date | None = None,
    proof: Any = None,
    proof_name: str = "",
) -> AuditorQualification:
    """Record a qualification; *proof*: an uploaded file, or None. The issuing body of a known kind is the kind's.

    ``Invalid`` names kind, kind_name, issuing_body, number, obtained_on, expires_on, proof.
    """
    require(by, MANAGE_AUDITORS)
    auditor = locked_auditor(by, auditor)
    checks, known = Checks(), qualification_kinds().get(kind)
    if known is None:
        checks.problem("資格を選んでください。", label="資格", field="kind")
    named = checks.name(
        kind_name if kind == OTHER else "",
        label="資格の名称",
        limit=120,
        field="kind_name",
        required=kind == OTHER,
    )
    body = checks.name(
        issuing_body if known is None or kind == OTHER else known.body,
        label="認定した団体",
        limit=120,
        field="issuing_body",
        required=False,
    )
    held = AuditorQualification(
        auditor=auditor,
        kind=kind,
        kind_name=named,
        issuing_body=body,
        number=checks.name(number, label="登録番号", limit=60, field="number", required=False),
        obtained_on=obtained_on,
        expires_on=expires_on,
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    if obtained_on > clock.today():
        checks.problem("取得した日が来てから記録してください。", label="取得日", field="obtained_on")
    _check_span(checks, obtained_on, expires_on, "有効期限", "expires_on")
    checks.done()
    if proof is not None:
        held.proof = store(
            by=by,
            city_code=by.city_code,
            name=proof_name,
            stream=proof,
            subject=("audit.auditor", auditor.pk),
        )
    held.save(force_insert=True)
    changes = {
        "kind": kind,
        "name": named,
        "number": held.number,
        "obtained_on": obtained_on,
        "expires_on": expires_on,
        "proof": held.proof.sha256 if held.proof else "",
    }
    tell_auditor(by, auditor, "audit.auditor.qualification", changes)
    return held


@transaction.atomic
def add_experience(
    *,
    by: Principal,
    auditor: Auditor,
    what: str,
    auditing: bool,
    starts_on: date,
    ends_on: date | None = None,
) -> AuditorExperience:
    """Record what an auditor did, from–to (both days included). ``Invalid`` names what, starts_on, ends_on."""
    require(by, MANAGE_AUDITORS)
    auditor = locked_auditor(by, auditor)
    checks = Checks()
    made = AuditorExperience(
        auditor=auditor,
        what=checks.name(what, label="内容", limit=200, field="what"),
        auditing=auditing,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    if starts_on > clock.today():
        checks.problem("これからの経験は記録できません。", label="開始日", field="starts_on")
    _check_span(checks, starts_on, ends_on, "終了日", "ends_on")
    checks.done()
    made.save(force_insert=True)
    changes = {"what": made.what, "auditing": auditing, "starts_on": starts_on, "ends_on": ends_on}
    tell_auditor(by, auditor, "audit.auditor.experience", changes)
    return made


@transaction.atomic
def add_conflict(
    *,
    by: Principal,
    auditor: Auditor,
    unit_id: int | None = None,
    vendor: str = "",
    reason: str,
    starts_on: date,
    ends_on: date | None = None,
) -> DeclaredConflict:
    """Record an interest an auditor declared: in a section or in a company, one of the two. It counts at once, also for
    appointments that stand. ``Invalid`` names unit, vendor, reason, ends_on."""
    require(by, MANAGE_AUDITORS)
    auditor = locked_auditor(by, auditor)
    checks = Checks()
    unit = Unit.objects.filter(pk=unit_id, city=by.city_id).first() if unit_id is not None else None
    if unit_id is not None and unit is None:
        checks.problem("この組織はありません。", label="組織", field="unit")
    company = checks.name(vendor, label="事業者", limit=120, field="vendor", required=False)
    if (unit_id is None) == (not company):
        checks.problem("組織か事業者のどちらか一つを入力してください。", label="組織・事業者", field="unit")
    made = DeclaredConflict(
        auditor=auditor,
        unit=unit,
        vendor=company,
        reason=checks.name(reason, label="理由", limit=300, field="reason"),
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    _check_span(checks, starts_on, ends_on, "終了日", "ends_on")
    checks.done()
    made.save(force_insert=True)
    changes = {
        "unit": unit.code if unit else "",
        "vendor": company,
        "reason": made.reason,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    tell_auditor(by, auditor, "audit.auditor.conflict", changes)
    return made


@transaction.atomic
def strike(*, by: Principal, row: Record, reason: str) -> Record:
    """Strike out what was written down wrongly, and say why; it stays readable. ``Invalid`` names reason."""
    require(by, MANAGE_AUDITORS)
    auditor = locked_auditor(by, row.auditor)
    found = type(row).objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Missing("この記録はありません。")
    if found.struck_because:
        raise Stale("この記録は、すでに取り消されています。")
    checks = Checks()
    found.struck_because = checks.name(reason, label="取り消す理由", limit=300, field="reason")
    checks.done()
    found.save(update_fields=["struck_because"])
    changes = {"kind": type(row).__name__, "row": row.pk, "reason": found.struck_because}
    tell_auditor(by, auditor, "audit.auditor.strike", changes)
    return found


def _check_span(checks: Checks, starts: date, ends: date | None, label: str, field: str) -> None:
    if ends is not None and ends < starts:
        checks.problem("始まりより前の日です。", label=label, field=field)
