"""When a sheet is due, and how late it is. Pure."""

from __future__ import annotations

from datetime import date

from tenken.organization.opening_days import OpeningDays


def due_on(own: date | None, stage_ends: date | None, days: OpeningDays) -> date | None:
    """Return the last day to hand a sheet in: its *own* date, else the stage's end; None without either.

    A due date that falls on a closed day moves to the next open one, as deadlines of the city do.
    """
    day = own or stage_ends
    return days.next_open(day) if day else None


def days_late(due: date | None, handed_in_on: date | None, today: date) -> int:
    """Return by how many days a sheet was handed in late, or is late today while it is not handed in. 0: not late."""
    if due is None:
        return 0
    return max(0, ((handed_in_on or today) - due).days)
