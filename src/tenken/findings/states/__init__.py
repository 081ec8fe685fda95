"""The life of a finding. Pure: what stands + what happens + when → what stands then, or a refusal with its sentence.

open ──plan──▶ planned ──report──▶ reported ──verify──▶ verified
                  ▲  └─ plan again    │
                  └──────return───────┘
open, planned, reported, not_improved ──close of the stage──▶ not_improved   (closed_as_not_improved from then on)
open, planned ──not improved, by the section──▶ not_improved ──report──▶ reported ──return──▶ not_improved
open, planned, not_improved, treated ──cannot be fixed, by the section──▶ cannot_fix
cannot_fix ──confirm──▶ treated ──at its review: again, or reopen──▶ cannot_fix | back to the section
cannot_fix ──refuse──▶ back to the section: open, planned, or not_improved when the stage had ended
cannot_fix, treated ──close of the stage──▶ as they are  (closed_as_not_improved from then on)
everything but withdrawn ──withdraw, by the origin's own operation──▶ withdrawn
"""

from tenken.findings.states.events import (
    AddEvidence,
    CannotFix,
    Confirm,
    Event,
    NotImproved,
    Outcome,
    Plan,
    Refuse,
    Reopen,
    Report,
    Return,
    Snapshot,
    StageClosed,
    Verify,
    Withdraw,
)
from tenken.findings.states.transitions import after, latest_review
from tenken.findings.states.words import (
    CANNOT_FIX,
    CONSIDERING,
    CONTINUING,
    DAILY,
    ENVIRONMENT,
    EVENT_LABELS,
    MEASURE_LEVELS,
    MEASURED,
    NOT_DONE,
    NOT_IMPROVED,
    NOT_STARTED,
    NOTED,
    OPEN,
    OTHER,
    PLANNED,
    PROMISED,
    REASONS,
    REPORTED,
    RISKS,
    STATUS_LABELS,
    TAKES_EVIDENCE,
    TREATED,
    UNANSWERED,
    UNFINISHED,
    VERIFIED,
    WITH_SECTION,
    WITHDRAWN,
    reason_text,
)

__all__ = [
    "CANNOT_FIX",
    "CONSIDERING",
    "CONTINUING",
    "DAILY",
    "ENVIRONMENT",
    "EVENT_LABELS",
    "MEASURED",
    "MEASURE_LEVELS",
    "NOTED",
    "NOT_DONE",
    "NOT_IMPROVED",
    "NOT_STARTED",
    "OPEN",
    "OTHER",
    "PLANNED",
    "PROMISED",
    "REASONS",
    "REPORTED",
    "RISKS",
    "STATUS_LABELS",
    "TAKES_EVIDENCE",
    "TREATED",
    "UNANSWERED",
    "UNFINISHED",
    "VERIFIED",
    "WITHDRAWN",
    "WITH_SECTION",
    "AddEvidence",
    "CannotFix",
    "Confirm",
    "Event",
    "NotImproved",
    "Outcome",
    "Plan",
    "Refuse",
    "Reopen",
    "Report",
    "Return",
    "Snapshot",
    "StageClosed",
    "Verify",
    "Withdraw",
    "after",
    "latest_review",
    "reason_text",
]
