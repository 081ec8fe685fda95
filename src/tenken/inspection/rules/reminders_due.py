"""Whom a reminder goes to, and on which day. Pure.

Each step counts days from a sheet's due date. A sheet stands at the last step it has reached; only that one is sent, so
that a programme launched late, or a day on which nothing ran, brings one mail and not all that were missed. A day on
which the offices are closed moves to the next open one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.organization.opening_days import OpeningDays

# 副情報管理者 first, then 情報管理者, then 局（区）情報管理者: (days from the due date, who, each week from then on).
DEFAULT_STEPS: tuple[tuple[int, str, bool], ...] = (
    (-7, "deputy", False),
    (-1, "deputy", False),
    (-1, "section_manager", False),
    (3, "section_manager", False),
    (7, "section_manager", False),
    (7, "bureau_manager", False),
    (14, "bureau_manager", True),
)


@dataclass(frozen=True)
class Step:
    """One step of the chase, as the programme sets it."""

    step_id: int
    days: int
    audience: str
    weekly: bool = False


@dataclass(frozen=True)
class Chased:
    """A sheet that is not handed in, and when it is due."""

    sheet_id: int
    due_on: date


@dataclass(frozen=True)
class Due:
    """That a sheet is to be in a reminder of a step today. ``round``: which of the weekly repetitions, from 0."""

    step_id: int
    sheet_id: int
    due_on: date
    round: int
    audience: str


Sent = Collection[tuple[int, int, date, int]]


def reminders_due(
    sheets: Sequence[Chased], steps: Sequence[Step], sent: Sent, today: date, days: OpeningDays
) -> list[Due]:
    """Return what is to be sent *today*. *sent*: (step, sheet, due date, round) of all that was; nothing goes twice.

    Nothing on a closed day.
    """
    if not days.is_open(today):
        return []
    found: list[Due] = []
    for sheet in sheets:
        level, standing = _standing(sheet, steps, today, days)
        for step in standing:
            turn = (level - step.days) // 7 if step.weekly else 0
            if (step.step_id, sheet.sheet_id, sheet.due_on, turn) not in sent:
                found.append(Due(step.step_id, sheet.sheet_id, sheet.due_on, turn, step.audience))
    return found


def _standing(sheet: Chased, steps: Sequence[Step], today: date, days: OpeningDays) -> tuple[int, list[Step]]:
    """Return the last number of days reached, and the steps that stand there."""
    levels = {step: level for step in steps if (level := _reached(sheet, step, today, days)) is not None}
    if not levels:
        return 0, []
    last = max(levels.values())
    return last, [step for step, level in levels.items() if level == last]


def _reached(sheet: Chased, step: Step, today: date, days: OpeningDays) -> int | None:
    """Return the days from the due date at which *step* was reached last; None while it is to come."""
    level = step.days
    if days.next_open(sheet.due_on + timedelta(days=level)) > today:
        return None
    if step.weekly:
        while days.next_open(sheet.due_on + timedelta(days=level + 7)) <= today:
            level += 7
    return level
