"""A share of the access walk."""

from __future__ import annotations

import pytest
from tests.factories import Scenario
from tests.web.access.walk import faults_of


@pytest.mark.django_db
def test_everyone_reaches_what_they_may_and_nothing_more(scenario: Scenario) -> None:
    assert "\n".join(faults_of(scenario, 1)) == ""
