"""The risk part of a sheet: main assets, threats and countermeasures, what remains, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.assets.models import Storage
from tenken.assets.permissions import KEEP_ASSETS
from tenken.common.refusals import Invalid, Missing, Problem, Refusal, Stale
from tenken.inspection.models import SheetAsset, SheetRisk
from tenken.inspection.operations.risk import (
    RiskDecision,
    add_asset,
    change_asset,
    decide_risks,
    remove_asset,
    same_as_ledger,
    state_no_assets,
    take_known,
    write_to_ledger,
)
from tenken.inspection.permissions import FILL_SHEETS
from tenken.inspection.queries.known_assets import KnownAsset, last_sheet_assets, ledger_assets
from tenken.inspection.queries.risk import sheet_risk
from tenken.inspection.queries.risk_part import (
    IN_PLACE,
    MISSING,
    NOT_APPLICABLE,
    UNANSWERED,
    AssetRisk,
    SheetRiskPart,
    ThreatState,
)
from tenken.inspection.queries.sheets import find_sheet
from tenken.inspection.rules.residual_risk import HIGH, LEVEL_LABELS, LOW, MEDIUM, RULE
from tenken.organization.access import Principal, decide, require
from tenken.organization.queries import name_with_bureau
from tenken.web.inspection.numbers import whole_number
from tenken.web.inspection.risk_forms import SheetAssetForm
from tenken.web.inspection.risk_tables import TONES
from tenken.web.principal import SignedInRequest, signed_in

_STATES = (
    (MISSING, "課題あり", "red"),
    (UNANSWERED, "未記入", "neutral"),
    (IN_PLACE, "適合", "green"),
    (NOT_APPLICABLE, "該当なし", "neutral"),
)
_SOURCES = {"ledger": "情報資産台帳", "last": "前回の点検シート"}
_POSTABLE = ["GET", "HEAD", "POST"]


@signed_in
@require_safe
def page(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Show the risk part of a sheet."""
    return _page(request, sheet_id)


def _page(
    request: SignedInRequest,
    sheet_id: int,
    refusal: Refusal | None = None,
    typed: dict[tuple[int, str], RiskDecision] | None = None,
) -> HttpResponse:
    by = request.principal
    part = sheet_risk(by, sheet_id)
    sheet = part.sheet
    problems = () if refusal is None else refusal.problems or (Problem(refusal.message),)
    context = {
        "part": part,
        "sheet": sheet,
        "programme": sheet.programme,
        "unit_name": name_with_bureau(by.city, sheet.unit_id, by.on),
        "problems": problems,
        "left": _left(part) if part.may_fill else [],
        "assets": [_asset_row(asset) for asset in part.assets],
        "known": _known(by, part) if part.may_fill else [],
        "ledger_differs": _ledger_differs(by, part),
        "header": [asset.name for asset in part.assets],
        "grid": [(state, [_cell(part, asset, state) for asset in part.assets]) for state in part.threats],
        "counts": [
            (len(part.with_level(level)), LEVEL_LABELS[level], TONES[level]) for level in (HIGH, MEDIUM, LOW)
        ],
        "decisions": _decisions(part, typed or {}, problems),
        "threats": [_threat(state, sheet.pk) for state in part.threats],
        "rule": RULE,
    }
    return render(request, "web/inspection/risk.html", context, status=refusal.status if refusal else 200)


def _left(part: SheetRiskPart) -> list[tuple[str, str]]:
    """Return what is left to do before handing in, each with its place on the page."""
    undecided = [one for one in part.problems if one.field != "main-assets"]
    left = [(str(one), "id_main-assets") for one in part.problems if one not in undecided]
    if undecided:
        left.append(
            (
                f"「高」のリスクのうち、対応とその内容が決まっていないもの：{len(undecided)}件",
                "decide-heading",
            )
        )
    return left


def _asset_row(asset: SheetAsset) -> dict[str, Any]:
    return {
        "asset": asset,
        "forms": "、".join(Storage(form).label for form in asset.forms if form in Storage.values),
        "amount": "" if asset.amount is None else f"{asset.amount:,}",
    }


def _known(by: Principal, part: SheetRiskPart) -> list[dict[str, Any]]:
    """Return where main assets can be taken from at once, with what each would add."""
    names = {asset.name for asset in part.assets}
    rows = {asset.asset_id for asset in part.assets} - {None}

    def new(known: Sequence[KnownAsset]) -> list[str]:
        return [one.name for one in known if one.name not in names and one.asset_id not in rows]

    found = {
        "ledger": new(ledger_assets(part.sheet, by.on)),
        "last": new(last_sheet_assets(part.sheet, by.on)),
    }
    return [
        {"source": source, "label": label, "names": found[source]}
        for source, label in _SOURCES.items()
        if found[source]
    ]


