"""Every write of the inspection."""

from tenken.inspection.operations.answers import (
    GivenAnswer,
    attach_evidence,
    remove_evidence,
    save_answer,
    save_answers,
)
from tenken.inspection.operations.history import HistoricAnswer, HistoricSheet, record_history
from tenken.inspection.operations.programmes import (
    change_stages,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
)
from tenken.inspection.operations.sheets import (
    accept,
    accept_many,
    approve,
    return_sheet,
    submit,
    withdraw,
)
from tenken.inspection.operations.stages import StagePlan
from tenken.inspection.operations.visits import record_visit

__all__ = [
    "GivenAnswer",
    "HistoricAnswer",
    "HistoricSheet",
    "StagePlan",
    "accept",
    "accept_many",
    "approve",
    "attach_evidence",
    "change_stages",
    "choose_questions",
    "close_programme",
    "launch",
    "plan_programme",
    "record_history",
    "record_visit",
    "remove_evidence",
    "return_sheet",
    "save_answer",
    "save_answers",
    "submit",
    "withdraw",
]
