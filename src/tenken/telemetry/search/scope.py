"""Whose events: the section codes of units over time, and those a person may search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.directory import Listed, directory_of
from tenken.organization.models import City
from tenken.organization.tree import tree_of
from tenken.telemetry.permissions import SEARCH_EVENTS


@dataclass(frozen=True)
class Section:
    """A section code and the days in Japan for which it means one of the units asked for (None: for ever)."""

    code: str
    starts: date | None = None
    ends: date | None = None


def sections_of(city: City, units: Iterable[int]) -> tuple[Section, ...]:
    """Return the codes of *units*. A code that another unit bore at another time is bound to its days."""
    wanted = set(units)
    bearers: dict[str, list[tuple[int, Listed]]] = defaultdict(list)
    for key, listed in directory_of(city).units.items():
        bearers[listed.code].append((key, listed))
    found = []
    for code, rows in sorted(bearers.items()):
        ours = [listed for key, listed in rows if key in wanted]
        if len(ours) == len(rows):
            found.append(Section(code))
        else:
            found += [Section(code, listed.starts, listed.ends) for listed in ours]
    return tuple(found)


def family(city: City, unit: int, *days: date) -> frozenset[int]:
    """Return *unit*, all that stood below it on one of *days* (or the day of its time nearest to it), and all that
    these came from. ``Missing`` for an unknown unit."""
    directory = directory_of(city)
    if unit not in directory.units:
        raise Missing("この組織はありません。")
    found: frozenset[int] = frozenset()
    for day in {directory.units[unit].day(day) for day in days}:
        tree = tree_of(city, day)
        found |= tree.lineage_back(tree.below([unit]))
    return found


def searchable(by: Principal) -> tuple[Section, ...] | None:
    """Return the sections *by* may search; None for the whole city, () for none."""
    if by.everywhere(SEARCH_EVENTS):
        return None
    return sections_of(by.city, by.units_with(SEARCH_EVENTS))


class SectionNames:
    """What a section code meant on a day: 「市民生活部 戸籍住民窓口課」; the code itself when it is not known."""

    def __init__(self, city: City) -> None:
        self._directory = directory_of(city)
        self._by_code: dict[str, list[tuple[int, Listed]]] = defaultdict(list)
        for key, listed in self._directory.units.items():
            self._by_code[listed.code].append((key, listed))

    def unit(self, code: str, on: date) -> int | None:
        """Return the unit that bore *code* on a day, or the one nearest to it."""
        bearers = self._by_code.get(code, [])
        standing = [key for key, one in bearers if one.starts <= on and (one.ends is None or on < one.ends)]
        if standing:
            return standing[0]
        nearest = sorted(bearers, key=lambda row: abs((row[1].day(on) - on).days))
        return nearest[0][0] if nearest else None

    def name(self, code: str, on: date) -> str:
        """Return the name for a reader."""
        if not code:
            return "所属なし"
        unit = self.unit(code, on)
        return code if unit is None else self._directory.name(unit, on)
