"""年間計画: of FY2014, of FY2015 as document 001 prints it, of last year and of this year."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.demo.days import in_year
from tenken.plans.models import AnnualPlan
from tenken.plans.operations import adopt_plan, import_plan

_ADOPTED = "04-20"


def load_plan(made: DemoCity, fiscal_year: int, today: date) -> AnnualPlan:
    """Bring in and adopt the plan of a year, in its April; before that day it is a draft."""
    adopted_on = in_year(fiscal_year, _ADOPTED)
    begun_on = min(FiscalYear(fiscal_year).starts_on, today)
    found = import_plan(
        by=made.acting(plan.secretariat_post(), begun_on),
        city=made.city,
        data=read("plan2015") if fiscal_year == 2015 else _data(fiscal_year),
        on=begun_on,
    )
    if adopted_on <= today:
        by = made.acting(plan.secretariat_post(), adopted_on)
        return adopt_plan(by=by, plan=found, on=adopted_on, version=found.version)
    return found


def _data(fiscal_year: int) -> dict[str, Any]:
    """Return ``data/plan_years.yaml`` with the years' names and the days of *fiscal_year*."""
    written = read("plan_years")
    names = {"{year}": str(FiscalYear(fiscal_year)), "{before}": str(FiscalYear(fiscal_year - 1))}

    def named(text: str) -> str:
        for mark, name in names.items():
            text = text.replace(mark, name)
        return text

    activities = [
        {
            **activity,
            "text": named(activity["text"]),
            "stages": [
                {**stage, **{end: in_year(fiscal_year, stage[end]) for end in ("starts_on", "ends_on")}}
                for stage in activity.get("stages", [])
            ],
        }
        for activity in written["activities"]
    ]
    return {"fiscal_year": fiscal_year, "overview": named(written["overview"]), "activities": activities}
