"""The summary of the audit of systems: its documents, its scans."""

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


def systems_scans_summary(figures: InspectionFigures) -> Sentence | None:
    """None when nothing was scanned."""
    audit = figures.systems
    if audit is None or not audit.scans:
        return None
    weaknesses = sum(scan.weaknesses for scan in audit.scans)
    to_mend = sum(scan.to_mend for scan in audit.scans)
    basis: dict[str, int | str] = {"weaknesses": weaknesses, "to_mend": to_mend, "scanned": audit.scanned}
    if not weaknesses:
        return Sentence("技術監査では、課題は検出されなかった。", basis)
    return Sentence(
        f"技術監査では、{count(weaknesses, '件')}のぜい弱性を検出し、うち{count(to_mend, '件')}に対策が必要とした。",
        basis,
    )
