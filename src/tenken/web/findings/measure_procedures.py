"""The forms on the page of a finding that is answered by measures, what is to be done next, and how its measures look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.urls import reverse

from tenken.common.era import era_date
from tenken.findings.models import Finding, Measure
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES
from tenken.findings.states import (
    MEASURED,
    NOTED,
    PROMISED,
    STATUS_LABELS,
    UNANSWERED,
    VERIFIED,
    WITHDRAWN,
)
from tenken.findings.states.measures import BUDGET_STAGES, CARRIED_OUT, DONE
from tenken.organization.access import Principal, decide
from tenken.organization.capabilities import Capability
from tenken.web.findings.forms import ProcedureForm
from tenken.web.findings.labels import NextStep
from tenken.web.findings.measure_forms import (
    BudgetForm,
    ConfirmMeasureForm,
    CorrectionForm,
    DecisionForm,
    FollowForm,
    KeepForm,
    MeasureForm,
    ProofForm,
)
from tenken.web.findings.procedure import Procedure

CAPABILITIES: Final[dict[str, tuple[Capability, ...]]] = {
    "measure-propose": (REPORT_MEASURES,),
    "measure-add": (MANAGE_REPORTS,),
    "measure-decide": (MANAGE_REPORTS,),
    "measure-correct": (MANAGE_REPORTS,),
    "measure-proof": (REPORT_MEASURES,),
    "measure-budget": (REPORT_MEASURES,),
    "measure-keep": (REPORT_MEASURES,),
    "measure-confirm": (MANAGE_REPORTS,),
    "measure-follow": (MANAGE_REPORTS,),
}
# What nobody has to do: always folded.
NEVER_FIRST: Final = frozenset({"measure-proof", "measure-budget", "measure-correct", "measure-follow"})
_WITH_FILES: Final = frozenset({"measure-propose", "measure-add", "measure-proof", "measure-keep"})
_TITLES: Final = {
    "measure-propose": ("措置を報告する", "措置を報告する"),
    "measure-add": ("措置を登録する", "措置を登録する"),
    "measure-decide": ("報告された措置を確認する", "確認の結果を記録する"),
    "measure-correct": ("措置を訂正する", "訂正する"),
    "measure-proof": ("証拠を追加する", "ファイルを追加する"),
    "measure-budget": ("予算の段階を記録する", "予算の段階を記録する"),
    "measure-keep": ("予定を果たしたことを報告する", "証拠を付けて報告する"),
    "measure-confirm": ("措置を確認して完了にする", "措置を確認した"),
    "measure-follow": ("続きを新しい課題として登録する", "新しい課題を登録する"),
}


def standing_of(measures: Sequence[Measure]) -> Measure | None:
    """Return the decided measure that counts now."""
    decided = [one for one in measures if one.state == Measure.State.DECIDED]
    return max(decided, key=lambda one: (one.on, one.number), default=None)


def proposal_of(measures: Sequence[Measure]) -> Measure | None:
    """Return the proposal that waits or was returned."""
    return next((one for one in measures if one.state != Measure.State.DECIDED), None)


def measure_procedures(
    by: Principal, finding: Finding, measures: Sequence[Measure], typed: Mapping[str, ProcedureForm]
) -> list[Procedure]:
    """Return what *by* may do now, the next thing first; *typed* are the forms that were refused."""
    held = {
        capability
        for capability in (REPORT_MEASURES, MANAGE_REPORTS)
        if decide(by, capability, unit=finding.unit)
    }
    return [
        _procedure(code, finding, measures, typed.get(code))
        for code in _offered(finding, measures, manages=MANAGE_REPORTS in held)
        if held.intersection(CAPABILITIES[code])
    ]


def _offered(finding: Finding, measures: Sequence[Measure], *, manages: bool) -> list[str]:
    standing, proposal = standing_of(measures), proposal_of(measures)
    if finding.status in (NOTED, WITHDRAWN):
        return []
    if finding.status == VERIFIED:
        return ["measure-follow"]
    waiting = proposal is not None and proposal.state == Measure.State.PROPOSED
    offered = ["measure-decide"] if waiting else []
    if finding.status == PROMISED:
        offered += ["measure-keep"]
        offered += ["measure-budget"] if standing and standing.budget_stage != CARRIED_OUT else []
    if finding.status == MEASURED and standing and standing.evidence.all():
        offered += ["measure-confirm"]
    # The secretariat lays measures down itself; it proposes nothing to itself.
    offered += ["measure-add" if manages else "measure-propose"]
    offered += ["measure-proof"] if standing or proposal else []
    if standing and standing.told_on is None and standing.kept_on is None:
        offered += ["measure-correct"]
    offered += ["measure-follow"] if finding.status in (MEASURED, PROMISED) else []
    return offered


def _procedure(
    code: str, finding: Finding, measures: Sequence[Measure], typed: ProcedureForm | None
) -> Procedure:
    title, submit = _TITLES[code]
    form = typed or _MAKERS[code](measures, f"id_{code}_%s")
    url = reverse(f"findings-{code}", args=[finding.pk])
    return Procedure(code, title, submit, form, url, has_files=code in _WITH_FILES)


def typed_form(code: str, measures: Sequence[Measure], *args: Any) -> ProcedureForm:
    """Return the form called *code* bound to what was sent."""
    kept: dict[str, Any] = {}
    if code == "measure-budget":
        standing = standing_of(measures)
        kept = {"standing": standing.budget_stage if standing else ""}
    form: ProcedureForm = _FORMS[code](*args, **kept)
    form.auto_id = f"id_{code}_%s"
    return form


def measure_now(measures: Sequence[Measure]) -> dict[str, Any]:
    """Return what stands of the last measure by the names of the forms, to be held against what was typed."""
    one = proposal_of(measures) or standing_of(measures)
    if one is None:
        return {}
    return {
        "status": one.get_status_display(),
        "on": one.on,
        "text": one.text,
        "promises": "予定を含む" if one.promises else "",
        "promise_due_on": one.promise_due_on,
        "budget_stage": one.get_budget_stage_display(),
        "stage": one.get_budget_stage_display(),
        "kept_on": one.kept_on,
    }


def _initial(one: Measure) -> dict[str, Any]:
    names = ("status", "on", "text", "promise_due_on", "budget_stage")
    asked = {"promises": "yes" if one.promises else "no"} if one.status == DONE else {}
    return {name: getattr(one, name) for name in names} | asked


def _propose(measures: Sequence[Measure], ids: str) -> ProcedureForm:
    proposal = proposal_of(measures)
    return MeasureForm(initial=_initial(proposal) if proposal else {}, auto_id=ids)


def _correct(measures: Sequence[Measure], ids: str) -> ProcedureForm:
    standing = standing_of(measures)
    return CorrectionForm(initial=_initial(standing) if standing else {}, auto_id=ids)


def _budget(measures: Sequence[Measure], ids: str) -> ProcedureForm:
    standing = standing_of(measures)
    return BudgetForm(standing=standing.budget_stage if standing else "", auto_id=ids)


_FORMS: Final[dict[str, type[ProcedureForm]]] = {
    "measure-propose": MeasureForm,
    "measure-add": MeasureForm,
    "measure-decide": DecisionForm,
    "measure-correct": CorrectionForm,
    "measure-proof": ProofForm,
    "measure-budget": BudgetForm,
    "measure-keep": KeepForm,
    "measure-confirm": ConfirmMeasureForm,
    "measure-follow": FollowForm,
}
_MAKERS: Final[dict[str, Callable[[Sequence[Measure], str], ProcedureForm]]] = {
    "measure-propose": _propose,
    "measure-add": lambda _, ids: MeasureForm(auto_id=ids),
    "measure-decide": lambda _, ids: DecisionForm(auto_id=ids),
    "measure-correct": _correct,
    "measure-proof": lambda _, ids: ProofForm(auto_id=ids),
    "measure-budget": _budget,
    "measure-keep": lambda _, ids: KeepForm(auto_id=ids),
    "measure-confirm": lambda _, ids: ConfirmMeasureForm(auto_id=ids),
    "measure-follow": lambda _, ids: FollowForm(auto_id=ids),
}


def measure_step(
    by: Principal, finding: Finding, measures: Sequence[Measure], until: date | None
) -> NextStep:
    """Return what the reader has to do next, or for whom the finding waits."""
    manages = bool(decide(by, MANAGE_REPORTS, unit=finding.unit))
    reports = bool(decide(by, REPORT_MEASURES, unit=finding.unit))
    proposal = proposal_of(measures)
    if finding.status == VERIFIED and finding.closed_on:
        return NextStep(
            "success", "措置が完了しました", f"{era_date(finding.closed_on)}に事務局が確認しました。"
        )
    if finding.status == NOTED:
        return NextStep("info", "対応の要らない記録です")
    if finding.status == WITHDRAWN:
        return NextStep("info", "取り下げられた課題です")
    if proposal is not None and proposal.state == Measure.State.PROPOSED:
        if manages:
            text = f"{proposal.proposed_by_name}さんが報告した措置を読み、受け付けるか、差し戻してください。"
            return NextStep("warning", "報告された措置を確認してください", text, "確認する")
        return NextStep("info", "事務局の確認を待っています", "確認が終わると、メールでお知らせします。")
    if proposal is not None and reports and not manages:
        text = f"差し戻した理由：{proposal.returned_because}"
        return NextStep("warning", "措置の報告が差し戻されました", text, "もう一度報告する")
    if finding.status == PROMISED:
        return _promise_step(finding, reports=reports, on=by.on)
    if finding.status == MEASURED:
        return _measured_step(measures, manages=manages)
    return _answer_step(finding, until, reports=reports, on=by.on)


def _promise_step(finding: Finding, *, reports: bool, on: date) -> NextStep:
    due = finding.plan_due_on
    until = f"期限は{era_date(due)}です。" if due else ""
    late = due is not None and due < on
    if late and due:
        until = f"期限（{era_date(due)}）を過ぎています。"
    text = f"{until}行ったことを示す証拠が届くまで、一覧に残ります。"
    if reports:
        return NextStep(
            "error" if late else "warning", "予定を果たしたら、証拠を付けて報告してください", text, "報告する"
        )
    return NextStep("error" if late else "info", "予定が果たされるのを待っています", text)


def _measured_step(measures: Sequence[Measure], *, manages: bool) -> NextStep:
    standing = standing_of(measures)
    if standing is not None and standing.evidence.all():
        if manages:
            return NextStep("warning", "証拠を見て、措置を確認してください", "", "確認する")
        return NextStep("info", "事務局の確認を待っています")
    return NextStep("warning", "措置済ですが、証拠がありません", "証拠のファイルを追加してください。")


def _answer_step(finding: Finding, until: date | None, *, reports: bool, on: date) -> NextStep:
    label = STATUS_LABELS[finding.status]
    late = until is not None and until < on
    said = (
        f"{era_date(until)}{'の期限を過ぎています。' if late else 'までに報告してください。'}"
        if until
        else ""
    )
    if reports and finding.status in UNANSWERED:
        return NextStep(
            "error" if late else "warning", f"措置を報告してください（いまは「{label}」）", said, "報告する"
        )
    return NextStep("info", f"課公所の措置を待っています（{label}）", said)


def measure_lines(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Return the measures as the page shows them."""
    return [
        {
            "measure": one,
            "printed": f"【{one.get_status_display()}】 {era_date(one.on)}",
            "state": "" if one.state == Measure.State.DECIDED else one.get_state_display(),
            "facts": _facts(one),
            "files": list(one.evidence.all()),
            "steps": [
                f"{BUDGET_STAGES[step.stage]}　{era_date(step.on)}　{step.note}"
                for step in one.budget_steps.all()
            ],
        }
        for one in measures
    ]


def _facts(one: Measure) -> list[tuple[str, Any]]:
    decided = f"{era_date(one.decided_on)}　{one.decided_by_name}" if one.decided_on else ""
    proposed = f"{era_date(one.proposed_on)}　{one.proposed_by_name}" if one.proposed_on else ""
    confirmed = f"{era_date(one.confirmed_on)}　{one.confirmed_by_name}" if one.confirmed_on else ""
    rows = [
        ("予定の期限", era_date(one.promise_due_on) if one.promise_due_on else ""),
        ("予算の段階", BUDGET_STAGES.get(one.budget_stage, "")),
        ("予定を果たした日", era_date(one.kept_on) if one.kept_on else ""),
        ("報告", proposed),
        ("差し戻した理由", one.returned_because),
        ("決定", decided),
        ("通知", f"{era_date(one.told_on)}に監査人へ通知済み" if one.told_on else ""),
        ("確認", confirmed),
    ]
    return [(label, value) for label, value in rows if value]
