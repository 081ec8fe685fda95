"""Good practice seen on the visits."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence


def visit_practices(figures: InspectionFigures) -> Sentence | None:
    """None when none is recorded. The practices themselves follow as a list."""
    practices = len(figures.good_practices)
    if not practices:
        return None
    lead = "一方、" if figures.visited and figures.visit_findings else ""
    return Sentence(
        f"{lead}他の課公所の参考となる優良事例（{practices}件）を確認した。", {"practices": practices}
    )
