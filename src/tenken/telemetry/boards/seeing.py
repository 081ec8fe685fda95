"""What a board looks at: days in Japan, and the sections that its reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from tenken.common.clock import JAPAN
from tenken.common.refusals import Denied
from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability
from tenken.organization.models import Unit
from tenken.telemetry.search.scope import Section, SectionNames, family, sections_of

LONGEST_DAYS: Final = 366


@dataclass(frozen=True)
class Period:
    """Days in Japan, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def before(self) -> Period:
        """Return the period of the same length that ends the day before this one begins."""
        length = self.last - self.first
        return Period(self.first - timedelta(days=1) - length, self.first - timedelta(days=1))

    @classmethod
    def ending(cls, last: date, days: int) -> Period:
        return cls(last - timedelta(days=days - 1), last)


def midnight(day: date) -> datetime:
    """Return the moment a day begins in Japan, in UTC."""
    return datetime.combine(day, time(), JAPAN).astimezone(UTC)


@dataclass(frozen=True)
class Sight:
    """The sections a reader sees of a city. ``sections``: None for all of it; ``units``: their keys, None for all."""

    city_code: str
    sections: tuple[Section, ...] | None
    units: frozenset[int] | None
    names: SectionNames

    def events_where(self, parameters: dict[str, Any]) -> str:
        """Return the condition on events in sight, its values put into *parameters*."""
        return self._where(
            parameters, "ts >= {{{name}:DateTime64(3)}}", "ts < {{{name}:DateTime64(3)}}", moments=True
        )

    def days_where(self, parameters: dict[str, Any]) -> str:
        """Return the condition on rows of the rollups (which have a day) in sight."""
        return self._where(parameters, "day >= {{{name}:Date}}", "day < {{{name}:Date}}", moments=False)

    def _where(self, parameters: dict[str, Any], starts: str, ends: str, *, moments: bool) -> str:
        if self.sections is None:
            return "1"
        parameters["seen"] = [one.code for one in self.sections if one.starts is None]
        parts = ["section IN {seen:Array(String)}"]
        for number, one in enumerate(one for one in self.sections if one.starts is not None):
            part = [f"section = {{seen{number}:String}}"]
            parameters[f"seen{number}"] = one.code
            for name, day, clause in (("from", one.starts, starts), ("to", one.ends, ends)):
                if day is not None:
                    key = f"seen_{name}{number}"
                    parameters[key] = midnight(day) if moments else day
                    part.append(clause.format(name=key))
            parts.append(f"({' AND '.join(part)})")
        return f"({' OR '.join(parts)})"


def sight_of(by: Principal, capability: Capability, unit: Unit | None = None) -> Sight:
    """Return what *by* sees with *capability*, narrowed to *unit* and all below. ``Denied`` where nothing is seen."""
    if not by.holds(capability):
        raise Denied(f"「{capability.label}」ができる役割ではありません。")
    units = None if by.everywhere(capability) else by.units_with(capability)
    if unit is not None:
        below = family(by.city, unit.pk, by.on)
        units = below if units is None else units & below
    sections = None if units is None else sections_of(by.city, units)
    return Sight(by.city_code, sections, units, SectionNames(by.city))


def summed(rows: list[Mapping[str, Any]], key: str, value: str = "events") -> dict[Any, int]:
    """Return the sum of *value* by *key*."""
    found: dict[Any, int] = {}
    for row in rows:
        found[row[key]] = found.get(row[key], 0) + int(row[value])
    return found
