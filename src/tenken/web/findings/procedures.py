"""Every form on the page of a finding: which the reader may use now, and who may use it at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.urls import reverse

from tenken.findings.models import Finding
from tenken.findings.permissions import CHECK_FINDINGS, CONFIRM_REASONS, IMPROVE_FINDINGS
from tenken.findings.rules.review import review_is_due
from tenken.findings.states import (
    CANNOT_FIX,
    DAILY,
    NOT_IMPROVED,
    OPEN,
    PLANNED,
    REPORTED,
    TREATED,
)
from tenken.organization.access import Principal, decide, require
from tenken.organization.capabilities import Capability
from tenken.web.findings.forms import (
    CannotFixForm,
    CheckForm,
    ConfirmForm,
    EvidenceForm,
    NotImprovedForm,
    PlanForm,
    ProcedureForm,
    ReopenForm,
    ReportForm,
)
from tenken.web.findings.procedure import Procedure

# What nobody has to do: always folded.
NEVER_FIRST = frozenset({"evidence", "reopen"})
_WITH_FILES = frozenset({"report", "evidence"})
# Any of these lets one use the form.
CAPABILITIES: dict[str, tuple[Capability, ...]] = {
    "plan": (IMPROVE_FINDINGS,),
    "report": (IMPROVE_FINDINGS,),
    "evidence": (IMPROVE_FINDINGS,),
    "not-improved": (IMPROVE_FINDINGS,),
    "cannot-fix": (IMPROVE_FINDINGS,),
    "check": (CHECK_FINDINGS,),
    "confirm": (CONFIRM_REASONS,),
    "reopen": (IMPROVE_FINDINGS, CONFIRM_REASONS),
}


def require_procedure(by: Principal, finding: Finding, code: str) -> None:
    """Raise ``Denied`` unless *by* may use the form called *code* for the finding's section."""
    *others, last = CAPABILITIES[code]
    if not any(decide(by, capability, unit=finding.unit) for capability in others):
        require(by, last, unit=finding.unit)


def procedures_of(by: Principal, finding: Finding, typed: Mapping[str, ProcedureForm]) -> list[Procedure]:
    """Return what *by* may do now, the next thing first; *typed* are the forms that were refused."""
    held = {
        capability
        for capability in (IMPROVE_FINDINGS, CHECK_FINDINGS, CONFIRM_REASONS)
        if decide(by, capability, unit=finding.unit)
    }
    due = review_is_due(finding.status, finding.review_on, by.on)
    offered = {
        OPEN: ["plan", "not-improved", "cannot-fix"],
        PLANNED: ["report", "plan", "evidence", "not-improved", "cannot-fix"],
        REPORTED: ["check", "evidence"],
        NOT_IMPROVED: ["report", "plan", "evidence", "not-improved", "cannot-fix"],
        CANNOT_FIX: ["confirm", "evidence"],
        TREATED: ["cannot-fix", "reopen", "evidence"] if due else ["reopen", "cannot-fix", "evidence"],
    }.get(finding.status, [])
    return [
        _procedure(code, finding, typed.get(code))
        for code in offered
        if held.intersection(CAPABILITIES[code])
    ]


def _procedure(code: str, finding: Finding, typed: ProcedureForm | None) -> Procedure:
    planned = finding.status != OPEN and bool(finding.plan)
    treated = finding.status == TREATED
    titles: dict[str, tuple[str, str]] = {
        "plan": (
            "改善計画を見直す" if planned else "改善計画を作成する",
            "見直した計画を提出する" if planned else "改善計画を提出する",
        ),
        "report": ("改善を報告する", "改善報告を提出する"),
        "evidence": ("証拠を追加する", "ファイルを追加する"),
        "not-improved": ("未改善の理由を届け出る", "未改善として届け出る"),
        "cannot-fix": (
            "見直して、リスク低減策を続ける" if treated else "改善が困難であることを届け出る",
            "見直した内容を届け出る" if treated else "改善困難として届け出る",
        ),
        "check": ("改善報告を確認する", "確認の結果を記録する"),
        "confirm": ("改善困難の理由を確認する", "確認の結果を記録する"),
        "reopen": ("改善を再開する", "改善計画に戻す"),
    }
    title, submit = titles[code]
    url = reverse(f"findings-{code}", args=[finding.pk])
    form = typed or _MAKERS[code](
        finding, f"id_{code}_%s"
    )  # several forms with the same names stand on the page
    return Procedure(code, title, submit, form, url, has_files=code in _WITH_FILES)


def _plan_form(finding: Finding, ids: str) -> ProcedureForm:
    planned = finding.status != OPEN and bool(finding.plan)
    return PlanForm(
        initial={
            "cause": finding.cause,
            "immediate_action": finding.immediate_action,
            "text": finding.plan,
            "owner": finding.plan_owner,
            "due_on": finding.plan_due_on or (None if planned else finding.due_on),
            "level": finding.measure_level or DAILY,
            "needs_budget": finding.plan_needs_budget,
            "budget_yen": finding.budget_yen,
            "budget_year": finding.budget_year,
        },
        auto_id=ids,
    )


def _report_form(finding: Finding, ids: str) -> ProcedureForm:
    return ReportForm(initial={"action": finding.action, "action_on": finding.action_on}, auto_id=ids)


def _not_improved_form(finding: Finding, ids: str) -> ProcedureForm:
    initial = {
        "reason": finding.not_improved_reason,
        "note": finding.not_improved_note,
        "level": finding.measure_level,
    }
    return NotImprovedForm(initial=initial, auto_id=ids)


def _cannot_fix_form(finding: Finding, ids: str) -> ProcedureForm:
    initial = {
        "reason": finding.not_improved_reason,
        "note": finding.not_improved_note,
        "compensating_measure": finding.compensating_measure,
        "residual_risk": finding.residual_risk,
        "residual_risk_note": finding.residual_risk_note,
    }
    return CannotFixForm(initial=initial, auto_id=ids)


_MAKERS: dict[str, Callable[[Finding, str], ProcedureForm]] = {
    "plan": _plan_form,
    "report": _report_form,
    "evidence": lambda _, ids: EvidenceForm(auto_id=ids),
    "not-improved": _not_improved_form,
    "cannot-fix": _cannot_fix_form,
    "check": lambda _, ids: CheckForm(auto_id=ids),
    "confirm": lambda _, ids: ConfirmForm(auto_id=ids),
    "reopen": lambda _, ids: ReopenForm(auto_id=ids),
}
