"""Boards over findings: what bureaus have to see to, how long things have been open, what came back."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import (
    AgeRow,
    RelapseChain,
    YearOfItem,
    environment_measures,
    item_questions,
    open_by_age,
    relapse_chains,
    relapse_counts,
    years_of,
)
from tenken.findings.rules.ages import AGE_BANDS
from tenken.organization.access import Principal, require_somewhere
from tenken.policy.models import CheckCategory
from tenken.web.components.tables import NumberColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import bureaus_in_sight, export_addresses
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.tables import EnvironmentTable, LinkedNumberColumn
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50


def findings_address(**query: Any) -> str:
    """Return the address of the list of findings, narrowed by what is given."""
    return f"{reverse('findings-list')}?{urlencode({name: value for name, value in query.items() if value})}"


# --- environment ------------------------------------------------------------------------------------------


class BureauFilterForm(forms.Form):
    """Whose part of the city is shown."""

    unit = forms.ChoiceField(label="局・区", required=False)

    def __init__(self, data: Any, *, units: list[tuple[int, str]]) -> None:
        super().__init__(data)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "すべて"), *((str(key), name) for key, name in units)]


@signed_in
@require_safe
def environment(request: SignedInRequest) -> HttpResponse:
    """List the measures that are a bureau's environment and not done."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    form = BureauFilterForm(request.GET or None, units=bureaus_in_sight(by, request.GET.get("unit", "")))
    rows = environment_measures(by)
    if form.is_bound and form.is_valid() and form.cleaned_data["unit"]:
        bureau = int(form.cleaned_data["unit"])
        rows = rows.filter(measure_bureau__in=by.tree.lineage_back([bureau]))
    table = EnvironmentTable(rows.order_by("measure_bureau__code", "unit__code", "number"), by=by)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "環境面での対策", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "tabs": findings_tabs(by, "findings-environment"),
        "form": form,
        "table": table,
        "export": export_addresses(request),
    }
    return render(request, "web/findings/environment.html", context)


# --- ages -------------------------------------------------------------------------------------------------


def _age_column(place: int) -> tables.Column:
    band = AGE_BANDS[place]
    return LinkedNumberColumn(
        lambda row: findings_address(unit=row.unit_id, age=band.code, fiscal_year=row.fiscal_year),
        verbose_name=band.label,
        accessor=f"counts__{place}",
        footer=lambda table: f"{table.all.counts[place]:,}",
    )


class _AgeLine:
    """A row of the table, with the year its addresses keep to."""

    def __init__(self, row: AgeRow, fiscal_year: int | None) -> None:
        self.unit_id, self.name, self.counts = row.unit_id, row.name, row.counts
        self.treated, self.total, self.fiscal_year = row.treated, row.total, fiscal_year


class AgeTable(Table):
    """Open findings by 局・区 and age; each number opens its rows."""

    caption = "表1　完了していない課題（発生からの日数別）"
    row_header = "name"

    name = tables.Column(verbose_name="局・区", order_by="unit_id", footer="計")
    age0, age1, age2, age3, age4 = (_age_column(place) for place in range(len(AGE_BANDS)))
    total = LinkedNumberColumn(
        lambda row: findings_address(unit=row.unit_id, age="all", fiscal_year=row.fiscal_year),
        verbose_name="計",
        footer=lambda table: f"{table.all.total:,}",
    )
    treated = LinkedNumberColumn(
        lambda row: findings_address(unit=row.unit_id, status="treated", fiscal_year=row.fiscal_year),
        verbose_name="うちリスク低減策で管理",
        footer=lambda table: f"{table.all.treated:,}",
    )

    def __init__(self, *args: Any, all_rows: AgeRow, **kwargs: Any) -> None:
        self.all = all_rows
        super().__init__(*args, **kwargs)


class YearFilterForm(forms.Form):
    """Of which fiscal year; none: of all."""

    fiscal_year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        year = self.fields["fiscal_year"]
        assert isinstance(year, forms.ChoiceField)
        year.choices = [("", "すべて"), *((str(one), str(FiscalYear(one))) for one in years)]


