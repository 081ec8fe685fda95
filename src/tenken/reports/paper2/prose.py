"""The paragraphs of paper 2: the plan's own words, and one sentence drafted from the results of the year before. Pure."""

from __future__ import annotations

import re

from tenken.reports.definition import Draft
from tenken.reports.paper2.figures import ActivityFigures, PlanFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import names

_NAMED = 3  # items that are called by name; the table has the others
_ACTIVITY = re.compile(r"plan\.activity(\d{1,3})")
_TITLES = {"plan.overview": "概要", "plan.continued": "継続して点検する項目"}


def drafts(figures: PlanFigures) -> tuple[Draft, ...]:
    """Return a draft for every paragraph, in the order printed."""
    found = [Draft("plan.overview", _TITLES["plan.overview"], figures.overview, {})]
    inspection = first_inspection(figures)
    for activity in figures.activities:
        found.append(Draft(f"plan.activity{activity.number}", activity.title, activity.text, {}))
        if activity is inspection:
            said = continued(figures)
            basis = {f"continued.{name}": value for name, value in said.basis.items()} if said else {}
            text = said.text if said else ""
            found.append(Draft("plan.continued", _TITLES["plan.continued"], text, basis))
    return tuple(found)


def first_inspection(figures: PlanFigures) -> ActivityFigures | None:
    """Return the plan's inspection of the sections, the first if there are several."""
    return next((activity for activity in figures.activities if activity.kind == "inspection"), None)


def continued(figures: PlanFigures) -> Sentence | None:
    """Say which items stay in view because most sections did not improve in them; None without a year before."""
    if figures.left is None:
        return None
    lead = f"{figures.year_before}の情報セキュリティ点検及びフォローアップの結果"
    if not figures.left:
        return Sentence(f"{lead}、未改善の課題はなかった。", {"year_before": figures.year_before, "items": 0})
    most = [item.name for item in figures.left[:_NAMED]]
    others = "など" if len(figures.left) > len(most) else ""
    text = f"{lead}から、未改善課題が多い{names(most)}{others}の項目を、継続的に点検対象とする。"
    return Sentence(text, {"year_before": figures.year_before, "items": len(figures.left)})


def title_of(key: str) -> str | None:
    """Return what the paragraph *key* is called, None when no plan has such."""
    if match := _ACTIVITY.fullmatch(key):
        return f"実施内容（{int(match[1])}）"
    return _TITLES.get(key)
