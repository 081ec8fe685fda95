"""みどり市 in February 2027 with systems of three sections, chosen for FY2027."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tenken.audit.models import SystemSelection
from tests.audit.rotation.makers import drawn, make_systems
from tests.factories import Scenario


@pytest.fixture(autouse=True)
def _in_february() -> Iterator[None]:
    with time_machine.travel("2027-02-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_systems(scenario, 12)
    return scenario


@pytest.fixture
def selection(city: Scenario) -> SystemSelection:
    return drawn(city)
