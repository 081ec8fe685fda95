"""Every write of findings."""

from tenken.findings.operations.casebook import (
    answer_permission,
    ask_permission,
    edit_case,
    propose_case,
    publish_case,
    withdraw_case,
)
from tenken.findings.operations.checking import check, check_many, close_improvement_stage
from tenken.findings.operations.history import HistoricFinding, HistoricStep, record_history
from tenken.findings.operations.improvement import add_evidence, close_not_improved, plan, report
from tenken.findings.operations.opening import NewFinding, open_findings, withdraw_by_origin

__all__ = [
    "HistoricFinding",
    "HistoricStep",
    "NewFinding",
    "add_evidence",
    "answer_permission",
    "ask_permission",
    "check",
    "check_many",
    "close_improvement_stage",
    "close_not_improved",
    "edit_case",
    "open_findings",
    "plan",
    "propose_case",
    "publish_case",
    "record_history",
    "report",
    "withdraw_by_origin",
    "withdraw_case",
]
