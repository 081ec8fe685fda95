"""The tables of this room, one subject a file."""

from tenken.audit.models.competence import (
    AuditorExperience,
    AuditorQualification,
    AuditSettings,
    DeclaredConflict,
)
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
from tenken.audit.models.reports import FactAnswer, IssuedReport, ReportDraft, ReportItem
from tenken.audit.models.rotation import (
    MidTermLine,
    MidTermPlan,
    PriorAudit,
    RotationRule,
    SystemChoice,
    SystemSelection,
    YearPlan,
)
from tenken.audit.models.selections import SelectedUnit, VisitSelection
from tenken.audit.models.technical import (
    HostScan,
    ReportedPlace,
    ReportedWeakness,
    ScanDifference,
    ScanImport,
    ScanMapping,
    ScannedMachine,
    Weakness,
    WeaknessJudgement,
    WeaknessPlace,
)
from tenken.audit.models.visits import ReportMeeting, Visit, VisitAuditor, VisitEvent

__all__ = [
    "Appointment",
    "AuditSettings",
    "Auditor",
    "AuditorExperience",
    "AuditorQualification",
    "DeclaredConflict",
    "Engagement",
    "EngagementCounter",
    "EngagementEvent",
    "EngagementQuerySet",
    "FactAnswer",
    "GoodPractice",
    "HostScan",
    "IssuedReport",
    "MidTermLine",
    "MidTermPlan",
    "Observation",
    "PriorAudit",
    "RemovedVisitEvidence",
    "ReportDraft",
    "ReportItem",
    "ReportMeeting",
    "ReportedPlace",
    "ReportedWeakness",
    "RotationRule",
    "ScanDifference",
    "ScanImport",
    "ScanMapping",
    "ScannedMachine",
    "SelectedUnit",
    "SystemChoice",
    "SystemSelection",
    "Visit",
    "VisitAuditor",
    "VisitEvent",
    "VisitEvidence",
    "VisitItem",
    "VisitSelection",
    "Weakness",
    "WeaknessJudgement",
    "WeaknessPlace",
    "YearPlan",
]
