"""All inspections of the city, by year and kind."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import Count, IntegerField, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Kind, Programme, SelfCheck, Sheet
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_PROGRAMMES
from tenken.inspection.queries.self_checks import own_checks
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.labels import PROGRAMME_STATUSES, SELF_CHECK_STATUSES
from tenken.web.principal import SignedInRequest, signed_in


class ProgrammeTable(Table):
    caption = "表1　点検の一覧"
    row_header = "name"

    fiscal_year = tables.Column(verbose_name="年度")
    name = tables.Column(verbose_name="名称", linkify=("inspection-programme", [tables.A("pk")]))
    kind = tables.Column(verbose_name="種類")
    status = StatusColumn(PROGRAMME_STATUSES, verbose_name="状態")
    targets = NumberColumn(verbose_name="対象")
    begins_on = DateColumn(verbose_name="期間の初め")
    finishes_on = DateColumn(verbose_name="期間の終わり")
    launched_on = DateColumn(verbose_name="開始日")

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_targets(self, value: int, record: Any) -> str:
        unit = {Kind.SYSTEM_AUDIT: "件", Kind.SELF_CHECK: "人"}.get(record.kind, "課")
        return f"{value:,}{unit}"


class ProgrammeFilter(forms.Form):
    """Which programmes are shown."""

    year = forms.ChoiceField(label="年度", required=False)
    kind = forms.ChoiceField(label="種類", required=False, choices=[("", "すべて"), *Kind.choices])
    status = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *Programme.Status.choices]
    )

    def __init__(self, data: Any, years: list[int]) -> None:
        super().__init__(data)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((str(year), str(FiscalYear(year))) for year in years)]


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the city's programmes; filter, sort, export. Above them the reader's own self-checks."""
    by = request.principal
    everything = Programme.objects.restrict(by, VIEW_PROGRAMMES).order_by("-fiscal_year", "code")
    years = list(everything.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())
    form = ProgrammeFilter(request.GET or None, years)
    table = ProgrammeTable(_filtered(everything, form))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "点検の一覧", kind)
    RequestConfig(request, paginate={"per_page": 30}).configure(table)
    context = {
        "table": table,
        "form": form,
        "own_checks": [(check, *SELF_CHECK_STATUSES[check.status]) for check in own_checks(by)],
        "may_manage": by.everywhere(MANAGE_PROGRAMMES),
    }
    return render(request, "web/inspection/index.html", context)


def _filtered(rows: QuerySet[Programme], form: ProgrammeFilter) -> QuerySet[Programme]:
    if form.is_bound and not form.is_valid():
        return rows.none()
    values = form.cleaned_data if form.is_bound else {}
    names = {"year": "fiscal_year", "kind": "kind", "status": "status"}
    wanted = {names[key]: value for key, value in values.items() if value}
    return rows.filter(**wanted).annotate(
        targets=_number_of(Sheet) + _number_of(SelfCheck),
        begins_on=Min("stages__starts_on"),
        finishes_on=Max("stages__ends_on"),
    )


def _number_of(model: Any) -> Any:
    rows = model.objects.filter(programme=OuterRef("pk")).order_by().values("programme")
    counted = rows.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
