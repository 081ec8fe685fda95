"""How long the evidence of an audit is kept (document 003 (10)2: 監査証拠の保管)."""

from __future__ import annotations

from datetime import date

from tenken.common.fiscal_year import FiscalYear


def kept_until(issued_on: date | None, years: int) -> date | None:
    """Return the last day the papers must be kept: *years* after the end of the fiscal year of the report; None: no end
    yet, because nothing is reported."""
    return None if issued_on is None else FiscalYear(FiscalYear.of(issued_on).year + years).ends_on


def period_ended(issued_on: date | None, years: int, today: date) -> bool:
    """Tell whether the papers need not be kept any longer on *today*."""
    until = kept_until(issued_on, years)
    return until is not None and until < today
