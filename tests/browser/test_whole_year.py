"""The inspection year, whole: from April's lists to the journal in March, by the people whose work it is.

``--pictures`` writes what they see into ``docs/guide/pictures``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Served
from tests.browser.year.april import april
from tests.browser.year.autumn import autumn
from tests.browser.year.planning import planning
from tests.browser.year.summer import summer
from tests.browser.year.visit import visit
from tests.browser.year.walking import Year
from tests.browser.year.winter import winter

pytestmark = pytest.mark.browser
PICTURES = ROOT / "docs" / "guide" / "pictures"


@pytest.fixture
def year(city_of_march: Served, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Year]:
    """The city in March, its people still away."""
    wanted = request.config.getoption("--pictures", default=False)
    if wanted:
        PICTURES.mkdir(parents=True, exist_ok=True)
    walk = Year(chromium, city_of_march, PICTURES if wanted else None)
    yield walk
    walk.leave()


def test_the_whole_year(year: Year) -> None:
    for months in (april, planning, summer, autumn, visit, winter):
        months(year)
    assert len(year.looked) > 80, "kinds of pages looked at by axe and on a telephone"
