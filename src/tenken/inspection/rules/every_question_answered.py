"""Every required question has a verdict."""

from tenken.common.refusals import Problem
from tenken.inspection.rules.line import Line


def check(line: Line) -> Problem | None:
    """Refuse a required line without a verdict."""
    if line.required and not line.verdict:
        return Problem("「適合」「課題あり」「該当なし」のどれかを選んでください。", line.place, line.field)
    return None
