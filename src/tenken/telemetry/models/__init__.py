"""The records of this room that live in the database; events live in the store (``telemetry.store``)."""

from tenken.telemetry.models.sources import Source
from tenken.telemetry.models.terminals import Terminal, TerminalAssignment

__all__ = ["Source", "Terminal", "TerminalAssignment"]
