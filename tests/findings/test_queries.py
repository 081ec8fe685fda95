"""What is read of findings: lists in scope, tasks, ages, relapse through reorganisation, one record."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.operations import check, close_improvement_stage, plan, report, withdraw_by_origin
from tenken.findings.queries import (
    FindingFilter,
    category_counts,
    earlier_findings,
    finding_record,
    findings_for,
    my_tasks,
    not_improved_at_close,
    open_by_age,
    relapsed,
    status_summary,
    years_of,
)
from tenken.findings.rules.ages import AGE_BANDS
from tenken.organization.access import system_principal
from tenken.organization.operations import NewUnit, merge_units
from tests.findings import makers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-20T03:00:00Z", tick=False):
        yield


def test_tasks_are_what_waits_for_each(scenario: Any, django_assert_max_num_queries: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    _, two, three, four = makers.opened(scenario.section_a1, 4)
    makers.planned(two, by)
    makers.reported(three, by)
    check(
        by=checker,
        finding=makers.reported(four, by),
        outcome="returned",
        comment="写真を。",
        version=3,
        on=makers.CHECKED,
    )
    by.units_with  # noqa: B018 - the tree is kept
    with django_assert_max_num_queries(2):
        tasks = {task.code: task.count for task in my_tasks(by)}
    assert tasks == {"overdue": 2, "returned": 1, "plan": 1, "report": 2}
    assert {task.code: task.count for task in my_tasks(checker)} == {"check": 1}
    assert my_tasks(scenario.by("auditor")) == ()
    assert my_tasks(scenario.by("other_manager")) == ()


def test_each_task_s_query_narrows_the_list_to_it(scenario: Any) -> None:
    by = scenario.by("section_manager")
    makers.planned(makers.opened(scenario.section_a1, 2)[0], by)
    for task in my_tasks(by):
        name, _, value = task.query.partition("=")
        only = FindingFilter(overdue=True) if name == "overdue" else FindingFilter(status=value)
        assert findings_for(by, only).count() == task.count


def test_ages_cover_each_open_finding_once_by_bureau(
    scenario: Any, django_assert_max_num_queries: Any
) -> None:
    for year in (2025, 2026):
        makers.opened(scenario.section_a1, 2, year=year, key=str(year))
    makers.opened(scenario.section_b1, 1)
    makers.verified(
        makers.opened(scenario.section_a1, key="done")[0],
        scenario.by("section_manager"),
        scenario.by("secretariat"),
    )
    by = scenario.by("secretariat")
    open_by_age(by)  # the directory is kept
    with django_assert_max_num_queries(1):
        table = open_by_age(by)
    assert [(row.name, row.counts, row.total) for row in table.rows] == [
        ("まちづくり局", (0, 2, 0, 0, 2), 4),
        ("健康福祉局", (0, 1, 0, 0, 0), 1),
    ]
    assert (table.all.counts, table.all.total) == ((0, 3, 0, 0, 2), 5)
    for row in table.rows:
        for band, number in zip(AGE_BANDS, row.counts, strict=True):
            only = FindingFilter(unit_id=row.unit_id, age=band.code)
            assert findings_for(by, only).count() == number
    assert [row.name for row in open_by_age(scenario.by("bureau_manager")).rows] == ["まちづくり局"]


def test_the_summary_counts_what_one_may_see(scenario: Any, django_assert_num_queries: Any) -> None:
    makers.opened(scenario.section_a1, 2)
    gone = makers.opened(scenario.section_b1, 1)[0]
    withdraw_by_origin(
        by=scenario.by("secretariat"),
        city=scenario.city,
        origin_keys=[gone.origin_key],
        on=makers.PLANNED,
        reason="差戻し",
    )
    by = scenario.by("secretariat")
    with django_assert_num_queries(1):
        assert status_summary(by, 2026).by_status == {"open": 2}
    assert status_summary(scenario.by("other_manager")).total == 0
    assert years_of(by) == [2026]


def test_a_list_of_years_takes_one_query(scenario: Any, django_assert_num_queries: Any) -> None:
    makers.past(scenario.city, [scenario.section_a1, scenario.section_b1], 2025, 500)
    by = scenario.by("secretariat")
    with django_assert_num_queries(1):
        assert (
            len([finding.unit.name for finding in findings_for(by, FindingFilter(fiscal_year=2025))]) == 500
        )


def test_relapse_follows_the_section_through_a_merger(scenario: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    old = makers.opened(scenario.section_a1, year=2025, item_code="a")[0]
    unsolved = makers.opened(scenario.section_a2, year=2025, key="other", item_code="b")[0]
    plan_day = date(2025, 9, 10)
    with time_machine.travel("2025-10-01T03:00:00Z", tick=False):
        plan(by=by, finding=old, text="計画", owner="係", due_on=date(2025, 10, 1), version=1, on=plan_day)
        report(by=by, finding=old, action="した。", action_on=plan_day, version=2, on=date(2025, 10, 1))
        check(by=checker, finding=old, outcome="verified", version=3, on=date(2025, 10, 1))
    system = system_principal(scenario.city, "test", on=date(2026, 4, 1))
    merged = merge_units(
        by=system,
        units=[scenario.section_a1, scenario.section_a2],
        new=NewUnit(code="U9001", name="まちづくり企画課"),
        on=date(2026, 4, 1),
    )
    merged.city.refresh_from_db()
    back = makers.opened(merged, 2, item_code="a", key="again")[0]
    makers.opened(merged, item_code="b", key="unsolved")
    makers.opened(scenario.section_b1, item_code="a", key="elsewhere")
    scenario.city.refresh_from_db()
    found = relapsed(scenario.city, 2026)
    assert [(row.finding.number, row.before.pk) for row in found] == [
        (back.number, old.pk),
        (back.number + 1, old.pk),
    ]
    assert relapsed(scenario.city, 2025) == []
    checker = scenario.by("secretariat")
    assert [row.pk for row in earlier_findings(checker, back)] == [old.pk]
    assert unsolved.pk not in {row.before.pk for row in found}


def test_what_was_left_at_the_close_stays_counted(scenario: Any) -> None:
    by, checker = scenario.by("section_manager"), scenario.by("secretariat")
    finding = makers.planned(makers.opened(scenario.section_a1)[0], by)
    close_improvement_stage(
        by=checker,
        city=scenario.city,
        fiscal_year=2026,
        on=date(2026, 10, 16),
        reasons={finding.pk: ("budget", "")},
    )
    finding.refresh_from_db()
    report(by=by, finding=finding, action="できた。", action_on=date(2026, 10, 18), version=3)
    check(by=checker, finding=finding, outcome="verified", version=4)
    finding.refresh_from_db()
    assert finding.status == "verified"
    assert [row.pk for row in not_improved_at_close(scenario.city, 2026)] == [finding.pk]
    counts = category_counts(scenario.city, 2026)
    assert (counts.sections.with_issue, counts.sections.not_improved) == (1, 1)


def test_a_record_holds_all_and_is_missing_out_of_reach(
    scenario: Any, django_assert_max_num_queries: Any
) -> None:
    finding = makers.reported(makers.opened(scenario.section_a1)[0], scenario.by("section_manager"))
    by = scenario.by("bureau_manager")
    with django_assert_max_num_queries(7):
        record = finding_record(by, finding.pk)
    assert [event.event for event in record.events] == ["opened", "planned", "reported"]
    assert record.returned is None
    with pytest.raises(Missing):
        finding_record(scenario.by("other_manager"), finding.pk)
    with pytest.raises(Missing):
        finding_record(scenario.by("staff"), finding.pk)
    assert Finding.objects.count() == 1