@signed_in
@require_safe
def ages(request: SignedInRequest) -> HttpResponse:
    """Show how long findings have been open, by 局・区."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    form = YearFilterForm(request.GET or None, years=years_of(by))
    year = form.cleaned_data["fiscal_year"] if form.is_bound and form.is_valid() else None
    counted = open_by_age(by, fiscal_year=year)
    table = AgeTable([_AgeLine(row, year) for row in counted.rows], all_rows=counted.all)
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "完了していない課題", kind)
    context = {
        "tabs": findings_tabs(by, "findings-ages"),
        "form": form,
        "table": table,
        "counted": counted,
        "bands": [
            {"label": band.label, "number": number, "url": findings_address(age=band.code, fiscal_year=year)}
            for band, number in zip(AGE_BANDS, counted.all.counts, strict=True)
        ],
        "export": export_addresses(request),
    }
    return render(request, "web/findings/ages.html", context)


# --- relapse ----------------------------------------------------------------------------------------------


class RelapseFilterForm(forms.Form):
    """Which relapses: of a year, a 局・区, a 調査項目, an item."""

    fiscal_year = forms.TypedChoiceField(label="再発した年度", required=False, coerce=int, empty_value=None)
    unit = forms.ChoiceField(label="局・区", required=False)
    category = forms.ChoiceField(label="調査項目", required=False)
    item = forms.CharField(label="点検項目の番号", required=False, max_length=40)

    def __init__(
        self,
        data: Any,
        *,
        years: list[int],
        units: list[tuple[int, str]],
        categories: dict[str, str],
    ) -> None:
        super().__init__(data)
        for name, choices in (
            ("fiscal_year", [(str(year), str(FiscalYear(year))) for year in years]),
            ("unit", [(str(key), label) for key, label in units]),
            ("category", list(categories.items())),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "すべて"), *choices]


class RelapseTable(Table):
    """Items that came back, section by section, with their years."""

    caption = "表2　再発した課題（課公所・点検項目別）"
    row_header = "section"

    section = tables.Column(verbose_name="課公所", order_by="order")
    category = tables.Column(verbose_name="調査項目")
    item_code = tables.Column(verbose_name="番号")
    question = tables.Column(verbose_name="点検項目", orderable=False)
    course = tables.Column(verbose_name="経過", orderable=False)
    findings = LinkedNumberColumn(
        lambda row: findings_address(unit=row["unit_id"], item=row["item_code"]), verbose_name="課題の数"
    )

    def render_question(self, value: str) -> str:
        return Truncator(value).chars(50)

    def value_question(self, value: str) -> str:
        return value


class RelapseItemTable(Table):
    """How many sections an item came back in."""

    caption = "表1　点検項目別"
    row_header = "question"

    item_code = tables.Column(verbose_name="番号")
    question = tables.Column(verbose_name="点検項目", orderable=False)
    with_issue = NumberColumn(verbose_name="課題のある課公所")
    relapsed = LinkedNumberColumn(
        lambda row: (
            f"{reverse('findings-relapse')}?{urlencode({'fiscal_year': row['year'], 'item': row['item_code']})}"
        ),
        verbose_name="うち再発",
    )

    def render_question(self, value: str) -> str:
        return Truncator(value).chars(50)

    def value_question(self, value: str) -> str:
        return value


@signed_in
@require_safe
def relapse(request: SignedInRequest) -> HttpResponse:
    """Show what came back after it was improved, through reorganisation."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    years = years_of(by)
    categories = dict(
        CheckCategory.objects.filter(city=by.city_id).order_by("part", "order").values_list("code", "name")
    )
    form = RelapseFilterForm(
        request.GET or None,
        years=years,
        units=bureaus_in_sight(by, request.GET.get("unit", "")),
        categories=categories,
    )
    only = form.cleaned_data if form.is_bound and form.is_valid() else {}
    year = only.get("fiscal_year") or (years[0] if years else FiscalYear.of(by.on).year)
    chains = [chain for chain in relapse_chains(by, found_in=year) if _is_meant(by, chain, only)]
    back = [
        chain for chain in chains if (chain.relapsed_in(year) if only.get("fiscal_year") else chain.relapsed)
    ]
    counts = [count for count in relapse_counts(chains, year) if count.relapsed]
    questions = item_questions(by.city, {chain.item_code for chain in back} | {c.item_code for c in counts})
    table = RelapseTable([_line(place, chain, categories, questions) for place, chain in enumerate(back)])
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "再発した課題", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    items = RelapseItemTable(
        [
            {
                "item_code": count.item_code,
                "question": questions.get(count.item_code, count.item_code),
                "with_issue": count.with_issue,
                "relapsed": count.relapsed,
                "year": year,
            }
            for count in counts
        ],
        prefix="items-",
    )
    RequestConfig(request, paginate=False).configure(items)
    context = {
        "tabs": findings_tabs(by, "findings-relapse"),
        "form": form,
        "table": table,
        "items": items,
        "year": FiscalYear(year),
        "with_issue": len({chain.unit_id for chain in chains if chain.found_in(year)}),
        "relapsed": len({chain.unit_id for chain in chains if chain.relapsed_in(year)}),
        "year_url": f"{reverse('findings-relapse')}?fiscal_year={year}",
        "found_url": findings_address(fiscal_year=year),
        "export": export_addresses(request),
    }
    return render(request, "web/findings/relapse.html", context)


def _is_meant(by: Principal, chain: RelapseChain, only: dict[str, Any]) -> bool:
    unit = only.get("unit")
    return (
        (not unit or chain.unit_id in by.tree.below([int(unit)]))
        and (not only.get("category") or chain.category_code == only["category"])
        and (not only.get("item") or chain.item_code == only["item"])
    )


def _line(
    place: int, chain: RelapseChain, categories: dict[str, str], questions: dict[str, str]
) -> dict[str, Any]:
    return {
        "order": place,
        "unit_id": chain.unit_id,
        "section": chain.section,
        "category": categories.get(chain.category_code, chain.category_code),
        "item_code": chain.item_code,
        "question": questions.get(chain.item_code, chain.item_code),
        "course": " → ".join(f"{FiscalYear(year.fiscal_year)} {_state(year)}" for year in chain.years),
        "findings": sum(year.findings for year in chain.years),
    }


def _state(year: YearOfItem) -> str:
    improved = "改善済" if year.improved else "未完了"
    return f"再発（{improved}）" if year.relapse else improved
