"""Hours of duty: weekdays, holidays, days the city settles, nights, and many moments at once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.clock import JAPAN
from tenken.telemetry.lists.duty import HOLIDAY, ORDINARY_WEEK, DutyCalendar, Stretch


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "off"),
    [
        ("2026-06-03 08:29:59", True),
        ("2026-06-03 08:30:00", False),
        ("2026-06-03 17:14:59", False),
        ("2026-06-03 17:15:00", True),
        ("2026-06-06 10:00:00", True),  # Saturday
        ("2026-05-04 10:00:00", True),  # みどりの日
    ],
)
def test_the_ordinary_week(moment: str, off: bool) -> None:
    assert DutyCalendar().off_hours("A", at(moment)) is off


def test_a_night_watch_runs_into_the_next_day_whatever_that_is() -> None:
    night = tuple(Stretch(day, 17 * 60, 9 * 60) for day in (4,))  # Friday 17:00 to Saturday 9:00
    duty = DutyCalendar((ORDINARY_WEEK, night), {"FIRE": 1})
    assert not duty.off_hours("FIRE", at("2026-06-05 23:00"))
    assert not duty.off_hours("FIRE", at("2026-06-06 08:59"))
    assert duty.off_hours("FIRE", at("2026-06-06 09:00"))
    assert duty.off_hours("FIRE", at("2026-06-05 16:59"))


def test_the_whole_day() -> None:
    always = tuple(Stretch(day, 0, 0) for day in range(8))
    duty = DutyCalendar((always,))
    assert not duty.off_hours("", at("2026-06-05 00:00"))
    assert not duty.off_hours("", at("2026-06-06 23:59"))


def test_holidays_have_hours_of_their_own() -> None:
    library = (*ORDINARY_WEEK, Stretch(6, 540, 1020), Stretch(HOLIDAY, 600, 720))
    duty = DutyCalendar((ORDINARY_WEEK, library), {"LIB": 1}, {date(2026, 6, 9): True})
    assert not duty.off_hours("LIB", at("2026-06-07 09:30"))  # a Sunday
    assert duty.off_hours("LIB", at("2026-05-04 09:30"))  # a holiday on a Monday
    assert not duty.off_hours("LIB", at("2026-05-04 11:30"))
    assert duty.off_hours("LIB", at("2026-06-09 09:30"))  # 閉庁日 of the city
    assert duty.off_hours("A", at("2026-06-09 11:30"))


def test_a_day_the_city_opens_has_the_hours_of_monday() -> None:
    duty = DutyCalendar(settled={date(2026, 6, 6): False, date(2026, 5, 4): False})
    assert not duty.off_hours("A", at("2026-06-06 10:00"))
    assert not duty.off_hours("A", at("2026-05-04 10:00"))


@given(st.lists(st.tuples(st.sampled_from(["A", "LIB", ""]), st.integers(0, 4_000_000_000_000)), max_size=40))
def test_many_at_once_are_as_each_alone(pairs: list[tuple[str, int]]) -> None:
    library = (Stretch(1, 540, 1020), Stretch(2, 1200, 300))
    duty = DutyCalendar((ORDINARY_WEEK, library), {"LIB": 1})
    many = duty.off_hours_many([code for code, _ in pairs], [ms for _, ms in pairs])
    alone = [duty.off_hours(code, datetime.fromtimestamp(ms / 1000, JAPAN)) for code, ms in pairs]
    assert [bool(one) for one in many] == alone
