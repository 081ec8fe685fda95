"""Which days the city's offices are open: national holidays, weekends, and what the city settles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

from tenken.organization.models import City, ClosingDay


@dataclass(frozen=True)
class OpeningDays:
    """The city's own days over weekends and national holidays: ``settled`` maps a day to whether it is closed."""

    settled: Mapping[date, bool]

    def is_open(self, day: date) -> bool:
        closed = self.settled.get(day)
        if closed is not None:
            return not closed
        return day.weekday() < 5 and not jpholiday.is_holiday(day)

    def next_open(self, day: date) -> date:
        """Return *day* if open, else the first open day after it. ``ValueError`` when a whole year is closed."""
        for ahead in range(367):
            if self.is_open(found := day + timedelta(days=ahead)):
                return found
        raise ValueError(f"no open day in the year after {day}")

    def previous_open(self, day: date) -> date:
        """Return *day* if open, else the last open day before it. ``ValueError`` when a whole year is closed."""
        for back in range(367):
            if self.is_open(found := day - timedelta(days=back)):
                return found
        raise ValueError(f"no open day in the year before {day}")


def opening_days_of(city: City) -> OpeningDays:
    """Return the city's opening days. One query; keep it when asking for many days."""
    return OpeningDays(dict(ClosingDay.objects.filter(city=city).values_list("day", "closed")))


def is_open_day(city: City, day: date) -> bool:
    """Tell whether the offices of *city* are open on *day*."""
    return opening_days_of(city).is_open(day)


def next_open_day(city: City, day: date) -> date:
    """Return *day* if the offices are open, else the next day they are."""
    return opening_days_of(city).next_open(day)
