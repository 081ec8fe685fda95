"""What became of units between two dates."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tenken.organization.models import City, Unit, UnitPlacement, UnitSuccession

RENAMED, MERGED, SPLIT = "rename", "merge", "split"
ABOLISHED, FOUNDED, MOVED = "abolish", "found", "move"
KIND_LABELS = {
    MERGED: "統合",
    SPLIT: "分割",
    RENAMED: "改称",
    ABOLISHED: "廃止",
    FOUNDED: "新設",
    MOVED: "移管",
}


@dataclass(frozen=True)
class Reorganization:
    """One change: what ended (``before``) and what stands for it (``after``) from ``on``.

    A merger into a standing unit has that unit in ``after``; what is abolished has no ``after``, what is founded no
    ``before``; a unit that moved below another is both. Units come with their kind.
    """

    on: date
    kind: str
    before: tuple[Unit, ...]
    after: tuple[Unit, ...]

    @property
    def label(self) -> str:
        return KIND_LABELS[self.kind]


def reorganized_between(city: City, start: date, end: date) -> list[Reorganization]:
    """Return what became of the city's units from *start* to *end*, both included, oldest first. Three queries."""
    period = (start, end)
    units = {unit.pk: unit for unit in Unit.objects.filter(city=city).select_related("kind")}
    links = list(
        UnitSuccession.objects.filter(predecessor__city=city, effective_on__range=period).order_by("pk")
    )
    found = _joined(links, units)
    ended = {link.predecessor_id for link in links}
    begun = {link.successor_id for link in links}
    for unit in units.values():
        if unit.valid_to is not None and start <= unit.valid_to <= end and unit.pk not in ended:
            found.append(Reorganization(unit.valid_to, ABOLISHED, (unit,), ()))
        if start <= unit.valid_from <= end and unit.pk not in begun and unit.kind.rank > 0:
            found.append(Reorganization(unit.valid_from, FOUNDED, (), (unit,)))
    moved = UnitPlacement.objects.filter(unit__city=city, valid_from__range=period)
    for row in moved.select_related("parent"):
        unit = units[row.unit_id]
        if row.valid_from != unit.valid_from and not _followed(row, links):
            found.append(Reorganization(row.valid_from, MOVED, (unit,), (unit,)))
    return sorted(found, key=lambda one: (one.on, _code(one)))


def _joined(links: list[UnitSuccession], units: dict[int, Unit]) -> list[Reorganization]:
    """Join the links of one merger (same successor) and of one split (same predecessor)."""
    groups: dict[tuple[date, str, int], list[UnitSuccession]] = defaultdict(list)
    for link in links:
        own = link.predecessor_id if link.kind == SPLIT else link.successor_id
        groups[link.effective_on, link.kind, own].append(link)
    found = []
    for (on, kind, _), rows in groups.items():
        before = dict.fromkeys(row.predecessor_id for row in rows)
        after = dict.fromkeys(row.successor_id for row in rows)
        found.append(
            Reorganization(on, kind, tuple(units[key] for key in before), tuple(units[key] for key in after))
        )
    return found


def _followed(row: UnitPlacement, links: list[UnitSuccession]) -> bool:
    """Tell whether the unit only went on below what became of the unit above."""
    return any(link.successor_id == row.parent_id and link.effective_on == row.valid_from for link in links)


def _code(one: Reorganization) -> str:
    return (one.before or one.after)[0].code
