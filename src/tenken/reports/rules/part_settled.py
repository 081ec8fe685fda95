"""Follow-up showed that every issue of the part is improved."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Part, Sentence, comparable
from tenken.reports.wording import names


def part_settled(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when an issue is left, or when there was none. Names the items that had been left not improved the year before."""
    items = part.items(figures)
    total = sum(item.issues for item in items)
    if total == 0 or any(item.not_improved for item in items):
        return None
    if any(item.not_improved_at_report for item in items):
        return None  # part_followed_up says which
    basis: dict[str, int | str] = {"issues": total, "not_improved": 0}
    again = [(item, before) for item, _, before in comparable(items) if item.issues > 0 and before > 0]
    if not again:
        return Sentence("課題については、追跡調査の結果、全て改善していることを確認した。", basis)
    basis |= {"year_before": figures.year_before, "items_again": len(again)}
    for item, before in again:
        basis |= {
            f"issues[{item.code}]": item.issues,
            f"not_improved[{item.code}]": 0,
            f"not_improved[{item.code}]_before": before,
        }
    named = names([item.name for item, _ in again])
    return Sentence(
        f"{figures.year_before}に未改善が残った{named}で再び課題が見られたが、"
        "追跡調査の結果、全て改善していることを確認した。",
        basis,
    )
