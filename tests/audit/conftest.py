"""A running programme whose sheets are in, in the month of its visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from tenken.audit.models import Visit
from tenken.inspection.models import Programme, Stage
from tests.audit.makers import planned_visit
from tests.factories import Scenario
from tests.inspection.makers import accepted, make_bank, running, sheet_of


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def programme(city: Scenario) -> Programme:
    """企画課 says that the lock is missing and that all else is well; the others say that all is well."""
    made = running(city.city)
    on = date(2026, 8, 20)
    for unit in (city.section_a1, city.section_a2, city.section_b1):
        issues = {"media.lock": "書庫に鍵がない。"} if unit == city.section_a1 else {}
        accepted(city.city, sheet_of(made, unit), issues, on)
    return made


@pytest.fixture
def stage(programme: Programme) -> Stage:
    return programme.stages.get(kind="visit")


@pytest.fixture
def visit(city: Scenario, stage: Stage) -> Visit:
    """A visit of 企画課 planned for today, three lines to look at, not notified yet."""
    return planned_visit(city, stage, city.section_a1)
