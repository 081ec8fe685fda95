"""Every write of the inspection."""

from tenken.inspection.operations.answers import (
    GivenAnswer,
    attach_evidence,
    remove_evidence,
    save_answer,
    save_answers,
)
from tenken.inspection.operations.due_dates import change_due_date
from tenken.inspection.operations.exemptions import exempt, restore
from tenken.inspection.operations.history import HistoricAnswer, HistoricSheet, record_history
from tenken.inspection.operations.programmes import (
    change_stages,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
)
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.operations.reminders import StepPlan, change_reminder_steps, send_reminders
from tenken.inspection.operations.reorganisation import carry_over_reorganisation
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
from tenken.inspection.operations.visits import record_visit

__all__ = [
    "GivenAnswer",
    "HistoricAnswer",
    "HistoricSheet",
    "StagePlan",
    "StepPlan",
    "accept",
    "accept_many",
    "approve",
    "attach_evidence",
    "carry_over_reorganisation",
    "change_due_date",
    "change_reminder_steps",
    "change_stages",
    "choose_questions",
    "close_programme",
    "exempt",
    "give_default_steps",
    "launch",
    "plan_programme",
    "record_history",
    "record_visit",
    "remove_evidence",
    "restore",
    "return_sheet",
    "save_answer",
    "save_answers",
    "send_reminders",
    "stand_by_answers",
    "submit",
    "withdraw",
]
