"""The scenario's city with the default policy in force from 1 April 2013."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.organization.access import on_date
from tenken.policy.operations import adopt_default_policy
from tests.factories import Scenario

ADOPTED = date(2013, 4, 1)


@pytest.fixture
def adopted(scenario: Scenario) -> Scenario:
    by = on_date(scenario.by("secretariat"), ADOPTED)
    adopt_default_policy(by=by, city=scenario.city, on=ADOPTED)
    return scenario
