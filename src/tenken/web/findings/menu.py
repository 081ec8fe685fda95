"""The pages of this room side by side, as far as the reader may open them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tenken.findings.permissions import IMPROVE_FINDINGS, REPORT_MEASURES, VIEW_FINDINGS
from tenken.organization.access import Principal

_PAGES = (
    ("課題の一覧", "findings-list", VIEW_FINDINGS),
    ("監査結果と措置", "findings-reports", VIEW_FINDINGS),
    ("措置の報告", "findings-answers", REPORT_MEASURES),
    ("追跡調査", "findings-traces", VIEW_FINDINGS),
    ("横展開", "findings-extents", VIEW_FINDINGS),
    ("環境面での対策", "findings-environment", VIEW_FINDINGS),
    ("運用面と技術面", "findings-aspects", VIEW_FINDINGS),
    ("未完了の日数", "findings-ages", VIEW_FINDINGS),
    ("再発", "findings-relapse", VIEW_FINDINGS),
    ("内容別指摘事項", "findings-contents", VIEW_FINDINGS),
    ("Excelで報告", "findings-workbook", IMPROVE_FINDINGS),
)


def findings_tabs(by: Principal, current: str) -> list[dict[str, Any]]:
    """Return the room's pages for ``{% tabs %}``; *current* is the name of the page that is open."""
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for label, name, capability in _PAGES
        if by.holds(capability)
    ]
