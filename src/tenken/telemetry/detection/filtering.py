"""Sigma's filters: conditions that hits of the rules they name must meet besides (specification 2, "Filters").

A filter's condition is taken as it is written, as pySigma does: what must hold for the hit to stand. It reaches the rules
it names by id or name (``any``: all) whose log source its own contains; never correlations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tenken.telemetry.detection.compiling import compile_filter
from tenken.telemetry.detection.documents import Document
from tenken.telemetry.detection.problems import Unusable


@dataclass(frozen=True)
class EventFilter:
    """A filter on one rule, ready to be asked. ``condition``: of type UInt8, what lets a hit stand."""

    number: int
    version: int
    condition: str
    keywords: bool = False


@dataclass(frozen=True)
class Numbered:
    """A filter as a city's document: its number and version."""

    number: int
    version: int
    document: Document


def reaches(found: Document, rule: Document) -> bool:
    """Tell whether the filter *found* is one of *rule*."""
    if rule.correlation or rule.filter or rule.rule.logsource not in found.rule.logsource:
        return False
    return found.of_every_rule or rule.named_by(found.references)


class Filters:
    """Filters compiled for the rules they reach. ``broken``: why a filter (by number) cannot be used; rules stand
    without it."""

    def __init__(self, found: Iterable[Numbered], lists: Mapping[str, Sequence[str]]) -> None:
        self._found = list(found)
        self._lists = lists
        self._compiled: dict[tuple[int, str], EventFilter] = {}
        self.broken: dict[int, Unusable] = {}

    def of(self, rule: Document) -> tuple[EventFilter, ...]:
        """Return the filters of *rule*."""
        category = "" if rule.correlation else rule.rule.logsource.category or ""
        made = (self._made(one, category) for one in self._found if reaches(one.document, rule))
        return tuple(one for one in made if one is not None)

    def _made(self, one: Numbered, category: str) -> EventFilter | None:
        known = self._compiled.get((one.number, category))
        if known is not None or one.number in self.broken:
            return known
        try:
            compiled = compile_filter(one.document.rule, self._lists, category)
        except Unusable as error:
            self.broken[one.number] = error
            return None
        made = EventFilter(one.number, one.version, compiled.condition, compiled.keywords)
        self._compiled[one.number, category] = made
        return made
