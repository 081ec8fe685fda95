"""Issues and not improved of one part, over all its items, against the year before."""

from __future__ import annotations

from collections.abc import Sequence

from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.rules.sentence import Part, Sentence, comparable
from tenken.reports.wording import both, change, count


def part_trend(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when the part has no items.

    Sections are added up item by item (延べ). Only items inspected in both years are compared; the sentence says how many
    when that is not all of them.
    """
    items = part.items(figures)
    if not items:
        return None
    total = sum(item.issues for item in items)
    if total == 0 and not comparable(items):
        return Sentence("全ての調査項目で課題ありの課公所はなかった。", {"issues": 0})
    pairs = comparable(items)
    if not pairs:
        still_open = sum(item.not_improved for item in items)
        left = f"未改善は延べ{count(still_open)}であった" if still_open else "未改善の課公所はなかった"
        return Sentence(
            f"課題ありは延べ{count(total)}で、改善取組の後、{left}。",
            {"issues": total, "not_improved": still_open},
        )
    return _compared(figures, pairs_total(pairs), len(pairs), len(items))


def pairs_total(pairs: Sequence[tuple[ItemFigures, int, int]]) -> tuple[int, int, int, int]:
    """Add up issues, issues before, not improved, not improved before."""
    return (
        sum(item.issues for item, _, _ in pairs),
        sum(issues for _, issues, _ in pairs),
        sum(item.not_improved for item, _, _ in pairs),
        sum(still_open for _, _, still_open in pairs),
    )


def _compared(
    figures: InspectionFigures, totals: tuple[int, int, int, int], compared: int, of: int
) -> Sentence:
    issues, issues_before, still_open, open_before = totals
    basis: dict[str, int | str] = {
        "year": figures.year,
        "year_before": figures.year_before,
        "issues": issues,
        "issues_before": issues_before,
        "not_improved": still_open,
        "not_improved_before": open_before,
    }
    lead = ""
    if compared != of:
        basis |= {"items_compared": compared, "items": of}
        lead = f"{of}項目のうち前年度と比較できる{compared}項目では、"
    said = both("課題あり", change(issues, issues_before), "未改善", change(still_open, open_before))
    return Sentence(
        f"{lead}課題ありは延べ{count(issues)}（{figures.year_before}は延べ{count(issues_before)}）、"
        f"未改善は延べ{count(still_open)}（同{count(open_before)}）であり、{said}。",
        basis,
    )
