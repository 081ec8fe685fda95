"""Planning a year: stages, questions, launch, close."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Programme, Question, Stage
from tenken.inspection.operations import (
    StagePlan,
    change_stages,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
)
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.targets import sections_on
from tenken.organization.access import require
from tenken.policy.queries.bank import items_on
from tenken.web.components.fields import CountField, EraDateField
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


class ProgrammeForm(forms.Form):
    """A new programme."""

    fiscal_year = CountField(label="年度", help_text="西暦で入力します（平成26年度は2014）。", maximum=2100)
    name = forms.CharField(label="名称", max_length=120)
    purpose = forms.CharField(
        label="目的", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


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
                return redirect("inspection-questions", programme_id=programme.pk)
    else:
        form = ProgrammeForm(initial={"fiscal_year": year.year, "name": f"{year}情報セキュリティ点検"})
        formset = StageFormSet(initial=default_stages(year), prefix="stages")
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
                return redirect("inspection-programme", programme_id=programme_id)
    else:
        fields = ("kind", "name", "starts_on", "ends_on", "target", "purpose", "outline")
        formset = StageFormSet(initial=list(programme.stages.values(*fields)), prefix="stages")
    context = {
        "programme": programme,
        "formset": formset,
        "checked": list(formset.forms),
        "problems": problems,
    }
    failed = request.method == "POST"
    return render(request, "web/inspection/stages.html", context, status=422 if failed else 200)


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
    chosen = set(
        Question.objects.filter(form__programme=programme).values_list("revision__item__code", flat=True)
    ) or {item.item.code for item in items if item.item.standing}
    groups: dict[int, dict[str, Any]] = {}
    for item in items:
        group = groups.setdefault(item.category.pk, {"category": item.category, "items": []})
        group["items"].append((item, item.item.code in chosen))
    context = {
        "programme": programme,
        "groups": list(groups.values()),
        "chosen": len(chosen),
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
        messages.success(request, f"点検を開始しました。{count:,}の課公所に点検シートを配りました。")
        return redirect("inspection-programme", programme_id=programme_id)
    first = programme.stages.filter(kind=Stage.Kind.SELF_INSPECTION).first()
    others = Programme.objects.restrict(request.principal, VIEW_PROGRAMMES)
    context = {
        "programme": programme,
        "begins_later": first.starts_on if first and first.starts_on > request.principal.on else None,
        "running": others.filter(status=Programme.Status.LAUNCHED).exclude(pk=programme.pk).first(),
        "sections": len(sections_on(programme.city, request.principal.on)),
        "questions": Question.objects.filter(form__programme=programme).count(),
    }
    return render(request, "web/inspection/launch.html", context)


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
    open_sheets = programme.sheets.exclude(status="accepted").count()
    context = {"programme": programme, "open_sheets": open_sheets}
    return render(request, "web/inspection/close.html", context)


def _version(request: SignedInRequest) -> int:
    return whole_number(request.POST.get("version", ""))
