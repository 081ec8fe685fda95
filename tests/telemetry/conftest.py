"""The store of this test process, empty at each test's start."""

from __future__ import annotations

import pytest

from tenken.telemetry.store import Store, store

_TABLES = ("events", "hits", "raw_payloads", "payloads", "quarantine", "counts", "device_days")


@pytest.fixture
def event_store() -> Store:
    opened = store()
    for table in _TABLES:
        opened.command(f"TRUNCATE TABLE {table}")
    return opened
