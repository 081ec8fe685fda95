"""What stands open at units that are reorganised: sheets not accepted, findings not closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from tenken.findings.models import Finding
from tenken.inspection.models import Sheet
from tenken.organization.access import Principal

_SETTLED_SHEETS = (Sheet.Status.ACCEPTED, Sheet.Status.EXEMPTED)
_SETTLED_FINDINGS = ("verified", "not_improved")


@dataclass(frozen=True)
class OpenWork:
    """How many sheets and findings of a unit are open."""

    sheets: int = 0
    findings: int = 0


def open_work(by: Principal, units: Iterable[int]) -> dict[int, OpenWork]:
    """Return the open work of each of *units*, for who may reorganise them. Two queries."""
    keys = list(units)
    sheets = Sheet.objects.filter(unit__in=keys, unit__city=by.city_id).exclude(status__in=_SETTLED_SHEETS)
    findings = Finding.objects.filter(unit__in=keys, unit__city=by.city_id).exclude(
        status__in=_SETTLED_FINDINGS
    )
    counted = [dict(rows.values_list("unit").annotate(Count("pk"))) for rows in (sheets, findings)]
    return {unit: OpenWork(counted[0].get(unit, 0), counted[1].get(unit, 0)) for unit in keys}


def total(work: dict[int, OpenWork], units: Iterable[int]) -> OpenWork:
    """Return the sum over some units."""
    rows = [work.get(unit, OpenWork()) for unit in units]
    return OpenWork(sum(row.sheets for row in rows), sum(row.findings for row in rows))
