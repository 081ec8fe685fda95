"""The day of the week on which what is not urgent is told. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from tenken.organization.opening_days import OpeningDays


def is_first_open_day(today: date, days: OpeningDays) -> bool:
    """Tell whether *today* is the first open day of its week, which begins on Monday."""
    monday = today - timedelta(days=today.weekday())
    return days.is_open(today) and not any(
        days.is_open(monday + timedelta(days=ahead)) for ahead in range(today.weekday())
    )
