"""The facts of paper 2 for any fiscal year, out of the plan, the year's programme and the results of the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.reports.stages import StageFigures


@dataclass(frozen=True)
class SessionFigures:
    """A course or meeting: its days, or the months alone where the days are not settled."""

    name: str
    form: str
    dates: tuple[date, ...]
    months: tuple[int, ...]
    contents: tuple[str, ...]


@dataclass(frozen=True)
class ActivityFigures:
    """One activity of the plan, ``number`` counting from 1; ``kind`` as in ``plans.PlannedActivity``."""

    number: int
    kind: str
    title: str
    text: str
    stages: tuple[StageFigures, ...]
    sessions: tuple[SessionFigures, ...]


@dataclass(frozen=True)
class LeftItem:
    """A 調査項目 of the year before with sections that did not improve in it."""

    code: str
    name: str
    part: str
    issues: int
    not_improved: int


@dataclass(frozen=True)
class PlanFigures:
    """Paper 2. ``left`` None: the year before was not inspected; most sections first. ``invented``: a specimen city."""

    city_name: str
    fiscal_year: int
    overview: str
    activities: tuple[ActivityFigures, ...]
    left: tuple[LeftItem, ...] | None
    invented: bool

    @property
    def year(self) -> str:
        return str(FiscalYear(self.fiscal_year))

    @property
    def year_before(self) -> str:
        return str(FiscalYear(self.fiscal_year - 1))
