"""The mid-term plan as a matrix of systems and years, and the plan of a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.audit.models import MidTermPlan, YearPlan
from tenken.audit.permissions import MANAGE_ROTATION, VIEW_ROTATION
from tenken.audit.rotation.operations import (
    adopt_mid_term_plan,
    adopt_year_plan,
    change_mid_term_plan,
    keep_by_hand,
    make_mid_term_plan,
    write_year_plan,
)
from tenken.audit.rotation.queries import (
    MidTermData,
    MidTermRow,
    find_mid_term_plan,
    find_year_plan,
    mid_term_plan_data,
    year_plan_data,
)
from tenken.audit.rotation.rules.parts import Tier
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.organization.access import require
from tenken.web.audits.rotation import next_year
from tenken.web.audits.rotation_forms import MidTermForm, OverrideForm, YearPlanForm, usual_year
from tenken.web.audits.rotation_labels import (
    PLAN_STATUSES,
    TIER_MARKS,
    TIERS,
    Crumb,
    change_page,
    crumbs,
    year_label,
)
from tenken.web.audits.rotation_selection import proof_view
from tenken.web.exports import export_rows, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_SORTS = {"code": "コード順", "section": "所管課順", "visits": "訪問の早い順"}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mid_term_new(request: SignedInRequest) -> HttpResponse:
    """Make a mid-term plan: the rule played through."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    year = next_year(by)
    form = MidTermForm(_posted(request), years=(year, year - 1))

    def operation(said: dict[str, Any]) -> MidTermPlan:
        last = said["from_year"] + said["years"] - 1
        return make_mid_term_plan(
            by=by,
            from_year=said["from_year"],
            to_year=last,
            purpose=said["purpose"],
            priorities=said["priorities"],
        )

    return change_page(
        request,
        form,
        operation,
        title="中期監査計画を作る",
        submit="作る",
        back=lambda made: reverse("rotation-midterm", args=[made.pk]),
        done="選定の規則から、中期監査計画の案を作りました。",
        up=crumbs(),
    )


@signed_in
@require_safe
def mid_term(request: SignedInRequest, plan_id: int) -> HttpResponse:
    """Show a mid-term plan: systems by years, the load of each year, the proof."""
    by = request.principal
    plan = find_mid_term_plan(by, plan_id)
    data = mid_term_plan_data(plan)
    rows = _narrowed(data, request)
    if kind := wants_export(request):
        header = [
            "コード",
            "情報システム",
            "所管課",
            "重要",
            "前回の訪問",
            *map(year_label, data.years),
            "変更の理由",
        ]
        return export_rows(header, list(_lines(rows, data)), f"中期監査計画_第{plan.number}号", kind)
    may_change = by.everywhere(MANAGE_ROTATION) and plan.status == MidTermPlan.Status.DRAFT
    context = {
        "plan": plan,
        "data": data,
        "title": f"中期監査計画（{year_label(plan.from_year)}～{year_label(plan.to_year)}）",
        "status": PLAN_STATUSES[plan.status],
        "years": [year_label(year) for year in data.years],
        "rows": [_shown(row, data) for row in rows],
        "loads": [[year_label(year), *counts] for year, *counts in data.loads],
        "over": _over(data),
        "proof": proof_view(data.proof),
        "may_change": may_change,
        "q": request.GET.get("q", ""),
        "important": bool(request.GET.get("important")),
        "sort": request.GET.get("order", "code"),
        "sorts": _SORTS.items(),
        "crumbs": [*crumbs(), {"label": f"中期監査計画（第{plan.number}号）", "url": ""}],
    }
    return render(request, "web/audits/rotation/midterm.html", context)


def _narrowed(data: MidTermData, request: SignedInRequest) -> list[MidTermRow]:
    words = search_key(request.GET.get("q", ""))
    rows = [
        row
        for row in data.rows
        if (row.important or not request.GET.get("important"))
        and (not words or words in search_key(f"{row.code} {row.name} {row.section}"))
    ]
    order = request.GET.get("order", "")
    if order == "section":
        rows.sort(key=lambda row: (row.section, row.code))
    if order == "visits":
        rows.sort(key=lambda row: ([-min(tier.level, Tier.VISIT.level) for tier in row.tiers], row.code))
    return rows


