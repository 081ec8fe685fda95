"""From a rhythm to a year's programmes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Programme, Question, ReminderStep, Series
from tenken.inspection.operations import (
    SeriesPlan,
    TargetSaid,
    end_series,
    plan_year,
    save_series,
    set_targets,
)
from tenken.inspection.operations.series import ReminderPlan
from tenken.inspection.rules.closed_dates import closed_dates
from tenken.inspection.rules.rhythm import YEAR, Later, month_problem, turns_of
from tenken.journal.models import Entry
from tenken.organization.models import ClosingDay
from tenken.organization.opening_days import OpeningDays
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import ITEMS, stages

WEEK = OpeningDays({})
QUARTERLY = SeriesPlan(
    code="check",
    name="情報セキュリティ取組状況確認",
    rhythm="quarterly",
    days_to_answer=20,
    reminders=(ReminderPlan(-7, "deputy"), ReminderPlan(3, "section_manager", weekly=True)),
)


def _turns(rhythm: str, months: list[int], **more: Any) -> list[Any]:
    values = {
        "code": "s",
        "name": "点検",
        "rhythm": rhythm,
        "months": months,
        "intensified_months": [],
        "opens_on_day": 1,
        "days_to_answer": 30,
        "later": [],
        "year": FiscalYear(2026),
        "open_day": WEEK.next_open,
    }
    return turns_of(**(values | more))


def test_quarters_are_numbered_by_the_fiscal_year_and_stand_on_open_days() -> None:
    turns = _turns("quarterly", [1, 4, 7, 10])
    assert [(turn.code, turn.name) for turn in turns] == [
        ("s-q1", "令和8年度　第1回　点検"),
        ("s-q2", "令和8年度　第2回　点検"),
        ("s-q3", "令和8年度　第3回　点検"),
        ("s-q4", "令和8年度　第4回　点検"),
    ]
    assert [(turn.terms[0].starts_on, turn.terms[0].ends_on) for turn in turns] == [
        (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 7, 1), date(2026, 7, 31)),
        (date(2026, 10, 1), date(2026, 11, 2)),  # 31 October is a Saturday
        (date(2027, 1, 4), date(2027, 2, 3)),  # 元日 is a Friday, then the weekend
    ]


def test_a_month_can_be_intensified() -> None:
    turns = _turns("monthly", list(YEAR), intensified_months=[2])
    assert [turn.code for turn in turns[:2]] == ["s-m04", "s-m05"]
    assert [turn.name for turn in turns if turn.intensified] == ["令和8年度　2月　点検（強化月間）"]
    assert turns[-1].terms[0].starts_on.year == 2027


def test_later_stages_follow_each_other() -> None:
    later = [Later("improvement", "改善取組", 60), Later("visit", "訪問調査", 10)]
    [turn] = _turns("yearly", [7], later=later)
    assert (turn.code, turn.name) == ("s", "令和8年度　点検")
    assert [(term.name, term.starts_on, term.ends_on) for term in turn.terms] == [
        ("自己点検", date(2026, 7, 1), date(2026, 7, 31)),
        ("改善取組", date(2026, 8, 3), date(2026, 10, 1)),
        ("訪問調査", date(2026, 10, 2), date(2026, 10, 13)),  # 11 October a Sunday, 12 a holiday
    ]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    months=some.sets(some.sampled_from(YEAR), min_size=1),
    day=some.integers(1, 28),
    length=some.integers(1, 180),
    year=some.integers(2000, 2060),
    days=some.lists(some.integers(1, 90), max_size=3),
)
def test_every_date_of_a_plan_is_open_and_in_order(
    months: set[int], day: int, length: int, year: int, days: list[int]
) -> None:
    turns = _turns(
        "chosen",
        list(months),
        opens_on_day=day,
        days_to_answer=length,
        year=FiscalYear(year),
        later=[Later("improvement", "改善", one) for one in days],
    )
    assert [turn.month for turn in turns] == sorted(months, key=YEAR.index)
    assert len({turn.code for turn in turns}) == len(months)
    for turn in turns:
        assert not closed_dates(turn.terms, WEEK.next_open)
        ends = [term.ends_on for term in turn.terms]
        assert all(term.starts_on <= term.ends_on for term in turn.terms)
        assert all(end < term.starts_on for end, term in zip(ends, turn.terms[1:], strict=False))
        assert turn.terms[0].ends_on - turn.terms[0].starts_on >= timedelta(days=length)


@pytest.mark.parametrize(
    ("rhythm", "months", "wrong"),
    [
        ("yearly", [7], False),
        ("yearly", [7, 8], True),
        ("quarterly", [4, 7, 10], True),
        ("quarterly", [4, 4, 7, 10], True),
        ("chosen", [], True),
        ("chosen", [13], True),
        ("monthly", list(YEAR), False),
    ],
)
def test_months_fit_the_rhythm(rhythm: str, months: list[int], wrong: bool) -> None:
    assert bool(month_problem(rhythm, months)) is wrong


# --- with rows ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_series_plans_a_year_and_a_second_call_adds_only_what_is_missing(bank: Scenario) -> None:
    by = bank.by("secretariat")
    ClosingDay.objects.create(city=bank.city, day=date(2026, 7, 1), name="庁舎の停電", closed=True)
    series = save_series(
        by=by,
        plan=replace(
            QUARTERLY, intensified_months=(10,), items=("media.lock",), intensified_items=("backup.copy",)
        ),
    )
    planned = plan_year(by=by, series=series, fiscal_year=2026)
    assert [one.code for one in planned] == ["check-q1", "check-q2", "check-q3", "check-q4"]
    first = planned[1].stages.get()
    assert (first.starts_on, first.ends_on) == (date(2026, 7, 2), date(2026, 7, 22))
    assert {(step.days, step.audience, step.weekly) for step in planned[0].reminder_steps.all()} == {
        (-7, "deputy", False),
        (3, "section_manager", True),
    }
    asked = [
        list(
            Question.objects.filter(form__programme=one).values_list("revision__item__code", "chosen_because")
        )
        for one in planned
    ]
    assert asked[0] == [("media.lock", "周期で決めた項目")]
    assert ("backup.copy", "強化月間の項目") in asked[2]
    assert plan_year(by=by, series=series, fiscal_year=2026) == []
    assert Entry.objects.filter(operation="inspection.series.plan_year").count() == 1
    step = ReminderStep.objects.filter(programme=planned[3])
    step.delete()
    planned[3].stages.all().delete()
    Question.objects.filter(form__programme=planned[3]).delete()
    planned[3].forms.all().delete()
    planned[3].delete()
    assert [one.code for one in plan_year(by=by, series=series, fiscal_year=2026)] == ["check-q4"]


@pytest.mark.django_db
def test_empty_items_are_all_standing_ones_and_no_reminders_the_usual(bank: Scenario) -> None:
    by = bank.by("secretariat")
    series = save_series(
        by=by, plan=SeriesPlan(code="yearly", name="情報セキュリティ点検", with_risk_part=True)
    )
    [programme] = plan_year(by=by, series=series, fiscal_year=2027)
    assert (programme.code, programme.with_risk_part, programme.series) == ("yearly", True, series)
    assert Question.objects.filter(form__programme=programme).count() == len(ITEMS)
    assert programme.reminder_steps.exists()


@pytest.mark.django_db
def test_several_series_run_beside_each_other(bank: Scenario) -> None:
    by = bank.by("secretariat")
    plans = [
        QUARTERLY,
        replace(QUARTERLY, code="monthly", rhythm="monthly"),
        replace(QUARTERLY, code="staff", kind="self_check", rhythm="yearly"),
    ]
    for plan in plans:
        plan_year(by=by, series=save_series(by=by, plan=plan), fiscal_year=2026)
    assert Programme.objects.filter(fiscal_year=2026).count() == 4 + 12 + 1
    assert Programme.objects.get(code="staff").target_rule == "all_staff"


@pytest.mark.django_db
def test_the_exceptions_of_the_year_before_are_taken_over(bank: Scenario) -> None:
    by = bank.by("secretariat")
    series = save_series(by=by, plan=replace(QUARTERLY, rhythm="yearly", target_rule="listed"))
    [programme] = plan_year(by=by, series=series, fiscal_year=2026)
    said = [TargetSaid(True, "窓口がある", unit_id=bank.section_b1.pk)]
    set_targets(by=by, programme=programme, target_rule="listed", exceptions=said, version=programme.version)
    [following] = plan_year(by=by, series=series, fiscal_year=2027)
    assert [row.reason for row in following.target_exceptions.all()] == ["窓口がある"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "Q 1"}, "code"),
        ({"name": " "}, "name"),
        ({"kind": "party"}, "kind"),
        ({"target_rule": "all_staff"}, "target_rule"),
        ({"rhythm": "weekly"}, "rhythm"),
        ({"months": (4, 7)}, "months"),
        ({"intensified_months": (5,), "intensified_items": ("media.lock",)}, "intensified_months"),
        ({"intensified_months": (4,)}, "intensified_items"),
        ({"items": ("no.such",)}, "items"),
        ({"opens_on_day": 29}, "opens_on_day"),
        ({"days_to_answer": 0}, "days_to_answer"),
        ({"later": (Later("self_inspection", "点検", 3),)}, "later-0-kind"),
        ({"later": (Later("visit", "訪問", 0),)}, "later-0-days"),
        ({"reminders": (ReminderPlan(-7, "mayor"),)}, "reminders"),
    ],
)
def test_a_wrong_series_is_refused_at_its_field(bank: Scenario, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        save_series(by=bank.by("secretariat"), plan=replace(QUARTERLY, **values))
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not Series.objects.exists()


@pytest.mark.django_db
def test_an_ended_series_plans_no_more(bank: Scenario) -> None:
    by = bank.by("secretariat")
    series = save_series(by=by, plan=QUARTERLY)
    with pytest.raises(Invalid):
        save_series(by=by, plan=QUARTERLY)  # the code is taken
    changed = save_series(by=by, plan=replace(QUARTERLY, name="確認"), series=series, version=1)
    with pytest.raises(Stale):
        end_series(by=by, series=series, version=1)
    end_series(by=by, series=changed, version=2)
    for attempt in (
        lambda: plan_year(by=by, series=series, fiscal_year=2026),
        lambda: save_series(by=by, plan=QUARTERLY, series=series, version=3),
    ):
        with pytest.raises(Stale):
            attempt()
    with pytest.raises(Missing):
        plan_year(by=make_other_city().by("secretariat"), series=series, fiscal_year=2026)
    with pytest.raises(Denied):
        save_series(by=bank.by("ciso"), plan=replace(QUARTERLY, code="other"))


@pytest.mark.django_db
def test_a_code_of_another_planning_is_not_overwritten(bank: Scenario) -> None:
    from tests.inspection.makers import planned

    planned(bank.city, 2026)
    by = bank.by("secretariat")
    series = save_series(by=by, plan=replace(QUARTERLY, code="yearly", rhythm="yearly"))
    with pytest.raises(Invalid, match="同じコード"):
        plan_year(by=by, series=series, fiscal_year=2026)


def test_dates_on_closed_days_are_named_with_the_next_open_day() -> None:
    found = closed_dates(stages(2014), OpeningDays({}).next_open)
    assert [(one.stage, one.label, one.day, one.next_open) for one in found] == [
        ("自己点検", "終了日", date(2014, 8, 31), date(2014, 9, 1)),
        ("訪問調査", "開始日", date(2014, 11, 1), date(2014, 11, 4)),
        ("訪問調査", "終了日", date(2014, 11, 30), date(2014, 12, 1)),
    ]
