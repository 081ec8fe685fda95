"""A running programme of six questions, as the inspection's tests have it, and forms people filled in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tenken.inspection.models import Programme, Sheet
from tests.factories import Scenario
from tests.inspection.makers import make_bank, running, sheet_of


@pytest.fixture
def in_july() -> Iterator[None]:
    with time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario, in_july: None) -> Scenario:
    """みどり市 with six items in its bank."""
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def programme(city: Scenario) -> Programme:
    return running(city.city)


@pytest.fixture
def sheet(city: Scenario, programme: Programme) -> Sheet:
    """The sheet of 企画課, nothing in it."""
    return sheet_of(programme, city.section_a1)
