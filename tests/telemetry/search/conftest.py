from __future__ import annotations

import pytest

from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.search.world import Town, fill, make_town


@pytest.fixture
def town(scenario: Scenario) -> Town:
    return make_town(scenario)


@pytest.fixture
def filled(event_store: Store, town: Town) -> Town:
    """The town with the three samples among the noise of their days."""
    fill(event_store, town)
    return town
