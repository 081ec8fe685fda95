"""Every terminal of a city comes back at once, each with a backlog of 1 MB: nothing may be lost or doubled, and the
receiving process must stay below 2 GB.

    python -m benchmarks.telemetry_reconnect [terminals] [backlog in KB]

The terminals are as many connections of one process on the same machine, opened together. Each sends its backlog,
waits as long as it is told to when it is turned away, and sends it again when it gets no answer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from tests.migrated import copy_migrated

_LINE: Final = 288
_MOST_SECONDS: Final = 3_600
_SET_UP: Final = """
import django; django.setup()
from tenken.organization.access import system_principal
from tenken.organization.operations import found_city
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tests.factories import FOUNDED, SetUp
city = found_city(by=SetUp(), code="991015", name="みどり市", on=FOUNDED)
settings = SourceSettings(name="端末")
print(register_source(by=system_principal(city, "bench"), code="lines-1", protocol="jsonl", settings=settings)[1])
"""
_COUNT: Final = """
import django; django.setup()
from tenken.telemetry.store import store
sql = "SELECT count() AS n, uniqExact(computer, seq) AS u, uniqExact(computer) AS c FROM events"
print(*store().stage_query(sql, stage="events").to_pylist()[0].values())
"""


@dataclass
class Told:
    """What the terminals were told. ``answers``: by status, 0: none."""

    answers: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    accepted: int = 0
    open: int = 0
    most_open: int = 0


# Where a line's numbers stand, each with a letter of its own in the forms.
_FILLED: Final = {"c": 5, "u": 5, "n": 6, "p": 11}
_PIECE: Final = 512


def _form(day: int, op: str) -> bytes:
    marks = {letter: letter.upper() * digits for letter, digits in _FILLED.items()}
    row = {
        "computer": f"PC-{marks['c']}",
        "user": f"u{marks['u']}",
        "message": marks["n"],
        "path": f"\\\\sv01\\共有\\第12係\\起案\\文書{marks['p']}.docx",
        "ts": f"2026-11-{day:02d}T{8 + day % 9:02d}:{day * 2:02d}:00+09:00",
        "op": op,
    }
    return orjson.dumps(row).ljust(_LINE - 1) + b"\n"


_OPS: Final = ("file_open", "file_write", "print", "web", "logon")
_FORMS: Final = np.array([np.frombuffer(_form(day, op), np.uint8) for day in range(1, 21) for op in _OPS])
_PLACES: Final = {
    letter: _form(1, _OPS[0]).index(letter.upper().encode() * digits) for letter, digits in _FILLED.items()
}


def backlog(terminal: int, lines: int) -> Iterator[bytes]:
    """Give one terminal's lines, the same each time, each of ``_LINE`` bytes; by pieces, or this process would hold all
    backlogs at once. Made by filling numbers into forms: the sender is to cost little beside the receiver."""
    made = np.random.default_rng(terminal)
    for first in range(0, lines, _PIECE):
        rows = np.arange(first, min(first + _PIECE, lines))
        piece = _FORMS[made.integers(len(_FORMS), size=len(rows))]
        papers = made.integers(10 ** _FILLED["p"], size=len(rows))
        for letter, values in (("c", terminal), ("u", terminal), ("n", rows), ("p", papers)):
            _fill(piece, letter, values)
        yield piece.tobytes()


def _fill(piece: Any, letter: str, values: Any) -> None:
    """Write *values* as digits where *letter* stands in each row."""
    digits = _FILLED[letter]
    for place in range(digits):
        piece[:, _PLACES[letter] + place] = ord("0") + values // 10 ** (digits - 1 - place) % 10


async def terminal(
    number: int, port: int, key: str, lines: int, told: Told, everybody: asyncio.Event
) -> None:
    """Send one backlog until it is acknowledged."""
    await everybody.wait()
    while True:
        status, wait, accepted = await _attempt(number, port, key, lines, told)
        told.answers[status] += 1
        if status == 200:
            told.accepted += accepted
            return
        if status not in (0, 408, 429, 503):
            raise RuntimeError(f"terminal {number} was refused: {status}")
        told.waits.append(wait)
        await asyncio.sleep(wait)


async def _attempt(number: int, port: int, key: str, lines: int, told: Told) -> tuple[int, float, int]:
    """Return status (0: none), when to come again, and how many events were taken in."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return 0, random.uniform(1, 5), 0
    told.open += 1
    told.most_open = max(told.most_open, told.open)
    try:
        size = lines * _LINE
        head = f"POST /lines HTTP/1.1\r\nHost: x\r\nX-Tenken-Key: {key}\r\nContent-Length: {size}\r\n\r\n"
        writer.write(head.encode())
        for piece in backlog(number, lines):
            writer.write(piece)
            await writer.drain()
        text = (await reader.readuntil(b"\r\n\r\n")).decode()
        status = int(text.split(" ", 2)[1])
        headers = dict(line.lower().split(": ", 1) for line in text.split("\r\n")[1:] if ": " in line)
        said = orjson.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        return status, float(headers.get("retry-after", 1)), int(said.get("accepted", 0))
    except (OSError, asyncio.IncompleteReadError):
        return 0, random.uniform(1, 5), 0
    finally:
        told.open -= 1
        writer.close()


