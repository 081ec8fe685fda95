"""A running programme in the scenario's city, on a day of its self-inspection, and people signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.inspection.makers import make_bank, running, sheet_of

from tenken.inspection.models import Programme, Sheet

ClientFor = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _in_july() -> Iterator[None]:
    with time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def programme(city: Scenario) -> Programme:
    return running(city.city)


@pytest.fixture
def sheet(city: Scenario, programme: Programme) -> Sheet:
    return sheet_of(programme, city.section_a1)


@pytest.fixture
def deputy(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["deputy"])


@pytest.fixture
def manager(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["section_manager"])


@pytest.fixture
def secretariat(city: Scenario, client_for: ClientFor) -> Client:
    return client_for(city.people["secretariat"])
