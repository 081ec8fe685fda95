"""Items that stayed not improved two years running."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Part, Sentence, comparable
from tenken.reports.wording import names


def part_repeated(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when no item was left not improved in both years."""
    repeated = [
        (item, open_before)
        for item, _, open_before in comparable(part.items(figures))
        if item.not_improved > 0 and open_before > 0
    ]
    if not repeated:
        return None
    repeated.sort(key=lambda pair: -pair[0].not_improved)
    basis: dict[str, int | str] = {"year_before": figures.year_before, "items_repeated": len(repeated)}
    for item, open_before in repeated:
        basis[f"not_improved[{item.code}]"] = item.not_improved
        basis[f"not_improved[{item.code}]_before"] = open_before
    named = names([item.name for item, _ in repeated])
    return Sentence(f"{named}は、{figures.year_before}に引き続き未改善の課題が残った。", basis)
