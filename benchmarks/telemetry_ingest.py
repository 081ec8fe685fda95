"""Operation logs from JSON lines to durable rows with their rules asked, and the same rows in other stores.

The bars are for two cores. Beside the clock stands what the processor worked, for other work on the machine is not ours.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from benchmarks.bars import Figure
from benchmarks.telemetry_city import code_of, make_city, receiving, switch_on
from benchmarks.telemetry_peers import Peer, duckdb_peer, postgres_peer, sqlite_peer
from tenken.demo.telemetry.operations import day_of
from tenken.demo.telemetry.population import invented
from tenken.demo.telemetry.sending import lines_of
from tenken.organization.models import City
from tenken.telemetry.ingest.writing import WITHOUT_INDEXES
from tenken.telemetry.store import store
from tenken.telemetry.store.tables import stage_statement

EVENTS = int(os.environ.get("TENKEN_BENCH_EVENTS", "1000000"))
PEER_EVENTS = EVENTS // 5
TERMINALS = 3_000
LINES = 1_000
CONNECTIONS = 64
RUNS = ((0, None), (100, 50_000), (500, 20_000))  # rules, events/s
SEED = 20261121
_DAY = date(2026, 11, 20)


def measure(home: Path) -> Iterator[Figure]:
    """Receive over HTTP with no rules, 100 and 500; then what a row takes on disk, and the peers with the same rows."""
    logging.getLogger("tenken").setLevel(logging.ERROR)
    first, rest = home / "first", home / "rest"
    population = invented(code_of(0), TERMINALS, SEED)
    events = day_of(population, _DAY, EVENTS, SEED)
    size = _write(events, first, 0, 2) + _write(events, rest, 2, EVENTS // LINES)
    print(f"# {EVENTS:,} events of {size / EVENTS:.0f} bytes, {LINES:,} a payload", file=sys.stderr)
    del events
    for place, (rules, bar) in enumerate(RUNS):
        city = make_city(code_of(place), population)
        switch_on(city, rules)
        yield from _received(city, first, rest, rules, bar)
    yield from _stored(city)
    yield from _beside(home, city)


def _write(events: pa.Table, folder: Path, start: int, end: int) -> int:
    folder.mkdir()
    bodies = (lines_of(events.slice(at * LINES, LINES)) for at in range(start, end))
    return sum((folder / f"{at:06d}").write_bytes(body) for at, body in enumerate(bodies))


def _received(city: City, first: Path, rest: Path, rules: int, bar: int | None) -> Iterator[Figure]:
    opened = store()
    for table in ("events", "payloads", "hits", "counts", "device_days"):
        opened.command(f"TRUNCATE TABLE {table}")
    with receiving(city) as (address, key, pipeline):
        _send(address, key, first)  # what is read and planned once
        before, sending = time.process_time(), os.times().children_user + os.times().children_system
        clock = _send(address, key, rest)
        worked = time.process_time() - before
        sending = os.times().children_user + os.times().children_system - sending
    state = pipeline.state()
    if state.events != EVENTS:
        raise RuntimeError(f"{state.events} events were received, {EVENTS} sent")
    count = EVENTS - 2 * LINES
    limit = 1e6 / bar if bar else None
    print(f"# {rules} rules: {count / clock:,.0f} events/s, {state.alerts} alerts", file=sys.stderr)
    yield Figure(f"received over HTTP to durable, {rules} rules: an event", 1e6 * clock / count, "µs", limit)
    yield Figure("  the processor's work for it", 1e6 * worked / count, "µs")
    yield Figure("  the sender's work beside it", 1e6 * sending / count, "µs")


def _send(address: str, key: str, folder: Path) -> float:
    """Send the bodies of *folder* from another process; return the seconds until all were acknowledged."""
    sender = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.telemetry_sender", address, key, str(folder), str(CONNECTIONS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    time.sleep(1.0)  # it reads its bodies
    began = time.perf_counter()
    sender.stdin.write("\n")
    sender.stdin.flush()
    told = sender.stdout.readline()
    took = time.perf_counter() - began
    sender.communicate()
    if told != "sent\n" or sender.returncode:
        raise RuntimeError("the sender failed")
    return took


def _stored(city: City) -> Iterator[Figure]:
    """What the rows take, tables of counts, payload numbers and hits aside (shown each)."""
    opened = store()
    opened.command("OPTIMIZE TABLE events FINAL")
    sizes = opened.stage_query(
        "SELECT table, sum(bytes_on_disk) AS size FROM system.parts WHERE active AND database = currentDatabase() "
        "GROUP BY table ORDER BY size DESC",
        stage="parts",
    )
    for row in sizes.to_pylist():
        if row["table"] == "events" or row["size"] > EVENTS / 10:
            bar = 45 if row["table"] == "events" else None
            yield Figure(f"disk: {row['table']}, of an event", row["size"] / EVENTS, "B", bar)


def _beside(home: Path, city: City) -> Iterator[Figure]:
    """The rows as they are in our store, into the peers: one after another in one process, each durable."""
    opened = store()
    rows = opened.query(
        "SELECT *, search FROM events WHERE city = {city:String} AND ts >= {since:DateTime64(3)} "
        "AND ts < {until:DateTime64(3)} LIMIT {most:UInt32}",
        city=city.code,
        since=datetime(2000, 1, 1, tzinfo=UTC),
        until=datetime(2100, 1, 1, tzinfo=UTC),
        parameters={"most": PEER_EVENTS},
    )
    ours = _ours(rows)
    yield Figure("only storing, an event: tenken", ours.microseconds, "µs")
    yield Figure("  its disk", ours.size, "B")
    bars: dict[str, tuple[float | None, float | None]] = {
        "PostgreSQL + pg_trgm": (1 / 4, 1 / 7),
        "SQLite FTS5": (None, None),
        "DuckDB": (None, 1 / 2),
    }
    for name, make in (
        ("PostgreSQL + pg_trgm", postgres_peer),
        ("SQLite FTS5", sqlite_peer),
        ("DuckDB", duckdb_peer),
    ):
        peer = make(home / name.split()[0].lower(), rows)
        if peer is None:
            print(f"# {name} cannot be run here", file=sys.stderr)
            continue
        time_bar, disk_bar = bars[name]
        yield Figure(f"only storing, an event: {name}", peer.microseconds, "µs")
        yield Figure("  its disk", peer.size, "B")
        yield Figure("  our time to its", ours.microseconds / peer.microseconds, "×", time_bar)
        yield Figure("  our disk to its", ours.size / peer.size, "×", disk_bar)


def _ours(rows: pa.Table) -> Peer:
    """The same rows as the pipeline writes them, by way of a stage, into an empty table like ``events``; its indexes of
    words are built by the merge, whose time counts."""
    opened = store()
    opened.command("DROP TABLE IF EXISTS events_again")
    opened.command("CREATE TABLE events_again AS events")
    opened.command(stage_statement("stage_again"))
    plain = rows.drop_columns(["search"])
    names = ", ".join(plain.column_names)
    began = time.perf_counter()
    for at in range(0, plain.num_rows, 50_000):
        opened.insert("stage_again", plain.slice(at, 50_000))
        opened.command(
            f"INSERT INTO events_again ({names}) SELECT {names} FROM stage_again {WITHOUT_INDEXES}"
        )
        opened.command("TRUNCATE TABLE stage_again")
    opened.command("OPTIMIZE TABLE events_again FINAL")
    took = time.perf_counter() - began
    size = opened.stage_query(
        "SELECT sum(bytes_on_disk) AS size FROM system.parts WHERE active AND table = 'events_again'",
        stage="parts",
    )
    return Peer(1e6 * took / plain.num_rows, size.column("size")[0].as_py() / plain.num_rows)
