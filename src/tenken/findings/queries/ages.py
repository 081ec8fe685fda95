"""How long findings have been open, by 局・区."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from tenken.findings.queries.lists import FindingFilter, findings_for
from tenken.findings.queries.places import groups_of
from tenken.findings.rules.ages import AGE_BANDS, age_band
from tenken.findings.states import NOT_DONE, TREATED
from tenken.organization.access import Principal
from tenken.organization.queries.naming import names_with_bureau


@dataclass(frozen=True)
class AgeRow:
    """One 局・区 (None: all together): its open findings by ``rules.ages.AGE_BANDS``; ``treated`` of them are under a
    compensating measure. ``unit_id`` narrows the list to it."""

    unit_id: int | None
    name: str
    counts: tuple[int, ...]
    treated: int

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class AgeTable:
    """Open findings by age: a row for each 局・区 in the tree's order, and one for all, each finding once."""

    rows: tuple[AgeRow, ...]
    all: AgeRow


def open_by_age(by: Principal, on: date | None = None, *, fiscal_year: int | None = None) -> AgeTable:
    """Count the findings *by* may see that are neither 改善済 nor withdrawn, by the days since they were opened.

    Whatever year they are of, unless *fiscal_year* is given. One query besides the organisation's.
    """
    day = on or by.on
    rows = findings_for(by, FindingFilter(fiscal_year=fiscal_year)).order_by().filter(status__in=NOT_DONE)
    found = list(rows.values_list("unit_id", "opened_on", "status"))
    groups = groups_of(by.city, (unit for unit, _, _ in found), day)
    counts: dict[int | None, Counter[str]] = defaultdict(Counter)
    for unit, opened_on, status in found:
        band = age_band(opened_on, day).code
        for group in (None, *groups[unit]):
            counts[group][band] += 1
            counts[group]["treated"] += status == TREATED
    names = names_with_bureau(by.city, (key for key in counts if key is not None), day)
    table = sorted((_row(key, names[key], counts[key]) for key in names), key=lambda row: row.unit_id or 0)
    return AgeTable(tuple(table), _row(None, "計", counts[None]))


def _row(unit: int | None, name: str, counted: Counter[str]) -> AgeRow:
    return AgeRow(unit, name, tuple(counted[band.code] for band in AGE_BANDS), counted["treated"])
