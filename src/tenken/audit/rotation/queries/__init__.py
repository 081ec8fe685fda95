"""Reading the rotation: the universe, selections with their proof, plans, and what their papers say."""

from tenken.audit.rotation.queries.papers import (
    Justification,
    JustifiedSystem,
    MidTermData,
    MidTermRow,
    PlannedAudit,
    YearPlanData,
    against_last_year,
    changed_only,
    justification,
    mid_term_plan_data,
    year_plan_data,
)
from tenken.audit.rotation.queries.reading import (
    find_choice,
    find_mid_term_plan,
    find_prior_audit,
    find_selection,
    find_year_plan,
    proof_of,
    universe_of,
)
from tenken.audit.rotation.queries.universe import held_audits, held_tiers, rule_for, universe

__all__ = [
    "Justification",
    "JustifiedSystem",
    "MidTermData",
    "MidTermRow",
    "PlannedAudit",
    "YearPlanData",
    "against_last_year",
    "changed_only",
    "find_choice",
    "find_mid_term_plan",
    "find_prior_audit",
    "find_selection",
    "find_year_plan",
    "held_audits",
    "held_tiers",
    "justification",
    "mid_term_plan_data",
    "proof_of",
    "rule_for",
    "universe",
    "universe_of",
    "year_plan_data",
]
