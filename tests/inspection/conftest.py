"""A running programme in the scenario's city, on a day of its self-inspection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tenken.inspection.models import Programme, Sheet
from tests.factories import Scenario
from tests.inspection.makers import make_bank, running, sheet_of


@pytest.fixture(autouse=True)
def _in_july() -> Iterator[None]:
    with time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def bank(scenario: Scenario) -> Scenario:
    """みどり市 with six items in its bank."""
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def programme(bank: Scenario) -> Programme:
    return running(bank.city)


@pytest.fixture
def sheet(bank: Scenario, programme: Programme) -> Sheet:
    """The sheet of 企画課, nothing in it."""
    return sheet_of(programme, bank.section_a1)
