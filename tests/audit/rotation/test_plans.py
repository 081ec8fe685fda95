"""The mid-term plan and the plan of a year."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.audit.engagements.operations import EngagementData, order_engagement
from tenken.audit.models import (
    MidTermPlan,
    SystemSelection,
    YearPlan,
)
from tenken.audit.rotation.operations import (
    YearPlanData,
    adopt_mid_term_plan,
    adopt_year_plan,
    change_mid_term_plan,
    keep_by_hand,
    make_mid_term_plan,
    override_choice,
    write_year_plan,
)
from tenken.audit.rotation.queries import (
    mid_term_plan_data,
    year_plan_data,
)
from tenken.audit.rotation.rules.parts import Tier
from tenken.common.refusals import Invalid, Missing, Stale
from tests.audit.rotation.makers import (
    FEBRUARY,
    YEAR,
    adopted,
    choice_of,
    make_systems,
    small_rule,
)
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
NAMES = ("まちづくり局 企画課", "まちづくり局 都市計画課", "健康福祉局 保険課")


# --- plans ------------------------------------------------------------------------------------------------------


def plan_of(city: Scenario, years: tuple[int, int] = (YEAR, YEAR + 3)) -> MidTermPlan:
    return make_mid_term_plan(
        by=city.by("secretariat"),
        from_year=years[0],
        to_year=years[1],
        purpose="すべての重要な情報システムを2年に1回監査する。",
        priorities="公開サーバ",
        seed=7,
    )


def test_a_mid_term_plan_shows_who_comes_when_with_its_load_and_proof(city: Scenario) -> None:
    small_rule(city)
    data = mid_term_plan_data(plan_of(city))
    assert data.years == (2027, 2028, 2029, 2030)
    assert [row.code for row in data.rows] == [f"S{number:03}" for number in range(1, 13)]
    for row in data.rows:
        if row.important:
            for place in (0, 1, 2):
                assert max(tier.level for tier in row.tiers[place : place + 2]) >= Tier.VISIT.level
    assert all(load[1:] <= (8, 3, 1) for load in data.loads)
    assert data.proof.holds


def test_what_is_kept_by_hand_stays_and_the_rest_follows(city: Scenario) -> None:
    small_rule(city)
    plan, by = plan_of(city), city.by("secretariat")
    before = mid_term_plan_data(plan)
    row = next(one for one in before.rows if one.tiers[0].level >= Tier.VISIT.level)
    line = keep_by_hand(
        by=by,
        plan=plan,
        system_id=row.system_id,
        fiscal_year=YEAR,
        tier="none",
        reason="更改の最中",
        version=plan.version,
    )
    assert (line.tier, line.reason, line.changed_by_name) == ("none", "更改の最中", by.actor.name)
    after = {one.code: one for one in mid_term_plan_data(plan).rows}
    assert after[row.code].tiers[0] == Tier.NONE
    assert after[row.code].tiers[1].level >= Tier.VISIT.level
    with pytest.raises(Stale):
        keep_by_hand(
            by=by,
            plan=plan,
            system_id=row.system_id,
            fiscal_year=YEAR,
            tier="self",
            reason="x",
            version=plan.version,
        )
    plan.refresh_from_db()
    with pytest.raises(Missing):
        keep_by_hand(
            by=by,
            plan=plan,
            system_id=row.system_id,
            fiscal_year=1999,
            tier="self",
            reason="x",
            version=plan.version,
        )


def test_a_decided_year_stands_in_the_mid_term_plan(city: Scenario, selection: SystemSelection) -> None:
    row = selection.choices.filter(tier="none").first()
    assert row is not None
    by = city.by("secretariat")
    override_choice(by=by, choice=row, tier="visit", reason="更改の前", version=selection.version)
    adopted(city, selection)
    data = mid_term_plan_data(plan_of(city))
    found = next(one for one in data.rows if one.system_id == row.system_id)
    assert found.tiers[0] == Tier.VISIT
    assert found.reasons[0] == "令和9年度の監査対象の選定で決定"


def test_an_adopted_plan_does_not_change(city: Scenario) -> None:
    small_rule(city)
    plan, by = plan_of(city), city.by("secretariat")
    plan = change_mid_term_plan(by=by, plan=plan, purpose="目的", priorities="", version=plan.version)
    plan = adopt_mid_term_plan(by=by, plan=plan, version=plan.version)
    assert (plan.status, plan.adopted_on) == ("adopted", FEBRUARY)
    with pytest.raises(Stale, match="決定した計画"):
        change_mid_term_plan(by=by, plan=plan, purpose="別", priorities="", version=plan.version)
    with pytest.raises(Stale):
        adopt_mid_term_plan(by=by, plan=plan, version=plan.version)


@pytest.mark.parametrize(
    ("years", "field"),
    [((YEAR, YEAR + 1), "to_year"), ((YEAR, YEAR + 5), "to_year"), ((2020, 2023), "fiscal_year")],
)
def test_a_mid_term_plan_spans_three_to_five_years_to_come(
    city: Scenario, years: tuple[int, int], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        plan_of(city, years)
    assert refusal.value.problems[0].field == field


def test_a_mid_term_plan_of_five_hundred_systems_reads_in_few_queries(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    make_systems(scenario, 500)
    plan = plan_of(scenario, (YEAR, YEAR + 4))
    with django_assert_max_num_queries(5):
        data = mid_term_plan_data(plan)
    assert len(data.rows) == 500
    assert data.loads[0] == (YEAR, 86, 10, 2)


def test_the_plan_of_a_year_lists_its_audits_with_those_ordered(
    city: Scenario, selection: SystemSelection
) -> None:
    by = city.by("secretariat")
    adopted(city, selection)
    system = choice_of(selection, "S001").system
    order_engagement(
        by=city.by("ciso"),
        data=EngagementData(
            fiscal_year=YEAR,
            kind="technical",
            unit_id=system.owner_id,
            system_id=system.pk,
            theme="障害の原因",
            purpose="障害の原因を確かめる。",
            scope="",
            criteria="",
            method="",
            chosen_because="",
            starts_on=date(2027, 5, 1),
            ends_on=date(2027, 5, 31),
        ),
        because="障害が続いた。",
    )
    said = YearPlanData(
        "確かめる。",
        focus="公開サーバ",
        budget_yen=3_000_000,
        auditor_days=40,
        periods={"visit": (date(2027, 11, 1), date(2027, 12, 28))},
    )
    plan = write_year_plan(by=by, fiscal_year=YEAR, data=said)
    data = year_plan_data(plan)
    assert data.name == "令和9年度監査計画"
    assert data.self_inspected == 8
    assert len(data.audits) == 4
    assert [(one.special, one.because) for one in data.audits if one.special] == [(True, "障害が続いた。")]
    assert data.periods == (("訪問調査", date(2027, 11, 1), date(2027, 12, 28)),)
    with pytest.raises(Stale, match="すでに"):
        write_year_plan(by=by, fiscal_year=YEAR, data=said)
    plan = adopt_year_plan(by=by, plan=plan, version=plan.version)
    with pytest.raises(Stale, match="決定した計画"):
        write_year_plan(by=by, fiscal_year=YEAR, data=said, version=plan.version)
    assert YearPlan.objects.get().status == "adopted"


def test_a_plan_of_a_year_that_makes_no_sense_is_refused(city: Scenario) -> None:
    wrong = YearPlanData(
        "",
        budget_yen=-1,
        periods={
            "visit": (date(2027, 12, 1), date(2027, 11, 1)),
            "self": (date(2026, 1, 1), date(2026, 2, 1)),
        },
    )
    with pytest.raises(Invalid) as refusal:
        write_year_plan(by=city.by("secretariat"), fiscal_year=YEAR, data=wrong)
    assert {one.field for one in refusal.value.problems} == {"purpose", "budget_yen", "visit_to", "self_from"}
