"""Systems and selections as tests of the rotation need them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, SystemChoice, SystemSelection
from tenken.audit.rotation.operations import adopt_system_selection, draw_systems, set_rule
from tenken.audit.rotation.rules.parts import Rule
from tests.factories import FOUNDED, Scenario
from tests.inspection.makers import make_bank

YEAR = 2027
FEBRUARY = date(2027, 2, 10)


def make_systems(city: Scenario, count: int) -> list[InformationSystem]:
    """Add *count* systems: every second important, of three sections in turn. Written directly: they are many."""
    owners = (city.section_a1, city.section_a2, city.section_b1)
    return InformationSystem.objects.bulk_create(
        InformationSystem(
            city=city.city,
            code=f"S{number:03}",
            name=f"システム{number}",
            owner=owners[number % 3],
            outage_is_grave=number % 2 == 0,
            important=number % 2 == 0,
            valid_from=FOUNDED,
        )
        for number in range(1, count + 1)
    )


def small_rule(city: Scenario, **values: Any) -> Rule:
    """Set a rule a small city can keep: 8 a year inspect themselves, 3 of them are visited, 1 examined."""
    rule = Rule(
        **(
            {
                "cycle_from": YEAR,
                "visit_within": 2,
                "self_within": 3,
                "self_capacity": 8,
                "visit_capacity": 3,
                "technical_capacity": 1,
            }
            | values
        )
    )
    by = city.by("secretariat")
    set_rule(by=by, rule=rule, valid_from=FEBRUARY, reason="毎年の選び方をそろえる。")
    return rule


def drawn(city: Scenario, seed: int = 7, **values: Any) -> SystemSelection:
    """Set the small rule and choose the systems of FY2027."""
    small_rule(city, **values)
    return draw_systems(by=city.by("secretariat"), fiscal_year=YEAR, seed=seed)


def choice_of(selection: SystemSelection, code: str) -> SystemChoice:
    return selection.choices.select_related("selection", "system").get(system__code=code)


def adopted(city: Scenario, selection: SystemSelection) -> SystemSelection:
    selection.refresh_from_db()
    return adopt_system_selection(by=city.by("secretariat"), selection=selection, version=selection.version)


def make_systems_by_code(city: Scenario) -> Any:
    make_bank(city.city)
    return InformationSystem.objects.filter(city=city.city).select_related("owner")


def engagement(city: Scenario, system: Any, kind: str, **values: Any) -> Engagement:
    number = 900 + Engagement.objects.count()  # beside the numbers that are given
    given = {"fiscal_year": 2026, "theme": "監査", "purpose": "確かめる。"} | values
    return Engagement.objects.create(
        city=city.city,
        number=number,
        kind=kind,
        unit=system.owner,
        system=system,
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 28),
        **given,
    )
