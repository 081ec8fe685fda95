"""When a duty is done, due or overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.fiscal_year import FiscalYear
from tenken.meetings.rules.duty_state import COMING, DONE, DUE, OVERDUE, due_dates, duty_state

YEAR = FiscalYear(2026)


def test_months_after_the_new_year_belong_to_the_fiscal_year() -> None:
    assert due_dates([3, 9], YEAR) == [date(2026, 9, 30), date(2027, 3, 31)]


@pytest.mark.parametrize(
    ("done_on", "today", "state", "due"),
    [
        ([], date(2026, 5, 1), COMING, date(2026, 9, 30)),
        ([], date(2026, 9, 1), DUE, date(2026, 9, 30)),
        ([], date(2026, 10, 1), OVERDUE, date(2026, 9, 30)),
        ([date(2026, 10, 5)], date(2026, 11, 1), COMING, date(2027, 3, 31)),
        ([date(2026, 4, 1), date(2026, 4, 2)], date(2026, 11, 1), DONE, None),
        ([date(2026, 3, 31)], date(2026, 10, 1), OVERDUE, date(2026, 9, 30)),
    ],
)
def test_a_duty_of_september_and_march(
    done_on: list[date], today: date, state: str, due: date | None
) -> None:
    found = duty_state([9, 3], YEAR, done_on, today)
    assert (found.state, found.next_due_on, found.expected) == (state, due, 2)


@given(
    months=st.lists(st.integers(1, 12), min_size=1, unique=True),
    days=st.lists(st.integers(0, 364)),
    today=st.integers(0, 364),
)
def test_doing_more_never_makes_a_duty_late(months: list[int], days: list[int], today: int) -> None:
    done = [YEAR.starts_on + timedelta(days=day) for day in days]
    now = YEAR.starts_on + timedelta(days=today)
    before = duty_state(months, YEAR, done, now)
    after = duty_state(months, YEAR, [*done, now], now)
    assert not (after.state == OVERDUE and before.state != OVERDUE)
    assert (after.state == DONE) == (len(done) + 1 >= len(months))
