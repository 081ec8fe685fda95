"""What the visits to systems found."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.rules.systems_method import SYSTEMS
from tenken.reports.wording import count


def systems_visits(figures: InspectionFigures) -> Sentence | None:
    """None when no system was visited. The findings themselves follow as a list."""
    audit = figures.systems
    if audit is None or not audit.visited:
        return None
    found = len(audit.visit_findings)
    basis: dict[str, int | str] = {"visited": audit.visited, "findings": found}
    head = f"{count(audit.visited, SYSTEMS)}を訪問し、形態や規模、接続するネットワークなどの状況をつかんだうえで、運用管理の状況を確かめた。"
    if not found:
        return Sentence(f"{head}新たな課題は記録されていない。", basis)
    return Sentence(f"{head}次の課題（{found}件）を検出し、実態にあった改善を提案した。", basis)
