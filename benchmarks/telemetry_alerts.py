"""From an operation that a rule hits to the alert on screen and the mail in the queue, while a city's terminals send.

Beside the stream single operations come, each of an account and terminal of its own; another thread asks the database, as
pages do, which alerts and mails there are. ``TENKEN_BENCH_STREAM``: events a second of the stream.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path

import orjson
from django.db import connection
from tests.factories import make_person, root_of

from benchmarks.bars import Figure
from benchmarks.telemetry_city import code_of, make_city, receiving, rule_text, switch_on, take_in
from benchmarks.telemetry_sender import post
from tenken.demo.telemetry.operations import day_of
from tenken.demo.telemetry.population import invented
from tenken.demo.telemetry.sending import lines_of
from tenken.notices.models import Notice
from tenken.organization.models import City
from tenken.telemetry.alerts.grouping import MOST_AN_HOUR
from tenken.telemetry.models import Alert, AlertSettings

STREAM = int(os.environ.get("TENKEN_BENCH_STREAM", "10000"))
RULES = 100
PROBES = 600
EVERY = 0.1
LINES = 1_000
_DAY = date(2026, 11, 20)
_KINDS = PROBES // (MOST_AN_HOUR - 10)  # rules for the probes: none is folded into a summary


def measure(home: Path) -> Iterator[Figure]:
    """Yield the seconds from sending to the alert, with a hundred rules on besides those of the probes."""
    logging.getLogger("tenken").setLevel(logging.ERROR)
    population = invented(code_of(0), 3_000, 20261121)
    city = make_city(code_of(0), population)
    secretary = make_person(city, role="secretariat", unit=root_of(city))
    secretary.email = "secretariat@example.jp"
    secretary.save(update_fields=["email"])
    AlertSettings.objects.create(city=city, mails_per_hour=0)
    switch_on(city, RULES)
    condition = "CommandLine|contains: 'probe{n}x'"
    take_in(
        city,
        [rule_text(10_000 + n, "process_creation", condition.format(n=n), "high") for n in range(_KINDS)],
    )
    seconds = PROBES * EVERY + 5
    events = day_of(population, _DAY, int(STREAM * seconds), 20261121)
    bodies = [lines_of(events.slice(at, LINES)) for at in range(0, events.num_rows, LINES)]
    yield from _probed(city, bodies)


@dataclass
class _Seen:
    """When each probe was sent, and when its alert was there."""

    sent: dict[str, float] = field(default_factory=dict)
    alerts: dict[str, float] = field(default_factory=dict)
    over: bool = False


def _probed(city: City, bodies: list[bytes]) -> Iterator[Figure]:
    seen = _Seen()
    with receiving(city) as (address, key, pipeline):
        threads = [
            threading.Thread(target=_stream, args=(address, key, bodies, seen)),
            threading.Thread(target=_watch, args=(city, seen)),
        ]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        received = pipeline.state().events
        _probe(address, key, seen)
        rate = (pipeline.state().events - received) / (time.perf_counter() - began)
        seen.over = True
        for thread in threads:
            thread.join()
    if len(seen.alerts) != PROBES:
        raise RuntimeError(f"{len(seen.alerts)} of {PROBES} probes became alerts")
    waited = sorted(seen.alerts[user] - moment for user, moment in seen.sent.items())
    print(f"# beside {rate:,.0f} events/s; {Notice.objects.count()} mails", flush=True)
    yield Figure("sent to alert and mail, median", waited[len(waited) // 2], "s")
    yield Figure("sent to alert and mail, p99", waited[len(waited) * 99 // 100], "s", 3.0)
    yield Figure("sent to alert and mail, longest", waited[-1], "s")


def _probe(address: str, key: str, seen: _Seen) -> None:
    """Send the probes over one connection each, as terminals do, at their pace."""
    began = time.perf_counter()
    senders = []
    for number in range(PROBES):
        time.sleep(max(0.0, began + number * EVERY - time.perf_counter()))
        sender = threading.Thread(target=_send_probe, args=(address, key, number, seen))
        sender.start()
        senders.append(sender)
    for sender in senders:
        sender.join()
    until = time.perf_counter() + 60
    while len(seen.alerts) < PROBES and time.perf_counter() < until:
        time.sleep(0.1)


def _send_probe(address: str, key: str, number: int, seen: _Seen) -> None:
    row = {
        "ts": datetime.now(UTC).isoformat(),
        "op": "process_start",
        "user": f"probe{number}",
        "computer": f"PROBE{number}",
        "command_line": f"run probe{number % _KINDS}x",
        "log_product": "windows",
        "log_category": "process_creation",
    }
    seen.sent[row["user"]] = time.perf_counter()
    post(HTTPConnection(address, timeout=60), key, orjson.dumps(row))


def _stream(address: str, key: str, bodies: list[bytes], seen: _Seen) -> None:
    """Send the stream at its pace over some connections, each waiting for its acknowledgements."""
    began, numbered = time.perf_counter(), iter(enumerate(bodies))
    taking = threading.Lock()

    def send() -> None:
        to = HTTPConnection(address, timeout=60)
        while not seen.over:
            with taking:
                number, body = next(numbered, (0, b""))
            if not body:
                return
            time.sleep(max(0.0, began + number * LINES / STREAM - time.perf_counter()))
            post(to, key, body)

    with ThreadPoolExecutor(32) as connections:
        for one in [connections.submit(send) for _ in range(32)]:
            one.result()


def _watch(city: City, seen: _Seen) -> None:
    """Ask for alerts whose mail is in the queue."""
    last = 0
    while not seen.over:
        rows = Alert.objects.filter(city=city, pk__gt=last, told_at__isnull=False).order_by("pk")
        for last, user in rows.values_list("pk", "user"):  # noqa: B007
            if user.startswith("probe"):
                seen.alerts[user] = time.perf_counter()
        time.sleep(0.02)
    connection.close()
