"""Every write of the rotation."""

from tenken.audit.rotation.operations.history import (
    PriorData,
    read_prior_audits,
    record_prior_audits,
    strike_prior_audit,
)
from tenken.audit.rotation.operations.planning import (
    YearPlanData,
    adopt_mid_term_plan,
    adopt_year_plan,
    change_mid_term_plan,
    keep_by_hand,
    make_mid_term_plan,
    write_year_plan,
)
from tenken.audit.rotation.operations.ruling import set_rule
from tenken.audit.rotation.operations.selecting import (
    adopt_system_selection,
    ask_systems,
    discard_system_selection,
    draw_systems,
    override_choice,
)

__all__ = [
    "PriorData",
    "YearPlanData",
    "adopt_mid_term_plan",
    "adopt_system_selection",
    "adopt_year_plan",
    "ask_systems",
    "change_mid_term_plan",
    "discard_system_selection",
    "draw_systems",
    "keep_by_hand",
    "make_mid_term_plan",
    "override_choice",
    "read_prior_audits",
    "record_prior_audits",
    "set_rule",
    "strike_prior_audit",
    "write_year_plan",
]
