"""Lists show only what a person may see: every query set is restricted, and empty where nothing allows more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from django.db import models

from tenken.organization.capabilities import Capability

if TYPE_CHECKING:
    from tenken.organization.access import Principal

M = TypeVar("M", bound=models.Model)
Overlay = Callable[["ScopedQuerySet[Any]", "Principal"], "ScopedQuerySet[Any]"]

_overlays: dict[str, list[Overlay]] = {}


def register_deny_overlay(model_label: str, overlay: Overlay) -> None:
    """Take rows away from everyone the *overlay* says, whatever their role ("incidents.Incident" and such)."""
    _overlays.setdefault(model_label.lower(), []).append(overlay)


class ScopedQuerySet(models.QuerySet[M]):
    """A query set that knows how its rows belong to a unit and a city.

    ``unit_path``: the look-up of the unit's key, None when rows belong to no unit; ``city_path``: that of the city's;
    ``multiplies``: the path joins several rows, so the result is made distinct; ``city_wide``: whoever holds the
    capability for any unit sees the whole city's rows (programmes, policy).
    """

    unit_path: ClassVar[str | None] = "unit"
    city_path: ClassVar[str] = "unit__city"
    multiplies: ClassVar[bool] = False
    city_wide: ClassVar[bool] = False

    def restrict(self, by: Principal, capability: Capability) -> Self:
        """Return the rows *by* may reach with *capability*: the city's where it is held at the root, else those of
        the units (and below, and their predecessors) where it is held, else none. Deny overlays come last."""
        if by.everywhere(capability) or (self.city_wide and by.holds(capability)):
            rows = self.filter(**{f"{self.city_path}": by.city_id})
        elif self.unit_path and (units := by.units_with(capability)):
            rows = self.filter(**{f"{self.unit_path}__in": units, f"{self.city_path}": by.city_id})
            if self.multiplies:
                rows = rows.distinct()
        else:
            return self.none()
        for overlay in _overlays.get(self.model._meta.label_lower, ()):
            rows = cast(Self, overlay(rows, by))
        return rows

    def of_city(self, city_id: int) -> Self:
        """Return the rows of a city, for the programme's own work (counts, papers); never for a page's list."""
        return self.filter(**{f"{self.city_path}": city_id})
