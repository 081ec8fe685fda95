"""kill -9 at random moments while receiving: nothing acknowledged lost, nothing doubled.

``TENKEN_KILLS`` says how often (100 for the bar); the suite does it a few times.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.migrated import copy_migrated
from tests.telemetry.ingest.killing import ROOT, kill_again_and_again
from tests.telemetry.ingest.receiving import CITY, EVENTS

KILLS = int(os.environ.get("TENKEN_KILLS", "6"))
_FOUND = f"""
import django
django.setup()
from tests.factories import make_city
make_city({CITY!r})
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    copy_migrated(tmp_path / "tenken.sqlite3")
    environment = os.environ | {
        "TENKEN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tenken.config.settings",
    }
    environment.pop("TENKEN_DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", _FOUND], cwd=ROOT, env=environment, check=True)
    return tmp_path


def test_nothing_acknowledged_is_lost_and_nothing_doubled(home: Path) -> None:
    outcome = kill_again_and_again(home, KILLS, seed=20261121)
    assert outcome.acknowledged > KILLS, "the kills came before anything was acknowledged"
    assert outcome.resent > 0
    found = outcome.found
    numbers = [str(number) for number in range(outcome.sent)]
    assert found["events"] == {number: [EVENTS, EVENTS] for number in numbers}
    assert found["hits"] == dict.fromkeys(numbers, EVENTS)
    assert found["quarantined"] == {number: 1 for number in numbers if int(number) % 3 == 0}
    assert found["sums"] == [EVENTS * outcome.sent] * 2
