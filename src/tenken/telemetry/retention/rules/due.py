"""Which months are to be archived and which are to be deleted on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from tenken.common.clock import JAPAN

# Backlogs of terminals that were off come late; a month is laid aside when they have had time to.
LATE_DAYS: Final = 10


@dataclass(frozen=True)
class Rule:
    """How long a class is kept (``models.RetentionClass``)."""

    keep_months: int
    archive: bool


@dataclass(frozen=True, order=True)
class Due:
    """A month (its first day) of a class, and what is to be done with it."""

    retention: str
    month: date


def month_of(day: date) -> date:
    """Return the first day of the month of *day*."""
    return day.replace(day=1)


def months_later(month: date, count: int) -> date:
    """Return the first day of the month *count* months after *month* (before it when negative)."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """Return from when to before when *month* lasts, as Japan counts it (aware)."""
    midnight = time(tzinfo=JAPAN)
    return datetime.combine(month, midnight), datetime.combine(months_later(month, 1), midnight)


def due_archives(
    present: Mapping[tuple[str, date], int],
    archived: Mapping[tuple[str, date], int],
    rules: Mapping[str, Rule],
    today: date,
) -> list[Due]:
    """Return the ended months to lay aside, oldest first: not archived yet, or with more rows than were.

    *present*: rows of each (class, month) in the store; *archived*: rows of its archive.
    """
    ended = month_of(today - timedelta(days=LATE_DAYS))
    return sorted(
        (
            Due(code, month)
            for (code, month), rows in present.items()
            if code in rules
            and rules[code].archive
            and month < ended
            and rows > archived.get((code, month), -1)
        ),
        key=lambda due: (due.month, due.retention),
    )


def due_deletions(
    present: Mapping[tuple[str, date], int],
    archived: Mapping[tuple[str, date], int],
    rules: Mapping[str, Rule],
    today: date,
) -> list[Due]:
    """Return the months whose time is over, oldest first; one that must be archived first waits until it is whole."""
    return sorted(
        (
            Due(code, month)
            for (code, month), rows in present.items()
            if code in rules
            and months_later(month, rules[code].keep_months) < month_of(today)
            and (not rules[code].archive or archived.get((code, month), -1) >= rows)
        ),
        key=lambda due: (due.month, due.retention),
    )


def expired(
    months: Iterable[tuple[str, date]], years: Mapping[str, int], today: date
) -> list[tuple[str, date]]:
    """Return the archives whose years are over, counted from the end of their month."""
    return [
        (code, month)
        for code, month in months
        if code in years and months_later(month, 12 * years[code] + 1) <= today
    ]
