"""The numbers of a year, for boards and for the committee's paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from tenken.findings.models import Finding
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.organization.models import City
from tenken.policy.models import CheckCategory


@dataclass(frozen=True)
class SectionCount:
    """Sections (distinct) with an issue; of these, those where all is improved, and those where something is not.

    "Not improved" is as the improvement stage left it (``Finding.closed_as_not_improved``); what has not been through
    its end counts as it stands now. Always ``improved + not_improved == with_issue``.
    """

    with_issue: int = 0
    improved: int = 0
    not_improved: int = 0


@dataclass(frozen=True)
class CategoryCount:
    """One 調査項目 in a year: sections as in :class:`SectionCount`, and its findings by status (withdrawn ones left out)."""

    code: str
    name: str
    part: str
    sections: SectionCount
    findings: int
    by_status: dict[str, int]


@dataclass(frozen=True)
class YearCounts:
    """A year's findings: all sections together, by part (management, risk) and by category in the bank's order.

    A section counts once in each, however many findings it has. Categories without a finding are there, with zeros.
    """

    fiscal_year: int
    sections: SectionCount
    parts: dict[str, SectionCount]
    categories: tuple[CategoryCount, ...]
    findings: int


def category_counts(
    city: City, fiscal_year: int, *, origin: str | None = Finding.Origin.SELF_INSPECTION
) -> YearCounts:
    """Count a city's findings of a year by 調査項目. *origin* None: whatever they came from. Two queries.

    Sections are the units as they were named in that year. Findings in a category that the bank no longer has come
    last, under its code, part ''.
    """
    categories = {
        category.code: category
        for category in CheckCategory.objects.filter(city=city).order_by("part", "order", "code")
    }
    rows = Finding.objects.filter(city=city, fiscal_year=fiscal_year).exclude(status=WITHDRAWN)
    if origin is not None:
        rows = rows.filter(origin=origin)
    found: dict[str, list[tuple[int, str, bool]]] = defaultdict(list)
    for code, unit, status, left in rows.values_list(
        "category_code", "unit_id", "status", "closed_as_not_improved"
    ):
        found[code].append((unit, status, left))
    codes = [*categories, *sorted(set(found) - set(categories))]
    parts: dict[str, list[tuple[int, str, bool]]] = {"management": [], "risk": []}
    for code in codes:
        parts.setdefault(categories[code].part if code in categories else "", []).extend(found[code])
    return YearCounts(
        fiscal_year=fiscal_year,
        sections=_sections(row for rows_of in found.values() for row in rows_of),
        parts={part: _sections(rows_of) for part, rows_of in parts.items()},
        categories=tuple(_category(code, categories.get(code), found[code]) for code in codes),
        findings=sum(len(rows_of) for rows_of in found.values()),
    )


def _category(code: str, category: CheckCategory | None, rows: list[tuple[int, str, bool]]) -> CategoryCount:
    by_status: dict[str, int] = defaultdict(int)
    for _, status, _ in rows:
        by_status[status] += 1
    return CategoryCount(
        code=code,
        name=category.name if category else code,
        part=category.part if category else "",
        sections=_sections(rows),
        findings=len(rows),
        by_status=dict(by_status),
    )


def _sections(rows: Iterable[tuple[int, str, bool]]) -> SectionCount:
    units: set[int] = set()
    open_units: set[int] = set()
    for unit, status, left in rows:
        units.add(unit)
        if left or status != VERIFIED:
            open_units.add(unit)
    return SectionCount(len(units), len(units) - len(open_units), len(open_units))


def status_counts(city: City, fiscal_year: int) -> dict[str, int]:
    """Return how many findings of a year are in each status, withdrawn ones too; statuses without any are left out."""
    rows = Finding.objects.filter(city=city, fiscal_year=fiscal_year).values("status").annotate(n=Count("pk"))
    return {row["status"]: row["n"] for row in rows.order_by("status")}
