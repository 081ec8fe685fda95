"""Findings of one section over the years, through renaming, merging and splitting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.rules.relapse import relapses
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Relapse:
    """A finding, and one of the last year before with the same 点検項目 in the same section, when all had been 改善済."""

    finding: Finding
    before: Finding


def relapsed(city: City, fiscal_year: int, *, on: date | None = None) -> list[Relapse]:
    """Return the findings of a year that had been improved and are back (``rules.relapse``). For the city's papers.

    The section is followed through its lineage; findings without an item are left out. Two queries besides the tree.
    """
    rows = Finding.objects.of_city(city.pk).exclude(status=WITHDRAWN).exclude(item_code="")
    now = list(rows.filter(fiscal_year=fiscal_year).select_related("unit").order_by("number"))
    earlier: dict[str, list[Finding]] = defaultdict(list)
    for one in rows.filter(
        fiscal_year__lt=fiscal_year, item_code__in={finding.item_code for finding in now}
    ).select_related("unit"):
        earlier[one.item_code].append(one)
    tree = tree_of(city, on or FiscalYear(fiscal_year).ends_on)
    found: list[Relapse] = []
    for finding in now:
        lineage = tree.lineage_back([finding.unit_id])
        mine = [one for one in earlier[finding.item_code] if one.unit_id in lineage]
        years = {year: True for year in {one.fiscal_year for one in mine}}
        for one in mine:
            years[one.fiscal_year] = years[one.fiscal_year] and one.status == VERIFIED
        last = relapses(years | {fiscal_year: False}).get(fiscal_year)
        if last is not None:
            found.append(Relapse(finding, next(one for one in mine if one.fiscal_year == last)))
    return found


def earlier_findings(by: Principal, finding: Finding) -> list[Finding]:
    """Return what *by* may see of the same 点検項目 in the same section in earlier years, newest first. One query."""
    if not finding.item_code:
        return []
    return list(
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .filter(
            unit__in=by.tree.lineage_back([finding.unit_id]),
            item_code=finding.item_code,
            fiscal_year__lt=finding.fiscal_year,
        )
        .exclude(status=WITHDRAWN)
        .select_related("unit")
        .order_by("-fiscal_year", "number")[:5]
    )
