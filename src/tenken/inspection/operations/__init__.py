"""Every write of the inspection."""

from tenken.inspection.operations.answers import (
    GivenAnswer,
    Overtaken,
    attach_evidence,
    remove_evidence,
    save_answer,
    save_answers,
)
from tenken.inspection.operations.due_dates import change_due_date
from tenken.inspection.operations.exemptions import exempt, restore
from tenken.inspection.operations.history import (
    HistoricAnswer,
    HistoricAsset,
    HistoricSheet,
    record_history,
    record_past_launch,
)
from tenken.inspection.operations.launching import launch
from tenken.inspection.operations.programmes import change_stages, close_programme, plan_programme
from tenken.inspection.operations.questions import choose_questions
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.operations.reminders import StepPlan, change_reminder_steps, send_reminders
from tenken.inspection.operations.reorganisation import carry_over_reorganisation
from tenken.inspection.operations.self_check_history import (
    HistoricSelfCheck,
    record_self_check_history,
)
from tenken.inspection.operations.self_checks import (
    follow_staff,
    save_self_answer,
    submit_self_check,
    withdraw_self_check,
)
from tenken.inspection.operations.series import SeriesPlan, end_series, plan_year, save_series
from tenken.inspection.operations.sheets import (
    accept,
    accept_many,
    approve,
    return_sheet,
    submit,
    withdraw,
)
from tenken.inspection.operations.stages import StagePlan
from tenken.inspection.operations.standing_by import stand_by_answers
from tenken.inspection.operations.targets import TargetSaid, add_target, set_targets

__all__ = [
    "GivenAnswer",
    "HistoricAnswer",
    "HistoricAsset",
    "HistoricSelfCheck",
    "HistoricSheet",
    "Overtaken",
    "SeriesPlan",
    "StagePlan",
    "StepPlan",
    "TargetSaid",
    "accept",
    "accept_many",
    "add_target",
    "approve",
    "attach_evidence",
    "carry_over_reorganisation",
    "change_due_date",
    "change_reminder_steps",
    "change_stages",
    "choose_questions",
    "close_programme",
    "end_series",
    "exempt",
    "follow_staff",
    "give_default_steps",
    "launch",
    "plan_programme",
    "plan_year",
    "record_history",
    "record_past_launch",
    "record_self_check_history",
    "remove_evidence",
    "restore",
    "return_sheet",
    "save_answer",
    "save_answers",
    "save_self_answer",
    "save_series",
    "send_reminders",
    "set_targets",
    "stand_by_answers",
    "submit",
    "submit_self_check",
    "withdraw",
    "withdraw_self_check",
]
