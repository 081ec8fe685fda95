"""操作の件数: out of hours, external media and printing by section and by day, with the period before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.organization.access import require_somewhere
from tenken.reports.blocks import ChartFigure, Series
from tenken.telemetry.boards.counts import CountBoard, SectionCounts, count_board
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.web.charts import chart_response
from tenken.web.components.tables import NumberColumn, Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.periods import asked

_DAYS: Final = 31
_MOST_DAYS: Final = 62


@dataclass(frozen=True)
class Subject:
    """What is counted: the field of ``Counts``, its label, its unit."""

    key: str
    label: str
    unit: str


SUBJECTS: Final = (
    Subject("off_hours", "時間外の操作", "件"),
    Subject("connects", "外部媒体の接続", "件"),
    Subject("copies", "外部媒体への書き込み", "件"),
    Subject("printed", "印刷したページ", "ページ"),
    Subject("operations", "操作", "件"),
)
_BY_KEY: Final = {subject.key: subject for subject in SUBJECTS}


class CountTable(Table):
    """Sections with their sums; beside each the period before."""

    caption = "表1　課公所ごとの件数"
    row_header = "name"

    name = tables.Column(verbose_name="課公所", order_by=("code",), attrs={"td": {"class": "wide-cell"}})
    operations = NumberColumn(verbose_name="操作", accessor="now__operations")
    off_hours = NumberColumn(verbose_name="時間外", accessor="now__off_hours")
    off_before = NumberColumn(verbose_name="時間外（前）", accessor="before__off_hours")
    connects = NumberColumn(verbose_name="媒体の接続", accessor="now__connects")
    connects_before = NumberColumn(verbose_name="媒体の接続（前）", accessor="before__connects")
    blocks = NumberColumn(verbose_name="止めた接続", accessor="now__blocks")
    copies = NumberColumn(verbose_name="媒体への書き込み", accessor="now__copies")
    copied = NumberColumn(verbose_name="書き込み（MB）", accessor="now__copied_megabytes")
    prints = NumberColumn(verbose_name="印刷", accessor="now__prints")
    printed = NumberColumn(verbose_name="ページ", accessor="now__printed")
    printed_before = NumberColumn(verbose_name="ページ（前）", accessor="before__printed")

    def render_name(self, value: str, record: SectionCounts) -> Any:
        if record.unit is None:
            return value
        return format_html(
            '<a href="{}">{}</a>', reverse("telemetry-board-section", args=[record.unit]), value
        )


@signed_in
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Show the counts of a period."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form, period, unit = asked(request, VIEW_TERMINALS, days=_DAYS)
    board = count_board(by, period, unit)
    table = CountTable(board.sections)
    days_header = ["日", *(subject.label for subject in SUBJECTS)]
    days = [[day, *(getattr(counts, one.key) for one in SUBJECTS)] for day, counts in board.days.items()]
    if kind := wants_export(request):
        if request.GET.get("table") == "days":
            return export_rows(days_header, days, "操作の件数_日ごと", kind)
        return export_table(table, "操作の件数_課公所ごと", kind)
    RequestConfig(request, paginate={"per_page": 100}).configure(table)
    subject = _BY_KEY.get(request.GET.get("of", ""), SUBJECTS[0])
    charts = [_drawn(request, board, subject, kind) for kind in ("sections", "days")]
    context = {
        "form": form,
        "period": period,
        "before": period.before(),
        "figures": _figures(board),
        "table": table,
        "days_header": days_header,
        "days": [[era_date(day), *(f"{number:,}" for number in numbers)] for day, *numbers in days],
        "subject": subject,
        "tabs": _tabs(request, subject),
        "charts": [one for one in charts if one is not None],
    }
    return render(request, "web/telemetry/boards/counts.html", context)


@signed_in
@require_safe
def chart_svg(request: SignedInRequest, key: str, kind: str) -> HttpResponse:
    """Return a figure: of *key* by sections or by days."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    if key not in _BY_KEY or kind not in ("sections", "days"):
        raise Missing("この図はありません。")
    _, period, unit = asked(request, VIEW_TERMINALS, days=_DAYS)
    return chart_response(_chart(count_board(by, period, unit), _BY_KEY[key], kind))


def _tabs(request: SignedInRequest, subject: Subject) -> list[dict[str, Any]]:
    found = []
    for one in SUBJECTS:
        query = request.GET.copy()
        query["of"] = one.key
        query.pop("page", None)
        found.append({"label": one.label, "url": f"?{query.urlencode()}", "current": one == subject})
    return found


def _drawn(request: SignedInRequest, board: CountBoard, subject: Subject, kind: str) -> dict[str, Any] | None:
    chart = _chart(board, subject, kind)
    if chart is None:
        return None
    query = request.GET.urlencode()
    return {
        "url": f"{reverse('telemetry-counts-chart', args=[subject.key, kind])}?{query}",
        "alt": chart.alt,
        "caption": f"{chart.label}　{chart.caption}",
        "table": {
            "header": [chart.category_title, *(one.name for one in chart.series)],
            "rows": [
                [category, *(one.values[place] for one in chart.series)]
                for place, category in enumerate(chart.categories)
            ],
        },
    }


def _chart(board: CountBoard, subject: Subject, kind: str) -> ChartFigure | None:
    """Return the bars of the twenty sections with most, or of the days; None where there is nothing to draw."""
    if kind == "days":
        days = list(board.days.items())[-_MOST_DAYS:]
        values = tuple(getattr(counts, subject.key) for _, counts in days)
        if not any(values):
            return None
        return ChartFigure(
            key="days",
            caption=f"{subject.label}（日ごと）",
            categories=tuple(f"{day.month}月{day.day}日" for day, _ in days),
            series=(Series(subject.label, values, "now"),),
            unit=subject.unit,
            category_title="日",
            label="図2",
        )
    rows = sorted(board.sections, key=lambda row: (-getattr(row.now, subject.key), row.code))
    rows = [row for row in rows if getattr(row.now, subject.key)][:20]
    if not rows:
        return None
    return ChartFigure(
        key="sections",
        caption=f"{subject.label}（多い順に20課公所まで）",
        categories=tuple(row.name for row in rows),
        series=(
            Series("前の期間", tuple(getattr(row.before, subject.key) for row in rows), "before"),
            Series("この期間", tuple(getattr(row.now, subject.key) for row in rows), "now"),
        ),
        unit=subject.unit,
        category_title="課公所",
        label="図1",
    )


def _figures(board: CountBoard) -> list[dict[str, Any]]:
    now, before = board.total(), board.total(before=True)
    return [
        {
            "label": one.label,
            "number": f"{getattr(now, one.key):,}",
            "unit": one.unit,
            "note": f"前の期間 {getattr(before, one.key):,}{one.unit}"
            if before.operations
            else "前の期間は記録なし",
        }
        for one in SUBJECTS
    ]
