"""An alert of either section, a rule, an exclusion and a list, for the walk over every address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories import Scenario
from tests.telemetry.alerts.makers import hit, make_rule, table

from tenken.common import clock
from tenken.telemetry.alerts.operations import exclude
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.lists.operations import NewEntry, add_entry
from tenken.telemetry.models import Alert


def alert_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of the addresses of alerts, rules and lists."""
    by = scenario.by("secretariat")
    rule = make_rule(scenario.city, code="walked")
    sections = (scenario.section_a1.code, scenario.section_b1.code)
    rows = (hit(rule, seq, section=code, device=f"PC-{seq}") for seq, code in enumerate(sections))
    raise_from(scenario.city.code, table(*rows))
    inside, outside = Alert.objects.filter(city=scenario.city).order_by("number")
    exclusion = exclude(
        by=by,
        alert_id=inside.pk,
        conditions={"device": "PC-0"},
        reason="研修用の端末",
        expires_on=clock.today() + timedelta(days=7),
    )
    entry = add_entry(by=by, code="keywords", entry=NewEntry("極秘"))
    return {
        "alert": {"inside": (inside.pk,), "outside": (outside.pk,)},
        "alert_exclusion": {"inside": (exclusion.pk,)},
        "detection_rule": {"inside": (rule.pk,)},
        "watch_list": {"inside": ("keywords",)},
        "watch_entry": {"inside": (entry.pk,)},
    }
