"""Reading the annual plans."""

from __future__ import annotations

from datetime import date

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.organization.access import require_somewhere
from tenken.plans.permissions import CHANGE_PLANS, VIEW_PLANS
from tenken.plans.queries import find_plan, plans_for
from tenken.plans.rules.day_lists import write_days, write_months
from tenken.web.exports import export_table, wants_export
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
    context = {
        "plan": found,
        "year": FiscalYear(fiscal_year),
        "activities": activities,
        "may_change": by.everywhere(CHANGE_PLANS) and not found.is_adopted,
    }
    return render(request, "web/plans/plan.html", context)
