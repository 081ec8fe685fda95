"""A system of 企画課 that scanners look at, and an audit of it with the auditor of the city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement
from tests.audit.technical.makers import make_engagement, make_system
from tests.factories import Scenario


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: django_settings) -> None:
    settings.FILE_STORE = tmp_path / "files"


@pytest.fixture
def system(scenario: Scenario) -> InformationSystem:
    return make_system(scenario)


@pytest.fixture
def engagement(scenario: Scenario, system: InformationSystem) -> Engagement:
    """A technical audit under way; the scenario's auditor is appointed."""
    return make_engagement(scenario, system, starts_on=date(2026, 11, 1))
