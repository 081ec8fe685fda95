"""A day of this year's plan in next year's: the same day, moved to one on which the offices are open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol


class Opening(Protocol):
    """The city's opening days."""

    def next_open(self, day: date) -> date: ...

    def previous_open(self, day: date) -> date: ...


def next_year(day: date, years: int, opening: Opening) -> date:
    """Return *day* *years* later, on the first open day from there on; the last open one before it where that would
    leave the month. 29 February becomes 28 February."""
    try:
        later = day.replace(year=day.year + years)
    except ValueError:
        later = date(day.year + years, 2, 28)
    found = opening.next_open(later)
    return found if found.month == later.month else opening.previous_open(later)


def next_year_days(days: Iterable[date], years: int, opening: Opening) -> list[date]:
    """Return *days* moved likewise, as many as there were: where two would meet, the later takes the next open day."""
    found: list[date] = []
    for day in sorted(days):
        moved = next_year(day, years, opening)
        if found and moved <= found[-1]:
            moved = opening.next_open(found[-1] + timedelta(days=1))
        found.append(moved)
    return found
