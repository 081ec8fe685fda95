"""A selection, its first system, both plans and an audit of before; made of the systems that stand."""

from __future__ import annotations

from typing import Any

from tests.factories import Scenario

from tenken.audit.rotation.operations import (
    PriorData,
    YearPlanData,
    draw_systems,
    make_mid_term_plan,
    record_prior_audits,
    write_year_plan,
)
from tenken.common.fiscal_year import FiscalYear

Places = dict[str, dict[str, tuple[Any, ...]]]


def rotation_places(scenario: Scenario) -> Places:
    """Return the place-holders of the pages of the rotation."""
    by = scenario.by("secretariat")
    year = FiscalYear.of(by.on).year + 1
    selection = draw_systems(by=by, fiscal_year=year, seed=1)
    choice = selection.choices.select_related("system").get(rank=1)
    plan = make_mid_term_plan(by=by, from_year=year, to_year=year + 2, purpose="確かめる。", seed=1)
    write_year_plan(by=by, fiscal_year=year, data=YearPlanData("確かめる。"))
    said = PriorData(choice.system.code, "visit", FiscalYear(year - 3).starts_on, "監査報告書")
    prior = record_prior_audits(by=by, rows=[said])[0]
    return {
        "system_selection": {"inside": (selection.pk,)},
        "system_choice": {"inside": (choice.pk,)},
        "mid_term_plan": {"inside": (plan.pk,)},
        "mid_term_line": {"inside": (plan.pk, choice.system_id, year)},
        "audit_year": {"inside": (year,)},
        "prior_audit": {"inside": (prior.pk,)},
    }
