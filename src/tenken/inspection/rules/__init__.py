"""What must hold of a sheet before it is handed in. One rule per file; this page lists them."""

from tenken.inspection.rules import every_question_answered, issue_says_what, not_applicable_says_why
from tenken.inspection.rules.line import Line, Rule

RULES: tuple[Rule, ...] = (
    every_question_answered.check,
    issue_says_what.check,
    not_applicable_says_why.check,
)

__all__ = ["RULES", "Line", "Rule"]
