"""One audit: its page, its notice, its report."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.audit.competence.queries.register import conflicted_appointments
from tenken.audit.engagement_states import CANCELLED, DRAFTED, LIVE, OPEN_TO_ITEMS, SAID, may
from tenken.audit.engagements.queries import (
    audit_report_data,
    engagement_name,
    find_engagement,
    is_auditee,
    may_work_on,
    notice_data,
)
from tenken.audit.models import Engagement, FactAnswer, ReportDraft
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.common.fiscal_year import FiscalYear
from tenken.organization.access import decide
from tenken.web.audits.engagement_labels import ITEM_KINDS, STATUSES, steps, timeline
from tenken.web.audits.engagement_pages import to_engagement
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def detail(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show one audit as far as the reader may: its plan, who audits, its notice, what it says, its story."""
    by = request.principal
    engagement = find_engagement(by, engagement_id)
    works = may_work_on(by, engagement)
    manages = bool(decide(by, MANAGE_AUDITS))
    answers = is_auditee(by, engagement)
    draft = engagement.drafts.order_by("-number").first()
    conflicts = conflicted_appointments(by.city, by.on, [engagement]) if manages or works else []
    context = {
        "engagement": engagement,
        "year": str(FiscalYear(engagement.fiscal_year)),
        "title": engagement_name(engagement, by),
        "status": STATUSES[engagement.status],
        "steps": steps(engagement, draft.sent_on if draft else None),
        "appointments": _appointments(engagement, {one.appointment.pk: one.conflict for one in conflicts}),
        "conflicts": conflicts,
        "viewpoints": [one for one in engagement.viewpoints if one.get("text")],
        "works": works,
        "at_work": (works or answers) and engagement.letter_on is not None,
        "manages": manages,
        "draft": draft,
        "waiting_answer": answers and engagement.status == DRAFTED and _left(draft) > 0,
        "items": [(row, ITEM_KINDS[row.kind]) for row in _items(engagement)] if works else [],
        "differences": _differences(engagement) if works or answers else [],
        "may": _may(engagement, works=works, manages=manages, answers=answers, draft=draft),
        "events": timeline(_told(engagement, full=works or manages)),
    }
    return render(request, "web/audits/engagement.html", context)


@signed_in
@require_safe
def notice(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show the notice as it is printed."""
    by = request.principal
    engagement = find_engagement(by, engagement_id)
    context = {
        "engagement": engagement,
        "letter": notice_data(by, engagement_id),
        "crumbs": [*to_engagement(by, engagement), {"label": "監査実施通知", "url": ""}],
    }
    return render(request, "web/audits/engagement_notice.html", context)


@signed_in
@require_safe
def report(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show the report as far as the reader may read it: issued, as it was sent, or as it is going to be."""
    by = request.principal
    engagement = find_engagement(by, engagement_id)
    data = audit_report_data(by, engagement_id)
    context = {
        "engagement": engagement,
        "report": data,
        "groups": _groups(data),
        "crumbs": [*to_engagement(by, engagement), {"label": "監査報告書", "url": ""}],
    }
    return render(request, "web/audits/engagement_report.html", context)


def _appointments(engagement: Engagement, conflicts: dict[int, str]) -> list[dict[str, Any]]:
    """Return who audits and who did, with what has come between them and the audit."""
    rows = sorted(
        engagement.appointments.all(), key=lambda row: (row.valid_to is not None, row.part != "lead", row.pk)
    )
    return [{"row": row, "conflict": conflicts.get(row.pk, "")} for row in rows]


def _items(engagement: Engagement) -> Any:
    return engagement.items.filter(dropped_because="").select_related("finding")


def _differences(engagement: Engagement) -> list[tuple[str, FactAnswer]]:
    """Return what the audited held to be otherwise, each with the title it was sent under: they read this too."""
    rows = FactAnswer.objects.filter(draft__engagement=engagement, answer=FactAnswer.Answer.DIFFERS)
    found = []
    for row in rows.select_related("draft").order_by("draft__number", "pk"):
        title = next(one["title"] for one in row.draft.content["items"] if one["key"] == row.item_id)
        found.append((title, row))
    return found


def _left(draft: ReportDraft | None) -> int:
    return len(draft.content["items"]) - draft.answers.count() if draft else 0


def _told(engagement: Engagement, *, full: bool) -> list[Any]:
    """Return the story; to the audited without what goes on before they are told."""
    hidden = () if full else ("planned", "changed", "viewpoints", "head", "visit")
    return [event for event in engagement.events.all() if event.event not in hidden]


def _may(
    engagement: Engagement, *, works: bool, manages: bool, answers: bool, draft: ReportDraft | None
) -> dict[str, bool]:
    """Return what the reader can do with the audit now."""
    status = engagement.status
    return {
        "change": manages and may(status, "change"),
        "notify": manages and may(status, "notify"),
        "appoint": manages and may(status, "appoint"),
        "visit": manages and may(status, "appoint") and engagement.visit_id is None,
        "begin": works and may(status, "begin"),
        "write": works and status in OPEN_TO_ITEMS,
        "take_over": works and status in OPEN_TO_ITEMS and engagement.visit_id is not None,
        "send": works and may(status, "send"),
        "answer": answers and may(status, "answer"),
        "issue": works and may(status, "issue"),
        "close": manages and may(status, "close"),
        "cancel": manages and may(status, "cancel"),
        "read_report": status in SAID
        or (works and status in LIVE)
        or bool(answers and draft and status != CANCELLED),
        "read_notice": engagement.letter_on is not None or manages,
    }


def _groups(data: Any) -> list[dict[str, Any]]:
    """Return the items of a report by kind, in each by viewpoint."""
    texts = dict(data.viewpoints)
    groups: list[dict[str, Any]] = []
    for item in data.items:
        if not groups or groups[-1]["kind"] != item.kind:
            groups.append({"kind": item.kind, "label": item.kind_label, "parts": []})
        parts = groups[-1]["parts"]
        if not parts or parts[-1]["code"] != item.viewpoint:
            heading = f"{item.viewpoint} {texts.get(item.viewpoint, '')}".strip()
            parts.append(
                {
                    "code": item.viewpoint,
                    "text": heading or "3E（経済性・効率性・有効性）、合規性等の視点",
                    "items": [],
                }
            )
        parts[-1]["items"].append(item)
    return groups
