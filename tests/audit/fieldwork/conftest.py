"""A city whose 企画課 is being audited in November."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenken.audit.models import Engagement
from tests.audit.fieldwork.makers import held_engagement
from tests.factories import Scenario


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.FILE_STORE = tmp_path / "files"


@pytest.fixture
def engagement(city: Scenario) -> Engagement:
    return held_engagement(city, city.section_a1)
