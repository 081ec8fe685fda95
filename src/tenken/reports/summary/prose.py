"""The sentences of the summary. Pure."""

from __future__ import annotations

from tenken.reports.definition import Draft
from tenken.reports.rules.overall import overall
from tenken.reports.rules.sentence import Sentence
from tenken.reports.rules.visit_found import visit_found
from tenken.reports.summary.figures import SummaryFigures
from tenken.reports.wording import names

_TITLES = {
    "summary.overall": "主な結果",
    "summary.worst": "未改善が多い項目",
    "summary.visits": "訪問調査",
    "summary.asks": "必要な対策",
}
_NAMED = 3


def drafts(figures: SummaryFigures) -> tuple[Draft, ...]:
    """Return a draft for every paragraph, in the order printed."""
    said = {
        "summary.overall": overall(figures.inspection),
        "summary.worst": worst(figures),
        "summary.visits": visit_found(figures.inspection),
        "summary.asks": asks(figures),
    }
    return tuple(
        Draft(key, _TITLES[key], sentence.text if sentence else "", dict(sentence.basis) if sentence else {})
        for key, sentence in said.items()
    )


def title_of(key: str) -> str | None:
    return _TITLES.get(key)


def worst(figures: SummaryFigures) -> Sentence | None:
    """Name the items most sections did not improve in; None when all did."""
    items = (*figures.inspection.management, *figures.inspection.risk)
    left = sorted((item for item in items if item.not_improved), key=lambda item: -item.not_improved)
    if not left:
        return None
    basis: dict[str, int | str] = {"items": len(left), "most": left[0].not_improved}
    most = names([item.name for item in left[:_NAMED]])
    return Sentence(
        f"未改善の課公所が多い項目は、{most}である（最多は{left[0].not_improved:,}課公所）。", basis
    )


def asks(figures: SummaryFigures) -> Sentence | None:
    """Say what the headquarters is asked for: budget and measures of environment; None when nothing is left."""
    if not figures.left:
        return None
    basis: dict[str, int | str] = {"left": figures.left}
    text = f"年度末で未改善の課題は{figures.left:,}件である。"
    if figures.reasons:
        named = [f"{one.label}（{one.issues:,}件）" for one in figures.reasons[:_NAMED]]
        basis |= {f"reason.{one.code}": one.issues for one in figures.reasons[:_NAMED]}
        text += f"主な理由は{'、'.join(named)}である。"
    if figures.environment:
        basis["environment"] = figures.environment
        text += f"うち{figures.environment:,}件は、課の日常業務での対策だけでは改善できず、局での環境面での対策が必要である。"
    if figures.budget:
        basis["budget"] = figures.budget
        text += f"{figures.budget:,}件には予算措置が必要である。"
    if not figures.environment and not figures.budget:
        text += "職員への継続的な周知と、日常業務での対策の徹底を図る。"
    return Sentence(text, basis)
