"""内容別指摘事項一覧: the table over the years, drawn, and the rows behind each number."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import urgent_first
from tenken.findings.queries.contents import (
    ASPECT,
    AUDIT_ORIGINS,
    CATEGORY,
    GROUPS,
    ContentRow,
    ContentTable,
    content_findings,
    content_years,
    findings_by_content,
)
from tenken.findings.states import NOT_DONE
from tenken.organization.access import require_somewhere
from tenken.policy.models import CheckCategory
from tenken.reports.blocks import ChartFigure, Series
from tenken.web.charts import chart_response
from tenken.web.components.tables import Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.tables import FindingFileTable, FindingTable
from tenken.web.principal import SignedInRequest, signed_in

_SHOWN_YEARS = 10
_DRAWN = 20
_PER_PAGE = 50


class ContentFilterForm(forms.Form):
    """By which content, from which origin, since which year."""

    group = forms.ChoiceField(label="内容の分け方", required=False, choices=list(GROUPS.items()))
    origin = forms.ChoiceField(
        label="出所",
        required=False,
        choices=[("", "監査・訪問調査・診断の全て"), *((one.value, one.label) for one in AUDIT_ORIGINS)],
    )
    since = forms.TypedChoiceField(label="年度（から）", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        since = self.fields["since"]
        assert isinstance(since, forms.ChoiceField)
        since.choices = [
            ("", f"最近の{_SHOWN_YEARS}年"),
            *((str(one), str(FiscalYear(one))) for one in years),
        ]


class _Asked:
    """What the address asks for."""

    def __init__(self, request: SignedInRequest) -> None:
        years = content_years(request.principal)
        self.form = ContentFilterForm(request.GET or None, years=years)
        values = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        self.group: str = values.get("group") or CATEGORY
        self.origin: str = values.get("origin") or ""
        self.origins = (self.origin,) if self.origin else AUDIT_ORIGINS
        since = values.get("since")
        self.years = [year for year in years if year >= since] if since else years[-_SHOWN_YEARS:]

    def rows_address(self, *, code: str | None = None, year: int | None = None, still_open: bool) -> str:
        """Return the address of the rows behind a number; *code* None: of every content, *year* None: of all shown."""
        query: dict[str, Any] = {"group": self.group, "origin": self.origin}
        if code is not None:
            query["content"] = code
        query |= {"year": year} if year else {"since": self.years[0] if self.years else ""}
        if still_open:
            query["open"] = "on"
        return f"{reverse('findings-contents-rows')}?{urlencode(query)}"


class _CountColumn(tables.Column):
    """「5（2）」: found, and how many of these are open; each opens its rows."""

    def __init__(self, asked: _Asked, place: int | None, **kwargs: Any) -> None:
        self.asked, self.place = asked, place
        attrs = {"th": {"class": "num"}, "td": {"class": "num"}}
        super().__init__(orderable=False, empty_values=(), attrs=attrs, **kwargs)

    def render(self, record: ContentRow) -> SafeString | str:
        return self.cell(record, record.code)

    def cell(self, row: ContentRow, code: str | None) -> SafeString | str:
        """Return both figures of *row*; *code* None: of the line of totals."""
        count = row.total if self.place is None else row.counts[self.place]
        if not count.found:
            return "0"
        year = None if self.place is None else self.asked.years[self.place]
        shown = [(False, str(count.found))] + ([(True, f"（{count.open}）")] if count.open else [])
        return format_html_join(
            "",
            '<a href="{}">{}</a>',
            (
                (self.asked.rows_address(code=code, year=year, still_open=still), words)
                for still, words in shown
            ),
        )


class ContentsTable(Table):
    """Contents by fiscal year."""

    caption = "表1　内容別指摘事項一覧"
    row_header = "label"

    label = tables.Column(verbose_name="内容", orderable=False, footer="計")


@signed_in
@require_safe
def contents(request: SignedInRequest) -> HttpResponse:
    """Show what audits, visits and scans found, by content and year."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    asked = _Asked(request)
    counted = findings_by_content(by.city, asked.years, origins=asked.origins, group=asked.group, by=by)
    if kind := wants_export(request):
        return _export(counted, kind)
    table = _table(asked, counted)
    RequestConfig(request, paginate=False).configure(table)
    chart = _chart(counted)
    query = request.GET.urlencode()
    context = {
        "tabs": findings_tabs(by, "findings-contents"),
        "form": asked.form,
        "table": table,
        "chart": chart,
        "chart_url": f"{reverse('findings-contents-chart')}{'?' if query else ''}{query}",
        "chart_table": {
            "header": [GROUPS[asked.group], "指摘の件数", "うち完了していないもの"],
            "rows": [[row.label, row.total.found, row.total.open] for row in counted.rows],
        },
        "export": export_addresses(request),
    }
    return render(request, "web/findings/contents.html", context)


