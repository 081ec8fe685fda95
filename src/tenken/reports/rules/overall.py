"""How many sections had issues and how many were left not improved, against the year before."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import Change, both, change, count, single


def overall(figures: InspectionFigures) -> Sentence:
    """Always says something."""
    issues, still_open = figures.sections_with_issues, figures.sections_not_improved
    basis: dict[str, int | str] = {
        "year": figures.year,
        "sections": figures.sections,
        "issues": issues,
        "not_improved": still_open,
    }
    if issues == 0:
        text = f"{count(figures.sections)}の全てで課題は見られなかった。"
    elif still_open == 0:
        text = (
            f"{count(figures.sections)}のうち{count(issues)}で課題が見られ、"
            "改善取組により未改善の課公所はなくなった。"
        )
    else:
        text = (
            f"{count(figures.sections)}のうち{count(issues)}で課題が見られ、"
            f"改善取組の後も{count(still_open)}に未改善の課題が残っている。"
        )
    return Sentence(text + _against_last_year(figures, basis), basis)


def _against_last_year(figures: InspectionFigures, basis: dict[str, int | str]) -> str:
    issues_before, open_before = figures.sections_with_issues_before, figures.sections_not_improved_before
    if issues_before is None:
        return ""
    basis |= {"year_before": figures.year_before, "issues_before": issues_before}
    moved = change(figures.sections_with_issues, issues_before)
    if open_before is None:
        numbers = f"課題ありが{count(issues_before)}"
        said = single("課題ありの課公所", moved)
    else:
        basis["not_improved_before"] = open_before
        numbers = f"課題ありが{count(issues_before)}、未改善が{count(open_before)}"
        said = both(
            "課題ありの課公所", moved, "未改善の課公所", change(figures.sections_not_improved, open_before)
        )
    return f"{figures.year_before}は{numbers}であり、これに比べ{said}。" + _share(figures, moved, basis)


def _share(figures: InspectionFigures, moved: Change, basis: dict[str, int | str]) -> str:
    """Say it when the share of sections with issues went another way than their number: the ground was another one."""
    total, total_before = figures.sections, figures.sections_before
    issues, issues_before = figures.sections_with_issues, figures.sections_with_issues_before
    if not total or not total_before or issues_before is None or total == total_before:
        return ""
    if change(issues * total_before, issues_before * total) is moved:
        return ""
    share, share_before = f"{issues / total:.1%}", f"{issues_before / total_before:.1%}"
    if share == share_before:
        return ""
    basis |= {"sections_before": total_before, "share": share, "share_before": share_before}
    return (
        f"ただし、対象が{count(total_before)}から{count(total)}に変わっており、"
        f"課題ありの割合は{share_before}から{share}となっている。"
    )
