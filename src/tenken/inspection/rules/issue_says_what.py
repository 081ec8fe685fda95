"""課題あり says what the issue is: the improvement begins from it."""

from tenken.common.refusals import Problem
from tenken.inspection.rules.line import Line


def check(line: Line) -> Problem | None:
    """Refuse an issue without words."""
    if line.verdict == "issue" and not (line.reason.strip() or line.comment.strip()):
        return Problem("課題の内容と理由を入力してください。", line.place, f"reason-{line.question_id}")
    return None
