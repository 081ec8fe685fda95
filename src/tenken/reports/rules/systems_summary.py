"""The summary of what the systems' own inspection found: 運用面 and 技術面."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.rules.systems_aspects import totals
from tenken.reports.system_audit.figures import OPERATIONAL, TECHNICAL
from tenken.reports.wording import count


def systems_summary(figures: InspectionFigures) -> Sentence | None:
    """None when nothing was found by the systems' own inspection."""
    audit = figures.systems
    if audit is None or not any(item.issues for item in audit.items):
        return None
    _, _, _, operational_left = totals(audit.of(OPERATIONAL))
    technical, improved, treated, left = totals(audit.of(TECHNICAL))
    basis: dict[str, int | str] = {
        "operational_not_improved": operational_left,
        "technical_issues": technical,
        "technical_improved": improved,
        "technical_treated": treated,
        "technical_not_improved": left,
    }
    text = (
        "書類調査の結果、運用面の課題は全て改善された。"
        if not operational_left
        else f"書類調査の結果、運用面の課題は延べ{count(operational_left, '件')}が残っている。"
    )
    if left:
        because = f"{'、'.join(audit.reasons[:3])}等の理由で" if audit.reasons else ""
        text += f"技術面の課題は{because}延べ{count(left, '件')}が改善に至っていない"
        text += (
            f"が、うち{count(treated, '件')}はリスク低減策を実施してリスクを管理している。"
            if treated
            else "。"
        )
    elif technical:
        text += "技術面の課題も全て改善された。"
    return Sentence(text, basis)
