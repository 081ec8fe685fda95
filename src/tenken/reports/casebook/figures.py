"""The cases of a year's casebook."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.common.fiscal_year import FiscalYear

GOOD_PRACTICE = "good_practice"


@dataclass(frozen=True)
class CaseFigures:
    """One case. ``section`` is '' where the section has not allowed its name."""

    number: str
    kind: str
    category: str
    title: str
    situation: str
    measure: str
    section: str


@dataclass(frozen=True)
class CasebookFigures:
    """A year's published cases in the order printed: by 調査項目, then by number. ``invented``: a specimen city."""

    city_name: str
    fiscal_year: int
    cases: tuple[CaseFigures, ...]
    invented: bool

    @property
    def year(self) -> str:
        return str(FiscalYear(self.fiscal_year))

    def of_kind(self, good: bool) -> tuple[CaseFigures, ...]:
        """Return the good practices, or the problems with their measures."""
        return tuple(case for case in self.cases if (case.kind == GOOD_PRACTICE) is good)
