"""Fixtures of this room, for its pages."""

from tests.telemetry.conftest import event_store

__all__ = ["event_store"]