def _lines(rows: list[MidTermRow], data: MidTermData) -> Iterator[list[Any]]:
    for row in rows:
        said = [
            f"{year_label(year)}：{why}" for year, why in zip(data.years, row.reasons, strict=True) if why
        ]
        yield [
            row.code,
            row.name,
            row.section,
            "重要" if row.important else "",
            row.last_visit,
            *(tier.label for tier in row.tiers),
            "、".join(said),
        ]


def _shown(row: MidTermRow, data: MidTermData) -> dict[str, Any]:
    cells = [
        {
            "year": year,
            "label": tier.label,
            "mark": TIER_MARKS[tier],
            "tier": tier.value,
            "tone": TIERS[tier][1],
            "reason": reason,
        }
        for year, tier, reason in zip(data.years, row.tiers, row.reasons, strict=True)
    ]
    last = era_date(row.last_visit) if row.last_visit else "記録なし"
    return {"row": row, "last": last, "cells": cells}


def _over(data: MidTermData) -> list[str]:
    """Return a sentence for each year and tier above the rule's capacity."""
    tiers = (Tier.SELF, Tier.VISIT, Tier.TECHNICAL)
    return [
        f"{year_label(year)}の{tier.label}が{count}件で、規則の{most}件を超える。"
        for year, *counts in data.loads
        for tier, count, most in zip(tiers, counts, data.capacity, strict=True)
        if count > most
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mid_term_change(request: SignedInRequest, plan_id: int) -> HttpResponse:
    """Word the purpose and the priorities anew."""
    by = request.principal
    plan = find_mid_term_plan(by, plan_id)
    require(by, MANAGE_ROTATION)
    initial = {"purpose": plan.purpose, "priorities": plan.priorities}
    form = MidTermForm(_posted(request), years=None, initial=initial)

    def operation(said: dict[str, Any]) -> object:
        return change_mid_term_plan(by=by, plan=plan, version=plan.version, **said)

    return change_page(
        request,
        form,
        operation,
        title="目的と重点を直す",
        submit="直す",
        back=_down(plan)[-1]["url"],
        done="中期監査計画を直しました。",
        up=_down(plan),
        standing=plan,
    )


def _down(plan: MidTermPlan) -> list[Crumb]:
    return crumbs((f"中期監査計画（第{plan.number}号）", reverse("rotation-midterm", args=[plan.pk])))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mid_term_line(request: SignedInRequest, plan_id: int, system_id: int, fiscal_year: int) -> HttpResponse:
    """Decide one system's year by hand, with the reason."""
    by = request.principal
    plan = find_mid_term_plan(by, plan_id)
    require(by, MANAGE_ROTATION)
    line = plan.lines.select_related("system").filter(system=system_id, fiscal_year=fiscal_year).first()
    if line is None:
        raise Missing("この計画にない情報システムか年度です。")
    form = OverrideForm(_posted(request), initial={"tier": line.tier, "reason": line.reason})

    def operation(said: dict[str, Any]) -> object:
        return keep_by_hand(
            by=by, plan=plan, system_id=system_id, fiscal_year=fiscal_year, version=plan.version, **said
        )

    return change_page(
        request,
        form,
        operation,
        title=f"{line.system.name}の{year_label(fiscal_year)}",
        lead=f"規則による区分は「{Tier(line.drawn_tier).label}」です。変えると、ほかの年度は規則で計算し直します。",
        submit="変更する",
        back=_down(plan)[-1]["url"],
        done="区分を変更し、ほかの年度を計算し直しました。",
        up=_down(plan),
        standing=plan,
    )


@signed_in
@require_POST
def mid_term_adopt(request: SignedInRequest, plan_id: int) -> HttpResponse:
    """Adopt a mid-term plan."""
    by = request.principal
    plan = find_mid_term_plan(by, plan_id)
    adopt_mid_term_plan(by=by, plan=plan, version=whole_number(request.POST.get("version", "")))
    messages.success(request, "中期監査計画を決定しました。")
    return redirect("rotation-midterm", plan_id=plan.pk)


@signed_in
@require_safe
def year_plan(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Show the plan of a year with the audits planned for it."""
    by = request.principal
    require(by, VIEW_ROTATION)
    plan = find_year_plan(by, fiscal_year)
    manages = by.everywhere(MANAGE_ROTATION)
    if plan is None:
        if not manages:
            raise Missing("この年度の監査計画は、まだありません。")
        return redirect("rotation-year-edit", fiscal_year=fiscal_year)
    data = year_plan_data(plan)
    if kind := wants_export(request):
        header = [
            "番号",
            "種類",
            "テーマ",
            "監査対象",
            "情報システム",
            "期間",
            "実施のしかた",
            "特命",
            "理由",
            "状態",
        ]
        rows = [
            [
                one.number,
                one.kind,
                one.theme,
                one.section,
                one.system,
                f"{era_date(one.starts_on)}～{era_date(one.ends_on)}",
                one.conduct,
                f"特命（{one.ordered}）" if one.special else "",
                one.because,
                one.status,
            ]
            for one in data.audits
        ]
        return export_rows(header, rows, data.name, kind)
    context = {
        "plan": plan,
        "data": data,
        "status": PLAN_STATUSES[plan.status],
        "facts": [
            {"term": "目的", "value": data.purpose},
            {"term": "重点", "value": data.focus},
            {"term": "方針", "value": data.policy},
            {
                "term": "予算",
                "value": f"{data.budget_yen:,}円　{data.budget_note}" if data.budget_yen else "",
            },
            {"term": "監査人の延べ日数", "value": f"{data.auditor_days:,}日" if data.auditor_days else ""},
            {
                "term": "自己点検の対象",
                "value": f"{data.self_inspected:,}件" if data.self_inspected is not None else "未定",
            },
        ],
        "may_change": manages and plan.status == "draft",
        "crumbs": [*crumbs(), {"label": data.name, "url": ""}],
    }
    return render(request, "web/audits/rotation/year.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def year_edit(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Begin or change the plan of a year."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    if not 1990 <= fiscal_year <= 2100:
        raise Missing("この年度の監査計画はありません。")
    plan = find_year_plan(by, fiscal_year)
    form = YearPlanForm(_posted(request), initial=_initial(plan) if plan else usual_year(fiscal_year))

    def operation(said: dict[str, Any]) -> object:
        version = plan.version if plan else None
        return write_year_plan(by=by, fiscal_year=fiscal_year, data=form.said(), version=version)

    back = reverse("rotation-year", args=[fiscal_year])
    name = f"{FiscalYear(fiscal_year)}監査計画"
    return change_page(
        request,
        form,
        operation,
        title=f"{name}を{'直す' if plan else '書く'}",
        submit="保存する",
        back=back,
        done=f"{name}を保存しました。",
        up=crumbs((name, back)) if plan else crumbs(),
        template="year_form",
        standing=plan,
    )


def _initial(plan: YearPlan) -> dict[str, Any]:
    names = ("purpose", "focus", "policy", "budget_yen", "budget_note", "auditor_days")
    values = {name: getattr(plan, name) for name in names}
    for stage, _, first, last in plan.periods:
        values |= {f"{stage}_from": date.fromisoformat(first), f"{stage}_to": date.fromisoformat(last)}
    return values


@signed_in
@require_POST
def year_adopt(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Adopt the plan of a year."""
    by = request.principal
    require(by, MANAGE_ROTATION)
    plan = find_year_plan(by, fiscal_year)
    if plan is None:
        raise Missing("この年度の監査計画は、まだありません。")
    adopt_year_plan(by=by, plan=plan, version=whole_number(request.POST.get("version", "")))
    messages.success(request, f"{FiscalYear(fiscal_year)}監査計画を決定しました。")
    return redirect("rotation-year", fiscal_year=fiscal_year)


def _posted(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None
