"""Issues by item and bureau against earlier years, and the answers behind every number."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Answer
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.issues import IssueBoard, Line, inspected_years, issue_board, issue_rows
from tenken.organization.access import require_somewhere
from tenken.reports.blocks import ChartFigure, Series
from tenken.web.addresses import address
from tenken.web.charts import chart_response
from tenken.web.components.tables import NumberColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


class IssueColumn(NumberColumn):
    """The sections with an issue in one bureau, with those of the year before in brackets."""

    def __init__(self, bureau: int, name: str) -> None:
        super().__init__(verbose_name=name, empty_values=(), orderable=False)
        self.bureau = bureau

    def render(self, record: Line, table: IssueTable) -> SafeString | str:  # type: ignore[override]
        now, before = record.now.get(self.bureau, 0), record.before.get(self.bureau, 0)
        return format_html("{}（{}）", table.link(now, record, bureau=self.bureau), before)

    def value(self, record: Line) -> int:
        return record.now.get(self.bureau, 0)


class IssueTable(Table):
    caption = "表1　課題のある課公所の数（かっこは前年度）"
    row_header = "name"

    name = tables.Column(verbose_name="調査項目", order_by=("order",))
    total = NumberColumn(verbose_name="計", empty_values=(), accessor="code", orderable=False)
    before = NumberColumn(verbose_name="前年度", empty_values=(), accessor="code", orderable=False)
    change = NumberColumn(verbose_name="増減", empty_values=(), accessor="code", orderable=False)

    def __init__(self, *args: Any, board: IssueBoard, items: bool, **kwargs: Any) -> None:
        self.board, self.items, self.rows_url = board, items, reverse("inspection-issue-rows")
        columns = [(f"b{key}", IssueColumn(key, name)) for key, name in board.bureaus]
        super().__init__(*args, extra_columns=columns, **kwargs)

    def link(self, number: int, line: Line, year: int = 0, **query: Any) -> SafeString | str:
        """Return *number* with its way to the answers behind it; 0 has none."""
        if not number:
            return "0"
        which = {"item" if self.items else "category": line.code}
        asked = urlencode({"year": year or self.board.fiscal_year, **which, **query})
        return format_html('<a href="{}?{}">{}</a>', self.rows_url, asked, number)

    def _years(self, record: Line) -> tuple[int, int]:
        year = self.board.fiscal_year
        return record.years.get(year, 0), record.years.get(year - 1, 0)

    def render_total(self, record: Line) -> SafeString | str:
        return self.link(self._years(record)[0], record)

    def value_total(self, record: Line) -> int:
        return self._years(record)[0]

    def render_before(self, record: Line) -> SafeString | str:
        return self.link(self._years(record)[1], record, year=self.board.fiscal_year - 1)

    def value_before(self, record: Line) -> int:
        return self._years(record)[1]

    def render_change(self, record: Line) -> str:
        now, before = self._years(record)
        return f"{now - before:+d}" if now != before else "0"


class YearsTable(Table):
    caption = "表2　年度ごとの課題のある課公所の数"
    row_header = "name"

    name = tables.Column(verbose_name="調査項目", order_by=("order",))

    def __init__(self, *args: Any, board: IssueBoard, items: bool, **kwargs: Any) -> None:
        self.link = IssueTable([], board=board, items=items).link
        columns = [(f"y{year}", _YearColumn(year)) for year in board.years]
        super().__init__(*args, extra_columns=columns, prefix="y-", **kwargs)


class _YearColumn(NumberColumn):
    def __init__(self, year: int) -> None:
        super().__init__(verbose_name=str(FiscalYear(year)), empty_values=(), orderable=False)
        self.year = year

    def render(self, record: Line, table: YearsTable) -> SafeString | str:  # type: ignore[override]
        return table.link(record.years.get(self.year, 0), record, year=self.year)

    def value(self, record: Line) -> int:
        return record.years.get(self.year, 0)


class RowTable(Table):
    caption = "表1　課題ありの回答"
    row_header = "unit"

    bureau = tables.Column(
        verbose_name="局・区", accessor="sheet__bureau__name", order_by=("sheet__bureau__code",)
    )
    unit = tables.Column(verbose_name="課公所", accessor="sheet__unit__name", order_by=("sheet__unit__code",))
    category = tables.Column(
        verbose_name="調査項目", accessor="question__category__name", order_by=("question__order",)
    )
    question = tables.Column(
        verbose_name="点検内容", accessor="question__revision__question", orderable=False
    )
    reason = tables.Column(verbose_name="課題の内容と理由", orderable=False)

    def render_unit(self, record: Answer, value: str) -> SafeString:
        url = reverse("inspection-sheet", args=[record.sheet_id])
        return format_html('<a href="{}#id_question-{}">{}</a>', url, record.question_id, value)


class BoardFilter(forms.Form):
    """Which year, counted by what."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    by = forms.ChoiceField(
        label="数え方", required=False, choices=[("", "調査項目ごと"), ("item", "点検項目ごと")]
    )

    def __init__(self, data: Any, years: list[int]) -> None:
        super().__init__(data)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "最新"), *((str(year), str(FiscalYear(year))) for year in years)]