def _table(asked: _Asked, counted: ContentTable) -> ContentsTable:
    columns = []
    for place, year in [*enumerate(counted.years), (None, None)]:
        label = str(FiscalYear(year)) if year else "計"
        column = _CountColumn(asked, place, verbose_name=label)
        if counted.rows:
            column._footer = column.cell(counted.all, None)
        columns.append((f"year{place}", column))
    return ContentsTable(counted.rows, extra_columns=columns)


def _chart(counted: ContentTable) -> ChartFigure | None:
    rows = sorted(counted.rows, key=lambda row: -row.total.found)[:_DRAWN]
    if not rows:
        return None
    years = "～".join(dict.fromkeys(str(FiscalYear(year)) for year in (counted.years[0], counted.years[-1])))
    return ChartFigure(
        key="contents",
        caption=f"内容別の指摘の件数（{years}、多い順）",
        categories=tuple(row.label for row in rows),
        series=(
            Series("指摘の件数", tuple(row.total.found for row in rows), "now"),
            Series("うち完了していないもの", tuple(row.total.open for row in rows), "open"),
        ),
        unit="件",
        category_title=GROUPS[counted.group],
    )


def _export(counted: ContentTable, kind: str) -> HttpResponse:
    header = ["内容"]
    for year in counted.years:
        header += [str(FiscalYear(year)), f"{FiscalYear(year)}（完了していないもの）"]
    header += ["計", "計（完了していないもの）"]
    lines = [*counted.rows, *([counted.all] if counted.rows else [])]
    rows = [
        [row.label, *(number for one in (*row.counts, row.total) for number in (one.found, one.open))]
        for row in lines
    ]
    return export_rows(header, rows, "内容別指摘事項一覧", kind, title="内容別指摘事項一覧")


@signed_in
@require_safe
def chart_svg(request: SignedInRequest) -> HttpResponse:
    """Return the chart of :func:`contents`."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    asked = _Asked(request)
    return chart_response(
        _chart(findings_by_content(by.city, asked.years, origins=asked.origins, group=asked.group, by=by))
    )


@signed_in
@require_safe
def rows(request: SignedInRequest) -> HttpResponse:
    """List the findings behind one number."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    asked = _Asked(request)
    code = request.GET.get("content")
    year = request.GET.get("year", "")
    wanted = [int(year)] if year.isascii() and year.isdigit() and len(year) == 4 else asked.years
    found = content_findings(by, group=asked.group, code=code, origins=asked.origins).filter(
        fiscal_year__in=wanted
    )
    if request.GET.get("open"):
        found = found.filter(status__in=NOT_DONE)
    categories = dict(CheckCategory.objects.filter(city=by.city_id).values_list("code", "name"))
    listed = urgent_first(found, by.on)
    if kind := wants_export(request):
        file_table = FindingFileTable(listed, categories=categories, by=by)
        RequestConfig(request, paginate=False).configure(file_table)
        return export_table(file_table, "内容別指摘事項", kind)
    table = FindingTable(listed, categories=categories, by=by)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "table": table,
        "what": _what(asked, code, wanted, categories, still_open=bool(request.GET.get("open"))),
        "back": f"{reverse('findings-contents')}?{urlencode({'group': asked.group, 'origin': asked.origin})}",
        "export": export_addresses(request),
    }
    return render(request, "web/findings/contents_rows.html", context)


def _what(
    asked: _Asked, code: str | None, years: list[int], categories: dict[str, str], *, still_open: bool
) -> list[tuple[str, str]]:
    shown = [str(FiscalYear(year)) for year in years]
    origin = Finding.Origin(asked.origin).label if asked.origin else "監査・訪問調査・診断の全て"
    names = {CATEGORY: categories, ASPECT: dict(Finding.Aspect.choices)}.get(asked.group, {})
    content = "" if code is None else str(names.get(code, code)) or f"{GROUPS[asked.group]}のないもの"
    return [
        ("内容", content),
        ("年度", f"{shown[0]}～{shown[-1]}" if len(shown) > 1 else "".join(shown)),
        ("出所", str(origin)),
        ("状態", "完了していないもの" if still_open else ""),
    ]
