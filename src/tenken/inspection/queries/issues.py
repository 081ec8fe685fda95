"""Issues by item and bureau, held against earlier years through the lineage of the sections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Answer, Kind, Programme, Sheet
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.queries import bureaus_of
from tenken.organization.tree import tree_of
from tenken.policy.models import CheckCategory, CheckItem

YEARS = 10


@dataclass
class Line:
    """One 調査項目 or 点検項目: sections with an issue in it, by 局・区 (0: none) this year and the year before, and by year."""

    code: str
    name: str
    part: str
    order: tuple[Any, ...]
    now: dict[int, int] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IssueBoard:
    """The board of a year. ``years``: those that were inspected, oldest first; ``bureaus``: (key, name) in order."""

    fiscal_year: int
    years: tuple[int, ...]
    bureaus: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    sections: dict[int, int]


def inspected_years(by: Principal) -> list[int]:
    """Return the fiscal years with launched inspections that *by* may see sheets of, newest first, at most ten."""
    rows = (
        Programme.objects.filter(city=by.city_id, kind=Kind.INSPECTION)
        .exclude(status=Programme.Status.PLANNED)
        .order_by("-fiscal_year")
        .values_list("fiscal_year", flat=True)
        .distinct()
    )
    return list(rows[:YEARS]) if by.holds(VIEW_SHEETS) else []


def issue_board(by: Principal, fiscal_year: int, *, items: bool = False) -> IssueBoard:
    """Count the sections with an issue, by 調査項目 or (*items*) by 点検項目. Some eight queries, whatever the years.

    A section of the year before stands below the bureau in which its heirs stand now.
    """
    years = sorted(year for year in inspected_years(by) if year <= fiscal_year)
    key = "question__revision__item_id" if items else "question__category_id"
    found = _issues(by, years)
    two = set(
        found.filter(sheet__programme__fiscal_year__in=(fiscal_year, fiscal_year - 1)).values_list(
            "sheet__programme__fiscal_year", "sheet__unit_id", key
        )
    )
    bureau_of = _bureaus(by, {unit for _, unit, _ in two}, fiscal_year)
    by_year = (
        found.order_by()
        .values_list(key, "sheet__programme__fiscal_year")
        .annotate(n=Count("sheet__unit", distinct=True))
    )
    lines = _lines(by.city_id, items)
    for line, year, count in by_year:
        lines[line].years[year] = count
    cells: dict[tuple[int, bool, int], int] = defaultdict(int)
    for year, unit, line in two:
        cells[line, year == fiscal_year, bureau_of[unit]] += 1
    for (line, is_now, bureau), count in cells.items():
        (lines[line].now if is_now else lines[line].before)[bureau] = count
    shown = tuple(
        sorted((one for one in lines.values() if any(one.years.values())), key=lambda one: one.order)
    )
    sections = dict(
        found.order_by()
        .values_list("sheet__programme__fiscal_year")
        .annotate(n=Count("sheet__unit", distinct=True))
    )
    return IssueBoard(fiscal_year, tuple(years), _named(set(bureau_of.values())), shown, sections)


def issue_rows(
    by: Principal, *, fiscal_year: int, bureau: int | None = None, category: str = "", item: str = ""
) -> QuerySet[Answer]:
    """Return the answers 課題あり behind a number of the board. *bureau* 0: sections of none."""
    rows = _issues(by, [fiscal_year])
    if category:
        rows = rows.filter(question__category__code=category)
    if item:
        rows = rows.filter(question__revision__item__code=item)
    if bureau is not None:
        units = set(rows.values_list("sheet__unit_id", flat=True))
        latest = max([*inspected_years(by), fiscal_year])
        now = _bureaus(by, units, fiscal_year)
        then = _bureaus(by, units, min(latest, fiscal_year + 1))
        rows = rows.filter(sheet__unit__in=[unit for unit in units if bureau in (now[unit], then[unit])])
    return rows.select_related(
        "sheet__unit", "sheet__bureau", "question__category", "question__revision__item"
    ).order_by("sheet__bureau__code", "sheet__unit__code", "question__order")


def _issues(by: Principal, years: Iterable[int]) -> QuerySet[Answer]:
    programmes = Programme.objects.filter(
        city=by.city_id, kind=Kind.INSPECTION, fiscal_year__in=list(years)
    ).exclude(status=Programme.Status.PLANNED)
    keys = list(programmes.values_list("pk", flat=True))
    rows = Answer.objects.filter(verdict=Answer.Verdict.ISSUE, sheet__programme__in=keys).exclude(
        sheet__status=Sheet.Status.EXEMPTED
    )
    if not by.everywhere(VIEW_SHEETS):
        rows = rows.filter(sheet__in=Sheet.objects.restrict(by, VIEW_SHEETS))
    return rows


def _bureaus(by: Principal, units: set[int], fiscal_year: int) -> dict[int, int]:
    """Return the 局・区 in which each of *units*, or what became of it, stands at the year's end (today, while it runs)."""
    day = min(by.on, FiscalYear(fiscal_year).ends_on)
    tree = tree_of(by.city, day)
    heirs = {unit: sorted(tree.lineage_forward([unit])) for unit in units}
    stands = bureaus_of(by.city, {heir for ones in heirs.values() for heir in ones}, day)
    found = {}
    for unit, ones in heirs.items():
        placed = [heir for heir in ones if heir in tree.parent]
        found[unit] = stands[placed[-1] if placed else unit] or 0
    return found


def _lines(city_id: int, items: bool) -> dict[int, Line]:
    if not items:
        return {
            one.pk: Line(one.code, one.name, one.part, (one.part, one.order, one.code))
            for one in CheckCategory.objects.filter(city=city_id)
        }
    return {
        one.pk: Line(
            one.code,
            f"{one.category.name}：{one.code}",
            one.category.part,
            (one.category.part, one.category.order, one.code),
        )
        for one in CheckItem.objects.filter(city=city_id).select_related("category")
    }


def _named(keys: set[int]) -> tuple[tuple[int, str], ...]:
    rows = Unit.objects.filter(pk__in=keys).order_by("code").values_list("pk", "name")
    return (*rows, *(((0, "（局・区なし）"),) if 0 in keys else ()))
