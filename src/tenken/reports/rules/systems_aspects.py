"""How issues of how people work improved against those of the technology, and what became of what could not be fixed."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.system_audit.figures import ASPECTS, OPERATIONAL, TECHNICAL, AspectItem
from tenken.reports.wording import count

_UNIT = "件"


def systems_aspects(figures: InspectionFigures) -> Sentence | None:
    """None when no issue is known. The tendency is said only where the shares differ; 件 are systems, item by item (延べ)."""
    audit = figures.systems
    if audit is None or not any(item.issues for item in audit.items):
        return None
    basis: dict[str, int | str] = {}
    said, shares = [], {}
    for aspect, name in ASPECTS.items():
        issues, improved, treated, left = totals(audit.of(aspect))
        if not issues:
            continue
        basis |= {f"{aspect}_issues": issues, f"{aspect}_improved": improved, f"{aspect}_not_improved": left}
        shares[aspect] = improved / issues
        said.append(f"{name}の課題は延べ{count(issues, _UNIT)}のうち{count(improved, _UNIT)}が改善された")
        if treated:
            basis[f"{aspect}_treated"] = treated
    text = "自己点検及び改善報告の結果、" + "。".join(said) + "。"
    if len(shares) > 1 and shares[OPERATIONAL] > shares[TECHNICAL]:
        text += "運用面の課題は速やかに改善されるが、技術面の課題には改善が難しいものがある。"
    return Sentence(text + _treated(audit.of(TECHNICAL), basis), basis)


def totals(items: tuple[AspectItem, ...]) -> tuple[int, int, int, int]:
    """Add up issues, improved, treated, not improved."""
    return (
        sum(item.issues for item in items),
        sum(item.improved for item in items),
        sum(item.treated for item in items),
        sum(item.not_improved for item in items),
    )


def _treated(items: tuple[AspectItem, ...], basis: dict[str, int | str]) -> str:
    treated = sorted((item for item in items if item.treated), key=lambda item: (-item.treated, item.code))
    if not treated:
        return ""
    first = treated[0]
    basis[f"treated[{first.code}]"] = first.treated
    return (
        f"改善が困難な技術面の課題（「{first.name}」の{count(first.treated, _UNIT)}など）は、改善できない理由を確かめ、"
        "リスク低減策の実施状況を確認した。"
    )
