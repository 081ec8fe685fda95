"""Operational against technical: what is counted, of whom, and as of when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from tenken.findings.models import Finding
from tenken.findings.operations import HistoricFinding, HistoricStep, record_history
from tenken.findings.queries import FindingFilter, aspect_counts, aspect_figures, findings_for
from tenken.findings.states import CannotFix, Confirm, Plan, Report, Verify
from tenken.organization.access import system_principal
from tenken.policy.models import CheckCategory, CheckItem
from tests.assets.makers import make_system
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

OPENED = date(2015, 7, 1)
PLANNED = HistoricStep(Plan("更新する。", "係長", date(2015, 9, 30)), date(2015, 7, 10))
REPORTED = HistoricStep(Report("更新した。", date(2015, 9, 1)), date(2015, 9, 2))
IMPROVED = (PLANNED, REPORTED, HistoricStep(Verify(), date(2015, 9, 10)))
LATE = (
    PLANNED,
    HistoricStep(Report("更新した。", date(2016, 5, 1)), date(2016, 5, 2)),
    HistoricStep(Verify(), date(2016, 5, 10)),
)
TREATED = (
    HistoricStep(CannotFix("contract", "範囲外。", "切り離す。", date(2016, 9, 30)), date(2015, 8, 1)),
    HistoricStep(Confirm("契約書を見た。", "1", "髙橋"), date(2015, 8, 20)),
)


@pytest.fixture
def year(scenario: Scenario) -> Scenario:
    """Three systems with issues in a technical and an operational category, and one issue of a section."""
    category = CheckCategory.objects.create(
        city=scenario.city, code="patch", name="修正プログラム", part="risk", order=1
    )
    CheckItem.objects.create(city=scenario.city, code="R-PT-01", category=category, aspect="technical")
    CheckItem.objects.create(city=scenario.city, code="R-PT-02", category=category, aspect="operational")
    systems = [make_system(scenario.section_a1, f"S{number}") for number in range(3)]

    def life(number: int, item: str, system: int | None, status: str, steps: Any) -> HistoricFinding:
        return HistoricFinding(
            unit_id=scenario.section_a1.pk,
            fiscal_year=2015,
            origin="self_inspection",
            origin_key=f"test:{number}",
            title="修正プログラム",
            opened_on=OPENED,
            status=status,
            steps=steps,
            item_code=item,
            category_code="patch",
            system_id=None if system is None else systems[system].pk,
        )

    record_history(
        by=system_principal(scenario.city, "test", on=date(2016, 6, 1)),
        city=scenario.city,
        rows=[
            life(1, "R-PT-01", 0, "verified", IMPROVED),
            life(2, "R-PT-01", 1, "treated", TREATED),
            life(3, "R-PT-01", 2, "verified", LATE),
            life(4, "R-PT-01", 2, "treated", TREATED),
            life(5, "R-PT-02", 0, "verified", IMPROVED),
            life(6, "R-PT-02", None, "open", ()),
        ],
    )
    return scenario


def test_a_past_finding_takes_the_aspect_of_its_item(year: Scenario) -> None:
    said = Finding.objects.order_by("number").values_list("aspect", flat=True)
    assert list(said) == ["technical"] * 4 + ["operational"] * 2


def test_systems_are_counted_as_they_stood_when_the_year_ended(year: Scenario) -> None:
    def told() -> list[tuple[Any, ...]]:
        return [
            (one.aspect, one.name, one.issues, one.improved, one.treated, one.not_improved)
            for one in aspect_figures(year.city, 2015).items
        ]

    with time_machine.travel("2016-06-01T03:00:00Z", tick=False):
        # The third system had one issue treated and the other not yet improved in March: improved after it.
        assert told() == [
            ("operational", "修正プログラム", 1, 1, 0, 0),
            ("technical", "修正プログラム", 3, 1, 1, 2),
        ]
        sections = aspect_figures(year.city, 2015, systems_only=False).items
        assert [(one.aspect, one.issues, one.not_improved) for one in sections] == [
            ("operational", 1, 1),
            ("technical", 1, 1),
        ]
        assert aspect_figures(year.city, 2014).items == ()
    with time_machine.travel("2015-08-10T03:00:00Z", tick=False):  # while the year runs: as of today
        assert told()[1] == ("technical", "修正プログラム", 3, 0, 0, 3)


def test_each_number_of_the_board_is_the_rows_of_the_list(
    year: Scenario, django_assert_num_queries: Any
) -> None:
    by = year.by("secretariat")
    with django_assert_num_queries(2):
        counts = aspect_counts(by, 2015)
    assert [(one.aspect, one.found, one.improved, one.treated, one.not_improved) for one in counts] == [
        ("operational", 1, 1, 0, 0),
        ("technical", 4, 2, 2, 0),
    ]
    every = aspect_counts(by, None, systems_only=False)
    assert [(one.aspect, one.found, one.not_improved) for one in every] == [
        ("operational", 2, 1),
        ("technical", 4, 0),
    ]
    for one in every:
        for status, number in (("", one.found), ("verified", one.improved), ("treated", one.treated)):
            only = FindingFilter(aspect=one.aspect, category_code=one.code, status=status)
            assert findings_for(by, only).count() == number
        only = FindingFilter(aspect=one.aspect, category_code=one.code, status="not_done")
        assert findings_for(by, only).count() == one.not_improved
    assert aspect_counts(year.by("other_manager"), 2015) == ()
    assert findings_for(by, FindingFilter(system="any")).count() == 5
    assert findings_for(by, FindingFilter(aspect="none")).count() == 0
