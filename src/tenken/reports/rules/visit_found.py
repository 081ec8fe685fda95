"""How many sections were visited, what was found there, and how often it contradicted the answer."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import count


def visit_found(figures: InspectionFigures) -> Sentence | None:
    """None when no visit is recorded. The findings themselves follow as a list."""
    if not figures.visited:
        return None
    found = len(figures.visit_findings)
    basis: dict[str, int | str] = {"visited": figures.visited, "findings": found}
    if not found:
        return Sentence(f"{count(figures.visited)}を訪問した。新たな課題は記録されていない。", basis)
    denied = ""
    if figures.visits_contradicting:
        basis["contradicting"] = figures.visits_contradicting
        denied = (
            f"うち{count(figures.visits_contradicting)}では、自己点検で課題なしとしていた事項に課題があった。"
        )
    return Sentence(f"{count(figures.visited)}を訪問し、次の課題（{found}件）を確認した。{denied}", basis)
