"""Operational against technical: what became of a year's issues, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import AspectCount, aspect_counts, years_of
from tenken.findings.queries.lists import ANY_SYSTEM, NO_ASPECT
from tenken.organization.access import Principal, require_somewhere
from tenken.reports.blocks import ChartFigure, Series
from tenken.web.charts import chart_response
from tenken.web.components.tables import Table
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.boards import findings_address
from tenken.web.findings.lists import export_addresses
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.tables import LinkedNumberColumn
from tenken.web.principal import SignedInRequest, signed_in

ASPECTS = {**dict(Finding.Aspect.choices), "": "区分なし"}
_SYSTEMS, _ALL = "systems", "all"


class AspectFilterForm(forms.Form):
    """Of which year, and of systems only or of all."""

    fiscal_year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    scope = forms.ChoiceField(
        label="対象",
        required=False,
        choices=[(_SYSTEMS, "情報システムの課題"), (_ALL, "すべての課題")],
    )

    def __init__(self, data: Any, *, years: Sequence[int]) -> None:
        super().__init__(data)
        year = self.fields["fiscal_year"]
        assert isinstance(year, forms.ChoiceField)
        year.choices = [("", "すべて"), *((str(one), str(FiscalYear(one))) for one in years)]


class _Asked:
    """What the address asks for; what it cannot mean asks for nothing."""

    def __init__(self, request: SignedInRequest) -> None:
        self.form = AspectFilterForm(request.GET or None, years=years_of(request.principal))
        said = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        self.year: int | None = said.get("fiscal_year")
        self.systems_only = said.get("scope") != _ALL

    def counts(self, by: Principal) -> tuple[AspectCount, ...]:
        return aspect_counts(by, self.year, systems_only=self.systems_only)

    def address(self, aspect: str, category: str = "", status: str = "") -> str:
        """Return the address of the findings behind a number."""
        return findings_address(
            fiscal_year=self.year,
            system=ANY_SYSTEM if self.systems_only else "",
            aspect=aspect or NO_ASPECT,
            category=category,
            status=status,
        )


class _Line:
    """A row of the table: one 調査項目 in one aspect, with the way to its findings."""

    def __init__(self, count: AspectCount, asked: _Asked) -> None:
        self.count, self.asked = count, asked
        self.aspect, self.name = ASPECTS[count.aspect], count.name
        self.found, self.improved = count.found, count.improved
        self.treated, self.not_improved = count.treated, count.not_improved
        self.rate = count.rate

    def address(self, status: str) -> str:
        return self.asked.address(self.count.aspect, self.count.code, status)


def _number(label: str, name: str, status: str) -> tables.Column:
    return LinkedNumberColumn(
        lambda row: row.address(status),
        verbose_name=label,
        footer=lambda table: f"{sum(getattr(row.record, name) for row in table.rows):,}",
    )


class AspectTable(Table):
    """Issues by aspect and 調査項目; each number opens its rows."""

    caption = "表2　調査項目別の改善の状況"
    row_header = "name"

    aspect = tables.Column(verbose_name="面")
    name = tables.Column(verbose_name="調査項目", footer="計")
    found = _number("課題", "found", "")
    improved = _number("改善済", "improved", "verified")
    treated = _number("リスク低減策で管理", "treated", "treated")
    not_improved = _number("改善が済んでいないもの", "not_improved", "not_done")
    rate = tables.Column(verbose_name="改善率", attrs={"th": {"class": "num"}, "td": {"class": "num"}})

    def render_rate(self, value: float) -> str:
        return f"{value:.1f}%"


@signed_in
@require_safe
def aspects(request: SignedInRequest) -> HttpResponse:
    """Set operational and technical improvement side by side."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    asked = _Asked(request)
    counts = asked.counts(by)
    table = AspectTable([_Line(count, asked) for count in counts])
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "運用面と技術面の改善", kind)
    RequestConfig(request, paginate=False).configure(table)
    chart = _chart(counts)
    context = {
        "tabs": findings_tabs(by, "findings-aspects"),
        "form": asked.form,
        "totals": _totals(counts, asked),
        "chart": chart,
        "chart_url": f"{reverse('findings-aspects-chart')}?{request.GET.urlencode()}",
        "table": table,
        "export": export_addresses(request),
        "systems_only": asked.systems_only,
    }
    return render(request, "web/findings/aspects.html", context)


@signed_in
@require_safe
def chart_svg(request: SignedInRequest) -> HttpResponse:
    """Return the chart of :func:`aspects`."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    return chart_response(_chart(_Asked(request).counts(by)))


def _summed(counts: Sequence[AspectCount], aspect: str) -> AspectCount:
    of = [count for count in counts if count.aspect == aspect]
    return AspectCount(
        "",
        ASPECTS[aspect],
        aspect,
        sum(one.found for one in of),
        sum(one.improved for one in of),
        sum(one.treated for one in of),
        sum(one.not_improved for one in of),
    )


def _present(counts: Sequence[AspectCount]) -> list[AspectCount]:
    """The sums of the aspects that have an issue, operational first."""
    return [one for aspect in ASPECTS if (one := _summed(counts, aspect)).found]


def _totals(counts: Sequence[AspectCount], asked: _Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "rate": f"{one.rate:.1f}%",
            "numbers": [
                (number, asked.address(one.aspect, status=status))
                for number, status in (
                    (one.found, ""),
                    (one.improved, "verified"),
                    (one.treated, "treated"),
                    (one.not_improved, "not_done"),
                )
            ],
        }
        for one in _present(counts)
    ]


def _chart(counts: Sequence[AspectCount]) -> ChartFigure | None:
    present = _present(counts)
    if not present:
        return None
    return ChartFigure(
        key="aspects",
        caption="運用面と技術面の改善の状況",
        categories=tuple(one.name for one in present),
        series=(
            Series("課題", tuple(one.found for one in present), "now"),
            Series("改善済・低減策で管理を除いた残り", tuple(one.not_improved for one in present), "open"),
        ),
        unit="件",
        category_title="面",
    )
