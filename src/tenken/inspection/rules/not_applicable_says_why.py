"""該当なし says why, so that a visit can hold it against what is there."""

from tenken.common.refusals import Problem
from tenken.inspection.rules.line import Line


def check(line: Line) -> Problem | None:
    """Refuse a "not applicable" without a reason."""
    if line.verdict == "not_applicable" and not line.reason.strip():
        return Problem("該当しない理由を入力してください。", line.place, f"reason-{line.question_id}")
    return None
