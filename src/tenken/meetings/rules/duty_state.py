"""Whether an officer's duty is done, due or overdue in a fiscal year."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear

DONE, DUE, COMING, OVERDUE = "done", "due", "coming", "overdue"
LABELS = {DONE: "実施済", DUE: "今月が期限", COMING: "これから", OVERDUE: "期限超過"}


@dataclass(frozen=True)
class DutyState:
    """How a duty stands: *state* (see ``LABELS``), done how often of how many, and until when the next one is due."""

    state: str
    done: int
    expected: int
    next_due_on: date | None
    last_done_on: date | None

    @property
    def label(self) -> str:
        return LABELS[self.state]


def due_dates(months: Iterable[int], year: FiscalYear) -> list[date]:
    """Return the last days of *months* (1-12) in the fiscal year, in order."""
    days = []
    for month in set(months):
        calendar_year = year.year if month >= 4 else year.year + 1
        days.append(date(calendar_year, month, calendar.monthrange(calendar_year, month)[1]))
    return sorted(days)


def duty_state(months: Sequence[int], year: FiscalYear, done_on: Iterable[date], today: date) -> DutyState:
    """Return how a duty due at the end of *months* stands on *today*, done on the days *done_on*.

    Each time it was done in the year answers for the earliest date still open: done early counts, done late counts
    late. A duty without months is never due.
    """
    done = sorted(day for day in done_on if day in year)
    due = due_dates(months, year)
    following = due[len(done)] if len(done) < len(due) else None
    if following is None:
        state = DONE if done or due else COMING
    elif following < today:
        state = OVERDUE
    elif (following.year, following.month) == (today.year, today.month):
        state = DUE
    else:
        state = COMING
    return DutyState(state, len(done), len(due), following, done[-1] if done else None)
