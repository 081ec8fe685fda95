"""The items in which most sections had issues: where the measures are missing."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Part, Sentence
from tenken.reports.wording import count, names


def part_most_issues(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when there is no issue, a single item, or no item above the others."""
    items = part.items(figures)
    most = max((item.issues for item in items), default=0)
    worst = [item for item in items if item.issues == most]
    if most == 0 or len(worst) == len(items):
        return None
    basis: dict[str, int | str] = {f"issues[{item.code}]": item.issues for item in items}
    basis |= {"most": most, "tied": len(worst)}
    each = "それぞれ" if len(worst) > 1 else ""
    return Sentence(
        f"課題ありの課公所が最も多い調査項目は、{names([item.name for item in worst])}（{each}{count(most)}）であった。",
        basis,
    )
