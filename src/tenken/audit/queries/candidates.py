"""Who could be visited, and what speaks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from tenken.audit.models import Visit
from tenken.audit.states import CANCELLED, TOOK_PLACE
from tenken.findings.queries import relapse_chains
from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.states import HANDED_IN
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import City
from tenken.organization.queries.naming import bureaus_of, names_with_bureau
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Subject:
    """What may be visited: a section, or a system of it. ``key`` orders the universe and is drawn; ``bureau``: its code."""

    unit_id: int
    system_id: int | None
    key: str
    bureau: str


@dataclass(frozen=True)
class Candidate:
    """One of the universe with what its choice can be argued with.

    ``issues`` None: the sheet is not handed in; ``all_well``: handed in without an issue; ``last_visited``: the fiscal
    year of the last visit, of what it came from too; ``standing``: a visit in this stage.
    """

    unit_id: int
    system_id: int | None
    code: str
    section: str
    bureau_id: int | None
    issues: int | None
    all_well: bool
    relapses: int
    last_visited: int | None
    standing: bool


def universe(programme: Programme, stage: Stage, rested_years: int, on: date) -> list[Subject]:
    """Return what may be drawn, by key: who has a sheet that was not exempted; without what has a visit in *stage*, and
    without sections visited in *rested_years* fiscal years before."""
    standing = standing_in(stage)
    rows = [row for row in _sheets(programme) if (row.unit_id, row.system_id) not in standing]
    units = {row.unit_id for row in rows}
    if rested_years:
        before = last_visited(programme.city, units, on, before=programme.fiscal_year)
        rows = [row for row in rows if before.get(row.unit_id, 0) < programme.fiscal_year - rested_years]
    directory = directory_of(programme.city)
    codes = {
        unit: directory.units[bureau].code if bureau else ""
        for unit, bureau in bureaus_of(programme.city, units, on).items()
    }
    subjects = [Subject(row.unit_id, row.system_id, _key(row), codes[row.unit_id]) for row in rows]
    return sorted(subjects, key=lambda one: one.key)


def candidates(by: Principal, programme: Programme, stage: Stage) -> list[Candidate]:
    """Return all who have a sheet with what speaks for a visit, by code. For who plans visits; a fixed number of queries."""
    rows = list(_sheets(programme))
    units = {row.unit_id for row in rows}
    names, bureaus = names_with_bureau(by.city, units, by.on), bureaus_of(by.city, units, by.on)
    back: dict[int, int] = defaultdict(int)
    for chain in relapse_chains(by, until=programme.fiscal_year):
        back[chain.unit_id] += chain.relapsed_in(programme.fiscal_year)
    before = last_visited(programme.city, units, by.on, before=programme.fiscal_year)
    standing = standing_in(stage)
    return [
        Candidate(
            unit_id=row.unit_id,
            system_id=row.system_id,
            code=_key(row),
            section=names[row.unit_id] + (f"（{row.system.name}）" if row.system else ""),
            bureau_id=bureaus[row.unit_id],
            issues=row.issues if row.status in HANDED_IN else None,
            all_well=row.status in HANDED_IN and row.issues == 0,
            relapses=back[row.unit_id],
            last_visited=before.get(row.unit_id),
            standing=(row.unit_id, row.system_id) in standing,
        )
        for row in sorted(rows, key=_key)
    ]


def last_visited(city: City, units: Collection[int], on: date, *, before: int) -> dict[int, int]:
    """Return the fiscal year of the last visit before a year of each of *units* or of what it came from; those without
    one are left out. One query besides the tree."""
    years: dict[int, int] = {}
    made: Iterable[tuple[int, int]] = (
        Visit.objects.of_city(city.pk)
        .filter(status__in=TOOK_PLACE, stage__programme__fiscal_year__lt=before)
        .values_list("unit_id", "stage__programme__fiscal_year")
    )
    for unit, year in made:
        years[unit] = max(year, years.get(unit, 0))
    tree = tree_of(city, on)
    found = {unit: max((years.get(one, 0) for one in tree.lineage_back([unit])), default=0) for unit in units}
    return {unit: year for unit, year in found.items() if year}


def standing_in(stage: Stage) -> set[tuple[int, int | None]]:
    """Return what has a visit in a stage that was not called off: (unit, system). One query."""
    rows = Visit.objects.filter(stage=stage).exclude(status=CANCELLED)
    return set(rows.values_list("unit_id", "system_id"))


def _sheets(programme: Programme) -> Iterable[Sheet]:
    rows = Sheet.objects.filter(programme=programme).exclude(status=Sheet.Status.EXEMPTED)
    return rows.select_related("unit", "system")


def _key(row: Sheet) -> str:
    return f"{row.unit.code}/{row.system.code}" if row.system else row.unit.code
