"""点検の周期: the city's rhythm as data, and a year planned from it."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.inspection.models import Kind, Programme, ReminderStep, Rhythm, Series, Stage, TargetRule
from tenken.inspection.operations import SeriesPlan, end_series, plan_year, save_series
from tenken.inspection.operations.series import ReminderPlan, turns_in
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.inspection.rules.reminders_due import DEFAULT_STEPS
from tenken.inspection.rules.rhythm import YEAR, Later
from tenken.organization.access import require
from tenken.organization.opening_days import opening_days_of
from tenken.policy.queries.bank import items_on
from tenken.web.components.fields import CountField
from tenken.web.components.tables import DateColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

MONTHS = [(str(month), f"{month}月") for month in YEAR]
_LATER = (Stage.Kind.IMPROVEMENT, Stage.Kind.VISIT, Stage.Kind.FOLLOW_UP, Stage.Kind.OTHER)


class SeriesTable(Table):
    caption = "表1　点検の周期"
    row_header = "name"

    code = tables.Column(verbose_name="コード")
    name = tables.Column(verbose_name="名称", linkify=("inspection-series", [tables.A("pk")]))
    kind = tables.Column(verbose_name="種類")
    rhythm = tables.Column(verbose_name="周期")
    months = tables.Column(verbose_name="開始する月", orderable=False)
    target_rule = tables.Column(verbose_name="対象")
    ended_on = DateColumn(verbose_name="廃止日")

    def render_months(self, value: list[int]) -> str:
        return "・".join(str(month) for month in sorted(value, key=YEAR.index)) + "月"


class SeriesForm(forms.Form):
    """A series but for the stages that follow and the chase."""

    code = forms.CharField(
        label="コード", max_length=12, help_text="半角の英小文字・数字・ハイフン。あとから変えられません。"
    )
    name = forms.CharField(label="名称", max_length=80, help_text="例：情報セキュリティ取組状況確認")
    kind = forms.ChoiceField(label="種類", choices=Kind.choices, initial=Kind.INSPECTION)
    target_rule = forms.ChoiceField(label="対象", choices=TargetRule.choices, initial=TargetRule.ALL_SECTIONS)
    rhythm = forms.ChoiceField(label="周期", choices=Rhythm.choices, initial=Rhythm.QUARTERLY)
    months = forms.MultipleChoiceField(
        label="開始する月",
        choices=MONTHS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、年1回は7月、年4回は4・7・10・1月、毎月は12か月とします。",
    )
    opens_on_day = CountField(label="開始する日", initial=1, help_text="閉庁日なら、次の開庁日になります。")
    days_to_answer = CountField(
        label="記入の日数",
        initial=30,
        help_text="開始の日から数えます。期限が閉庁日なら、次の開庁日になります。",
    )
    with_risk_part = forms.BooleanField(label="リスク対策状況点検を含む", required=False)
    items = forms.MultipleChoiceField(
        label="点検項目",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、毎年の項目をすべて使います。",
    )
    intensified_months = forms.MultipleChoiceField(
        label="強化月間", choices=MONTHS, required=False, widget=forms.CheckboxSelectMultiple
    )
    intensified_items = forms.MultipleChoiceField(
        label="強化月間に加える点検項目", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, items: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("items", "intensified_items"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = items


class LaterForm(forms.Form):
    """A stage that follows the self-inspection."""

    kind = forms.ChoiceField(
        label="種類", choices=[(kind.value, kind.label) for kind in _LATER], initial=_LATER[0]
    )
    name = forms.CharField(label="名称", max_length=60)
    days = CountField(label="日数", maximum=366)


class ReminderForm(forms.Form):
    """A step of the chase."""

    days = forms.IntegerField(
        label="期限からの日数",
        min_value=-180,
        max_value=180,
        help_text="期限の前は、負の数で入力します（例：-7）。",
    )
    audience = forms.ChoiceField(
        label="宛先", choices=ReminderStep.Audience.choices, initial=ReminderStep.Audience.DEPUTY
    )
    weekly = forms.BooleanField(label="以後、毎週", required=False)


def _formset(form: Any) -> Any:
    return formset_factory(
        form, extra=1, max_num=12, absolute_max=12, can_delete=True, can_delete_extra=False
    )


LaterFormSet, ReminderFormSet = _formset(LaterForm), _formset(ReminderForm)


def _found(request: SignedInRequest, series_id: int) -> Series:
    series = Series.objects.restrict(request.principal, VIEW_PROGRAMMES).filter(pk=series_id).first()
    if series is None:
        raise Missing("点検の周期がありません。")
    return series


@signed_in
@require_safe
def series_list(request: SignedInRequest) -> HttpResponse:
    """List the city's series."""
    require(request.principal, MANAGE_PROGRAMMES)
    table = SeriesTable(Series.objects.restrict(request.principal, VIEW_PROGRAMMES))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    if kind := wants_export(request):
        return export_table(table, "点検の周期", kind)
    return render(request, "web/inspection/series_list.html", {"table": table})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Add a series."""
    return _edit(request, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, series_id: int) -> HttpResponse:
    """Show and change a series, with the years planned from it."""
    return _edit(request, _found(request, series_id))


def _edit(request: SignedInRequest, series: Series | None) -> HttpResponse:
    by = request.principal
    require(by, MANAGE_PROGRAMMES)
    bank = [
        (one.item.code, f"{one.category.name}：{one.revision.question}")
        for one in items_on(by.city_id, by.on)
    ]
    posted = request.POST if request.method == "POST" else None
    form = SeriesForm(bank, posted, initial=_initial(series) if series else None)
    if series:
        form.fields["code"].disabled = True
    # what is sent stands for itself: beside the beginnings it would count as untouched
    stages = series.further_stages if series and posted is None else None
    later = LaterFormSet(posted, initial=stages, prefix="later")
    reminders = ReminderFormSet(
        posted, initial=_steps(series) if posted is None else None, prefix="reminders"
    )
    problems: tuple[Problem, ...] = ()
    if posted is not None and all([form.is_valid(), later.is_valid(), reminders.is_valid()]):
        version = whole_number(request.POST.get("version", "")) if series else None
        try:
            saved = save_series(by=by, plan=_plan(form, later, reminders), series=series, version=version)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "点検の周期を登録しました。続けて、年度の点検を計画できます。")
            return redirect("inspection-series", series_id=saved.pk)
    context = {
        "series": series,
        "form": form,
        "later": later,
        "reminders": reminders,
        "checked": [form, *later.forms, *reminders.forms],
        "problems": problems,
        **(_years(request, series) if series else {}),
    }
    return render(request, "web/inspection/series.html", context, status=200 if posted is None else 422)


def _initial(series: Series) -> dict[str, Any]:
    names = ("code", "name", "kind", "target_rule", "rhythm", "opens_on_day", "days_to_answer")
    more = ("with_risk_part", "items", "intensified_items")
    return {name: getattr(series, name) for name in (*names, *more)} | {
        name: [str(month) for month in getattr(series, name)] for name in ("months", "intensified_months")
    }


def _steps(series: Series | None) -> list[dict[str, Any]]:
    if series is not None:
        return series.reminders
    return [
        {"days": days, "audience": str(audience), "weekly": weekly}
        for days, audience, weekly in DEFAULT_STEPS
    ]


def _plan(form: SeriesForm, later: Any, reminders: Any) -> SeriesPlan:
    values = form.cleaned_data | {
        name: tuple(int(month) for month in form.cleaned_data[name])
        for name in ("months", "intensified_months")
    }
    values |= {name: tuple(form.cleaned_data[name]) for name in ("items", "intensified_items")}
    return SeriesPlan(
        **values,
        later=tuple(Later(**row) for row in _rows(later, ("kind", "name", "days"))),
        reminders=tuple(ReminderPlan(**row) for row in _rows(reminders, ("days", "audience", "weekly"))),
    )


def _rows(formset: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {name: form.cleaned_data[name] for name in names}
        for form in formset
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


def _years(request: SignedInRequest, series: Series) -> dict[str, Any]:
    """Return what the next planning would bring: this year's and next year's programmes, there already or not."""
    days = opening_days_of(request.principal.city)
    this = FiscalYear.of(clock.today())
    there = {
        (one.fiscal_year, one.code): one
        for one in Programme.objects.filter(series=series, fiscal_year__gte=this.year)
    }
    return {
        "years": [
            {
                "year": year,
                "turns": [(turn, there.get((year.year, turn.code))) for turn in turns_in(series, year, days)],
                "missing": any((year.year, turn.code) not in there for turn in turns_in(series, year, days)),
            }
            for year in (this, FiscalYear(this.year + 1))
        ]
    }


@signed_in
@require_POST
def plan(request: SignedInRequest, series_id: int) -> HttpResponse:
    """Plan a year from a series: what is missing is added."""
    series = _found(request, series_id)
    require(request.principal, MANAGE_PROGRAMMES)
    try:
        planned = plan_year(
            by=request.principal,
            series=series,
            fiscal_year=whole_number(request.POST.get("fiscal_year", "")),
        )
    except Invalid as refusal:
        said = "、".join(str(problem) for problem in refusal.problems)
        messages.error(request, f"{refusal.message}{said}")
    else:
        messages.success(
            request, f"{len(planned)}件の点検を計画しました。" if planned else "すべて計画済みです。"
        )
    return redirect("inspection-series", series_id=series_id)


@signed_in
@require_POST
def end(request: SignedInRequest, series_id: int) -> HttpResponse:
    """End a series."""
    series = _found(request, series_id)
    require(request.principal, MANAGE_PROGRAMMES)
    version = whole_number(request.POST.get("version", ""))
    end_series(by=request.principal, series=series, version=version)
    messages.success(request, "点検の周期を廃止しました。計画済みの点検は残ります。")
    return redirect("inspection-series-list")
