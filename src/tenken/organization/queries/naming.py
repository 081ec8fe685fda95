"""What units are called where sections of several bureaus stand together: 「財政局 税制課」."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.organization.directory import directory_of
from tenken.organization.models import City


def names_with_bureau(city: City, units: Iterable[int], on: date) -> dict[int, str]:
    """Return each unit's name after that of its 局・区 on a date; unknown keys are left out.

    A unit that did not stand on that date is named as on the nearest day it did. No query per unit: the city's
    directory is kept in memory until its organisation changes.
    """
    directory = directory_of(city)
    return {unit: directory.name(unit, on) for unit in units if unit in directory.units}


def name_with_bureau(city: City, unit: int, on: date) -> str:
    """Return one unit's name after that of its bureau; '' for an unknown key."""
    return names_with_bureau(city, [unit], on).get(unit, "")


def bureaus_of(city: City, units: Iterable[int], on: date) -> dict[int, int | None]:
    """Return the key of the 局・区 that each unit is or stands below on a date; None where it stands below none."""
    directory = directory_of(city)
    return {unit: directory.bureau(unit, on) for unit in units}
