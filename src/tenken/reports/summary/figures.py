"""The numbers of the summary: those of paper 1, and why issues are left and whose measure they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenken.reports import figures as paper1
from tenken.reports.figures import InspectionFigures


@dataclass(frozen=True)
class ReasonFigures:
    """Why something is not improved (収納スペース, 予算 …), and how many issues are left for it."""

    code: str
    label: str
    issues: int


@dataclass(frozen=True)
class SummaryFigures:
    """One year for the headquarters.

    Of the ``left`` issues (件, not sections) that were not improved by the end of the year: ``reasons`` most first,
    ``environment`` of them need a measure of the bureau (環境面での対策), ``budget`` of them money.
    """

    inspection: InspectionFigures
    left: int
    reasons: tuple[ReasonFigures, ...]
    environment: int
    budget: int

    @property
    def city_name(self) -> str:
        return self.inspection.city_name

    @property
    def fiscal_year(self) -> int:
        return self.inspection.fiscal_year


def inconsistencies(figures: SummaryFigures) -> Sequence[str]:
    """Return what cannot be true, one Japanese sentence each."""
    found = list(paper1.inconsistencies(figures.inspection))
    if max(figures.environment, figures.budget) > figures.left:
        found.append("環境面での対策や予算が必要な課題の数が、未改善の課題の数を超えています。")
    return found
