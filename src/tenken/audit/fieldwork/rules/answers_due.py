"""Which waiting questions and requests are reminded of on a day."""

from __future__ import annotations

from datetime import date
from typing import Final

DAYS_BEFORE: Final = (3, 1, 0)
EVERY_LATE: Final = 7


def due_for_reminder(due_on: date, today: date) -> bool:
    """Tell whether what is due on *due_on* is reminded of today: three days before, the day before, on the day, the day
    after, and then each week."""
    left = (due_on - today).days
    return left in DAYS_BEFORE or (left < 0 and (-left - 1) % EVERY_LATE == 0)
