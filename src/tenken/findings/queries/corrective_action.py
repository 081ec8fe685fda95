"""情報セキュリティ発見事項報告書兼是正処置計画報告書 (document 004, A20): one finding from its discovery to the auditor's check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding, FindingEvent, FindingEvidence, Measure, MeasureEvidence
from tenken.findings.queries.records import item_reference
from tenken.findings.states import EVENT_LABELS, MEASURE_LEVELS, reason_text
from tenken.organization.directory import directory_of

# What of a finding's course is a signature on the form: who found, planned, reported, and what the checker said.
_SIGNED = (
    ("発見事項の報告", ("opened",)),
    ("是正処置計画の提出", ("planned", "replanned")),
    ("是正処置結果の報告", ("reported", "measure_proposed", "measure_added", "measure_kept")),
    ("確認", ("verified", "returned", "confirmed", "refused", "measure_confirmed", "measure_returned")),
)
_CHECKS = frozenset(_SIGNED[-1][1])


@dataclass(frozen=True)
class Signature:
    """Who did a step of the form last, and on which day; '' and None while nobody did."""

    step: str
    name: str = ""
    on: date | None = None


@dataclass(frozen=True)
class ReportedMeasure:
    """One dated measure of a finding that is answered by measures."""

    status: str
    on: date
    text: str
    promised_until: date | None
    decided_by: str


@dataclass(frozen=True)
class CorrectiveAction:
    """The form of one finding, of either track. '' and None: not there yet. ``criteria``: clauses in words.

    ``cause`` … ``budget`` are the plan (of 改善); ``measures`` what was told to the auditors instead (措置). ``check``: the
    checker's last word with its day, from the course.
    """

    number: str
    fiscal_year: int
    status: str
    found_on: date
    section: str
    system: str
    origin: str
    found_by: str
    source: str
    kind: str
    viewpoint: str
    title: str
    detail: str
    question: str
    criteria: tuple[str, ...]
    evidence: tuple[str, ...]
    risk: str
    due_on: date | None
    cause: str
    immediate_action: str
    corrective_action: str
    owner: str
    plan_due_on: date | None
    level: str
    budget: str
    result: str
    result_on: date | None
    not_improved: str
    compensating_measure: str
    review_on: date | None
    measures: tuple[ReportedMeasure, ...]
    check: str
    checked_on: date | None
    checked_by: str
    check_comment: str
    closed_on: date | None
    signatures: tuple[Signature, ...]


def corrective_action_data(finding: Finding, on: date) -> CorrectiveAction:
    """Return the form of *finding*, its section named as on a day. About ten queries; who may see it is asked before."""
    events = list(finding.events.all())
    reference = item_reference(finding.city, finding.item_code, finding.opened_on)
    check = next((event for event in reversed(events) if event.event in _CHECKS), None)
    report = finding.report
    return CorrectiveAction(
        number=str(finding),
        fiscal_year=finding.fiscal_year,
        status=finding.get_status_display(),
        found_on=finding.opened_on,
        section=directory_of(finding.city).name(finding.unit_id, on),
        system=finding.system.name if finding.system else "",
        origin=finding.get_origin_display(),
        found_by=report.auditor if report else "",
        source="　".join(part for part in (report.title, finding.reference) if part) if report else "",
        kind=finding.get_kind_display(),
        viewpoint=_viewpoint(finding),
        title=finding.title,
        detail=finding.detail,
        question=reference.question if reference else "",
        criteria=tuple(
            f"{number}　{heading}".strip() for number, heading, _ in (reference.clauses if reference else ())
        ),
        evidence=tuple(_files(finding)),
        risk=_risk(finding, reference.purpose if reference else ""),
        due_on=finding.due_on,
        cause=finding.cause,
        immediate_action=finding.immediate_action,
        corrective_action=finding.plan,
        owner=finding.plan_owner,
        plan_due_on=finding.plan_due_on,
        level=MEASURE_LEVELS.get(finding.measure_level, ""),
        budget=_budget(finding),
        result=finding.action,
        result_on=finding.action_on,
        not_improved=reason_text(finding.not_improved_reason, finding.not_improved_note),
        compensating_measure=finding.compensating_measure,
        review_on=finding.review_on,
        measures=tuple(
            ReportedMeasure(
                measure.get_status_display(),
                measure.on,
                measure.text,
                measure.promise_due_on,
                measure.decided_by_name,
            )
            for measure in Measure.objects.filter(finding=finding, state=Measure.State.DECIDED)
        ),
        check=EVENT_LABELS[check.event] if check else "",
        checked_on=check.happened_on if check else None,
        checked_by=check.by_name if check else "",
        check_comment=check.comment if check else "",
        closed_on=finding.closed_on,
        signatures=tuple(_signature(step, codes, events) for step, codes in _SIGNED),
    )


def _signature(step: str, codes: tuple[str, ...], events: list[FindingEvent]) -> Signature:
    last = next((event for event in reversed(events) if event.event in codes), None)
    # What a programme wrote down for an earlier or a found one is nobody's signature.
    if last is None or last.by_code.startswith("system:"):
        return Signature(step, "", last.happened_on if last else None)
    return Signature(step, last.by_name, last.happened_on)


def _viewpoint(finding: Finding) -> str:
    if not finding.viewpoint:
        return ""
    known = finding.report.viewpoints if finding.report else []
    text = next((str(one.get("text", "")) for one in known if one.get("code") == finding.viewpoint), "")
    return f"{finding.viewpoint}　{text}".strip()


def _files(finding: Finding) -> Iterable[str]:
    for model, of in (
        (FindingEvidence, {"finding": finding}),
        (MeasureEvidence, {"measure__finding": finding}),
    ):
        yield from model.objects.filter(**of).order_by("pk").values_list("file__name", flat=True)


def _risk(finding: Finding, purpose: str) -> str:
    """Return what is at stake: the risk that was judged, else what the item is asked for."""
    judged = finding.get_residual_risk_display() if finding.residual_risk else ""
    return "　".join(part for part in (judged, finding.residual_risk_note) if part) or purpose


def _budget(finding: Finding) -> str:
    if not finding.plan:
        return ""
    if not finding.plan_needs_budget:
        return "不要"
    year = str(FiscalYear(finding.budget_year)) if finding.budget_year else ""
    amount = f"{finding.budget_yen:,}円" if finding.budget_yen else ""
    known = "　".join(part for part in (year, amount) if part)
    return f"必要（{known}）" if known else "必要"
