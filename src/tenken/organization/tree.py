"""The organisation tree of a city on a date, and the lineage of its units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tenken.organization.models.city import City
from tenken.organization.models.units import UnitPlacement, UnitSuccession
from tenken.organization.models.validity import valid_on


@dataclass(frozen=True)
class Tree:
    """Units by key. ``parent``/``children`` hold on one date; ``predecessors``/``successors`` over all time."""

    parent: dict[int, int]
    children: dict[int, tuple[int, ...]]
    predecessors: dict[int, tuple[int, ...]]
    successors: dict[int, tuple[int, ...]]

    def below(self, units: Iterable[int]) -> frozenset[int]:
        """Return *units* and all that stand below them."""
        return _reach(units, self.children)

    def ancestors(self, unit: int) -> list[int]:
        """Return what *unit* stands below, nearest first."""
        found: list[int] = []
        while (above := self.parent.get(unit)) is not None and above not in found:
            found.append(above)
            unit = above
        return found

    def lineage_back(self, units: Iterable[int]) -> frozenset[int]:
        """Return *units* and all that they came from."""
        return _reach(units, self.predecessors)

    def lineage_forward(self, units: Iterable[int]) -> frozenset[int]:
        """Return *units* and all that became of them."""
        return _reach(units, self.successors)


def _reach(start: Iterable[int], edges: dict[int, tuple[int, ...]]) -> frozenset[int]:
    seen = set(start)
    queue = list(seen)
    while queue:
        for unit in edges.get(queue.pop(), ()):
            if unit not in seen:
                seen.add(unit)
                queue.append(unit)
    return frozenset(seen)


def tree_of(city: City, on: date) -> Tree:
    """Return the tree of *city* on a date. Kept in memory until the city's ``organization_version`` rises."""
    return _tree(city.pk, city.organization_version, on)


@lru_cache(maxsize=64)
def _tree(city_id: int, _version: int, on: date) -> Tree:
    parent: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    rows = UnitPlacement.objects.filter(valid_on(on), unit__city=city_id).values_list("unit_id", "parent_id")
    for unit, above in rows.order_by("unit__code"):
        parent[unit] = above
        children[above].append(unit)
    predecessors: dict[int, list[int]] = defaultdict(list)
    successors: dict[int, list[int]] = defaultdict(list)
    for before, after in UnitSuccession.objects.filter(predecessor__city=city_id).values_list(
        "predecessor_id", "successor_id"
    ):
        predecessors[after].append(before)
        successors[before].append(after)
    return Tree(parent, _frozen(children), _frozen(predecessors), _frozen(successors))


def _frozen(edges: dict[int, list[int]]) -> dict[int, tuple[int, ...]]:
    return {unit: tuple(others) for unit, others in edges.items()}
