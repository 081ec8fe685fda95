"""Silent, out of date, unprotected; and how each section stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tenken.organization.operations import merge_units
from tenken.organization.operations.reorganization import NewUnit
from tenken.telemetry.inventory.queries import SectionHealth, ended_systems, section_health, standing_on
from tenken.telemetry.models import InventorySetting, SupportDate, Terminal
from tests.factories import Scenario, make_scenario
from tests.telemetry.inventory.makers import make_terminal

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
CURRENT: dict[str, Any] = {
    "reported": True,
    "last_seen": NOW,
    "inventoried_at": NOW,
    "antivirus": "Apex One",
    "antivirus_updated_on": TODAY,
    "patched_on": date(2026, 11, 11),
    "os_name": "Microsoft Windows 11 Enterprise",
    "os_version": "10.0.26100",
}


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def numbers(condition: Any) -> set[str]:
    return set(Terminal.objects.filter(condition).values_list("number", flat=True))


def test_each_condition_says_whom_it_means(scenario: Scenario) -> None:
    def make(number: str, **fields: Any) -> None:
        make_terminal(scenario.city, number, **(CURRENT | fields))

    make("ok")
    make("edge", last_seen=datetime(2026, 11, 6, 15, 0, tzinfo=UTC))  # midnight of the 7th in Japan: 14 days
    make("silent", last_seen=datetime(2026, 11, 6, 14, 59, tzinfo=UTC))
    make(
        "never",
        reported=False,
        last_seen=None,
        inventoried_at=None,
        antivirus="",
        os_name="",
        patched_on=None,
    )
    make("spare", state="spare", last_seen=NOW - timedelta(days=100), antivirus="")
    make("retired", state="retired", retired_on=TODAY, antivirus="", os_name="Windows 7")
    make("old os", os_name="Microsoft Windows 10 Pro", os_version="10.0.19045")
    make("old patch", patched_on=TODAY - timedelta(days=46))
    make("old pattern", antivirus_updated_on=TODAY - timedelta(days=8))
    make("bare", antivirus="", antivirus_updated_on=None)
    make("twin", antivirus="", merged_into=Terminal.objects.get(number="ok"))
    standing = standing_on(scenario.city, TODAY)

    assert numbers(standing.silent) == {"silent"}
    assert numbers(standing.never) == {"never"}
    assert numbers(standing.unsupported) == {"old os"}
    assert numbers(standing.old_patches) == {"old patch"}
    assert numbers(standing.old_antivirus) == {"old pattern"}
    assert numbers(standing.no_antivirus) == {"bare"}
    assert numbers(standing.out_of_date) == {"old os", "old patch", "old pattern"}


def test_the_citys_own_days_and_dates_count(scenario: Scenario) -> None:
    make_terminal(scenario.city, "a", **(CURRENT | {"last_seen": NOW - timedelta(days=4)}))
    InventorySetting.objects.create(city=scenario.city, silent_days=3)
    SupportDate.objects.create(
        city=scenario.city,
        kind="os",
        product="Windows 11 24H2（Enterprise・Education、版不明を含む）",
        pattern="Windows 11",
        ends_on=date(2026, 11, 1),
        source="市の方針",
        checked_on=TODAY,
    )
    assert numbers(standing_on(scenario.city, TODAY).silent) == {"a"}
    assert [row.source for row in ended_systems(scenario.city, TODAY).values()] == ["市の方針"]
    SupportDate.objects.update(hidden=True)
    assert ended_systems(scenario.city, TODAY) == {}


def test_sections_are_counted_within_the_readers_scope(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for count, unit in enumerate((scenario.section_a1, scenario.section_a1, scenario.section_b1)):
        make_terminal(scenario.city, f"N{count}", unit, **CURRENT)
    make_terminal(
        scenario.city, "S", scenario.section_a1, **(CURRENT | {"last_seen": NOW - timedelta(days=60)})
    )
    make_terminal(scenario.city, "nowhere", **CURRENT)
    a1, b1 = scenario.section_a1.pk, scenario.section_b1.pk
    secretariat, manager = scenario.by("secretariat", TODAY), scenario.by("section_manager", TODAY)

    with django_assert_max_num_queries(7):
        found = section_health(secretariat, TODAY)
    assert found == {
        a1: SectionHealth(a1, terminals=3, reporting=2, silent=1, never=0, out_of_date=0, no_antivirus=0),
        b1: SectionHealth(b1, terminals=1, reporting=1, silent=0, never=0, out_of_date=0, no_antivirus=0),
    }
    assert set(section_health(manager, TODAY)) == {a1}
    assert section_health(scenario.by("staff", TODAY), TODAY) == {}


def test_a_merged_section_counts_what_came_to_it(scenario: Scenario) -> None:
    make_terminal(scenario.city, "1", scenario.section_a1, **CURRENT)
    make_terminal(scenario.city, "2", scenario.section_a2, **CURRENT)
    merge_units(
        by=scenario.by("secretariat", date(2026, 4, 1)),
        units=[scenario.section_a1, scenario.section_a2],
        new=NewUnit(code="U9000", name="統合課"),
        on=date(2026, 10, 1),
    )
    (found,) = section_health(scenario.by("secretariat", TODAY), TODAY).values()
    assert found.terminals == 2
