"""One finding: what it is, what is to be done next, and every procedure on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Stale
from tenken.findings.models import Finding, Measure
from tenken.findings.operations import (
    add_evidence,
    check,
    close_not_improved,
    confirm_reason,
    declare_cannot_fix,
    plan,
    reopen,
    report,
)
from tenken.findings.permissions import (
    CHECK_FINDINGS,
    CONFIRM_REASONS,
    IMPROVE_FINDINGS,
    MANAGE_EXTENT,
    MANAGE_REPORTS,
    MANAGE_TRACES,
    PROPOSE_CASES,
)
from tenken.findings.queries import FindingRecord, extents_for, finding_record, measures_of, until_of
from tenken.findings.states import MEASURE_LEVELS, VERIFIED, WITHDRAWN, reason_text
from tenken.organization.access import Principal, decide
from tenken.organization.models import Unit
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
from tenken.web.findings.labels import STATUSES, next_step, timeline
from tenken.web.findings.measure_procedures import NEVER_FIRST as MEASURES_NEVER_FIRST
from tenken.web.findings.measure_procedures import (
    measure_lines,
    measure_now,
    measure_procedures,
    measure_step,
)
from tenken.web.findings.procedure import Procedure
from tenken.web.findings.procedures import NEVER_FIRST, procedures_of, require_procedure
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def detail(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Show a finding."""
    return finding_page(request, finding_record(request.principal, finding_id))


