"""What the technical audit found, system by system and without their names."""

from __future__ import annotations

from tenken.reports.figures import InspectionFigures
from tenken.reports.rules.sentence import Sentence
from tenken.reports.system_audit.figures import ScanFigures
from tenken.reports.wording import count


def systems_scans(figures: InspectionFigures) -> Sentence | None:
    """None when nothing was scanned."""
    audit = figures.systems
    if audit is None or not audit.scanned:
        return None
    basis: dict[str, int | str] = {"scanned": audit.scanned, "each": 1}
    said = []
    for number, scan in enumerate(audit.scans, start=1):
        basis |= {
            f"weaknesses[{number}]": scan.weaknesses,
            f"low_need[{number}]": scan.low_need,
            f"unsupported[{number}]": scan.unsupported,
            f"urgent[{number}]": scan.urgent,
        }
        lead = "1システムでは、" if number == 1 else "他の1システムでは、"
        said.append(lead + _of_one(scan))
    return Sentence("診断ツールによる診断を実施した。" + "".join(said), basis)


def _of_one(scan: ScanFigures) -> str:
    if not scan.weaknesses:
        return "ぜい弱性は検出されなかった。"
    text = f"{count(scan.weaknesses, '件')}のぜい弱性を検出した"
    if not scan.to_mend:
        because = f"{'、'.join(scan.because)}ことから、" if scan.because else ""
        return f"{text}が、{because}対策の必要性は低いと判断した。"
    where = "インターネットに公開されている" if scan.public else ""
    parts = []
    if scan.unsupported:
        parts.append(f"{where}サーバでサポートが終了したOSが使用されている緊急度の高いもの")
    if scan.low_need:
        parts.append(f"対策の必要性は低いと判断したもの（{count(scan.low_need, '件')}）")
    return f"{text}。{'と、'.join(parts)}が含まれる。" if parts else f"{text}。"
