"""The item with the most sections left not improved: 「…他の調査項目に比べ最も多く…」."""

from __future__ import annotations

from collections.abc import Sequence

from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.rules.sentence import Part, Sentence, comparable
from tenken.reports.wording import count, names


def part_standing_out(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when nothing is left not improved, or when every item has as many as the next."""
    items = part.items(figures)
    left = [item for item in items if item.not_improved > 0]
    if not left:
        return None
    most = max(item.not_improved for item in left)
    worst = [item for item in items if item.not_improved == most]
    basis: dict[str, int | str] = {f"not_improved[{item.code}]": item.not_improved for item in items}
    basis |= {"most": most, "tied": len(worst), "items_left": len(left), "items": len(items)}
    if len(items) == 1:
        return Sentence(f"{names([items[0].name])}には、{count(most)}に未改善の課題が残っている。", basis)
    if len(worst) == len(items):
        return None
    lead = "一方、" if _fell(items) else ""
    each = "それぞれ" if len(worst) > 1 else ""
    named = names([item.name for item in worst])
    if len(left) == len(worst):
        text = f"{lead}未改善の課題が残っているのは{named}（{each}{count(most)}）のみであり、"
    else:
        text = f"{lead}{named}については、未改善の課公所が{each}{count(most)}と他の調査項目に比べ最も多く、"
    return Sentence(text + "根気強く対策を続ける必要がある。", basis)


def _fell(items: Sequence[ItemFigures]) -> bool:
    pairs = comparable(items)
    return sum(item.not_improved for item, _, _ in pairs) < sum(before for _, _, before in pairs)
