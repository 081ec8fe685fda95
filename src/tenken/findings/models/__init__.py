"""The tables of findings."""

from tenken.findings.models.cases import Case, CaseCounter
from tenken.findings.models.findings import (
    Finding,
    FindingCounter,
    FindingEvent,
    FindingEvidence,
    FindingQuerySet,
)
from tenken.findings.models.traces import Trace, TraceLine, TraceLineEvent, TraceProof

__all__ = [
    "Case",
    "CaseCounter",
    "Finding",
    "FindingCounter",
    "FindingEvent",
    "FindingEvidence",
    "FindingQuerySet",
    "Trace",
    "TraceLine",
    "TraceLineEvent",
    "TraceProof",
]
