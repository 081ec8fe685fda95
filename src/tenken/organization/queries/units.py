"""Units: the tree in sight, one unit, what it came from and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, on_date
from tenken.organization.capabilities import Capability
from tenken.organization.directory import directory_of
from tenken.organization.models import EmergencyProcedure, Unit, UnitSuccession
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import VIEW_UNITS
from tenken.organization.queries.holders import MANAGER, holders_on
from tenken.organization.queries.naming import bureaus_of
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class UnitLine:
    """A unit in the list: how deep it stands, the units above it, who manages it."""

    unit: Unit
    depth: int
    path: str
    managers: str
    bureau_id: int | None = None
    bureau: str = ""


def visible_unit(by: Principal, unit_id: int, capability: Capability = VIEW_UNITS) -> Unit:
    """Return the unit if *by* may reach it with *capability*; else ``Missing``."""
    rows = Unit.objects.restrict(by, capability).select_related("city", "kind", "body")
    unit = rows.filter(pk=unit_id).first()
    if unit is None:
        raise Missing("この組織はないか、見ることのできる範囲にありません。")
    return unit


def unit_lines(by: Principal, *, on: date | None = None, search: str = "") -> list[UnitLine]:
    """Return the units *by* may see that stand on a date (that of *by* unless given), in the order of the tree.

    *search* keeps units whose name, kana or code holds it (髙 finds 高). Four queries at most, however many units.
    """
    day = on or by.on
    seen_by = by if day == by.on else on_date(by, day)
    rows = Unit.objects.restrict(seen_by, VIEW_UNITS).filter(valid_on(day)).select_related("kind")
    units = {unit.pk: unit for unit in rows.order_by("code")}
    tree = tree_of(by.city, day)
    bureaus = bureaus_of(by.city, units, day)
    directory = directory_of(by.city)
    managers = holders_on(units, MANAGER, day)
    wanted = search_key(search)
    lines = []
    for unit_id, depth in _walk(units, tree.parent, tree.children):
        unit = units[unit_id]
        if wanted and wanted not in unit.search_text:
            continue
        above = [units[up].name for up in reversed(tree.ancestors(unit_id)) if up in units]
        told = "、".join(holder.person_name for holder in managers.get(unit_id, ()))
        bureau = bureaus[unit_id]
        lines.append(
            UnitLine(
                unit,
                depth,
                " › ".join(above[1:] if len(above) > 1 else ()),
                told,
                bureau,
                directory.units[bureau].name if bureau else "",
            )
        )
    return lines


def _walk(
    units: dict[int, Unit], parent: dict[int, int], children: dict[int, tuple[int, ...]]
) -> Iterator[tuple[int, int]]:
    """Yield each unit and its depth, parents first; a unit whose parent is out of sight begins at depth 0."""
    stack = [(unit, 0) for unit in reversed(list(units)) if parent.get(unit) not in units]
    while stack:
        unit, depth = stack.pop()
        yield unit, depth
        stack += [(child, depth + 1) for child in reversed(children.get(unit, ())) if child in units]


def predecessors_of(unit: Unit) -> list[Unit]:
    """Return what *unit* came from, at any remove, oldest first."""
    return _units(tree_of(unit.city, unit.valid_from).lineage_back([unit.pk]) - {unit.pk})


def successors_of(unit: Unit) -> list[Unit]:
    """Return what became of *unit*, at any remove, oldest first."""
    return _units(tree_of(unit.city, unit.valid_from).lineage_forward([unit.pk]) - {unit.pk})


def heirs_on(unit: Unit, day: date) -> list[Unit]:
    """Return what *unit* is on a date: itself, or what became of it, or what it came from."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    return [one for one in _units(family) if one.is_valid_on(day)]


def successions_of(unit: Unit) -> list[UnitSuccession]:
    """Return the links of *unit* and of its whole lineage, oldest first."""
    tree = tree_of(unit.city, unit.valid_from)
    family = tree.lineage_back([unit.pk]) | tree.lineage_forward([unit.pk])
    rows = UnitSuccession.objects.filter(Q(predecessor__in=family), Q(successor__in=family))
    return list(rows.select_related("predecessor", "successor").order_by("effective_on", "pk"))


def _units(keys: Iterable[int]) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=list(keys)).order_by("valid_from", "code"))


def emergency_procedures(by: Principal, unit: Unit) -> list[EmergencyProcedure]:
    """Return the procedures laid down for *unit* for its manager's absence, newest (the one that counts) first."""
    rows = EmergencyProcedure.objects.restrict(by, VIEW_UNITS).filter(unit=unit)
    return list(rows.order_by("-valid_from", "-pk"))
