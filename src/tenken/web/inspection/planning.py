"""Planning a year: stages, questions, launch, close."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.findings.models import Finding
from tenken.findings.states import WITH_SECTION
from tenken.inspection.models import Kind, Programme, Question, Stage
from tenken.inspection.operations import (
    StagePlan,
    change_stages,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
)
from tenken.inspection.operations.handing_out import employees_on
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.proposals import proposals_for
from tenken.inspection.queries.targets import reach_of
from tenken.inspection.rules.closed_dates import ClosedDate, closed_dates
from tenken.organization.access import require
from tenken.organization.opening_days import opening_days_of
from tenken.policy.queries.bank import items_on
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.inspection.labels import SHEET_STATUSES
from tenken.web.inspection.numbers import whole_number
from tenken.web.inspection.targets import target_rows
from tenken.web.principal import SignedInRequest, signed_in


class ProgrammeForm(forms.Form):
    """A new programme."""

    kind = forms.ChoiceField(label="種類", choices=Kind.choices, initial=Kind.INSPECTION)

    fiscal_year = CountField(label="年度", help_text="西暦で入力します（平成26年度は2014）。", maximum=2100)
    code = forms.CharField(
        label="コード",
        max_length=20,
        initial="yearly",
        help_text="半角の英小文字・数字・ハイフン。同じ年度に2つ目の点検を作るときに変えます。",
    )
    name = forms.CharField(label="名称", max_length=120)
    purpose = forms.CharField(
        label="目的", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    with_risk_part = forms.BooleanField(label="リスク対策状況点検を含む", required=False)


class StageForm(forms.Form):
    """One stage of the year."""

    # With this beginning a stage nobody wrote in counts as untouched.
    kind = forms.ChoiceField(label="種類", choices=Stage.Kind.choices, initial=Stage.Kind.SELF_INSPECTION)
    name = forms.CharField(label="名称", max_length=60)
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日")
    target = forms.CharField(label="対象", max_length=200)
    purpose = forms.CharField(label="目的", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    outline = forms.CharField(label="実施概要", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


StageFormSet = formset_factory(
    StageForm, extra=1, max_num=12, absolute_max=12, can_delete=True, can_delete_extra=False
)


def default_stages(year: FiscalYear) -> list[dict[str, Any]]:
    """Return the four stages of figure 1 of document 001 as a new programme begins with; the city changes them."""
    y = year.year
    rows = [
        (
            Stage.Kind.SELF_INSPECTION,
            "自己点検",
            date(y, 7, 1),
            date(y, 8, 31),
            "全庁",
            "全庁のセキュリティ対策の現状をつかみ、改善の足がかりにする。",
            "点検シートに記入し、情報セキュリティ上の課題を明らかにする。",
        ),
        (
            Stage.Kind.IMPROVEMENT,
            "改善取組",
            date(y, 9, 1),
            date(y, 10, 31),
            "自己点検で課題が見られた課公所",
            "自己点検で見つかった課題に対して、必要な対策をとる。",
            "課題について、改善計画・改善実施・改善報告を行う。",
        ),
        (
            Stage.Kind.VISIT,
            "訪問調査",
            date(y, 11, 1),
            date(y, 11, 30),
            "全庁から抽出した課公所",
            "対象となる課の対策状況を確認する。",
            "監査人が聞き取りと現場の確認を行い、実情を確かめる。",
        ),
        (
            Stage.Kind.FOLLOW_UP,
            "フォローアップ",
            date(y, 12, 1),
            year.ends_on,
            "訪問調査の対象となった課公所",
            "訪問調査で対応が必要とされた事項を、あとから確認する。",
            "報告会を開き、その後の改善への支援と確認を行う。",
        ),
    ]
    names = ("kind", "name", "starts_on", "ends_on", "target", "purpose", "outline")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _plans(formset: Any) -> list[StagePlan]:
    names = ("kind", "name", "starts_on", "ends_on", "target", "purpose", "outline")
    return [
        StagePlan(**{name: form.cleaned_data[name] for name in names})
        for form in formset
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Plan a new programme."""
    require(request.principal, MANAGE_PROGRAMMES)
    year = FiscalYear.of(clock.today())
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = ProgrammeForm(request.POST)
        formset = StageFormSet(request.POST, prefix="stages")
        if all([form.is_valid(), formset.is_valid()]):
            try:
                programme = plan_programme(
                    by=request.principal,
                    city=request.principal.city,
                    stages=_plans(formset),
                    **form.cleaned_data,
                )
            except Invalid as refusal:
                problems = refusal.problems
            else:
                messages.success(request, "点検の予定を作りました。続けて、設問を選んでください。")
                _warn_of_closed_days(request, programme)
                return redirect("inspection-questions", programme_id=programme.pk)
    else:
        form = ProgrammeForm(initial={"fiscal_year": year.year, "name": f"{year}情報セキュリティ点検"})
        stages = [_on_open_days(row, request) for row in default_stages(year)]
        formset = StageFormSet(initial=stages, prefix="stages")
    checked = [form, *formset.forms]
    context = {"form": form, "formset": formset, "checked": checked, "problems": problems}
    failed = request.method == "POST"
    return render(request, "web/inspection/new.html", context, status=422 if failed else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def stages(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Change the stages of a programme."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        formset = StageFormSet(request.POST, prefix="stages")
        if formset.is_valid():
            try:
                change_stages(
                    by=request.principal,
                    programme=programme,
                    stages=_plans(formset),
                    version=_version(request),
                )
            except Invalid as refusal:
                problems = refusal.problems or (Problem(refusal.message),)
            else:
                messages.success(request, "段階を変更しました。")
                _warn_of_closed_days(request, programme)
                return redirect("inspection-programme", programme_id=programme_id)
    else:
        fields = ("kind", "name", "starts_on", "ends_on", "target", "purpose", "outline")
        rows = list(programme.stages.values(*fields))
        if request.GET.get("move") == "open":
            rows = [_on_open_days(row, request) for row in rows]
        formset = StageFormSet(initial=rows, prefix="stages")
    context = {
        "programme": programme,
        "formset": formset,
        "checked": list(formset.forms),
        "problems": problems,
        "moved": request.GET.get("move") == "open",
        "closed": _closed(request, programme),
    }
    failed = request.method == "POST"
    return render(request, "web/inspection/stages.html", context, status=422 if failed else 200)


def _on_open_days(row: dict[str, Any], request: SignedInRequest) -> dict[str, Any]:
    """Return a stage's fields with dates on closed days moved to the next open ones."""
    days = opening_days_of(request.principal.city)
    return row | {name: days.next_open(row[name]) for name in ("starts_on", "ends_on")}


def _closed(request: SignedInRequest, programme: Programme) -> list[ClosedDate]:
    return closed_dates(list(programme.stages.all()), opening_days_of(request.principal.city).next_open)


def _warn_of_closed_days(request: SignedInRequest, programme: Programme) -> None:
    """Say which dates of the stages fall on closed days, and what the next open days are."""
    found = _closed(request, programme)
    if not found:
        return
    said = "、".join(f"{one.stage}の{one.label}{_day(one.day)}→{_day(one.next_open)}" for one in found)
    messages.warning(
        request,
        f"閉庁日にあたる日があります（矢印の先は次の開庁日）：{said}。「段階を変更する」で、まとめて次の開庁日に直せます。",
    )


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Choose what is asked, from the bank; the standing items are chosen to begin with."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            choose_questions(
                by=request.principal,
                programme=programme,
                item_codes=request.POST.getlist("items"),
                version=_version(request),
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "設問を決めました。")
            return redirect("inspection-programme", programme_id=programme_id)
    items = items_on(programme.city_id, request.principal.on)
    proposals = proposals_for(programme, items, request.principal.on)
    kept = dict(
        Question.objects.filter(form__programme=programme).values_list(
            "revision__item__code", "chosen_because"
        )
    )
    chosen = set(request.POST.getlist("items")) if problems else set(kept or proposals.reasons)
    groups: dict[int, dict[str, Any]] = {}
    for item in items:
        group = groups.setdefault(item.category.pk, {"category": item.category, "items": []})
        code = item.item.code
        reasons = proposals.reasons.get(code, ()) or tuple(filter(None, [kept.get(code, "")]))
        group["items"].append((item, code in chosen, reasons))
    context = {
        "programme": programme,
        "groups": list(groups.values()),
        "chosen": len(chosen),
        "proposed": len(proposals.reasons),
        "basis": proposals.basis,
        "problems": problems,
    }
    return render(request, "web/inspection/questions.html", context, status=422 if problems else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def launch_programme(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Confirm and launch: every section gets its sheet at once."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    if request.method == "POST":
        count = launch(by=request.principal, programme=programme, version=_version(request))
        people = programme.kind == Kind.SELF_CHECK
        given = (
            f"{count:,}人に自己チェックを" if people else f"{count:,}の{_WHAT[programme.kind]}に点検シートを"
        )
        messages.success(request, f"点検を開始しました。{given}配りました。")
        return redirect("inspection-programme", programme_id=programme_id)
    first = programme.stages.filter(kind=Stage.Kind.SELF_INSPECTION).first()
    others = Programme.objects.restrict(request.principal, VIEW_PROGRAMMES)
    context = {
        "programme": programme,
        "begins_later": first.starts_on if first and first.starts_on > request.principal.on else None,
        "running": others.filter(status=Programme.Status.LAUNCHED).exclude(pk=programme.pk),
        "questions": Question.objects.filter(form__programme=programme).count(),
        "closed": _closed(request, programme),
        **_reach(request, programme),
    }
    return render(request, "web/inspection/launch.html", context)


_WHAT: dict[str, str] = {Kind.INSPECTION: "課公所", Kind.SYSTEM_AUDIT: "情報システム"}


def _reach(request: SignedInRequest, programme: Programme) -> dict[str, Any]:
    """Return how many the launch reaches, who is left out by name, and which sections nobody answers for."""
    if programme.kind == Kind.SELF_CHECK:
        return {"people": len(employees_on(programme, request.principal.on))}
    reach = reach_of(programme, request.principal.on)
    rows = target_rows(request.principal, programme, reach)
    return {
        "reach": reach,
        "unit": "件" if programme.kind == Kind.SYSTEM_AUDIT else "課",
        "what": _WHAT[programme.kind],
        "excepted": [row for row in rows if row["handled"] == "excepted"],
        "lacking": [row for row in rows if row["manager"] == "いない"],
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Confirm and close."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    if request.method == "POST":
        close_programme(by=request.principal, programme=programme, version=_version(request))
        messages.success(request, "点検を終了しました。")
        return redirect("inspection-programme", programme_id=programme_id)
    return render(request, "web/inspection/close.html", {"programme": programme, "open": _open(programme)})


def _open(programme: Programme) -> list[tuple[str, int, str]]:
    """Return what is not done yet: what it is called, how many, and where the rows are."""
    if programme.kind == Kind.SELF_CHECK:
        waiting = programme.self_checks.filter(status__in=("not_started", "drafting")).count()
        url = reverse("inspection-self-check-people", args=[programme.pk])
        return [("提出していない職員", waiting, f"{url}?state=missing")] if waiting else []
    counted = programme.sheets.exclude(status__in=("accepted", "exempted")).order_by().values_list("status")
    base = reverse("inspection-sheets", args=[programme.pk])
    rows = [
        (f"点検シート：{SHEET_STATUSES[status][0]}", number, f"{base}?state={status}")
        for status, number in counted.annotate(n=Count("pk"))
    ]
    findings = Finding.objects.filter(
        city=programme.city_id, fiscal_year=programme.fiscal_year, status__in=WITH_SECTION
    ).count()
    url = f"{reverse('findings-list')}?fiscal_year={programme.fiscal_year}"
    return (
        [*sorted(rows), ("改善の終わっていない課題（この年度）", findings, url)] if findings else sorted(rows)
    )


def _version(request: SignedInRequest) -> int:
    return whole_number(request.POST.get("version", ""))
