"""What each tool's words for a severity come to in ours: info, low, medium, high, critical.

A tool's own rating is kept where it has five levels. Where it has fewer, the table says which of ours they are; where it
gives a score alone, the qualitative scale of CVSS does (v3.1 section 5, v4.0 section 6; v2 has three levels, NVD's).
"""

from __future__ import annotations

from typing import Final

NESSUS: Final = {"0": "info", "1": "low", "2": "medium", "3": "high", "4": "critical"}

# GVM: threat. "High" reached up to 10.0 before "Critical" (9.0 and more) came; the reader raises those by their score.
# Debug, Error and False Positive are no weaknesses and are passed over.
GVM: Final = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "log": "info"}

# ZAP: riskcode. ZAP knows no critical.
ZAP: Final = {"0": "info", "1": "low", "2": "medium", "3": "high"}

NUCLEI: Final = {
    "info": "info",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
    "unknown": "info",
}

# SARIF: level, where the rule has no "security-severity".
SARIF: Final = {"error": "high", "warning": "medium", "note": "low", "none": "info"}

# Nmap's vulns library: risk_factor; 'VULNERABLE' without one is medium.
NMAP: Final = {"high": "high", "medium": "medium", "low": "low"}

# Tables people write, after NFKC and lower case. Digits are left to the mapping: 5 is the worst here, the least there.
WORDS: Final = {
    "info": "info",
    "information": "info",
    "informational": "info",
    "none": "info",
    "log": "info",
    "情報": "info",
    "情報提供": "info",
    "参考": "info",
    "なし": "info",
    "low": "low",
    "note": "low",
    "minor": "low",
    "低": "low",
    "低い": "low",
    "注意": "low",
    "軽微": "low",
    "l": "low",
    "medium": "medium",
    "moderate": "medium",
    "warning": "medium",
    "middle": "medium",
    "mid": "medium",
    "中": "medium",
    "警告": "medium",
    "m": "medium",
    "high": "high",
    "important": "high",
    "error": "high",
    "serious": "high",
    "major": "high",
    "高": "high",
    "高い": "high",
    "重要": "high",
    "危険": "high",
    "h": "high",
    "critical": "critical",
    "urgent": "critical",
    "緊急": "critical",
    "重大": "critical",
    "最高": "critical",
    "致命的": "critical",
    "深刻": "critical",
    "c": "critical",
}


def of_score(score: float | None, version: str = "") -> str:
    """Return the level of a CVSS *score* of *version* ('' is read like 3.1), '' without a score."""
    if score is None:
        return ""
    if version == "2.0":
        return "high" if score >= 7.0 else "medium" if score >= 4.0 else "low"
    if score >= 9.0:
        return "critical"
    if score >= 7.0:
        return "high"
    if score >= 4.0:
        return "medium"
    return "low" if score > 0 else "info"
