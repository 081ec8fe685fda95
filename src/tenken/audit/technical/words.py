"""Words of technical audits, as documents 001 and 003 use them. No models here: the tables take their choices from it."""

from __future__ import annotations

from typing import Final

SEVERITY_LABELS: Final = {
    "critical": "緊急",
    "high": "高",
    "medium": "中",
    "low": "低",
    "info": "情報",
}

# Urgency is a number so that lists sort by it.
NONE: Final = 0
LOW: Final = 1
MEDIUM: Final = 2
HIGH: Final = 3
CRITICAL: Final = 4
URGENCY_LABELS: Final = {
    CRITICAL: "緊急度が高い",
    HIGH: "対策が必要",
    MEDIUM: "計画的に対策",
    LOW: "対策の必要性は低い",
    NONE: "参考",
}

NEW: Final = "new"
RETURNED: Final = "returned"
MORE: Final = "more"
FEWER: Final = "fewer"
SAME: Final = "same"
GONE: Final = "gone"
CHANGES: Final = {
    NEW: "新しく見つかった",
    RETURNED: "再び見つかった",
    MORE: "機器が増えた",
    FEWER: "機器が減った",
    GONE: "見つからなくなった",
    SAME: "変わらない",
}

INSIDE_ONLY: Final = "inside_only"
LAYERED: Final = "layered"
COMPENSATING: Final = "compensating"
FALSE_POSITIVE: Final = "false_positive"
ACCEPTED: Final = "accepted"
RAISED: Final = "raised"
LIFTED: Final = "lifted"
CONTEXTS: Final = {
    INSIDE_ONLY: "庁内LANの内側からだけ届く",
    LAYERED: "複数の対策による多層防御が機能している",
    COMPENSATING: "代わりの対策で危険を下げている",
    FALSE_POSITIVE: "誤検知",
    ACCEPTED: "危険を受け入れる",
    RAISED: "緊急度を上げる",
    LIFTED: "判断を取りやめる",
}

# The tool under which hosts on an operating system out of support are weaknesses of their own.
SUPPORT: Final = "support"

TOOL_LABELS: Final = {
    "nessus": "Nessus",
    "openvas": "OpenVAS",
    "zap": "ZAP",
    "nuclei": "Nuclei",
    "nmap": "Nmap",
    SUPPORT: "OSのサポート期限",
}


def tool_label(tool: str) -> str:
    """Return what people call *tool*."""
    return TOOL_LABELS.get(tool, tool)
