"""Where a finding's section stands today: its heirs, and the 局・区 above them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.organization.directory import Directory, directory_of
from tenken.organization.models import City
from tenken.organization.tree import tree_of


def present_units(city: City, unit: int, on: date) -> tuple[int, ...]:
    """Return what *unit* is on a date: itself, or what became of it; itself when nothing of it is left."""
    directory = directory_of(city)
    heirs = tree_of(city, on).lineage_forward([unit])
    standing = sorted(key for key in heirs if _stands(directory, key, on))
    return tuple(standing) or (unit,)


def groups_of(city: City, units: Iterable[int], on: date) -> dict[int, tuple[int, ...]]:
    """Return the 局・区 each unit counts for on a date, as a filter by that 局・区 finds it (``FindingFilter.unit_id``).

    What stands below no 局・区 counts for its present unit; what was abolished without an heir, for itself. A unit that
    was split over two 局・区 counts for both.
    """
    directory = directory_of(city)
    found: dict[int, tuple[int, ...]] = {}
    for unit in set(units):
        present = present_units(city, unit, on)
        standing = [key for key in present if _stands(directory, key, on)]
        groups = {directory.bureau(key, on) or key for key in standing} or {unit}
        found[unit] = tuple(sorted(groups))
    return found


def _stands(directory: Directory, unit: int, on: date) -> bool:
    known = directory.units.get(unit)
    return known is not None and known.starts <= on and (known.ends is None or on < known.ends)
