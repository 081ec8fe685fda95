"""Reading plans: scoped lists, one plan whole, an activity as it was written."""

from __future__ import annotations

from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.plans.inputs import ActivityInput, SessionInput, StageInput
from tenken.plans.models import AnnualPlan, AnnualPlanQuerySet, PlannedActivity
from tenken.plans.permissions import CHANGE_PLANS, VIEW_PLANS


def plans_for(by: Principal) -> AnnualPlanQuerySet:
    """Return the plans *by* may see: drafts too for those who write them, else only what was adopted."""
    rows = AnnualPlan.objects.restrict(by, VIEW_PLANS)
    return rows if by.holds(CHANGE_PLANS) else rows.filter(status=AnnualPlan.Status.ADOPTED)


def find_plan(by: Principal, fiscal_year: int) -> AnnualPlan:
    """Return the plan of a year with its activities; ``Missing`` when there is none that *by* may see."""
    rows = plans_for(by).select_related("city")
    plan = rows.prefetch_related("activities__stages", "activities__sessions").filter(fiscal_year=fiscal_year)
    if (found := plan.first()) is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の年間計画はありません。")
    return found


def plan_of(city: City, fiscal_year: int) -> AnnualPlan | None:
    """Return a year's plan, draft or adopted, for the city's papers. Four queries at most."""
    rows = AnnualPlan.objects.of_city(city.pk).filter(fiscal_year=fiscal_year)
    return rows.prefetch_related("activities__stages", "activities__sessions").first()


def activity_input(activity: PlannedActivity) -> ActivityInput:
    """Return an activity as it would be written."""
    return ActivityInput(
        kind=activity.kind,
        title=activity.title,
        text=activity.text,
        programme_code=activity.programme_code,
        visits=activity.visits,
        stages=[
            StageInput(
                name=stage.name,
                starts_on=stage.starts_on,
                ends_on=stage.ends_on,
                target=stage.target,
                purpose=stage.purpose,
                outline=stage.outline,
            )
            for stage in activity.stages.all()
        ],
        sessions=[
            SessionInput(
                name=one.name,
                form=one.form,
                dates=[date.fromisoformat(day) for day in one.dates],
                months=list(one.months),
                contents=list(one.contents),
            )
            for one in activity.sessions.all()
        ],
    )