def _ledger_differs(by: Principal, part: SheetRiskPart) -> int:
    if not part.may_fill or not decide(by, KEEP_ASSETS, unit=part.sheet.unit):
        return 0
    return sum(1 for one in part.assets if one.asset is None or not same_as_ledger(one, one.asset))


def _cell(part: SheetRiskPart, asset: SheetAsset, state: ThreatState) -> dict[str, Any]:
    """Return one cell of the map: level and score; why there is none, where there is none."""
    risk = part.risks.get((asset.pk, state.threat.code))
    if risk is None:
        return {"none": "及ばない"}
    if risk.residual is None:
        if not state.countermeasures:
            return {"none": "設問なし"}
        return {"none": "未記入" if state.in_state(UNANSWERED) else "該当なし"}
    return {
        "level": risk.level,
        "tone": TONES[risk.level],
        "residual": risk.residual,
        "decision": risk.decision,
    }


def _decisions(
    part: SheetRiskPart, typed: dict[tuple[int, str], RiskDecision], problems: Sequence[Problem]
) -> list[dict[str, Any]]:
    """Return the risks to decide on: all that are 高, and those decided already, the highest score first.

    One threat is decided once for all the assets it reaches, unless they were decided differently.
    """
    errors = {problem.field: problem.message for problem in problems if problem.field}
    shown = [risk for risk in part.risks.values() if risk.level == HIGH or risk.decision]
    shown.sort(key=lambda risk: -(risk.residual.score if risk.residual else 0))
    groups: dict[str, list[AssetRisk]] = {}
    for risk in shown:
        groups.setdefault(risk.state.threat.code, []).append(risk)
    return [
        _decision(one, typed, errors)
        for group in groups.values()
        for one in (
            [group] if len({_said(risk, typed) for risk in group}) == 1 else [[risk] for risk in group]
        )
    ]


def _said(risk: AssetRisk, typed: dict[tuple[int, str], RiskDecision]) -> tuple[str, str]:
    """Return treatment and note as typed, else as decided."""
    given = typed.get((risk.asset.pk, risk.state.threat.code)) or risk.decision
    return (given.treatment, given.note) if given else ("", "")


def _decision(
    risks: list[AssetRisk], typed: dict[tuple[int, str], RiskDecision], errors: dict[str, str]
) -> dict[str, Any]:
    code = risks[0].state.threat.code
    keys = [f"{risk.asset.pk}-{code}" for risk in risks]
    treatment, note = _said(risks[0], typed)
    kept = risks[0].decision
    return {
        "threat": risks[0].state.threat,
        "key": keys[0],
        "rows": [
            (risk, key, TONES.get(risk.level, "neutral"), risk.decision.version if risk.decision else 0)
            for risk, key in zip(risks, keys, strict=True)
        ],
        "choices": [(value, label, value == treatment) for value, label in SheetRisk.Treatment.choices],
        "note": note,
        "missing": risks[0].state.in_state(MISSING),
        "treatment_label": kept.get_treatment_display() if kept else "",
        "treatment_error": next((errors[name] for key in keys if (name := f"treatment-{key}") in errors), ""),
        "note_error": next((errors[name] for key in keys if (name := f"note-{key}") in errors), ""),
    }


def _threat(state: ThreatState, sheet_id: int) -> dict[str, Any]:
    base = reverse("inspection-sheet", args=[sheet_id])
    return {
        "threat": state.threat,
        "counts": state.counts,
        "groups": [
            {
                "label": label,
                "tone": tone,
                "code": value or "unanswered",
                "rows": [(one, f"{base}#id_question-{one.question_id}") for one in found],
            }
            for value, label, tone in _STATES
            if (found := state.in_state(value))
        ],
    }