def _board(request: SignedInRequest) -> tuple[BoardFilter, IssueBoard | None, bool]:
    by = request.principal
    require_somewhere(by, VIEW_SHEETS)
    years = inspected_years(by)
    form = BoardFilter(request.GET or None, years)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    items = values.get("by") == "item"
    if not years:
        return form, None, items
    return form, issue_board(by, values.get("year") or years[0], items=items), items


@signed_in
@require_safe
def issues(request: SignedInRequest) -> HttpResponse:
    """Show the board of a year; every number opens its answers."""
    form, board, items = _board(request)
    context: dict[str, Any] = {"form": form, "board": board}
    if board:
        table = IssueTable(board.lines, board=board, items=items)
        RequestConfig(request, paginate=False).configure(table)
        year = FiscalYear(board.fiscal_year)
        if kind := wants_export(request):
            return export_table(table, f"{year}_課題の状況", kind)
        years = YearsTable(board.lines, board=board, items=items)
        RequestConfig(request, paginate=False).configure(years)
        chart = _chart(board)
        context |= {
            "table": table,
            "years": years,
            "year": year,
            "chart": chart,
            "chart_table": {
                "header": [chart.category_title, chart.series[0].name],
                "rows": [list(row) for row in zip(chart.categories, chart.series[0].values, strict=True)],
            },
            "chart_url": address("inspection-issues-chart", year=board.fiscal_year),
        }
    return render(request, "web/inspection/issues.html", context)


def _chart(board: IssueBoard) -> ChartFigure:
    return ChartFigure(
        key="issues",
        caption="課題のある課公所の数",
        categories=tuple(str(FiscalYear(year)) for year in board.years),
        series=(
            Series("課題のある課公所", tuple(board.sections.get(year, 0) for year in board.years), "now"),
        ),
        unit="課",
        category_title="年度",
    )


@signed_in
@require_safe
def issues_chart(request: SignedInRequest) -> HttpResponse:
    """Draw how many sections had an issue, year by year."""
    _, board, _ = _board(request)
    return chart_response(_chart(board) if board else None)


@signed_in
@require_safe
def rows(request: SignedInRequest) -> HttpResponse:
    """List the answers behind a number of the board; sort, export."""
    by = request.principal
    require_somewhere(by, VIEW_SHEETS)
    years = inspected_years(by)
    year = whole_number(request.GET.get("year") or str(years[0] if years else FiscalYear.of(by.on).year))
    bureau = request.GET.get("bureau", "")
    found = issue_rows(
        by,
        fiscal_year=min(year, 9_000),
        bureau=whole_number(bureau) if bureau else None,
        category=request.GET.get("category", "")[:40],
        item=request.GET.get("item", "")[:40],
    )
    table = RowTable(found)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "課題ありの回答", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(
        request, "web/inspection/issue_rows.html", {"table": table, "year": FiscalYear(min(year, 9_000))}
    )
