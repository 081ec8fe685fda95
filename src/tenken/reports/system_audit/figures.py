"""The numbers of paper 1, section 2 (情報システム監査), for any fiscal year.

Counts are systems. ``improved`` and ``not_improved`` are as they stood when the fiscal year ended; ``treated`` are those of
the not improved whose reason was confirmed and whose risk is lowered by something else (document 001, 資料1 2(2)①④).
"""

from __future__ import annotations

from dataclasses import dataclass

from tenken.reports.stages import StageFigures

OPERATIONAL, TECHNICAL = "operational", "technical"
ASPECTS = {OPERATIONAL: "運用面", TECHNICAL: "技術面"}


@dataclass(frozen=True)
class AspectItem:
    """One 調査項目 in one aspect: systems with an issue in it, and what became of them."""

    code: str
    name: str
    aspect: str
    issues: int
    improved: int
    treated: int
    not_improved: int


@dataclass(frozen=True)
class ScanFigures:
    """What the scanners found on one system, in numbers of weaknesses.

    ``low_need``: judged not to be worth a measure, and ``because`` why, in the words of the judgements.
    """

    system: str
    public: bool
    weaknesses: int
    urgent: int
    low_need: int
    unsupported: int
    because: tuple[str, ...] = ()

    @property
    def to_mend(self) -> int:
        return self.weaknesses - self.low_need


@dataclass(frozen=True)
class SystemAuditFigures:
    """Section 2 of paper 1. ``inspected`` None: how many systems inspected themselves is not known.

    ``reasons``: why technical issues stayed, in words, the most frequent first. ``visit_findings``: short phrases.
    """

    inspected: int | None
    with_issues: int | None
    visited: int
    scanned: int
    stages: tuple[StageFigures, ...]
    items: tuple[AspectItem, ...]
    reasons: tuple[str, ...] = ()
    visit_findings: tuple[str, ...] = ()
    scans: tuple[ScanFigures, ...] = ()

    def of(self, aspect: str) -> tuple[AspectItem, ...]:
        return tuple(item for item in self.items if item.aspect == aspect)
