"""No unit may stand below itself, on any date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Placed:
    """*unit* stands below *parent* from ``starts`` to the day before ``ends`` (None: until further notice)."""

    unit: int
    parent: int
    starts: date
    ends: date | None = None

    def on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True)
class Cycle:
    """The first date on which units stand in a ring, and the ring: each below the next, the last below the first."""

    day: date
    units: tuple[int, ...]


def first_cycle(placements: Iterable[Placed], since: date) -> Cycle | None:
    """Return the first ring on *since* or later, or None. A ring can only begin where a placement does."""
    placed = [row for row in placements if row.ends is None or row.ends > since]
    for day in sorted({since, *(row.starts for row in placed if row.starts > since)}):
        above: dict[int, list[int]] = defaultdict(list)
        for row in placed:
            if row.on(day):
                above[row.unit].append(row.parent)
        if ring := _ring(above):
            return Cycle(day, ring)
    return None


def _ring(above: dict[int, list[int]]) -> tuple[int, ...]:
    """Return a ring in the graph, or (). Units whose way up ends are taken away until only rings lead on."""
    left = dict(above)
    while ended := [unit for unit, parents in left.items() if not any(parent in left for parent in parents)]:
        for unit in ended:
            del left[unit]
    if not left:
        return ()
    path = [min(left)]
    while True:
        unit = next(parent for parent in left[path[-1]] if parent in left)
        if unit in path:
            return tuple(path[path.index(unit) :])
        path.append(unit)
