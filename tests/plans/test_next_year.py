from __future__ import annotations

from datetime import date

import pytest

from tenken.organization.opening_days import OpeningDays
from tenken.plans.rules.next_year import next_year

OPENING = OpeningDays({date(2016, 10, 3): True})


@pytest.mark.parametrize(
    ("day", "years", "found"),
    [
        (date(2015, 6, 26), 1, date(2016, 6, 27)),  # a Sunday: the Monday after
        (date(2015, 7, 1), 1, date(2016, 7, 1)),  # a Friday stays
        (date(2015, 7, 31), 1, date(2016, 7, 29)),  # the month's last day is a Sunday: the Friday before
        (date(2015, 10, 2), 1, date(2016, 10, 4)),  # a Sunday, and the city is closed on the Monday
        (date(2015, 9, 22), 1, date(2016, 9, 23)),  # a national holiday
        (date(2016, 2, 29), 1, date(2017, 2, 28)),
        (date(2016, 2, 29), 4, date(2020, 2, 28)),  # 29 February 2020 is a Saturday
    ],
)
def test_a_day_moves_to_an_open_one(day: date, years: int, found: date) -> None:
    assert next_year(day, years, OPENING) == found
