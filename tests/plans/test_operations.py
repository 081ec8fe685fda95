"""Plans begun, written, imported, adopted; who may, and what is refused."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Refusal, Stale
from tenken.demo.data_files import read
from tenken.journal.models import Entry
from tenken.organization.access import Principal
from tenken.organization.models import ClosingDay
from tenken.plans.inputs import ActivityInput, SessionInput, StageInput
from tenken.plans.models import AnnualPlan, PlannedStage
from tenken.plans.operations import (
    add_activity,
    adopt_plan,
    change_activity,
    change_overview,
    import_plan,
    remove_activity,
    start_plan,
)
from tenken.plans.queries import activity_input, find_plan, plan_of, plans_for
from tests.factories import Scenario, make_other_city

pytestmark = pytest.mark.django_db
ON = date(2015, 5, 1)
STAGE = StageInput(
    "自己点検", date(2015, 6, 1), date(2015, 7, 31), "抽出（86システム）", "現状をつかむ。", "点検する。"
)


@pytest.fixture
def by(scenario: Scenario) -> Principal:
    return scenario.by("secretariat")


@pytest.fixture
def plan(scenario: Scenario, by: Principal) -> AnnualPlan:
    return import_plan(by=by, city=scenario.city, data=read("plan2015"), on=ON)


def test_the_documents_plan_is_taken_over_whole(scenario: Scenario, plan: AnnualPlan) -> None:
    found = plan_of(scenario.city, 2015)
    assert found is not None
    kinds = [activity.kind for activity in found.activities.all()]
    assert kinds == ["inspection", "system_audit", "training", "policy_review", "outsourcing_review"]
    audit = found.activities.all()[1]
    assert [(stage.name, stage.starts_on.month, stage.ends_on.month) for stage in audit.stages.all()] == [
        ("自己点検", 6, 7),
        ("改善取組", 8, 10),
        ("訪問調査・技術監査", 11, 12),
        ("フォローアップ", 1, 3),
    ]
    courses = found.activities.all()[2].sessions.all()
    assert courses[1].dates == ["2015-06-25", "2015-06-26", "2015-08-05", "2015-08-06"]
    entry = Entry.objects.get(operation="plans.plan.import")
    assert entry.business_date == ON


def test_what_is_written_reads_as_it_was_given(plan: AnnualPlan, by: Principal) -> None:
    activity = ActivityInput(
        "training",
        "研修",
        "内容",
        "",
        None,
        [STAGE],
        [SessionInput("基礎編", "半日×3回", [date(2015, 9, 2)], [4, 3], ["対策の基本"])],
    )
    row = add_activity(by=by, plan=plan, activity=activity, version=plan.version)
    found = find_plan(by, 2015).activities.get(pk=row.pk)
    assert activity_input(found) == activity


def test_next_years_draft_is_this_years_moved_to_open_days(
    scenario: Scenario, plan: AnnualPlan, by: Principal
) -> None:
    ClosingDay.objects.create(city=scenario.city, day=date(2016, 6, 27), closed=True)
    following = start_plan(by=by, city=scenario.city, fiscal_year=2016)
    assert following.overview == plan.overview
    rows = list(following.activities.all())
    assert len(rows) == 5
    # 25 and 26 June 2016 are a weekend and the Monday is closed: the Tuesday and the Wednesday
    assert rows[2].sessions.all()[1].dates == ["2016-06-28", "2016-06-29", "2016-08-05", "2016-08-08"]
    assert rows[1].stages.all()[0].ends_on == date(2016, 7, 29)
    assert following.status == "draft"


def test_the_first_plan_of_a_city_begins_empty(scenario: Scenario, by: Principal) -> None:
    plan = start_plan(by=by, city=scenario.city, fiscal_year=2015)
    assert (plan.overview, plan.activities.count()) == ("", 0)
    with pytest.raises(Stale, match="すでにあります"):
        start_plan(by=by, city=scenario.city, fiscal_year=2015)
    with pytest.raises(Invalid, match="年間計画を作れません"):
        start_plan(by=by, city=scenario.city, fiscal_year=26)


def test_an_activity_is_changed_and_removed(plan: AnnualPlan, by: Principal) -> None:
    rows = list(plan.activities.all())
    changed = change_activity(
        by=by,
        plan=plan,
        activity_id=rows[1].pk,
        activity=ActivityInput("system_audit", "監査", stages=[STAGE]),
        version=plan.version,
    )
    assert (changed.order, changed.title, changed.stages.count()) == (2, "監査", 1)
    plan.refresh_from_db()
    remove_activity(by=by, plan=plan, activity_id=rows[0].pk, version=plan.version)
    assert plan.activities.values_list("order", "title")[0] == (1, "監査")
    assert not PlannedStage.objects.filter(activity=rows[0].pk).exists()
    with pytest.raises(Missing):
        remove_activity(by=by, plan=plan, activity_id=rows[0].pk, version=plan.version + 1)


def test_an_adopted_plan_changes_no_more(plan: AnnualPlan, by: Principal) -> None:
    adopted = adopt_plan(by=by, plan=plan, on=ON, version=plan.version)
    assert (adopted.is_adopted, adopted.adopted_on, adopted.adopted_by) == (True, ON, by.actor.code)
    with pytest.raises(Stale, match="決定されています"):
        change_overview(by=by, plan=plan, overview="別の概要", version=adopted.version)
    plan.refresh_from_db()
    assert plan.overview != "別の概要"


def test_an_empty_plan_is_not_adopted(scenario: Scenario, by: Principal) -> None:
    plan = start_plan(by=by, city=scenario.city, fiscal_year=2015)
    with pytest.raises(Invalid) as refusal:
        adopt_plan(by=by, plan=plan, on=ON, version=plan.version)
    assert [problem.place for problem in refusal.value.problems] == ["概要", "取組"]


def test_two_writers_do_not_overwrite_each_other(plan: AnnualPlan, by: Principal) -> None:
    change_overview(by=by, plan=plan, overview="先", version=plan.version)
    with pytest.raises(Stale, match="ほかの人が先に"):
        change_overview(by=by, plan=plan, overview="後", version=plan.version)


def test_who_may(scenario: Scenario, plan: AnnualPlan, by: Principal) -> None:
    with pytest.raises(Denied):
        start_plan(by=scenario.by("section_manager"), city=scenario.city, fiscal_year=2016)
    with pytest.raises(Denied):
        adopt_plan(by=make_other_city().by("secretariat"), plan=plan, on=ON, version=plan.version)
    for role in ("ciso", "bureau_manager", "section_manager", "deputy", "system_manager", "network_manager"):
        assert not plans_for(scenario.by(role)).exists()
    adopt_plan(by=by, plan=plan, on=ON, version=plan.version)
    for role in ("ciso", "bureau_manager", "section_manager", "deputy", "system_manager", "network_manager"):
        assert plans_for(scenario.by(role)).exists()
    assert not plans_for(scenario.by("staff")).exists()


def _broken(change: Any) -> dict[str, Any]:
    data = copy.deepcopy(read("plan2015"))
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(extra=1), "計画"),
        (lambda data: data.update(fiscal_year="2015"), "計画のfiscal_year"),
        (lambda data: data.update(activities={}), ""),
        (lambda data: data["activities"][1]["stages"][0].pop("target"), "取組2の段階1"),
        (lambda data: data["activities"][1]["stages"][0].update(ends_on="来年"), "取組2の段階1のends_on"),
        (lambda data: data["activities"][0].update(visits=True), "取組1のvisits"),
        (
            lambda data: data["activities"][2]["sessions"][0].update(months=["四"]),
            "取組3の研修・会議1のmonths",
        ),
        (
            lambda data: data["activities"][2]["sessions"][0].update(dates=[date(2016, 5, 18)]),
            "取組3「情報セキュリティ研修」：研修・会議1の開催日",
        ),
        (
            lambda data: data["activities"][1]["stages"][0].update(ends_on=date(2015, 5, 1)),
            "取組2「情報システム監査」：段階1の終了日",
        ),
        (lambda data: data["activities"][0].update(kind="party"), "取組1「情報セキュリティ点検」：種類"),
    ],
)
def test_broken_data_is_refused_with_its_place_and_nothing_is_written(
    scenario: Scenario, by: Principal, change: Any, place: str
) -> None:
    data = _broken(change)
    if not place:  # an empty plan is a plan
        assert import_plan(by=by, city=scenario.city, data=data).activities.count() == 0
        return
    with pytest.raises(Refusal) as refusal:
        import_plan(by=by, city=scenario.city, data=data)
    assert place in [problem.place for problem in refusal.value.problems]
    assert not AnnualPlan.objects.exists()
