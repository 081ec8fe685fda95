"""What a rule sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenken.common.refusals import Problem


@dataclass(frozen=True)
class Line:
    """One question with its answer as it stands. ``verdict`` is '' when nothing was chosen."""

    question_id: int
    number: str
    category: str
    required: bool
    verdict: str
    reason: str
    comment: str

    @property
    def place(self) -> str:
        return f"設問{self.number}（{self.category}）"

    @property
    def field(self) -> str:
        return f"question-{self.question_id}"


Rule = Callable[[Line], Problem | None]
