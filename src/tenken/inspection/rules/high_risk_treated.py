"""A residual risk that is 高 has a treatment, and says what is done."""

from tenken.common.refusals import Problem
from tenken.inspection.rules.residual_risk import HIGH
from tenken.inspection.rules.risk_part import RiskPart


def check(part: RiskPart) -> list[Problem]:
    """Refuse each high risk that is undecided or decided without words."""
    problems = []
    for line in part.lines:
        if line.level != HIGH:
            continue
        if not line.treatment:
            problems.append(Problem("対応を選んでください。", line.place, f"treatment-{line.key}"))
        elif not line.note.strip():
            problems.append(Problem("対応の内容を入力してください。", line.place, f"note-{line.key}"))
    return problems
