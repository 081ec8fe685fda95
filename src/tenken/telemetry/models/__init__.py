"""The records of this room that live in the database; events live in the store (``telemetry.store``)."""

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
from tenken.telemetry.models.sources import Source
from tenken.telemetry.models.terminals import Terminal, TerminalAssignment

__all__ = [
    "OverrideNotice",
    "OverrideNoticeRule",
    "SampledView",
    "SavedSearch",
    "SearchExport",
    "SearchPurpose",
    "SearchRecord",
    "Source",
    "Terminal",
    "TerminalAssignment",
    "ViewSample",
]