async def reconnect(terminals: int, port: int, key: str, lines: int, server: int) -> tuple[Told, int, float]:
    """Let all come at once; return what they were told, the most memory of the server, and the seconds."""
    told, everybody, most = Told(), asyncio.Event(), 0
    tasks = [
        asyncio.create_task(terminal(number, port, key, lines, told, everybody))
        for number in range(terminals)
    ]
    began = time.monotonic()
    everybody.set()
    whole = asyncio.gather(*tasks)
    shown = began
    while not whole.done() and time.monotonic() - began < _MOST_SECONDS:
        most = max(most, resident(server))
        if time.monotonic() - shown > 15:
            shown = time.monotonic()
            print(
                f"  {shown - began:5.0f} s: {told.answers[200]:,} of {terminals:,} delivered, "
                f"{told.open:,} open, server {resident(server) / 2**20:,.0f} MB",
                flush=True,
            )
        await asyncio.wait({whole}, timeout=0.25)
    await whole
    return told, most, time.monotonic() - began


def resident(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> int:
    """Run it, print what came of it, and return 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminals", nargs="?", type=int, default=10_000)
    parser.add_argument("kilobytes", nargs="?", type=int, default=1_000)
    args = parser.parse_args()
    lines = max(1, args.kilobytes * 1_000 // _LINE)
    _raise_open_files()
    with tempfile.TemporaryDirectory(prefix="tenken-reconnect-") as home:
        environment = os.environ | {
            "TENKEN_HOME": home,
            "DJANGO_SETTINGS_MODULE": "tenken.config.settings",
            "PYTHONUNBUFFERED": "1",
        }

        def run(*command: str) -> str:
            return subprocess.run(
                [sys.executable, *command], env=environment, check=True, capture_output=True, text=True
            ).stdout

        copy_migrated(Path(home) / "tenken.sqlite3")
        key = run("-c", _SET_UP).strip()
        server = subprocess.Popen(
            [sys.executable, "-m", "tenken.cli", "serve", "--port", "0"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            port = _port(server)
            size = lines * _LINE
            print(
                f"{args.terminals:,} terminals with {size / 1e6:.2f} MB ({lines:,} events) each", flush=True
            )
            told, most, seconds = asyncio.run(reconnect(args.terminals, port, key, lines, server.pid))
            server.terminate()
            server.wait(120)
        finally:
            server.kill()
            server.wait()
        count, unique, computers = map(int, run("-c", _COUNT).split())
    return _report(args.terminals, lines, size, told, most, seconds, (count, unique, computers))


def _report(
    terminals: int, lines: int, size: int, told: Told, most: int, seconds: float, found: tuple[int, int, int]
) -> int:
    sent = terminals * lines
    print(
        f"delivered in {seconds:,.0f} s: {sent / seconds:,.0f} events/s, {terminals * size / seconds / 1e6:.1f} MB/s"
    )
    print(f"at once open: {told.most_open:,}; answers: {dict(told.answers)} (0: none)")
    if told.waits:
        print(f"told to wait: {len(told.waits):,} times, {min(told.waits):.0f} to {max(told.waits):.0f} s")
    print(
        f"events sent {sent:,}, acknowledged {told.accepted:,}, in the store {found[0]:,}, distinct {found[1]:,}"
    )
    print(f"terminals in the store {found[2]:,}; most resident memory of the server {most / 2**20:,.0f} MB")
    exact = found == (sent, sent, terminals)
    print(f"exactly once: {'yes' if exact else 'NO'}; below 2 GB: {'yes' if most < 2**31 else 'NO'}")
    return 0 if exact and most < 2**31 else 1


def _port(server: subprocess.Popen[str]) -> int:
    import re

    assert server.stderr is not None
    said = ""
    while line := server.stderr.readline():
        said += line
        if found := re.search(r"受信：http://127\.0\.0\.1:(\d+)/", line):
            return int(found[1])
    raise RuntimeError(f"the server did not come up: {said[-1000:]}")


def _raise_open_files() -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
