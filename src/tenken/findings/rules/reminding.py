"""On which days one is reminded of something due. Pure."""

from __future__ import annotations

from datetime import date, timedelta

BEFORE = (7, 1)
_WEEK = 7


def reminder_is_due(due_on: date, today: date, last_open: date) -> bool:
    """Tell whether a reminder of *due_on* falls on *today*, or fell on a closed day since *last_open*.

    Reminders come 7 days and 1 day before, the day after, and each week from then on. *last_open*: the open day before
    today, so that what fell on a holiday is made up for once.
    """
    if today <= last_open:
        return False
    if any(last_open < due_on - timedelta(days=days) <= today for days in BEFORE):
        return True
    first = due_on + timedelta(days=1)
    if today < first:
        return False
    weeks = (today - first).days // _WEEK
    return last_open < first + timedelta(days=weeks * _WEEK)
