"""The report is issued and frozen: what it says becomes findings. Once these are settled, the audit is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.audit.competence.queries.settings import settings_of
from tenken.audit.engagement_states import engagement_after
from tenken.audit.engagements.operations.applying import (
    SUBJECT,
    locked_engagement,
    move,
    require_worker,
    tell,
)
from tenken.audit.engagements.operations.appointing import check_lead
from tenken.audit.engagements.operations.drafting import latest_draft
from tenken.audit.engagements.operations.mail import tell_auditee
from tenken.audit.engagements.rules.content import give_numbers, report_content, sealed
from tenken.audit.engagements.rules.viewpoints import worded
from tenken.audit.models import Engagement, FactAnswer, IssuedReport, ReportDraft, ReportItem
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.findings.models import AuditReport, Finding
from tenken.findings.operations.reports import ReportData, ReportedFinding, Viewpoint, issue_report
from tenken.findings.states import NOTED, TREATED, VERIFIED, WITHDRAWN
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks
from tenken.policy.models import CheckItem

# A finding that needs nothing more before its audit may be closed.
SETTLED = frozenset({VERIFIED, TREATED, WITHDRAWN, NOTED})


@transaction.atomic
def issue_engagement(
    *, by: Principal, engagement: Engagement, version: int, on: date | None = None
) -> IssuedReport:
    """Issue the report: number its items, freeze what it says under its hash, and open its findings in the audited section.

    Possible once the audited have answered every item, or their time has run out, and each difference is dealt with
    (``Stale`` before). Nothing but what the audited were shown is issued, and what was corrected or dropped on their word
    (``Invalid``: each item that was not; also without a competent, independent lead: field lead).
    """
    engagement = locked_engagement(by, engagement, version)
    require_worker(by, engagement)
    engagement_after(engagement.status, "issue")
    day = on or by.on
    draft = latest_draft(engagement)
    answers = list(draft.answers.select_related("item").order_by("pk"))
    _check_answered(draft, answers, day)
    items = list(engagement.items.select_for_update().filter(dropped_because=""))
    _check_shown(engagement, draft, answers, items)
    checks = Checks()
    check_lead(engagement, day, checks)
    checks.done()
    items = give_numbers(engagement, items)
    engagement.report = _open_findings(by, engagement, items, day)
    engagement.issued_on = day
    move(engagement, "issue")
    content = report_content(
        engagement,
        items,
        engagement.appointments.order_by("pk"),
        FactAnswer.objects.filter(draft__engagement=engagement, answer=FactAnswer.Answer.DIFFERS)
        .select_related("item")
        .order_by("pk"),
    ) | {"issued_on": day.isoformat()}
    issued = IssuedReport.objects.create(
        engagement=engagement,
        content=content,
        sha256=sealed(content),
        issued_on=day,
        issued_by=by.actor.code,
        issued_by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    ReportItem.objects.bulk_update(items, ["reference", "finding", "order"])
    engagement.save()
    changes = {
        "sha256": issued.sha256,
        "report": engagement.report.code,
        "items": [[item.pk, item.reference] for item in items],
    }
    tell(by, engagement, "issued", "audit.engagement.issue", changes, comment=f"{len(items)}件", on=on)
    body = f"「{engagement.theme}」の監査の結果を報告しました。指摘と意見に対応してください。"
    tell_auditee(by=by, engagement=engagement, what="監査の結果を報告しました", body=body, on=day)
    return issued


@transaction.atomic
def close_engagement(
    *, by: Principal, engagement: Engagement, version: int, on: date | None = None
) -> Engagement:
    """End the audit once each of its findings is settled. ``Invalid`` names those that are not."""
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    engagement_after(engagement.status, "close")
    left = (
        Finding.objects.filter(report_items__engagement=engagement)
        .exclude(status__in=SETTLED)
        .distinct()
        .order_by("number")
    )
    if left:
        problems = [Problem(f"{one.title[:60]}（{one.get_status_display()}）", f"課題{one}") for one in left]
        raise Invalid("対応を確認していない課題があります。", problems)
    move(engagement, "close")
    engagement.closed_on = on or by.on
    engagement.save()
    tell(by, engagement, "closed", "audit.engagement.close", {}, on=on)
    return engagement


def _check_answered(draft: ReportDraft, answers: Sequence[FactAnswer], day: date) -> None:
    if len(answers) < len(draft.content["items"]) and day <= draft.due_on:
        raise Stale("課公所の事実確認を待っています。回答があるか期限を過ぎると、報告できます。")
    if left := [row for row in answers if row.answer == FactAnswer.Answer.DIFFERS and not row.outcome]:
        problems = [Problem("相違への対応を記録してください。", row.item.title[:60]) for row in left]
        raise Invalid("対応していない相違があります。", problems)


def _check_shown(
    engagement: Engagement,
    draft: ReportDraft,
    answers: Sequence[FactAnswer],
    items: Sequence[ReportItem],
) -> None:
    """Refuse what the audited were not shown: an item added, or changed otherwise than on their word."""
    sent = {item["key"]: item["version"] for item in draft.content["items"]}
    corrected = {row.item_id for row in answers if row.outcome == FactAnswer.Outcome.CORRECTED}
    problems = [
        Problem("報告書案を送ったあとに加えたか、直しています。もう一度送ってください。", item.title[:60])
        for item in items
        if sent.get(item.pk) != item.version and item.pk not in corrected
    ]
    head = draft.content["audit"]
    if (head["summary"], head["opinion"]) != (engagement.summary, engagement.opinion):
        problems.append(
            Problem(
                "報告書案を送ったあとに直しています。もう一度送ってください。", "監査結果の概要と総合意見"
            )
        )
    if problems:
        raise Invalid("課公所が確認していないことがあります。", problems)


def _open_findings(by: Principal, engagement: Engagement, items: list[ReportItem], day: date) -> AuditReport:
    """Register the report and open a finding for each of *items* (in their order), and tie the two. What was opened already
    of the same origin (a visit that was reported before) is taken as it stands."""
    standing = {
        finding.origin_key: finding
        for finding in Finding.objects.filter(
            city=engagement.city_id, origin_key__in=[_origin(item) for item in items]
        ).exclude(status=WITHDRAWN)
    }
    fresh = [item for item in items if _origin(item) not in standing]
    categories = dict(
        CheckItem.objects.filter(
            city=engagement.city_id, code__in=[item.item_code for item in fresh]
        ).values_list("code", "category__code")
    )
    report, findings = issue_report(
        by=by,
        city=engagement.city,
        data=_report_data(engagement, day),
        rows=[_row(engagement, item, _track(engagement), categories) for item in fresh],
        on=day,
    )
    for item, finding in zip(fresh, findings, strict=True):
        item.finding = finding
    for place, item in enumerate(items, start=1):
        item.order = place
        item.finding = item.finding or standing[_origin(item)]
    return report


def _report_data(engagement: Engagement, day: date) -> ReportData:
    target = engagement.unit.name + (f"（{engagement.system.name}）" if engagement.system else "")
    kinds = {
        Engagement.Kind.SYSTEM: AuditReport.Kind.SYSTEM,
        Engagement.Kind.TECHNICAL: AuditReport.Kind.TECHNICAL,
        Engagement.Kind.SECTION: AuditReport.Kind.INTERNAL,
    }
    joint = engagement.conduct == Engagement.Conduct.JOINT
    year = FiscalYear(engagement.fiscal_year)
    return ReportData(
        kind=AuditReport.Kind.JOINT if joint else kinds[Engagement.Kind(engagement.kind)],
        title=f"{year}　{engagement.get_kind_display()}　監査結果報告書（第{engagement.number}号）",
        theme=engagement.theme,
        target=target,
        fiscal_year=engagement.fiscal_year,
        auditor=engagement.conducted_with,
        unit_id=engagement.unit_id,
        starts_on=min(engagement.began_on or engagement.starts_on, day),
        ends_on=day,
        issued_on=day,
        viewpoints=tuple(Viewpoint(code, text) for code, text in worded(engagement.viewpoints).items()),
        engagement_key=f"{SUBJECT}:{engagement.pk}",
    )


def _track(engagement: Engagement) -> str:
    if engagement.conduct == Engagement.Conduct.INTERNAL:
        return Finding.Track.IMPROVEMENT
    return settings_of(engagement.city_id).external_track


def _row(engagement: Engagement, item: ReportItem, track: str, categories: dict[str, str]) -> ReportedFinding:
    advice = f"\n改善の提案：{item.recommendation}" if item.recommendation else ""
    return ReportedFinding(
        kind=item.kind,
        title=item.title,
        detail=f"{item.detail}{advice}",
        reference=item.reference,
        viewpoint=item.viewpoint,
        perspective=item.perspective,
        due_on=item.due_on,
        origin_key=_origin(item),
        item_code=item.item_code,
        category_code=categories.get(item.item_code, ""),
        aspect=item.aspect,
        system_id=engagement.system_id,
        track=track,
        place=item.reference,
    )


def _origin(item: ReportItem) -> str:
    return item.origin_key or f"audit.item:{item.pk}"
