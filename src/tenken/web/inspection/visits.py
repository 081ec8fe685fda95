"""The visit stage: which sections were visited, what was seen."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid, Missing, Problem
from tenken.inspection.models import Programme, Stage
from tenken.inspection.operations import record_visit
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.boards import find_programme, visits
from tenken.organization.access import require
from tenken.organization.models import Unit
from tenken.policy.queries.bank import items_on
from tenken.web.components.fields import EraDateField
from tenken.web.components.tables import DateColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_FINDING_LINES = 5


class VisitTable(Table):
    caption = "表1　訪問調査の記録"
    row_header = "unit"

    unit = tables.Column(verbose_name="課公所", accessor="unit__name")
    visited_on = DateColumn(verbose_name="訪問日")
    good_practice = tables.Column(verbose_name="優良事例")
    findings = tables.Column(
        verbose_name="見つかった課題", empty_values=(), orderable=False, accessor="unit_id"
    )

    def __init__(self, *args: Any, fiscal_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fiscal_year = fiscal_year

    def render_findings(self, value: int) -> SafeString:
        url = reverse("findings-list")
        return format_html(
            '<a href="{}?fiscal_year={}&amp;unit={}">この課の課題を見る</a>', url, self.fiscal_year, value
        )

    def value_findings(self, value: int) -> str:
        return ""


class VisitForm(forms.Form):
    """One visit, with up to five findings."""

    unit = forms.ChoiceField(label="課公所")
    visited_on = EraDateField(label="訪問日")
    good_practice = forms.CharField(
        label="優良事例", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, programme: Programme, data: Any = None) -> None:
        super().__init__(data)
        units = (
            Unit.objects.filter(sheets__programme=programme)
            .order_by("code")
            .values_list("pk", "code", "name")
        )
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選んでください"), *((str(pk), f"{code} {name}") for pk, code, name in units)]
        items = [
            (item.item.code, f"{item.category.name}：{item.revision.question}"[:80])
            for item in items_on(
                programme.city_id, programme.launched_on or programme.stages.all()[0].starts_on
            )
        ]
        for number in range(1, _FINDING_LINES + 1):
            self.fields[f"item_{number}"] = forms.ChoiceField(
                label=f"課題{number}の点検項目", required=False, choices=[("", "（なし）"), *items]
            )
            self.fields[f"seen_{number}"] = forms.CharField(
                label=f"課題{number}：見たこと",
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def findings(self) -> list[tuple[str, str]]:
        """Return the lines that say something."""
        lines = (
            (self.cleaned_data[f"item_{n}"], self.cleaned_data[f"seen_{n}"])
            for n in range(1, _FINDING_LINES + 1)
        )
        return [line for line in lines if any(line)]

    def finding_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"item_{n}"], self[f"seen_{n}"]) for n in range(1, _FINDING_LINES + 1)]


@signed_in
@require_safe
def visit_list(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List the visits of a programme in the reader's scope."""
    programme = find_programme(request.principal, programme_id)
    table = VisitTable(visits(request.principal, programme), fiscal_year=programme.fiscal_year)
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"{programme.name}_訪問調査", kind)
    context = {
        "programme": programme,
        "table": table,
        "may_manage": request.principal.everywhere(MANAGE_PROGRAMMES),
    }
    return render(request, "web/inspection/visits.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Record a visit."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    stage = programme.stages.filter(kind=Stage.Kind.VISIT).first()
    if stage is None:
        raise Missing("この点検には、訪問調査の段階がありません。")
    form = VisitForm(programme, request.POST if request.method == "POST" else None)
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            record_visit(
                by=request.principal,
                stage=stage,
                unit=Unit.objects.get(pk=int(values["unit"])),
                visited_on=values["visited_on"],
                good_practice=values["good_practice"],
                findings=form.findings(),
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "訪問調査を記録しました。")
            return redirect("inspection-visits", programme_id=programme_id)
    context = {"programme": programme, "form": form, "problems": problems}
    return render(request, "web/inspection/visit_new.html", context, status=422 if form.is_bound else 200)
