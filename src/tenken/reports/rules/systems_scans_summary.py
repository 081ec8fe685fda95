"""The summary of the technical audits: how many weaknesses, and how many of them want a measure."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.wording import count


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
