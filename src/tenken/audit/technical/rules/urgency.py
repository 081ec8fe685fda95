"""How urgent a weakness is: by rule, and as an auditor judged it (document 001, section 2(2)③)."""

from __future__ import annotations

from datetime import date
from typing import Final

from tenken.audit.technical.words import CRITICAL, HIGH, LOW, MEDIUM, NONE

_OF_SEVERITY: Final = {"critical": CRITICAL, "high": HIGH, "medium": MEDIUM, "low": LOW, "info": NONE}


def urgency(severity: str, *, exposed: bool, end_of_support: bool) -> int:
    """Return the urgency of a weakness of *severity* as the scanner rates it.

    ``exposed``: on a host that the internet reaches, so one step up; what is information only stays so.
    ``end_of_support``: nobody mends it any more, always the highest.
    """
    if end_of_support:
        return CRITICAL
    base = _OF_SEVERITY[severity]
    return min(base + 1, CRITICAL) if exposed and base != NONE else base


def effective(
    urgency: int, judged: int | None, judged_from: int | None, judged_until: date | None, on: date
) -> int:
    """Return the urgency that counts on a day: as judged, while that is valid and no more has come to light since."""
    if judged is None or judged_from is None or judged_until is None:
        return urgency
    return judged if on <= judged_until and urgency <= judged_from else urgency
