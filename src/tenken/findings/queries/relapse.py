"""再発: what came back after it was improved, per section and item, as the sections are today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries.places import present_units
from tenken.findings.rules.relapse import relapses
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import City
from tenken.organization.queries.naming import names_with_bureau
from tenken.policy.models import CheckItemRevision


@dataclass(frozen=True)
class YearOfItem:
    """One item in one section in one year: how many findings, whether all were improved, whether it had come back."""

    fiscal_year: int
    findings: int
    improved: bool
    relapse: bool


@dataclass(frozen=True)
class RelapseChain:
    """One item in one section of today, with what its forerunners had, oldest year first."""

    unit_id: int
    section: str
    bureau_id: int | None
    item_code: str
    category_code: str
    years: tuple[YearOfItem, ...]

    def relapsed_in(self, fiscal_year: int) -> bool:
        return any(year.relapse and year.fiscal_year == fiscal_year for year in self.years)

    def found_in(self, fiscal_year: int) -> bool:
        return any(year.fiscal_year == fiscal_year for year in self.years)

    @property
    def relapsed(self) -> bool:
        return any(year.relapse for year in self.years)


def relapse_chains(
    by: Principal, *, until: int | None = None, on: date | None = None, found_in: int | None = None
) -> list[RelapseChain]:
    """Return every item and section *by* may see findings of, with its years up to *until*, in the sections' order.

    Sections are those that stand on the date (today's, unless given): merged ones are one, and their years join; a split
    one's years stand with each heir. Withdrawn findings and those without an item are left out. *found_in*: of what never
    came back, only what was found in that year. One query besides the organisation's.
    """
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).filter(**_until(until)).values_list(*_COLUMNS)
    if found_in is None:
        return _chains(by.city, rows, on or by.on)
    return _chains(by.city, rows, on or by.on, lambda years: found_in in years or bool(_back(years)))


def relapsed_in(by: Principal, fiscal_year: int) -> list[RelapseChain]:
    """Return those of :func:`relapse_chains` that came back in one year; nothing is worked out for the others."""
    rows = Finding.objects.restrict(by, VIEW_FINDINGS).filter(**_until(fiscal_year))
    return _chains(
        by.city,
        rows.values_list(*_COLUMNS),
        by.on,
        lambda years: fiscal_year in years and fiscal_year in _back(years),
    )


@dataclass(frozen=True)
class RelapseCount:
    """Sections (of today, distinct) with an issue in an item in a year, and those of them where it had come back."""

    item_code: str
    with_issue: int
    relapsed: int


def relapse_figures(city: City, fiscal_year: int, *, on: date) -> list[RelapseCount]:
    """Count a city's relapses of a year by item, most first. For the city's papers; merged sections count once."""
    rows = Finding.objects.of_city(city.pk).filter(**_until(fiscal_year)).values_list(*_COLUMNS)
    return relapse_counts(_chains(city, rows, on), fiscal_year)


def relapse_counts(chains: Iterable[RelapseChain], fiscal_year: int) -> list[RelapseCount]:
    """Count *chains* by item for one year, the most relapses first."""
    with_issue: dict[str, int] = defaultdict(int)
    back: dict[str, int] = defaultdict(int)
    for chain in chains:
        with_issue[chain.item_code] += chain.found_in(fiscal_year)
        back[chain.item_code] += chain.relapsed_in(fiscal_year)
    counted = [RelapseCount(code, number, back[code]) for code, number in with_issue.items() if number]
    return sorted(counted, key=lambda row: (-row.relapsed, -row.with_issue, row.item_code))


_COLUMNS = ("unit_id", "item_code", "category_code", "fiscal_year", "status")
Row = tuple[int, str, str, int, str]


def _until(fiscal_year: int | None) -> dict[str, int]:
    return {} if fiscal_year is None else {"fiscal_year__lte": fiscal_year}


_Years = Mapping[int, Sequence[bool]]
"""The years of one item in one section: of each finding, whether it was improved."""


def _chains(
    city: City, rows: Iterable[Row], on: date, is_meant: Callable[[_Years], bool] | None = None
) -> list[RelapseChain]:
    """Join *rows* (section, item, category, year, status) to chains: those whose years are meant."""
    found: dict[tuple[int, str], dict[int, list[bool]]] = {}
    categories: dict[str, str] = {}
    present: dict[int, tuple[int, ...]] = {}
    for unit, item, category, year, status in rows:
        if not item or status == WITHDRAWN:
            continue
        categories[item] = category
        if unit not in present:
            present[unit] = present_units(city, unit, on)
        for heir in present[unit]:
            found.setdefault((heir, item), {}).setdefault(year, []).append(status == VERIFIED)
    if is_meant is not None:
        found = {key: years for key, years in found.items() if is_meant(years)}
    directory = directory_of(city)
    units = {unit for unit, _ in found}
    names = names_with_bureau(city, units, on)
    bureaus = {unit: directory.bureau(unit, on) for unit in units}
    order = {unit: (directory.units[unit].code, unit) for unit in units}
    return [
        RelapseChain(
            unit_id=unit,
            section=names[unit],
            bureau_id=bureaus[unit],
            item_code=item,
            category_code=categories[item],
            years=_years(years),
        )
        for (unit, item), years in sorted(found.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    ]


def _back(years: _Years) -> Collection[int]:
    """Return the years of one item in one section in which it had come back."""
    if len(years) < 2:
        return ()
    return relapses({year: all(improved) for year, improved in years.items()})


def _years(years: _Years) -> tuple[YearOfItem, ...]:
    back = _back(years)
    return tuple(YearOfItem(year, len(years[year]), all(years[year]), year in back) for year in sorted(years))


def item_questions(city: City, codes: Sequence[str] | set[str]) -> dict[str, str]:
    """Return the newest wording of each item, by code. One query."""
    rows = CheckItemRevision.objects.filter(item__city=city, item__code__in=codes).order_by("number")
    return dict(rows.values_list("item__code", "question"))
