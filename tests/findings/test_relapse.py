"""再発: the rule, and the chains of years through merged and split sections."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.findings.models import Finding
from tenken.findings.operations import HistoricFinding, HistoricStep, record_history
from tenken.findings.queries import relapse_chains, relapse_counts, relapse_figures, relapsed
from tenken.findings.rules.ages import AGE_BANDS, age_band
from tenken.findings.rules.relapse import relapses
from tenken.findings.states import Plan, Report, StageClosed, Verify
from tenken.organization.access import system_principal
from tenken.organization.operations import NewUnit, merge_units, split_unit
from tests.findings import makers

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


def past(unit: Any, year: int, item: str, *, improved: bool = True) -> Finding:
    """Bring in one finding of a past year, 改善済 or 未改善."""
    end = Verify() if improved else StageClosed("budget")
    steps = (
        HistoricStep(Plan("計画", "係", date(year, 10, 15)), date(year, 9, 10)),
        HistoricStep(Report("した", date(year, 10, 1)), date(year, 10, 5)),
        HistoricStep(end, date(year, 10, 31)),
    )
    row = HistoricFinding(
        unit_id=unit.pk,
        fiscal_year=year,
        origin="self_inspection",
        origin_key=f"history:{unit.pk}:{year}:{item}",
        title=item,
        opened_on=date(year, 9, 1),
        status="verified" if improved else "not_improved",
        steps=steps,
        item_code=item,
        category_code="desk",
    )
    return record_history(by=system_principal(unit.city, "test"), city=unit.city, rows=[row])[0]


def test_what_was_improved_and_is_back_is_a_relapse() -> None:
    assert relapses({2013: True, 2014: False}) == {2014: 2013}
    assert relapses({2013: False, 2014: False}) == {}
    assert relapses({2013: True, 2015: True, 2016: False}) == {2015: 2013, 2016: 2015}
    assert relapses({2014: False}) == relapses({}) == {}


@given(st.dictionaries(st.integers(2000, 2030), st.booleans()))
def test_a_relapse_follows_the_last_year_and_that_was_improved(years: dict[int, bool]) -> None:
    found = relapses(years)
    for year in years:
        earlier = [one for one in years if one < year]
        assert (year in found) == (bool(earlier) and years[max(earlier)])
        assert found.get(year, max(earlier, default=None)) == max(earlier, default=None)


@given(st.integers(0, 3_000))
def test_each_age_has_one_band_and_its_days(days: int) -> None:
    today = date(2026, 10, 6)
    opened = date.fromordinal(today.toordinal() - days)
    band = age_band(opened, today)
    first, last = band.opened(today)
    assert (first or opened) <= opened <= (last or opened)
    assert sum(one.least <= days <= (one.most or days) for one in AGE_BANDS) == 1


def test_a_chain_tells_the_years_of_a_section_and_item(scenario: Any) -> None:
    past(scenario.section_a1, 2024, "a")
    past(scenario.section_a1, 2025, "a", improved=False)
    past(scenario.section_a1, 2024, "b", improved=False)
    makers.opened(scenario.section_a1, item_code="a")
    makers.opened(scenario.section_a1, item_code="b", key="b")
    chains = relapse_chains(scenario.by("secretariat"))
    assert [(chain.section, chain.item_code, chain.relapsed) for chain in chains] == [
        ("まちづくり局 企画課", "a", True),
        ("まちづくり局 企画課", "b", False),
    ]
    assert [(year.fiscal_year, year.improved, year.relapse) for year in chains[0].years] == [
        (2024, True, False),
        (2025, False, True),
        (2026, False, False),
    ]
    assert relapsed(scenario.city, 2026) == []
    assert [row.before.fiscal_year for row in relapsed(scenario.city, 2025)] == [2024]
    assert relapse_chains(scenario.by("other_manager")) == []


def test_merged_sections_count_once_and_their_years_join(
    scenario: Any, django_assert_max_num_queries: Any
) -> None:
    past(scenario.section_a1, 2025, "a")
    past(scenario.section_a2, 2025, "a")
    past(scenario.section_a1, 2025, "b")
    past(scenario.section_a2, 2025, "b", improved=False)
    system = system_principal(scenario.city, "test", on=APRIL)
    merged = merge_units(
        by=system,
        units=[scenario.section_a1, scenario.section_a2],
        new=NewUnit(code="U9001", name="まちづくり企画課"),
        on=APRIL,
    )
    makers.opened(merged, item_code="a", key="a")
    makers.opened(merged, item_code="b", key="b")
    scenario.city.refresh_from_db()
    on = date(2026, 10, 6)
    relapse_figures(scenario.city, 2026, on=on)
    with django_assert_max_num_queries(1):
        figures = relapse_figures(scenario.city, 2026, on=on)
    assert [(row.item_code, row.with_issue, row.relapsed) for row in figures] == [("a", 1, 1), ("b", 1, 0)]
    before = relapse_figures(scenario.city, 2025, on=on)
    assert [(row.item_code, row.with_issue) for row in before] == [("a", 1), ("b", 1)]


def test_a_split_section_s_years_stand_with_each_heir(scenario: Any) -> None:
    past(scenario.section_a1, 2025, "a")
    system = system_principal(scenario.city, "test", on=APRIL)
    heirs = split_unit(
        by=system,
        unit=scenario.section_a1,
        parts=[NewUnit(code="U9001", name="企画第一課"), NewUnit(code="U9002", name="企画第二課")],
        on=APRIL,
    )
    makers.opened(heirs[1], item_code="a")
    scenario.city.refresh_from_db()
    chains = relapse_chains(scenario.by("secretariat", date(2026, 10, 6)))
    assert [(chain.unit_id, chain.relapsed_in(2026)) for chain in chains] == [
        (heirs[0].pk, False),
        (heirs[1].pk, True),
    ]
    assert [(row.with_issue, row.relapsed) for row in relapse_counts(chains, 2026)] == [(1, 1)]
