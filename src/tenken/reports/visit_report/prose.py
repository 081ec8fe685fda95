"""The paragraphs of the visit report. Pure."""

from __future__ import annotations

from tenken.reports.definition import Draft
from tenken.reports.visit_report.figures import VisitReportFigures
from tenken.reports.wording import count

_TITLES = {"visits.overview": "実施の概要", "visits.results": "結果"}


def drafts(figures: VisitReportFigures) -> tuple[Draft, ...]:
    """Return a draft for every paragraph, in the order printed."""
    visits = figures.visits
    found = sum(len(visit.observations) for visit in visits)
    unreported = sum(one.unreported for visit in visits for one in visit.observations)
    contradicted = sum(one.contradicts for visit in visits for one in visit.seen)
    good = sum(len(visit.good_practices) for visit in visits)
    said = f"{count(len(visits))}を訪問し、指摘事項{found:,}件、優良事例{good:,}件を確認した。"
    if unreported:
        said += f"指摘事項のうち{unreported:,}件は、点検シートで報告されていなかった。"
    if contradicted:
        said += f"点検シートで課題なしとしていた{contradicted:,}の設問で、現場の状況が異なっていた。"
    basis: dict[str, int | str] = {
        "visits": len(visits),
        "observations": found,
        "unreported": unreported,
        "contradicted": contradicted,
        "good_practices": good,
    }
    overview = "\n".join(text for text in (figures.purpose, figures.outline) if text)
    return (
        Draft("visits.overview", _TITLES["visits.overview"], overview, {}),
        Draft("visits.results", _TITLES["visits.results"], said, basis),
    )


def title_of(key: str) -> str | None:
    return _TITLES.get(key)
