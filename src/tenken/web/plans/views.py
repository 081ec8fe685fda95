"""Reading the annual plans."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.organization.access import require_somewhere
from tenken.plans.permissions import CHANGE_PLANS, VIEW_PLANS
from tenken.plans.queries import find_plan, plans_for
from tenken.plans.rules.day_lists import write_days, write_months
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.plans.tables import PlanTable
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the years with a plan."""
    by = request.principal
    require_somewhere(by, VIEW_PLANS)
    table = PlanTable(plans_for(by).annotate(activity_count=Count("activities")).order_by("-fiscal_year"))
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "年間計画", kind)
    context = {
        "table": table,
        "may_change": by.everywhere(CHANGE_PLANS),
        "next_year": FiscalYear(FiscalYear.of(clock.today()).year + 1),
    }
    return render(request, "web/plans/index.html", context)


_PLAN_HEADER = ("取組", "区分", "名称", "期間・開催日", "目的・形式", "対象", "内容")


def _plan_lines(activities: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return a plan as rows under ``_PLAN_HEADER``: each activity, its stages and its sessions."""
    lines: list[tuple[str, ...]] = []
    for shown in activities:
        title = shown["activity"].title
        lines.append((title, "取組", title, "", "", "", shown["activity"].text))
        for stage in shown["stages"]:
            period = f"{era_date(stage.starts_on)}～{era_date(stage.ends_on)}"
            lines.append((title, "段階", stage.name, period, stage.purpose, stage.target, stage.outline))
        for one in shown["sessions"]:
            lines.append(
                (title, "日程", one["name"], one["when"], one["form"], "", "\n".join(one["contents"]))
            )
    return lines


@signed_in
@require_safe
def plan(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Show a plan whole, with the way into each of its parts for those who write it."""
    by = request.principal
    require_somewhere(by, VIEW_PLANS)
    found = find_plan(by, fiscal_year)
    activities = [
        {
            "activity": activity,
            "stages": activity.stages.all(),
            "sessions": [
                {
                    "name": one.name,
                    "form": one.form,
                    "when": write_days(map(date.fromisoformat, one.dates)) or write_months(one.months),
                    "contents": one.contents,
                }
                for one in activity.sessions.all()
            ],
        }
        for activity in found.activities.all()
    ]
    if kind := wants_export(request):
        return export_rows(
            _PLAN_HEADER, _plan_lines(activities), f"{FiscalYear(fiscal_year)}の年間計画", kind
        )
    context = {
        "plan": found,
        "year": FiscalYear(fiscal_year),
        "activities": activities,
        "may_change": by.everywhere(CHANGE_PLANS) and not found.is_adopted,
    }
    return render(request, "web/plans/plan.html", context)
