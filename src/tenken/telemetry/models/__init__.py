"""The records of this room that live in the database; events live in the store (``telemetry.store``)."""

from tenken.telemetry.models.accounts import AccountName
from tenken.telemetry.models.alerts import (
    Alert,
    AlertExclusion,
    AlertHit,
    AlertIncident,
    AlertSettings,
    AlertStep,
)
from tenken.telemetry.models.device_control import (
    ApprovedDevice,
    DeviceHandout,
    DevicePolicy,
    DevicePolicyLine,
    RemoteSession,
)
from tenken.telemetry.models.inventory import (
    DoubtfulMatch,
    InstalledSoftware,
    InventoryChange,
    InventorySetting,
    SoftwareRelease,
    SoftwareTitle,
    TerminalIdentity,
    TerminalReport,
)
from tenken.telemetry.models.lists import DutyHours, WatchEntry, WatchList
from tenken.telemetry.models.mappings import CsvLayout
from tenken.telemetry.models.reception import EnrolledNode, ReceiverState, SourceAddress, SourceDay
from tenken.telemetry.models.reconciliations import (
    CountReconciliation,
    DifferenceExplanation,
    ReconciliationRow,
)
from tenken.telemetry.models.retention import Archive, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.models.rules import DetectionRule, DetectionRuleVersion
from tenken.telemetry.models.searches import (
    OverrideNotice,
    OverrideNoticeRule,
    SampledView,
    SavedSearch,
    SearchExport,
    SearchPurpose,
    SearchRecord,
    ViewSample,
)
from tenken.telemetry.models.software_rules import SoftwareLicence, SupportDate
from tenken.telemetry.models.sources import Source
from tenken.telemetry.models.terminals import Terminal, TerminalAssignment

__all__ = [
    "AccountName",
    "Alert",
    "AlertExclusion",
    "AlertHit",
    "AlertIncident",
    "AlertSettings",
    "AlertStep",
    "ApprovedDevice",
    "Archive",
    "CountReconciliation",
    "CsvLayout",
    "DetectionRule",
    "DetectionRuleVersion",
    "DeviceHandout",
    "DevicePolicy",
    "DevicePolicyLine",
    "DifferenceExplanation",
    "DoubtfulMatch",
    "DutyHours",
    "EnrolledNode",
    "EventDeletion",
    "InstalledSoftware",
    "InventoryChange",
    "InventorySetting",
    "LegalHold",
    "OverrideNotice",
    "OverrideNoticeRule",
    "ReceiverState",
    "ReconciliationRow",
    "RemoteSession",
    "RetentionClass",
    "SampledView",
    "SavedSearch",
    "SearchExport",
    "SearchPurpose",
    "SearchRecord",
    "SoftwareLicence",
    "SoftwareRelease",
    "SoftwareTitle",
    "Source",
    "SourceAddress",
    "SourceDay",
    "SupportDate",
    "Terminal",
    "TerminalAssignment",
    "TerminalIdentity",
    "TerminalReport",
    "ViewSample",
    "WatchEntry",
    "WatchList",
]
