"""Findings: the list and one with its course."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Query, Router, Schema

from tenken.api.authentication import ApiRequest
from tenken.api.paging import REFUSALS, Key, Limit, Offset, Text, Year, piece, plain
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries.lists import FindingFilter, findings_for
from tenken.findings.states import EVENT_LABELS
from tenken.organization.access import require_somewhere

router = Router(tags=["findings"])


class FindingOut(Schema):
    id: int
    fiscal_year: int
    number: int
    unit_id: int
    unit_code: str
    unit_name: str
    origin: str
    kind: str
    track: str
    report_id: int | None
    reference: str
    category_code: str
    item_code: str
    title: str
    status: str
    status_label: str
    opened_on: date
    due_on: date | None
    closed_on: date | None
    version: int


class FindingsOut(Schema):
    total: int
    items: list[FindingOut]


class EventOut(Schema):
    event: str
    label: str
    status: str
    by: str
    happened_on: date
    comment: str


class FindingWithEventsOut(FindingOut):
    detail: str
    plan: str
    plan_owner: str
    plan_due_on: date | None
    measure_level: str
    measure_bureau_id: int | None
    budget_yen: int | None
    budget_year: int | None
    action: str
    action_on: date | None
    not_improved_reason: str
    not_improved_note: str
    compensating_measure: str
    residual_risk: str
    residual_risk_note: str
    review_on: date | None
    confirmed_on: date | None
    confirmed_how: str
    events: list[EventOut]


@router.get("/findings", response={200: FindingsOut, **REFUSALS}, summary="課題の一覧")
def findings(
    request: ApiRequest,
    fiscal_year: Year = None,
    status: Annotated[Finding.Status | None, Query()] = None,
    text: Text = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> FindingsOut:
    require_somewhere(request.auth, VIEW_FINDINGS)
    only = FindingFilter(fiscal_year=fiscal_year, status=status.value if status else "", text=plain(text))
    total, rows = piece(findings_for(request.auth, only), limit, offset)
    return FindingsOut(total=total, items=[FindingOut(**_finding(row)) for row in rows])


def _finding(row: Finding) -> dict[str, Any]:
    return {
        "id": row.pk,
        "fiscal_year": row.fiscal_year,
        "number": row.number,
        "unit_id": row.unit_id,
        "unit_code": row.unit.code,
        "unit_name": row.unit.name,
        "origin": row.origin,
        "kind": row.kind,
        "track": row.track,
        "report_id": row.report_id,
        "reference": row.reference,
        "category_code": row.category_code,
        "item_code": row.item_code,
        "title": row.title,
        "status": row.status,
        "status_label": row.get_status_display(),
        "opened_on": row.opened_on,
        "due_on": row.due_on,
        "closed_on": row.closed_on,
        "version": row.version,
    }


@router.get(
    "/findings/{finding_id}", response={200: FindingWithEventsOut, **REFUSALS}, summary="課題とその経過"
)
def finding(request: ApiRequest, finding_id: Key) -> FindingWithEventsOut:
    row = (
        Finding.objects.restrict(request.auth, VIEW_FINDINGS)
        .select_related("unit")
        .prefetch_related("events")
        .filter(pk=finding_id)
        .first()
    )
    if row is None:
        raise Missing("課題がないか、見ることのできる範囲にありません。")
    return FindingWithEventsOut(
        **_finding(row),
        detail=row.detail,
        plan=row.plan,
        plan_owner=row.plan_owner,
        plan_due_on=row.plan_due_on,
        measure_level=row.measure_level,
        measure_bureau_id=row.measure_bureau_id,
        budget_yen=row.budget_yen,
        budget_year=row.budget_year,
        action=row.action,
        action_on=row.action_on,
        not_improved_reason=row.not_improved_reason,
        not_improved_note=row.not_improved_note,
        compensating_measure=row.compensating_measure,
        residual_risk=row.residual_risk,
        residual_risk_note=row.residual_risk_note,
        review_on=row.review_on,
        confirmed_on=row.confirmed_on,
        confirmed_how=row.confirmed_how,
        events=[
            EventOut(
                event=event.event,
                label=EVENT_LABELS.get(event.event, event.event),
                status=event.status,
                by=event.by_name,
                happened_on=event.happened_on,
                comment=event.comment,
            )
            for event in row.events.all()
        ],
    )
