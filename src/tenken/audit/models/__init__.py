"""The tables of this room, one subject a file."""

from tenken.audit.models.records import (
    GoodPractice,
    Observation,
    RemovedVisitEvidence,
    VisitEvidence,
    VisitItem,
)
from tenken.audit.models.selections import SelectedUnit, VisitSelection
from tenken.audit.models.visits import ReportMeeting, Visit, VisitAuditor, VisitEvent

__all__ = [
    "GoodPractice",
    "Observation",
    "RemovedVisitEvidence",
    "ReportMeeting",
    "SelectedUnit",
    "Visit",
    "VisitAuditor",
    "VisitEvent",
    "VisitEvidence",
    "VisitItem",
    "VisitSelection",
]
