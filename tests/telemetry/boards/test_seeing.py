"""What a board looks at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tenken.common.refusals import Denied
from tenken.telemetry.boards.seeing import Period, Sight, midnight, sight_of
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.search.scope import Section, SectionNames
from tests.factories import Scenario

TODAY = date(2026, 11, 20)


def test_a_day_begins_at_midnight_in_japan_and_the_last_is_in_it() -> None:
    period = Period.ending(TODAY, 7)
    assert (period.first, period.last, len(period.days)) == (date(2026, 11, 14), TODAY, 7)
    assert midnight(TODAY) == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert period.until == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert period.before() == Period(date(2026, 11, 7), date(2026, 11, 13))


@pytest.mark.django_db
def test_a_reader_sees_their_sections_and_the_narrower_of_two(scenario: Scenario) -> None:
    manager = sight_of(scenario.by("section_manager", TODAY), VIEW_TERMINALS)
    assert manager.sections == (Section(scenario.section_a1.code),)
    everything = sight_of(scenario.by("secretariat", TODAY), VIEW_TERMINALS)
    assert everything.sections is None
    bureau = sight_of(scenario.by("secretariat", TODAY), VIEW_TERMINALS, scenario.bureau_a)
    assert {one.code for one in bureau.sections or ()} == {
        unit.code for unit in (scenario.bureau_a, scenario.section_a1, scenario.section_a2)
    }
    beside = sight_of(scenario.by("section_manager", TODAY), VIEW_TERMINALS, scenario.bureau_b)
    assert beside.sections == ()
    with pytest.raises(Denied):
        sight_of(scenario.by("staff", TODAY), VIEW_TERMINALS)


@pytest.mark.django_db
def test_a_code_that_another_section_bore_counts_for_its_days_only(scenario: Scenario) -> None:
    sections = (Section("A"), Section("B", date(2020, 4, 1), date(2026, 4, 1)))
    sight = Sight("991015", sections, frozenset(), SectionNames(scenario.city))
    parameters: dict[str, Any] = {}
    where = sight.days_where(parameters)
    assert where == (
        "(section IN {seen:Array(String)} OR "
        "(section = {seen0:String} AND day >= {seen_from0:Date} AND day < {seen_to0:Date}))"
    )
    assert parameters == {
        "seen": ["A"],
        "seen0": "B",
        "seen_from0": date(2020, 4, 1),
        "seen_to0": date(2026, 4, 1),
    }
    moments: dict[str, Any] = {}
    assert "ts < {seen_to0:DateTime64(3)}" in sight.events_where(moments)
    assert moments["seen_to0"] == midnight(date(2026, 4, 1))
    assert Sight("991015", None, None, sight.names).days_where({}) == "1"
