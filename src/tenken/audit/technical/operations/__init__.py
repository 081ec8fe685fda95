"""Every write of technical audits."""

from tenken.audit.technical.operations.importing import (
    apply_scan,
    compare_scan,
    discard_scan,
    map_scan,
    read_scan,
    receive_scan,
)
from tenken.audit.technical.operations.judging import judge_weakness
from tenken.audit.technical.operations.mappings import save_mapping, saved_mappings
from tenken.audit.technical.operations.opening import open_weakness_findings
from tenken.audit.technical.rules.judging import JudgementData

__all__ = [
    "JudgementData",
    "apply_scan",
    "compare_scan",
    "discard_scan",
    "judge_weakness",
    "map_scan",
    "open_weakness_findings",
    "read_scan",
    "receive_scan",
    "save_mapping",
    "saved_mappings",
]
