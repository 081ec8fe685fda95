"""The tables of findings."""

from tenken.findings.models.cases import Case, CaseCounter
from tenken.findings.models.extents import ExtentCheck, ExtentEvidence, ExtentTarget, ExtentTargetEvent
from tenken.findings.models.findings import (
    Finding,
    FindingCounter,
    FindingEvent,
    FindingEvidence,
    FindingQuerySet,
)
from tenken.findings.models.measures import BudgetStep, Measure, MeasureEvidence
from tenken.findings.models.sources import AuditReport, ReportEvent, ReportingDate
from tenken.findings.models.traces import Trace, TraceLine, TraceLineEvent, TraceProof

__all__ = [
    "AuditReport",
    "BudgetStep",
    "Case",
    "CaseCounter",
    "ExtentCheck",
    "ExtentEvidence",
    "ExtentTarget",
    "ExtentTargetEvent",
    "Finding",
    "FindingCounter",
    "FindingEvent",
    "FindingEvidence",
    "FindingQuerySet",
    "Measure",
    "MeasureEvidence",
    "ReportEvent",
    "ReportingDate",
    "Trace",
    "TraceLine",
    "TraceLineEvent",
    "TraceProof",
]
