"""What the visits of a year, or one of them, come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear


@dataclass(frozen=True)
class SeenFigures:
    """A question the section had answered, and what was seen. ``contradicts``: said to be in order, seen otherwise."""

    category: str
    question: str
    said: str
    seen: str
    note: str
    contradicts: bool


@dataclass(frozen=True)
class ObservationFigures:
    """One 指摘事項, its finding's number and state ('' before the report). ``unreported``: the sheet had not said it."""

    number: int
    category: str
    title: str
    detail: str
    unreported: bool
    due_on: date | None
    finding: str
    status: str


@dataclass(frozen=True)
class VisitFigures:
    """One visit. ``section`` with its bureau; ``system`` '' when the section itself was visited."""

    section: str
    system: str
    visited_on: date | None
    place: str
    auditors: tuple[str, ...]
    attended_by: str
    chosen_because: str
    summary: str
    agree: int
    disagree: int
    seen: tuple[SeenFigures, ...]
    observations: tuple[ObservationFigures, ...]
    good_practices: tuple[str, ...]
    facts: str
    meetings: tuple[date, ...]


@dataclass(frozen=True)
class VisitReportFigures:
    """A year's visits in their order; of one visit it is the same with a single one. ``invented``: a specimen city."""

    city_name: str
    fiscal_year: int
    programme: str
    starts_on: date | None
    ends_on: date | None
    purpose: str
    outline: str
    selections: tuple[str, ...]
    visits: tuple[VisitFigures, ...]
    invented: bool

    @property
    def year(self) -> str:
        return str(FiscalYear(self.fiscal_year))
