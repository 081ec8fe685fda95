"""Findings of one section over the years, through renaming, merging and splitting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Relapse:
    """A finding, and the one of the year before that had been 改善済 in the same section for the same 点検項目."""

    finding: Finding
    before: Finding


def relapsed(city: City, fiscal_year: int, *, on: date | None = None) -> list[Relapse]:
    """Return the findings of a year that had been improved the year before and are back. For the city's papers.

    The section is followed through its lineage; findings without an item are left out. Two queries besides the tree.
    """
    before: dict[str, list[Finding]] = defaultdict(list)
    for earlier in Finding.objects.filter(
        city=city, fiscal_year=fiscal_year - 1, status=VERIFIED
    ).select_related("unit"):
        before[earlier.item_code].append(earlier)
    before.pop("", None)
    if not before:
        return []
    tree = tree_of(city, on or FiscalYear(fiscal_year).ends_on)
    found: list[Relapse] = []
    rows = Finding.objects.filter(city=city, fiscal_year=fiscal_year).exclude(status=WITHDRAWN)
    for finding in rows.select_related("unit").order_by("number"):
        if candidates := before.get(finding.item_code):
            lineage = tree.lineage_back([finding.unit_id])
            for earlier in candidates:
                if earlier.unit_id in lineage:
                    found.append(Relapse(finding, earlier))
                    break
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
