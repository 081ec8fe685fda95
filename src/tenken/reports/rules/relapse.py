"""Relapse: fewer are left not improved, yet more have issues when the sheets come round again."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import count

_CALL = "一過性の対策に終わらせないよう、職員の意識を維持し、高めるための継続的な働きかけが必要である。"


def relapse(figures: InspectionFigures) -> Sentence | None:
    """None without a year before, or when the issues did not come back.

    Two forms. Between two years: not improved fell and yet issues rose. From one report to the next sheet: the improvement of
    the year before brought the number down, and this year's sheets show more again.
    """
    issues, issues_before = figures.sections_with_issues, figures.sections_with_issues_before
    still_open, open_before = figures.sections_not_improved, figures.sections_not_improved_before
    if issues_before is None or open_before is None:
        return None
    basis: dict[str, int | str] = {
        "year": figures.year,
        "year_before": figures.year_before,
        "issues": issues,
        "issues_before": issues_before,
        "not_improved": still_open,
        "not_improved_before": open_before,
    }
    if still_open < open_before and issues > issues_before:
        return Sentence(
            f"なお、未改善の課公所は{count(open_before)}から{count(still_open)}に減少したにもかかわらず、"
            f"課題ありの課公所は{count(issues_before)}から{count(issues)}に増加した。{_CALL}",
            basis,
        )
    if open_before < issues_before and issues > open_before:
        return Sentence(
            f"なお、{figures.year_before}の課題ありの課公所は、改善報告の時点で{count(issues_before)}から{count(open_before)}に"
            f"なったが、翌年度の自己点検では再び{count(issues)}で課題が見られた。{_CALL}",
            basis,
        )
    return None
