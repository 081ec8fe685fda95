"""Operation logs from JSON lines to durable rows with their rules asked, and the same rows in other stores.

The bars are for two cores. Beside the clock stands what the processor worked, for other work on the machine is not ours.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from benchmarks.bars import Figure
from benchmarks.telemetry_peers import Peer, duckdb_peer, postgres_peer, sqlite_peer
from tenken.common.identifiers import local_government_check_digit
from tenken.demo.telemetry.operations import day_of
from tenken.demo.telemetry.population import invented
from tenken.demo.telemetry.sending import lines_of
from tenken.journal.actor import Actor
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.operations import found_city
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.shipped import shipped_files
from tenken.telemetry.detection.trying import trial_table, try_rule
from tenken.telemetry.detection.writing import NewRule, take_rules
from tenken.telemetry.ingest import payload_number
from tenken.telemetry.ingest.parcels import Parcel
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.ingest.queueing import Busy
from tenken.telemetry.ingest.writing import WITHOUT_INDEXES
from tenken.telemetry.models import DetectionRule, Terminal
from tenken.telemetry.store import store
from tenken.telemetry.store.tables import stage_statement
from tenken.telemetry.wire.json_lines import read_json_lines

EVENTS = int(os.environ.get("TENKEN_BENCH_EVENTS", "1000000"))
PEER_EVENTS = EVENTS // 5
TERMINALS = 3_000
LINES = 1_000
SEED = 20261121
_DAY = date(2026, 11, 20)
_NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class _Founder:
    actor = Actor(code="system:benchmark", name="ベンチマーク")


def measure(home: Path) -> Iterator[Figure]:
    """Receive with no rules, 100 and 500; then what a row takes on disk, and the peers with the same rows."""
    logging.getLogger("tenken").setLevel(logging.ERROR)
    city = _city()
    population = invented(city.code, TERMINALS, SEED)
    Terminal.objects.bulk_create(
        Terminal(
            city=city, number=f"T{place:05d}", computer_name=seat.computer, registered_on=date(2020, 4, 1)
        )
        for place, seat in enumerate(population.seats)
    )
    events = day_of(population, _DAY, EVENTS, SEED)
    bodies = [lines_of(events.slice(at, LINES)) for at in range(0, EVENTS, LINES)]
    size = sum(map(len, bodies)) / EVENTS
    print(f"# {EVENTS:,} events of {size:.0f} bytes, {len(bodies):,} payloads", file=sys.stderr)
    del events
    for rules, bar in ((0, None), (100, 50_000), (500, 20_000)):
        _switch_on(city, rules)
        yield from _received(city, bodies, rules, bar)
    yield from _stored(city)
    yield from _beside(home, city)


def _received(city: City, bodies: list[bytes], rules: int, bar: int | None) -> Iterator[Figure]:
    opened = store()
    for table in ("events", "payloads", "hits", "counts", "device_days"):
        opened.command(f"TRUNCATE TABLE {table}")
    pipeline = Pipeline(opened)
    pipeline.start()
    _receive(city, pipeline, bodies[:2])  # what is read and planned once
    clock, worked = time.perf_counter(), time.process_time()
    _receive(city, pipeline, bodies[2:])
    clock, worked = time.perf_counter() - clock, time.process_time() - worked
    pipeline.stop()
    error = pipeline.state().detection_error or pipeline.state().last_error
    if error:
        raise RuntimeError(error)
    count = EVENTS - 2 * LINES
    limit = 1e6 / bar if bar else None
    print(f"# {rules} rules: {count / clock:,.0f} events/s", file=sys.stderr)
    yield Figure(f"received to durable, {rules} rules: an event", 1e6 * clock / count, "µs", limit)
    yield Figure("  the processor's work for it", 1e6 * worked / count, "µs", 2 * limit if limit else None)


def _receive(city: City, pipeline: Pipeline, bodies: list[bytes]) -> None:
    def take_in(body: bytes) -> None:
        parsed = read_json_lines(body, dialect="tenken", received=_NOW)
        number = payload_number(f"{city.code}/jsonl", body)
        parcel = Parcel(city.code, "jsonl", "operation", number, _NOW, parsed)
        while True:
            try:
                future = pipeline.submit(parcel)
            except Busy:
                time.sleep(0.02)
            else:
                break
        future.result(120)

    # Each waits for its acknowledgement, as a connection of a receiver does.
    with ThreadPoolExecutor(200) as senders:
        list(senders.map(take_in, bodies))


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


# --- a city and its rules ------------------------------------------------------------------------------------


def _city() -> City:
    code = "99101"
    return found_city(
        by=_Founder(),
        code=code + local_government_check_digit(code),
        name="ベンチマーク市",
        on=date(2005, 4, 1),
    )


def _switch_on(city: City, count: int) -> None:
    """Let *count* rules be on: those that come with the product, and as many of every usual form besides."""
    DetectionRule.objects.filter(city=city).update(state=DetectionRule.State.OFF)
    if count:
        by = system_principal(city, "benchmark")
        texts = [*shipped_files(), *((f"made{at}.yml", _rule(at)) for at in range(count))][:count]
        opened = store()
        with trial_table(opened) as table:
            rules = [
                NewRule(document, try_rule(opened, table, document, {}), name, on=True)
                for name, document in ((name, read_rule(text)) for name, text in texts)
            ]
        take_rules(by=by, rules=rules, origin=DetectionRule.Origin.IMPORTED)
        DetectionRule.objects.filter(city=city, code__in=[one.document.code for one in rules]).update(
            state=DetectionRule.State.ON
        )
    from tenken.telemetry.detection.ruleset import forget

    forget(city.code)


_FORMS = (
    ("process_creation", "Image|endswith: '\\tool{n}.exe'"),
    ("process_creation", "CommandLine|contains|all: ['-enc{n}', 'hidden']"),
    ("file_event", "TargetFilename|contains: '秘密{n}'"),
    ("file_event", "TargetFilename|startswith: 'Z:\\project{n}\\'"),
    ("process_creation", "CommandLine|re: 'curl.{{1,20}}host{n}\\.example'"),
    ("file_event", "TargetFilename|endswith: ['.ext{n}', '.bak{n}']"),
)


def _rule(number: int) -> str:
    category, condition = _FORMS[number % len(_FORMS)]
    return "\n".join(
        (
            f"title: Made {number}",
            f"id: 00000000-0000-4000-8000-{number:012d}",
            "status: test",
            f"logsource: {{product: windows, category: {category}}}",
            "detection:",
            "  selection:",
            f"    {condition.format(n=number)}",
            "  condition: selection",
            "level: low",
        )
    )
