"""Sends to a receiving process, kills it with -9 at random moments, and sends again what was not acknowledged."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
_MODULE = "tests.telemetry.ingest.receiving"
_UNDER_WAY = 60
_BEGAN = datetime.now(UTC).isoformat()


@dataclass
class Outcome:
    """``sent``: how many parcels; ``acknowledged``: of them, before the last (unbroken) run; ``found``: of the store."""

    sent: int
    acknowledged: int
    resent: int
    found: dict[str, Any]


def kill_again_and_again(home: Path, kills: int, seed: int) -> Outcome:
    """Run *kills* times until a random moment and once to the end. *home* holds a migrated database with the city."""
    chosen = random.Random(seed)
    sender = _Sender(chosen)
    for _ in range(kills):
        sender.run(home, _Kill(after_first=chosen.random() < 0.8, seconds=chosen.uniform(0, 0.5)))
    acknowledged = len(sender.acknowledged)
    sender.run(home, None)
    program = [sys.executable, "-m", _MODULE, "check", str(sender.next)]
    checked = subprocess.run(program, cwd=ROOT, env=_environment(home), check=True, stdout=subprocess.PIPE)
    return Outcome(sender.next, acknowledged, sender.resent, json.loads(checked.stdout))


_ELSEWHERE = ("TENKEN_DATABASE_URL", "TENKEN_CLICKHOUSE_URL")


def _environment(home: Path) -> dict[str, str]:
    """The receiving process keeps all it has below *home*, wherever the tests keep theirs."""
    own = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    return own | {
        "TENKEN_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tenken.config.settings",
        "PYTHONPATH": str(ROOT),
        "TENKEN_TEST_BEGAN": _BEGAN,
    }


@dataclass
class _Kill:
    """*seconds* after the process is ready, or after it first acknowledged something."""

    after_first: bool
    seconds: float


class _Sender:
    """Knows what was sent and what was acknowledged. A tenth of what was acknowledged is sent once more."""

    def __init__(self, chosen: random.Random) -> None:
        self.chosen = chosen
        self.next = 0
        self.resent = 0
        self.acknowledged: set[int] = set()
        self.waiting: set[int] = set()
        self.first = threading.Event()

    def run(self, home: Path, kill: _Kill | None) -> None:
        """Start the process, and kill it when *kill* says, or (None) let it finish what is under way."""
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            cwd=ROOT,
            env=_environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "it does not start again after the kill"
        reader = threading.Thread(target=self._read, args=(process.stdout,))
        reader.start()
        self.first.clear()
        try:
            for number in sorted(self.waiting):
                print(number, file=process.stdin)
            if kill:
                self._send(process.stdin, kill)
            else:
                process.stdin.close()
                assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdout.close()
            if not process.stdin.closed:
                process.stdin.close()

    def _send(self, to: Any, kill: _Kill) -> None:
        deadline = None if kill.after_first else time.monotonic() + kill.seconds
        while deadline is None or time.monotonic() < deadline:
            if deadline is None and self.first.is_set():
                deadline = time.monotonic() + kill.seconds
            if len(self.waiting) >= _UNDER_WAY:
                time.sleep(0.001)
                continue
            if self.acknowledged and self.chosen.random() < 0.1:
                number = self.chosen.choice(sorted(self.acknowledged)[-200:])
                self.resent += 1
            else:
                number, self.next = self.next, self.next + 1
                self.waiting.add(number)
            print(number, file=to)

    def _read(self, lines: Any) -> None:
        for line in lines:
            if line.endswith("\n"):
                self.acknowledged.add(int(line))
                self.waiting.discard(int(line))
                self.first.set()
