"""What must hold of a sheet before it is handed in. One rule per file; this page lists them."""

from tenken.inspection.rules import (
    every_question_answered,
    high_risk_treated,
    issue_says_what,
    main_assets_stated,
    not_applicable_says_why,
)
from tenken.inspection.rules.line import Line, Rule
from tenken.inspection.rules.risk_part import RiskPart, RiskRule

RULES: tuple[Rule, ...] = (
    every_question_answered.check,
    issue_says_what.check,
    not_applicable_says_why.check,
)
RISK_RULES: tuple[RiskRule, ...] = (main_assets_stated.check, high_risk_treated.check)

__all__ = ["RISK_RULES", "RULES", "Line", "RiskPart", "RiskRule", "Rule"]
