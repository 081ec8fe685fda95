"""When what cannot be fixed is work again: on the day laid down for looking at it anew (document 001, 資料1 2(2)①)."""

from __future__ import annotations

from datetime import date

from tenken.findings.states import TREATED


def review_is_due(status: str, review_on: date | None, today: date) -> bool:
    """Tell whether a finding under a compensating measure is to be looked at again by *today*."""
    return status == TREATED and review_on is not None and review_on <= today
