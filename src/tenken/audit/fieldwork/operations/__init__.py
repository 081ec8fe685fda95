"""Every write of the fieldwork."""

from tenken.audit.fieldwork.operations.answering import (
    PartText,
    Withholding,
    add_answer_file,
    disclose,
    remove_answer_file,
    save_answer,
    withhold,
)
from tenken.audit.fieldwork.operations.checklist import choose_lines, propose_from_line, record_line
from tenken.audit.fieldwork.operations.papers import (
    PaperTargets,
    link_paper,
    settle_retention,
    write_paper,
)
from tenken.audit.fieldwork.operations.questions import (
    ask_question,
    change_answer_due,
    close_question,
    follow_up,
    withdraw_question,
)
from tenken.audit.fieldwork.operations.reconciling import (
    StatedFigure,
    ask_to_explain,
    decide_reconciliation,
    explain,
    open_reconciliation,
    reopen_reconciliation,
)
from tenken.audit.fieldwork.operations.requests import (
    decline_evidence,
    hand_in_evidence,
    request_evidence,
)
from tenken.audit.fieldwork.operations.tables import keep_table, reconcile_flag, settle_table

__all__ = [
    "PaperTargets",
    "PartText",
    "StatedFigure",
    "Withholding",
    "add_answer_file",
    "ask_question",
    "ask_to_explain",
    "change_answer_due",
    "choose_lines",
    "close_question",
    "decide_reconciliation",
    "decline_evidence",
    "disclose",
    "explain",
    "follow_up",
    "hand_in_evidence",
    "keep_table",
    "link_paper",
    "open_reconciliation",
    "propose_from_line",
    "reconcile_flag",
    "record_line",
    "remove_answer_file",
    "reopen_reconciliation",
    "request_evidence",
    "save_answer",
    "settle_retention",
    "settle_table",
    "withdraw_question",
    "withhold",
    "write_paper",
]