@signed_in
@require_POST
def make_plan(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Lay down or revise the plan."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        plan(by=by, finding=finding, version=version, **values)

    return _perform(request, finding_id, "plan", PlanForm, act, "改善計画を提出しました。")


@signed_in
@require_POST
def make_report(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Report what was done, with files."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        files = [(file.name or "", file.file) for file in values.pop("evidence")]
        report(by=by, finding=finding, version=version, evidence=files, **values)

    done = "改善を報告しました。事務局の確認を待っています。"
    return _perform(request, finding_id, "report", ReportForm, act, done)


@signed_in
@require_POST
def attach(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Lay files beside."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        for file in values["evidence"]:
            added = add_evidence(
                by=by, finding=finding, name=file.name or "", stream=file.file, version=version
            )
            version = Finding.objects.values_list("version", flat=True).get(pk=added.finding_id)

    return _perform(request, finding_id, "evidence", EvidenceForm, act, "証拠のファイルを追加しました。")


@signed_in
@require_POST
def declare_not_improved(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Say that it cannot be improved within the stage."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        close_not_improved(by=by, finding=finding, version=version, **values)

    return _perform(request, finding_id, "not-improved", NotImprovedForm, act, "未改善の理由を届け出ました。")


@signed_in
@require_POST
def declare_cannot(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Say that it cannot be fixed, what lowers the risk instead, and when that is looked at again."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        declare_cannot_fix(by=by, finding=finding, version=version, **values)

    done = "改善困難を届け出ました。理由の確認を待っています。"
    return _perform(request, finding_id, "cannot-fix", CannotFixForm, act, done)


@signed_in
@require_POST
def confirm(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Find the reason true, or refuse it."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        confirm_reason(by=by, finding=finding, version=version, **values)

    return _perform(request, finding_id, "confirm", ConfirmForm, act, "確認の結果を記録しました。")


@signed_in
@require_POST
def take_up_again(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Take it out of its compensating measure, back to planning."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        reopen(by=by, finding=finding, version=version, **values)

    return _perform(request, finding_id, "reopen", ReopenForm, act, "改善計画に戻しました。")


@signed_in
@require_POST
def make_check(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Verify the report or return it."""

    def act(by: Principal, finding: Finding, version: int, values: dict[str, Any]) -> None:
        check(by=by, finding=finding, version=version, **values)

    return _perform(request, finding_id, "check", CheckForm, act, "確認の結果を記録しました。")


def _perform(
    request: SignedInRequest,
    finding_id: int,
    code: str,
    form_class: type[ProcedureForm],
    act: Callable[[Principal, Finding, int, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """Ask who may, read the form, call the operation; what is refused comes back on the same page with what was typed."""
    by = request.principal
    record = finding_record(by, finding_id)
    require_procedure(by, record.finding, code)
    form = form_class(request.POST, request.FILES)
    if not form.is_valid():
        return finding_page(request, record, typed={code: form}, status=422)
    version = read_version(request)
    try:
        act(by, record.finding, version, dict(form.cleaned_data))
    except Invalid as refusal:
        form.take(refusal)
        return finding_page(request, finding_record(by, finding_id), typed={code: form}, status=422)
    except Stale as refusal:
        fresh = finding_record(by, finding_id)
        return finding_page(request, fresh, typed={code: form}, stale=(refusal.message, version), status=409)
    messages.success(request, done)
    return redirect("findings-detail", finding_id=finding_id)


def read_version(request: SignedInRequest) -> int:
    """Return the version the page showed; ``Invalid`` when the form does not say."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(text)


def finding_page(
    request: SignedInRequest,
    record: FindingRecord,
    *,
    typed: Mapping[str, ProcedureForm] | None = None,
    stale: tuple[str, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of a finding with what its reader may do; *typed* are the forms that were refused."""
    by, finding = request.principal, record.finding
    measures = measures_of(finding) if finding.track == Finding.Track.MEASURES else None
    improves = bool(decide(by, IMPROVE_FINDINGS, unit=finding.unit))
    checks = bool(decide(by, CHECK_FINDINGS, unit=finding.unit))
    confirms = bool(decide(by, CONFIRM_REASONS, unit=finding.unit))
    typed = typed or {}
    procedures = (
        procedures_of(by, finding, typed)
        if measures is None
        else measure_procedures(by, finding, measures, typed)
    )
    folded = NEVER_FIRST | MEASURES_NEVER_FIRST
    first = next((one for one in procedures[:1] if one.code not in folded), None)
    label, tone = STATUSES[finding.status]
    context = {
        "record": record,
        "finding": finding,
        "status_label": label,
        "status_tone": tone,
        "step": next_step(record, improves=improves, checks=checks, confirms=confirms, on=by.on)
        if measures is None
        else measure_step(by, finding, measures, until_of(finding)),
        "measures": measures is not None,
        "measure_lines": measure_lines(measures or ()),
        "reported_in": _reported_in(finding),
        "may_trace": by.holds(MANAGE_TRACES) and finding.item_code and finding.status != WITHDRAWN,
        "may_extend": by.holds(MANAGE_EXTENT) and finding.status != WITHDRAWN,
        "extents": extents_for(by, finding=finding) if by.holds(MANAGE_EXTENT) else [],
        "extent_target": _extent_target(finding),
        "may_publish": finding.report_id is not None and by.holds(MANAGE_REPORTS),
        "may_propose": by.holds(PROPOSE_CASES) and finding.status == VERIFIED,
        "first": first,
        "others": [(one, one.code in typed) for one in procedures if one is not first],
        "forms": list(typed.values()) if stale is None else [],
        "stale": _stale(record, typed, measures, *stale) | {"target": _target(procedures, typed)}
        if stale
        else None,
        "stale_header": ["項目", "今の内容", "あなたの入力"],
        "unit_path": _unit_path(by, finding.unit),
        "summary": _summary(record),
        "progress": [row for row in _progress(finding) if row[1]],
        "not_improved": reason_text(finding.not_improved_reason, finding.not_improved_note),
        "events": timeline(record.events),
    }
    return render(request, "web/findings/detail.html", context, status=status)


def _extent_target(finding: Finding) -> int | None:
    """Return the key of the 横展開の対象 the finding came from, if from one."""
    key = finding.origin_key.rpartition(":")[2]
    return int(key) if finding.origin == Finding.Origin.EXTENT and key.isdecimal() else None


def _stale(
    record: FindingRecord,
    typed: Mapping[str, ProcedureForm],
    measures: Sequence[Measure] | None,
    message: str,
    version: int,
) -> dict[str, Any]:
    """Return what happened since *version* was shown, and what stands now beside what was typed."""
    finding = record.finding
    now = {
        "cause": finding.cause,
        "immediate_action": finding.immediate_action,
        "text": finding.plan,
        "owner": finding.plan_owner,
        "due_on": finding.plan_due_on,
        "needs_budget": finding.plan_needs_budget,
        "level": MEASURE_LEVELS.get(finding.measure_level),
        "budget_yen": _yen(finding.budget_yen),
        "budget_year": str(FiscalYear(finding.budget_year)) if finding.budget_year else "",
        "compensating_measure": finding.compensating_measure,
        "residual_risk": finding.get_residual_risk_display(),
        "residual_risk_note": finding.residual_risk_note,
        "review_on": finding.review_on,
        "action": finding.action,
        "action_on": finding.action_on,
        "reason": reason_text(finding.not_improved_reason, ""),
        "note": finding.not_improved_note,
    }
    if measures is not None:
        now = measure_now(measures)
    rows = [
        [field.label, _shown(now.get(name)), _shown(_spoken(field, form.cleaned_data.get(name)))]
        for form in typed.values()
        for name, field in form.fields.items()
        if name != "evidence"
    ]
    return {
        "message": message,
        "events": timeline(record.events[version:]),
        "rows": rows,
        "files": any("evidence" in form.fields for form in typed.values()),
    }


def _target(procedures: list[Procedure], typed: Mapping[str, ProcedureForm]) -> str:
    """Return where on the page the form stands that was typed into; '' when it is no longer offered."""
    codes = [procedure.code for procedure in procedures]
    code = next((code for code in typed if code in codes), "")
    return "" if not code else "#next" if codes[0] == code else f"#procedure-{code}"


def _spoken(field: Any, value: Any) -> Any:
    return dict(field.choices).get(value, value) if hasattr(field, "choices") else value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "必要" if value else "—"
    return era_date(value) if hasattr(value, "year") else str(value or "—")


def _unit_path(by: Principal, unit: Unit) -> str:
    above = by.tree.ancestors(unit.pk)
    names = dict(Unit.objects.filter(pk__in=above, kind__rank__gt=0).values_list("pk", "name"))
    return "　".join([*(names[key] for key in reversed(above) if key in names), unit.name])


def _summary(record: FindingRecord) -> list[tuple[str, Any]]:
    finding = record.finding
    return [
        ("年度", str(FiscalYear(finding.fiscal_year))),
        ("調査項目", record.category),
        ("出所", finding.get_origin_display()),
        ("運用面・技術面", finding.get_aspect_display()),
        ("情報システム", finding.system.name if finding.system else ""),
        ("発生日", era_date(finding.opened_on)),
        ("期限", era_date(finding.due_on) if finding.due_on else ""),
        ("課題の内容", finding.detail),
    ]


def _reported_in(finding: Finding) -> list[tuple[str, Any]]:
    """Return where a report has the finding; nothing for one of no report."""
    report = finding.report
    if report is None:
        return []
    question = next((one["text"] for one in report.viewpoints if one["code"] == finding.viewpoint), "")
    rows = [
        ("区分", finding.get_kind_display()),
        ("番号", finding.reference),
        ("着眼点", f"{finding.viewpoint}　{question}".strip()),
        ("視点", finding.get_perspective_display()),
        ("見出し", finding.heading),
    ]
    return [row for row in rows if row[1]]


def _progress(finding: Finding) -> list[tuple[str, Any]]:
    """Return plan and report as one form has them, what is not there yet as empty."""
    rows: list[tuple[str, Any]] = [
        ("原因", finding.cause),
        ("応急処置", finding.immediate_action),
        ("改善計画", finding.plan),
        ("担当", finding.plan_owner),
        ("改善予定日", era_date(finding.plan_due_on) if finding.plan_due_on else ""),
        ("対策の区分", _level(finding)),
        ("予算", _budget(finding)),
        ("改善内容", finding.action),
        ("改善実施日", era_date(finding.action_on) if finding.action_on else ""),
    ]
    if finding.not_improved_reason:
        label = "改善できない理由" if finding.review_on else "未改善の理由"
        rows.append((label, reason_text(finding.not_improved_reason, finding.not_improved_note)))
    if finding.review_on:
        rows.append(("リスク低減策", finding.compensating_measure))
        rows.append(("残るリスク", _risk_left(finding)))
        rows.append(("見直し日", era_date(finding.review_on)))
    if finding.confirmed_on:
        rows.append(
            (
                "理由の確認",
                f"{era_date(finding.confirmed_on)}　{finding.confirmed_by_name}　{finding.confirmed_how}",
            )
        )
    if finding.closed_as_not_improved:
        rows.append(("改善取組の終了時", "未改善"))
    if finding.closed_on:
        rows.append(("完了日", era_date(finding.closed_on)))
    return rows


def _risk_left(finding: Finding) -> str:
    return f"{finding.get_residual_risk_display()}　{finding.residual_risk_note}".strip()


def _level(finding: Finding) -> str:
    label = MEASURE_LEVELS.get(finding.measure_level, "")
    return f"{label}（{finding.measure_bureau.name}）" if finding.measure_bureau else label


def _budget(finding: Finding) -> str:
    if not finding.plan:
        return ""
    if not finding.plan_needs_budget:
        return "不要"
    year = str(FiscalYear(finding.budget_year)) if finding.budget_year else ""
    known = "　".join(part for part in (year, _yen(finding.budget_yen)) if part)
    return f"必要（{known}）" if known else "必要"


def _yen(amount: int | None) -> str:
    return f"{amount:,}円" if amount else ""
