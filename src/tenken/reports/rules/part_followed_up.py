"""Items that were reported 未改善 and that the follow-up (追跡調査) then found improved everywhere."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Part, Sentence
from tenken.reports.wording import names


def part_followed_up(figures: InspectionFigures, part: Part) -> Sentence | None:
    """None when no item was 未改善 at the report and improved by the end of the year."""
    items = [item for item in part.items(figures) if item.not_improved_at_report and item.not_improved == 0]
    if not items:
        return None
    again = all(item.not_improved_at_report_before for item in items)
    basis: dict[str, int | str] = {"items": len(items)}
    for item in items:
        basis[f"not_improved_at_report[{item.code}]"] = item.not_improved_at_report or 0
        basis[f"not_improved[{item.code}]"] = item.not_improved
        if again:
            basis[f"not_improved_at_report[{item.code}]_before"] = item.not_improved_at_report_before or 0
    if again:
        basis["year_before"] = figures.year_before
    like = f"{figures.year_before}と同様に、" if again else ""
    named = names([item.name for item in items])
    return Sentence(
        f"{like}{named}で未改善の課題が報告されたが、追跡調査の結果、全て改善していることを確認した。", basis
    )
