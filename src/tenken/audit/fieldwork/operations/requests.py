"""Requests for material: what, from whom, by when; handed in, or not available and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction

from tenken.audit.engagements.queries import may_work_on
from tenken.audit.fieldwork.operations.applying import (
    asking_engagement,
    locked_engagement,
    next_number,
    note,
    require_version,
)
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, request_after
from tenken.audit.models import Engagement, EvidenceRequest, Question
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.common.refusals import Missing, Stale
from tenken.files.operations import store
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.names import Checks, refuse

SUBJECT = "audit.evidence_request"
MATERIALS_LIMIT: Final = 30


def add_requests(
    by: Principal,
    engagement: Engagement,
    unit: Unit,
    materials: Sequence[str],
    due_on: date,
    day: date,
    question: Question | None = None,
) -> list[EvidenceRequest]:
    """Write a request for each of *materials* (blank ones are passed over). For operations of this room, the audit locked."""
    wanted = [one for one in materials if one.strip()]
    checks = Checks()
    if len(wanted) > MATERIALS_LIMIT:
        checks.problem(f"一度に{MATERIALS_LIMIT}件までです。", label="資料", field="materials")
    kept = [checks.name(one, label="資料", limit=300, field="materials") for one in wanted]
    checks.done()
    first = next_number(engagement.requests.all())
    rows = [
        EvidenceRequest(
            engagement=engagement,
            number=number,
            question=question,
            unit=unit,
            what=what,
            asked_on=day,
            due_on=due_on,
            asked_by_name=by.actor.name,
        )
        for number, what in enumerate(kept, start=first)
    ]
    return EvidenceRequest.objects.bulk_create(rows)


@transaction.atomic
def request_evidence(
    *,
    by: Principal,
    engagement: Engagement,
    materials: Sequence[str],
    due_on: date,
    unit_id: int | None = None,
    on: date | None = None,
) -> list[EvidenceRequest]:
    """Ask a section (the audited one unless *unit_id*) for *materials* by *due_on*. ``Invalid`` names materials, due_on,
    unit."""
    engagement = asking_engagement(by, engagement)
    day = on or clock.today()
    unit = engagement.unit
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id, city=by.city_id).first() or unit
        if unit.pk != unit_id:
            raise refuse("依頼先を選んでください。", label="依頼先", field="unit")
    if not any(one.strip() for one in materials):
        raise refuse("依頼する資料を入力してください。", label="資料", field="materials")
    if due_on < day:
        raise refuse("今日より後の日にしてください。", label="期限", field="due_on")
    rows = add_requests(by, engagement, unit, materials, due_on, day)
    changes = {"requests": [[str(row), row.what] for row in rows], "due_on": due_on, "unit": unit.pk}
    note(by, "audit.request.ask", ("audit.engagement", engagement.pk), changes, on)
    return rows


@transaction.atomic
def hand_in_evidence(
    *,
    by: Principal,
    request: EvidenceRequest,
    uploads: Sequence[tuple[str, Any]],
    version: int,
    on: date | None = None,
) -> EvidenceRequest:
    """Hand in files for a request: the section it is addressed to, or the auditors for it. More may follow.

    ``Invalid`` names uploads, for none or one that is not accepted.
    """
    row = _locked(by, request, version)
    row.status = request_after(row.status, "receive")
    if not uploads:
        raise refuse("ファイルを選んでください。", label="ファイル", field="uploads")
    files = [
        store(by=by, city_code=by.city_code, name=name, stream=stream, subject=(SUBJECT, row.pk))
        for name, stream in uploads
    ]
    row.reason, row.settled_on, row.settled_by_name = "", on or clock.today(), by.actor.name
    row.version += 1
    row.save()
    changes = {"request": str(row), "files": [[file.name, file.sha256] for file in files]}
    note(by, "audit.request.hand_in", (SUBJECT, row.pk), changes, on)
    return row


@transaction.atomic
def decline_evidence(
    *, by: Principal, request: EvidenceRequest, reason: str, version: int, on: date | None = None
) -> EvidenceRequest:
    """Say that the material cannot be had, and why. ``Invalid`` names reason."""
    row = _locked(by, request, version)
    row.status = request_after(row.status, "decline")
    checks = Checks()
    row.reason = checks.name(reason, label="提出できない理由", limit=500, field="reason", lines=True)
    checks.done()
    row.settled_on, row.settled_by_name = on or clock.today(), by.actor.name
    row.version += 1
    row.save()
    note(by, "audit.request.decline", (SUBJECT, row.pk), {"request": str(row), "reason": row.reason}, on)
    return row


def _locked(by: Principal, request: EvidenceRequest, version: int) -> EvidenceRequest:
    engagement = locked_engagement(by, request.engagement_id)
    row = (
        EvidenceRequest.objects.select_for_update(of=("self",))
        .select_related("unit", "engagement")
        .filter(pk=request.pk, engagement=engagement)
        .first()
    )
    if row is None:
        raise Missing("資料の依頼が見つかりません。")
    if not may_work_on(by, engagement):
        require(by, ANSWER_AUDITORS, unit=row.unit)
    if engagement.status not in OPEN_TO_PAPERS:
        raise Stale("終了した監査、取りやめた監査には提出できません。")
    require_version(row, version)
    return row
