"""Every unit a city ever had, in memory: what it was called and below which bureau it stood on any date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tenken.organization.models.city import City
from tenken.organization.models.units import Unit, UnitPlacement

BUREAU_RANK = 1


@dataclass(frozen=True)
class Listed:
    """A unit, its rank, its time, and below what it stood when: (from, to, parent)."""

    code: str
    name: str
    rank: int
    starts: date
    ends: date | None
    placements: tuple[tuple[date, date | None, int], ...]

    def day(self, on: date) -> date:
        """Return *on*, or the day of the unit's time that is nearest to it."""
        last = self.ends - timedelta(days=1) if self.ends else on
        return max(self.starts, min(on, last))

    def parent(self, on: date) -> int | None:
        for starts, ends, parent in self.placements:
            if starts <= on and (ends is None or on < ends):
                return parent
        return None


@dataclass(frozen=True)
class Directory:
    """The city's units by key, whatever their time."""

    units: dict[int, Listed]

    def bureau(self, unit: int, on: date) -> int | None:
        """Return the 局・区 that *unit* is or stands below on a date (at its own time when it did not stand then)."""
        if unit not in self.units:
            return None
        day, seen, above = self.units[unit].day(on), set[int](), unit
        while above in self.units and above not in seen:
            if self.units[above].rank == BUREAU_RANK:
                return above
            seen.add(above)
            above = self.units[above].parent(day) or 0
        return None

    def name(self, unit: int, on: date) -> str:
        """Return 「財政局 税制課」; the bureau itself, and what stands below none, by its name alone."""
        bureau, own = self.bureau(unit, on), self.units[unit].name
        return own if bureau in (None, unit) else f"{self.units[bureau].name} {own}"


def directory_of(city: City) -> Directory:
    """Return the city's directory. Two queries, then kept in memory until the ``organization_version`` rises."""
    return _directory(city.pk, city.organization_version)


@lru_cache(maxsize=16)
def _directory(city_id: int, _version: int) -> Directory:
    placements: dict[int, list[tuple[date, date | None, int]]] = defaultdict(list)
    rows = UnitPlacement.objects.filter(unit__city=city_id).order_by("valid_from")
    for unit, starts, ends, parent in rows.values_list("unit_id", "valid_from", "valid_to", "parent_id"):
        placements[unit].append((starts, ends, parent))
    units = Unit.objects.filter(city=city_id).values_list(
        "pk", "code", "name", "kind__rank", "valid_from", "valid_to"
    )
    return Directory(
        {
            pk: Listed(code, name, rank, starts, ends, tuple(placements.get(pk, ())))
            for pk, code, name, rank, starts, ends in units
        }
    )
