"""What a letter and a report are printed from: frozen, and only as far as the reader may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tenken.audit.engagement_states import DRAFTED
from tenken.audit.engagements.queries.scope import find_engagement, is_auditee, may_work_on
from tenken.audit.engagements.rules.content import report_content
from tenken.audit.models import Appointment, Engagement, FactAnswer, ReportItem
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.organization.access import Principal
from tenken.organization.queries.naming import name_with_bureau

KINDS = dict(ReportItem.Kind.choices)
PERSPECTIVES = dict(Finding.Perspective.choices)
PARTS = dict(Appointment.Part.choices)
OUTCOMES = dict(FactAnswer.Outcome.choices)


@dataclass(frozen=True)
class AuditorLine:
    """Who audits, in which part, from when to when (the first day without them; None: still)."""

    name: str
    title: str
    part: str
    part_label: str
    starts: date
    ends: date | None
    ended_because: str = ""


@dataclass(frozen=True)
class NoticeData:
    """The notice to the audited (監査実施通知) with its plan. ``special``: ordered by the CISO; then by whom, when, why."""

    number: str
    fiscal_year: int
    kind: str
    conduct: str
    conducted_with: str
    section: str
    system: str
    theme: str
    purpose: str
    scope: str
    criteria: str
    method: str
    chosen_because: str
    starts_on: date
    ends_on: date
    special: bool
    ordered_by: str
    ordered_on: date | None
    ordered_because: str
    auditors: tuple[AuditorLine, ...]
    viewpoints: tuple[tuple[str, str], ...]
    drafted_by: str
    drafted_on: date | None
    letter_number: str
    letter_on: date | None
    letter_to: str
    letter_from: str
    request: str


@dataclass(frozen=True)
class ItemLine:
    """An item of the report; ``reference`` '' until it is issued; ``finding``: key of what it became."""

    key: int
    kind: str
    kind_label: str
    reference: str
    viewpoint: str
    perspective: str
    perspective_label: str
    title: str
    detail: str
    recommendation: str
    aspect: str
    item_code: str
    due_on: date | None
    finding: int | None = None


@dataclass(frozen=True)
class DifferenceLine:
    """What the audited held to be otherwise, and what came of it."""

    title: str
    words: str
    by: str
    on: date
    outcome: str
    reply: str


@dataclass(frozen=True)
class AuditReportData:
    """A report as it is printed: ``stage`` "working" (only for who works on it), "draft" (as last sent) or "issued".

    ``items`` are in the order of the report; ``viewpoints`` the worded ones, (code, text).
    """

    stage: str
    number: str
    section: str
    system: str
    theme: str
    kind: str
    conduct: str
    conducted_with: str
    purpose: str
    scope: str
    criteria: str
    method: str
    starts_on: date
    ends_on: date
    summary: str
    opinion: str
    viewpoints: tuple[tuple[str, str], ...]
    items: tuple[ItemLine, ...]
    auditors: tuple[AuditorLine, ...]
    differences: tuple[DifferenceLine, ...]
    sent_on: date | None
    due_on: date | None
    issued_on: date | None
    sha256: str


def notice_data(by: Principal, engagement_id: int) -> NoticeData:
    """Return the notice of an audit that *by* may see; ``Missing`` otherwise. Before it is sent: as it stands."""
    row = find_engagement(by, engagement_id)
    day = row.letter_on or row.starts_on
    return NoticeData(
        number=str(row),
        fiscal_year=row.fiscal_year,
        kind=row.get_kind_display(),
        conduct=row.get_conduct_display(),
        conducted_with=row.conducted_with,
        section=name_with_bureau(by.city, row.unit_id, day),
        system=row.system.name if row.system else "",
        theme=row.theme,
        purpose=row.purpose,
        scope=row.scope,
        criteria=row.criteria,
        method=row.method,
        chosen_because=row.chosen_because,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        special=row.special,
        ordered_by=row.ordered_by_name,
        ordered_on=row.ordered_on,
        ordered_because=row.ordered_because,
        auditors=tuple(auditor_lines_of(row)),
        viewpoints=tuple((one["code"], one["text"]) for one in row.viewpoints if one.get("text")),
        drafted_by=row.drafted_by,
        drafted_on=row.drafted_on,
        letter_number=row.letter_number,
        letter_on=row.letter_on,
        letter_to=row.letter_to,
        letter_from=row.letter_from,
        request=row.request,
    )


def audit_report_data(by: Principal, engagement_id: int) -> AuditReportData:
    """Return the report of an audit as far as *by* may read it: what was issued; else, for who works on it, what it is
    going to say; else, for the audited, the draft last sent to them. ``Missing`` for everybody else."""
    row = find_engagement(by, engagement_id)
    issued = getattr(row, "issued", None)
    if issued is not None:
        findings = dict(row.items.filter(finding__isnull=False).values_list("pk", "finding_id"))
        return _data(by, row, "issued", issued.content, findings, sha256=issued.sha256)
    draft = row.drafts.order_by("-number").first()
    sent = {"sent_on": draft.sent_on, "due_on": draft.due_on} if draft else {}
    if may_work_on(by, row):
        items = list(row.items.filter(dropped_because=""))
        content = report_content(row, items, row.appointments.order_by("pk"), differences_of(row))
        return _data(by, row, "working", content, {}, **sent)
    if draft is not None and row.status == DRAFTED and is_auditee(by, row):
        return _data(by, row, "draft", draft.content, {}, sha256=draft.sha256, **sent)
    raise Missing("監査報告書は、まだありません。")


def differences_of(engagement: Engagement) -> list[FactAnswer]:
    """Return what the audited held to be otherwise in any draft, the oldest first."""
    rows = FactAnswer.objects.filter(draft__engagement=engagement, answer=FactAnswer.Answer.DIFFERS)
    return list(rows.select_related("item", "draft").order_by("pk"))


def auditor_lines_of(engagement: Engagement) -> list[AuditorLine]:
    """Return who audits and who did, the lead first, those who left last."""
    order = {code: place for place, code in enumerate(PARTS)}
    rows = sorted(
        engagement.appointments.all(), key=lambda row: (row.valid_to is not None, order[row.part], row.pk)
    )
    return [
        AuditorLine(
            row.name,
            row.title,
            row.part,
            str(PARTS[row.part]),
            row.valid_from,
            row.valid_to,
            row.ended_because,
        )
        for row in rows
    ]


def _data(
    by: Principal,
    row: Engagement,
    stage: str,
    content: dict[str, Any],
    findings: dict[int, int],
    **more: Any,
) -> AuditReportData:
    said = content["audit"]
    return AuditReportData(
        stage=stage,
        number=said["number"],
        section=name_with_bureau(by.city, row.unit_id, row.issued_on or by.on),
        system=said["system"],
        theme=said["theme"],
        kind=str(Engagement.Kind(said["kind"]).label),
        conduct=str(Engagement.Conduct(said["conduct"]).label),
        conducted_with=said["conducted_with"],
        purpose=said["purpose"],
        scope=said["scope"],
        criteria=said["criteria"],
        method=said["method"],
        starts_on=date.fromisoformat(said["began_on"] or said["starts_on"]),
        ends_on=date.fromisoformat(said["ends_on"]),
        summary=said["summary"],
        opinion=said["opinion"],
        viewpoints=tuple((one["code"], one["text"]) for one in content["viewpoints"]),
        items=tuple(_item(one, findings) for one in content["items"]),
        auditors=tuple(
            AuditorLine(
                one["name"],
                one["title"],
                one["part"],
                str(PARTS[one["part"]]),
                date.fromisoformat(one["from"]),
                _day(one["to"]),
                one["ended_because"],
            )
            for one in content.get("auditors", ())
        ),
        differences=tuple(
            DifferenceLine(
                one["title"],
                one["words"],
                one["by"],
                date.fromisoformat(one["on"]),
                str(OUTCOMES.get(one["outcome"], "")),
                one["reply"],
            )
            for one in content.get("differences", ())
        ),
        sent_on=more.get("sent_on"),
        due_on=more.get("due_on"),
        issued_on=row.issued_on if stage == "issued" else None,
        sha256=more.get("sha256", ""),
    )


def _item(one: dict[str, Any], findings: dict[int, int]) -> ItemLine:
    return ItemLine(
        key=one["key"],
        kind=one["kind"],
        kind_label=str(KINDS[one["kind"]]),
        reference=one["reference"],
        viewpoint=one["viewpoint"],
        perspective=one["perspective"],
        perspective_label=str(PERSPECTIVES.get(one["perspective"], "")),
        title=one["title"],
        detail=one["detail"],
        recommendation=one["recommendation"],
        aspect=one["aspect"],
        item_code=one["item_code"],
        due_on=_day(one["due_on"]),
        finding=findings.get(one["key"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
