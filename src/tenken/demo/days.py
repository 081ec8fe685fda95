"""Days of the invented city: the offices are closed at weekends and on national holidays. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import jpholiday


def opening_day(day: date) -> date:
    """Return *day*, or the next one on which the city office is open (weekends and national holidays are not)."""
    while day.weekday() >= 5 or jpholiday.is_holiday(day):
        day += timedelta(days=1)
    return day


def in_year(fiscal_year: int, month_day: str) -> date:
    """Return "07-01" of a fiscal year ("01-04": of January after it), or the next opening day."""
    month, day = (int(part) for part in month_day.split("-"))
    return opening_day(date(fiscal_year + (month < 4), month, day))
