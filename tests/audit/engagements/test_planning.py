"""An audit is planned, numbered, and seen by who may."""

from __future__ import annotations

import pytest

from tenken.audit.engagements.operations import order_engagement, plan_engagement
from tenken.audit.engagements.queries import engagements_for, find_engagement, is_auditee, may_work_on
from tenken.common.refusals import Denied, Invalid, Missing
from tests.audit.engagements.makers import data, planned
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def test_numbers_go_up_within_their_year(city: Scenario) -> None:
    made = [planned(city), planned(city), planned(city, fiscal_year=2027)]
    assert [(one.fiscal_year, one.number) for one in made] == [(2026, 1), (2026, 2), (2027, 1)]


def test_an_audit_begins_with_the_viewpoints_of_document_002(city: Scenario) -> None:
    rows = planned(city).viewpoints
    assert [row["code"] for row in rows] == [f"({number})" for number in range(1, 8)]
    assert [row["code"] for row in rows if row["text"]] == ["(2)", "(3)", "(5)", "(7)"]


def test_what_is_missing_is_told_at_once(city: Scenario) -> None:
    wrong = data(
        city,
        kind="system",
        theme=" ",
        purpose="",
        conduct="joint",
        ends_on=data(city).starts_on.replace(day=9),
    )
    with pytest.raises(Invalid) as refusal:
        plan_engagement(by=city.by("secretariat"), data=wrong)
    fields = {problem.field for problem in refusal.value.problems}
    assert fields == {"system", "theme", "purpose", "conducted_with", "ends_on"}


def test_only_the_secretariat_plans(city: Scenario) -> None:
    for role in ("ciso", "auditor", "section_manager"):
        with pytest.raises(Denied):
            plan_engagement(by=city.by(role), data=data(city))


def test_the_ciso_orders_in_their_own_name(city: Scenario) -> None:
    made = order_engagement(by=city.by("ciso"), data=data(city), because="情報の持出しが疑われるため。")
    assert made.special
    assert made.ordered_by_name == city.people["ciso"].name
    assert made.events.get().event == "ordered"


def test_the_secretariat_records_an_order_with_who_gave_it(city: Scenario) -> None:
    by = city.by("secretariat")
    with pytest.raises(Invalid) as refusal:
        order_engagement(by=by, data=data(city), because="")
    assert {problem.field for problem in refusal.value.problems} == {"because", "ordered_by_name"}
    with pytest.raises(Denied):
        order_engagement(by=city.by("auditor"), data=data(city), because="x")


def test_a_plan_is_the_secretariats_until_it_is_told(city: Scenario) -> None:
    made = planned(city)
    for role in ("secretariat", "ciso"):
        assert find_engagement(city.by(role), made.pk) == made
    for role in (
        "section_manager",
        "deputy",
        "bureau_manager",
        "system_manager",
        "auditor",
        "other_manager",
        "staff",
    ):
        assert not engagements_for(city.by(role)).exists(), role
        with pytest.raises(Missing):
            find_engagement(city.by(role), made.pk)
    assert may_work_on(city.by("secretariat"), made)
    assert not may_work_on(city.by("ciso"), made)
    assert not is_auditee(city.by("section_manager"), made)
