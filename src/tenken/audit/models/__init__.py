"""The tables of this room, one subject a file."""

from tenken.audit.models.engagements import (
    Appointment,
    Auditor,
    Engagement,
    EngagementCounter,
    EngagementEvent,
    EngagementQuerySet,
)
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
    "Appointment",
    "Auditor",
    "Engagement",
    "EngagementCounter",
    "EngagementEvent",
    "EngagementQuerySet",
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
