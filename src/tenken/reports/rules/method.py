"""What was inspected: every section looked at itself, those with issues improved, a few were visited."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import count


def method(figures: InspectionFigures) -> Sentence:
    """Always says something: the sections are known."""
    basis: dict[str, int | str] = {"sections": figures.sections, "issues": figures.sections_with_issues}
    text = f"{count(figures.sections)}が自己点検により自課の情報セキュリティの現状と課題を確認"
    if figures.sections_with_issues:
        text += f"し、課題が見られた{count(figures.sections_with_issues)}が改善に取り組んだ。"
    else:
        text += "した。"
    if figures.visited:
        basis["visited"] = figures.visited
        text += f"また、{count(figures.visited)}を訪問し、対策の実情を確認した。"
    return Sentence(text, basis)
