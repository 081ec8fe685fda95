"""Every write of findings."""

from tenken.findings.operations.casebook import (
    answer_permission,
    ask_permission,
    edit_case,
    propose_case,
    publish_case,
    withdraw_case,
)
from tenken.findings.operations.checking import (
    check,
    check_many,
    close_improvement_stage,
    confirm_reason,
    reopen,
)
from tenken.findings.operations.history import HistoricFinding, HistoricStep, record_history
from tenken.findings.operations.improvement import (
    add_evidence,
    close_not_improved,
    declare_cannot_fix,
    plan,
    report,
)
from tenken.findings.operations.opening import NewFinding, open_findings, withdraw_by_origin
from tenken.findings.operations.tracing import (
    NewProof,
    add_proof,
    answer_line,
    close_trace,
    confirm_line,
    confirm_lines,
    extend_trace,
    open_trace,
    return_line,
)

__all__ = [
    "HistoricFinding",
    "HistoricStep",
    "NewFinding",
    "NewProof",
    "add_evidence",
    "add_proof",
    "answer_line",
    "answer_permission",
    "ask_permission",
    "check",
    "check_many",
    "close_improvement_stage",
    "close_not_improved",
    "close_trace",
    "confirm_line",
    "confirm_lines",
    "confirm_reason",
    "declare_cannot_fix",
    "edit_case",
    "extend_trace",
    "open_findings",
    "open_trace",
    "plan",
    "propose_case",
    "publish_case",
    "record_history",
    "reopen",
    "report",
    "return_line",
    "withdraw_by_origin",
    "withdraw_case",
]
