"""One page for the CISO: the year, the bureaus, what needs money, and their own duties."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.meetings.queries import duty_lines, meetings
from tenken.organization.access import Principal
from tenken.reports.boards import Overview, overview, years_chart
from tenken.web.boards.tables import BureauTable, findings_url
from tenken.web.charts import chart_response
from tenken.web.exports import export_table, wants_export
from tenken.web.meetings.duties import DutyTable
from tenken.web.meetings.meetings import title_of, when
from tenken.web.principal import SignedInRequest, signed_in


def _require(by: Principal) -> None:
    if not by.everywhere(VIEW_FINDINGS):
        raise Denied("全庁の状況を見ることのできる役割ではありません。")


@signed_in
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Show the city's inspection on one page."""
    by = request.principal
    _require(by)
    found = overview(by)
    table = BureauTable(found.bureaus, programme=found.programme)
    table.caption = "表2　局・区の状況"
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "局・区の状況", kind)
    year = FiscalYear.of(by.on)
    duties = DutyTable(duty_lines(by, year, role="ciso"), prefix="duty-")
    duties.caption = "表1　最高情報セキュリティ責任者の職務"
    duties.exclude = ("who",)
    RequestConfig(request, paginate=False).configure(duties)
    chart = years_chart(found.years)
    context = {
        "found": found,
        "year": year,
        "figures": _figures(found),
        "table": table,
        "duties": duties,
        "chart": chart,
        "chart_table": {
            "header": ["年度", "点検した課公所", "課題のある課公所", "未改善の課公所"],
            "rows": [[row.year, row.sections, row.with_issues, row.not_improved] for row in found.years],
        },
        "meetings": [
            {
                "url": reverse("meetings-meeting", args=[one.pk]),
                "title": title_of(one),
                "when": when(one.meets_on, one.begins_at, one.ends_at),
                "state": one.get_status_display(),
            }
            for one in meetings(by)[:5]
        ],
    }
    return render(request, "web/boards/ciso.html", context)


def _figures(found: Overview) -> list[dict[str, Any]]:
    whole, work = found.whole, found.whole.work
    sheets = reverse("inspection-sheets", args=[found.programme.pk]) if found.programme else ""

    def figure(label: str, number: int, unit: str, url: str, tone: str) -> dict[str, Any]:
        return {
            "label": label,
            "number": number,
            "unit": unit,
            "url": url,
            "tone": tone if number else "neutral",
        }

    return [
        figure("点検の対象", whole.sections, "課公所", sheets, "neutral"),
        figure(
            "未提出", whole.sections - whole.handed_in, "課公所", f"{sheets}?state=not_handed_in", "yellow"
        ),
        figure("課題のある課公所", whole.with_issues, "課公所", f"{sheets}?state=with_issues", "blue"),
        figure("期限を過ぎた課題", work.overdue, "件", findings_url(overdue="on"), "red"),
        figure("未改善", work.not_improved, "件", findings_url(status="not_improved"), "red"),
        figure("再発", work.relapsed, "件", reverse("findings-relapse"), "red"),
        figure("環境面の対策", len(found.environment), "件", findings_url(level="environment"), "blue"),
    ]


@signed_in
@require_safe
def years_svg(request: SignedInRequest) -> HttpResponse:
    """Return the figure of the years."""
    _require(request.principal)
    return chart_response(years_chart(overview(request.principal).years))
