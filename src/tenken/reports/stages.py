"""A stage of a year's programme as the papers print it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class StageFigures:
    """One stage of the year. ``target_count`` None: printed without a number; ``about``: planned, not counted (程度).

    ``code`` is one of self, improve, visit, follow_up, other.
    """

    code: str
    name: str
    starts_on: date
    ends_on: date
    target: str
    target_count: int | None
    purpose: str
    outline: str
    unit: str = "課公所"
    about: bool = False

    @property
    def period(self) -> str:
        """「7-8月実施」, 「11月実施」, 「12-3月実施」."""
        first, last = self.starts_on.month, self.ends_on.month
        return f"{first}月実施" if first == last else f"{first}-{last}月実施"

    @property
    def target_text(self) -> str:
        """「全庁（422課公所）」, 「全庁から抽出（5課程度）」, or the target alone when there is no count."""
        if self.target_count is None:
            return self.target
        return f"{self.target}（{self.target_count:,}{self.unit}{'程度' if self.about else ''}）"