# --- what is sent ---------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(_POSTABLE)
def asset_new(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Add a main asset."""
    sheet = find_sheet(request.principal, sheet_id)
    require(request.principal, FILL_SHEETS, unit=sheet.unit)
    form = SheetAssetForm(_sent(request))
    if form.is_bound and form.is_valid():
        try:
            add_asset(by=request.principal, sheet=sheet, row=form.row(None, None))
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "主要な情報資産を加えました。")
            return redirect("inspection-risk", sheet_id=sheet_id)
    return _form_page(request, form, sheet_id, "主要な情報資産を加える", "加える")


@signed_in
@require_http_methods(_POSTABLE)
def asset_change(request: SignedInRequest, sheet_id: int, asset_id: int) -> HttpResponse:
    """Change a main asset."""
    part = sheet_risk(request.principal, sheet_id)
    require(request.principal, FILL_SHEETS, unit=part.sheet.unit)
    asset = next((one for one in part.assets if one.pk == asset_id), None)
    if asset is None:
        raise Missing("この点検シートにない情報資産です。")
    form = SheetAssetForm(_sent(request), initial=SheetAssetForm.initial_of(asset))
    if form.is_bound and form.is_valid():
        row = form.row(asset.pk, asset.asset_id)
        version = whole_number(form.cleaned_data["version"] or "0")
        try:
            change_asset(by=request.principal, sheet=part.sheet, row=row, version=version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "主要な情報資産を変更しました。")
            return redirect("inspection-risk", sheet_id=sheet_id)
    return _form_page(request, form, sheet_id, f"「{asset.name}」を変更する", "保存する")


def _form_page(
    request: SignedInRequest, form: SheetAssetForm, sheet_id: int, title: str, submit: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": reverse("inspection-risk", args=[sheet_id]),
    }
    return render(request, "web/inspection/risk_asset.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def asset_remove(request: SignedInRequest, sheet_id: int, asset_id: int) -> HttpResponse:
    """Take a main asset off the sheet."""
    sheet = find_sheet(request.principal, sheet_id)
    version = whole_number(request.POST.get("version", ""))
    return _done(
        request,
        sheet_id,
        lambda: remove_asset(by=request.principal, sheet=sheet, asset_id=asset_id, version=version),
        lambda _: "主要な情報資産を点検シートから取り除きました。台帳はそのままです。",
    )


@signed_in
@require_POST
def take(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Take all known main assets at once, from the ledger or from the sheet before."""
    sheet = find_sheet(request.principal, sheet_id)
    source = request.POST.get("source", "")
    return _done(
        request,
        sheet_id,
        lambda: take_known(by=request.principal, sheet=sheet, source=source),
        lambda count: f"{_SOURCES[source]}から{count}件を取り込みました。件数と保管の形を確かめてください。",
    )


@signed_in
@require_POST
def none(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Say that there is no main asset, and why."""
    sheet = find_sheet(request.principal, sheet_id)
    reason = request.POST.get("reason", "")
    return _done(
        request,
        sheet_id,
        lambda: state_no_assets(by=request.principal, sheet=sheet, reason=reason),
        lambda _: "主要な情報資産がない理由を保存しました。",
    )


@signed_in
@require_POST
def to_ledger(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Write the main assets to the section's ledger."""
    sheet = find_sheet(request.principal, sheet_id)
    return _done(
        request,
        sheet_id,
        lambda: write_to_ledger(by=request.principal, sheet=sheet),
        lambda count: f"情報資産台帳に{count}件を書きました。",
    )


@signed_in
@require_POST
def decisions(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Keep what is decided about the residual risks shown."""
    sheet = find_sheet(request.principal, sheet_id)
    typed = {}
    for first in request.POST.getlist("risk"):
        treatment, note = request.POST.get(f"treatment-{first}", ""), request.POST.get(f"note-{first}", "")
        for key in (first, *request.POST.getlist(f"also-{first}")):
            asset, threat = _key(key)
            version = whole_number(request.POST.get(f"version-{key}", ""))
            typed[asset, threat] = RiskDecision(asset, threat, treatment, note, version)
    return _done(
        request,
        sheet_id,
        lambda: decide_risks(by=request.principal, sheet=sheet, decisions=list(typed.values())),
        lambda _: "残るリスクへの対応を保存しました。",
        typed,
    )


def _key(text: str) -> tuple[int, str]:
    asset, _, threat = text.partition("-")
    return whole_number(asset), threat


def _done(
    request: SignedInRequest,
    sheet_id: int,
    operation: Callable[[], Any],
    told: Callable[[Any], str],
    typed: dict[tuple[int, str], RiskDecision] | None = None,
) -> HttpResponse:
    """Do *operation* and go back to the page; what is refused is said there, with what was typed."""
    try:
        result = operation()
    except (Invalid, Stale) as refusal:
        return _page(request, sheet_id, refusal, typed)
    messages.success(request, told(result))
    return redirect("inspection-risk", sheet_id=sheet_id)


def _sent(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None
