"""The records of this room that live in the database; events live in the store (``telemetry.store``)."""

from tenken.telemetry.models.reception import EnrolledNode, ReceiverState, SourceAddress, SourceDay
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
from tenken.telemetry.models.lists import DutyHours, WatchEntry, WatchList
from tenken.telemetry.models.sources import Source
from tenken.telemetry.models.terminals import Terminal, TerminalAssignment

__all__ = [
    "DutyHours",
    "EnrolledNode",
    "OverrideNotice",
    "OverrideNoticeRule",
    "SampledView",
    "SavedSearch",
    "SearchExport",
    "SearchPurpose",
    "SearchRecord",
    "ReceiverState",
    "Source",
    "SourceAddress",
    "SourceDay",
    "Terminal",
    "TerminalAssignment",
    "ViewSample",
    "WatchEntry",
    "WatchList",
]
