"""Licences: more installed than bought is found each morning, once for the same numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.telemetry.alerts import licences
from tenken.telemetry.alerts.licences import check_licences, cities_that_look
from tenken.telemetry.inventory.queries.software import LicenceUse
from tenken.telemetry.models import Alert, AlertHit
from tests.factories import Scenario
from tests.telemetry.alerts.makers import make_rule

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 3)


def test_more_installed_than_bought_raises_an_alert_once(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = {"一太郎*": 12, "Adobe Acrobat*": 3}

    def uses(*_args: Any) -> list[LicenceUse]:
        return [LicenceUse(name, 10, count, (), ()) for name, count in installed.items()]

    monkeypatch.setattr(licences, "licence_uses", uses)
    code = scenario.city.code
    assert check_licences(code, DAY) == 0  # the rule is not there
    make_rule(scenario.city, code="licence", name="licence_exceeded", group_by=["Software"])
    assert cities_that_look(DAY) == [code]
    assert check_licences(code, DAY) == 1
    assert Alert.objects.get().group == {"Software": "一太郎*"}
    assert check_licences(code, DAY) == 0
    assert AlertHit.objects.count() == 1
    installed["一太郎*"] = 14
    assert check_licences(code, DAY) == 0
    assert Alert.objects.get().hit_count == 2
