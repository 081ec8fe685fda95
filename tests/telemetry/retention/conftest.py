from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tenken.common.clock import JAPAN
from tenken.organization.access import Principal, system_principal
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.retention.operations import adopt_default_classes, archive_root
from tenken.telemetry.store import Store
from tests.factories import Scenario

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-21T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def keeper(scenario: Scenario) -> Principal:
    by = system_principal(scenario.city, "retention", on=date(2026, 11, 21))
    adopt_default_classes(by=by)
    return by


@pytest.fixture
def archives() -> Iterator[Path]:
    yield archive_root()
    shutil.rmtree(archive_root(), ignore_errors=True)


@pytest.fixture
def october(event_store: Store, keeper: Principal, archives: Path) -> Store:
    """A thousand operations of October, one of the first minute of November."""
    begin = datetime(2026, 10, 1, tzinfo=JAPAN)
    rows = [
        {
            "ts": begin + timedelta(minutes=44 * n),
            "received": begin + timedelta(minutes=44 * n + 1),
            "city": keeper.city_code,
            "op": "file_open",
            "path": rf"\\fs01\戸籍住民課\髙橋{n}.xlsx",
            "person": f"{n % 7}",
            "section": "A1" if n % 2 else "A2",
            "device": f"PC{n % 20:03d}",
            "retention": "operation",
            "payload": 2**63 + n,
            "seq": n,
            "mail_to": [f"a{n}@example.jp"] if n % 3 else [],
            "rest": {"EventID": str(n)},
        }
        for n in range(1000)
    ]
    rows.append({**rows[0], "ts": datetime(2026, 11, 1, tzinfo=JAPAN), "path": "十一月.xlsx"})
    event_store.insert("events", table_of(rows))
    return event_store
