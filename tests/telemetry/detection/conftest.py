"""The store, opened once, for tests that write no table but their own."""

from __future__ import annotations

import pytest

from tenken.telemetry.store import Store, store


@pytest.fixture(scope="session")
def session_store() -> Store:
    return store()
