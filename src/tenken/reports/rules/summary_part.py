"""The summary of one part: how it moved and what is left."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.part_trend import pairs_total
from tenken.reports.rules.sentence import RISK, Part, Sentence, comparable
from tenken.reports.wording import both, change, count, names


def summary_part(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when the part has no items."""
    items = part.items(figures)
    if not items:
        return None
    left = sorted((item for item in items if item.not_improved), key=lambda item: -item.not_improved)
    issues, still_open = sum(item.issues for item in items), sum(item.not_improved for item in items)
    basis: dict[str, int | str] = {"issues": issues, "not_improved": still_open, "items_left": len(left)}
    lead = "また、" if part is RISK and figures.management else "書類調査の結果、"
    text = f"{lead}「{part.name}」については、"
    pairs = comparable(items)
    if pairs and len(pairs) == len(items):
        _, issues_before, _, open_before = pairs_total(pairs)
        basis |= {
            "year_before": figures.year_before,
            "issues_before": issues_before,
            "not_improved_before": open_before,
        }
        said = both("課題あり", change(issues, issues_before), "未改善", change(still_open, open_before))
        text += f"{figures.year_before}に比べ、{said}。"
        subject = ""
    else:
        subject = text
        text = ""
    if left:
        text += (
            f"{subject}{names([item.name for item in left])}に未改善の課題（延べ{count(still_open)}）が残っており、"
            "引き続き改善を求めていく必要がある。"
        )
    elif issues:
        text += f"{subject}見られた課題は全て改善した。"
    else:
        text += f"{subject}課題は見られなかった。"
    return Sentence(text, basis)
