"""`tenken telemetry load` against a receiver that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.receivers.conftest import Running, event_store, start

__all__ = ["event_store", "start"]

pytestmark = pytest.mark.django_db(transaction=True)


def _load(running: Running, key: str, *options: str) -> subprocess.CompletedProcess[str]:
    address = f"http://127.0.0.1:{running.port}"
    command = [
        sys.executable,
        "-m",
        "tenken.cli",
        "telemetry",
        "load",
        "--url",
        address,
        "--key",
        key,
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=120)


def test_all_that_is_sent_is_there_once(start: Callable[..., Running]) -> None:
    running = start()
    running.source("logs", "jsonl")
    options = ("--terminals", "300", "--rate", "1500", "--seconds", "3", "--seed", "9", "--at-once")
    done = _load(running, running.keys["logs"], *options)
    assert done.returncode == 0, done.stderr
    assert "4,500件" in done.stdout
    assert running.rows("count() AS n, uniqExact(payload, seq) AS once")[0] == {"n": 4500, "once": 4500}


def test_a_key_nobody_knows_is_told(start: Callable[..., Running]) -> None:
    running = start()
    done = _load(running, "tnk_nobody", "--rate", "10", "--seconds", "1", "--at-once")
    assert done.returncode != 0
    assert "この鍵を知りません" in done.stderr
    assert running.rows("count() AS n")[0]["n"] == 0
