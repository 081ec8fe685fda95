"""The risk part names the section's main information assets, or says why it has none."""

from tenken.common.refusals import Problem
from tenken.inspection.rules.risk_part import RiskPart


def check(part: RiskPart) -> list[Problem]:
    """Refuse a part without assets and without a reason."""
    if part.assets or part.no_assets_reason.strip():
        return []
    return [
        Problem(
            "一つ以上挙げてください。ないときは、ない理由を書いてください。", "主要な情報資産", "main-assets"
        )
    ]
