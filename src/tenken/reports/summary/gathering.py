"""Gather the summary's numbers."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.states import ENVIRONMENT, REASONS
from tenken.organization.models import City
from tenken.reports.committee import inspection_figures
from tenken.reports.summary.figures import ReasonFigures, SummaryFigures

_MONEY = frozenset({"budget", "cost"})


def summary_figures(city: City, fiscal_year: int) -> SummaryFigures:
    """Return the numbers of a year's summary. One query besides those of paper 1; ``Missing`` as there."""
    inspection = inspection_figures(city, fiscal_year)
    improved = Q(status=Finding.Status.VERIFIED, closed_on__lte=FiscalYear(fiscal_year).ends_on)
    rows = list(
        Finding.objects.of_city(city.pk)
        .filter(fiscal_year=fiscal_year, origin=Finding.Origin.SELF_INSPECTION, system=None)
        .exclude(Q(status=Finding.Status.WITHDRAWN) | improved)
        .values_list("not_improved_reason", "measure_level", "plan_needs_budget")
    )
    reasons = Counter(reason for reason, _, _ in rows if reason)
    return SummaryFigures(
        inspection=inspection,
        left=len(rows),
        reasons=tuple(
            ReasonFigures(code, REASONS.get(code, code), issues)
            for code, issues in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        environment=sum(level == ENVIRONMENT for _, level, _ in rows),
        budget=sum(needs or reason in _MONEY for reason, _, needs in rows),
    )
