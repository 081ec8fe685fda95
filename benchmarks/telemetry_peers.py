"""The same rows in stores that a city might have taken instead: durable in batches, with their index of substrings."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

BATCH = 50_000


@dataclass(frozen=True)
class Peer:
    """What storing a row took, and what it takes on disk."""

    microseconds: float
    size: float


def _batches(rows: pa.Table) -> Iterator[pa.Table]:
    return (rows.slice(at, BATCH) for at in range(0, rows.num_rows, BATCH))


def _plain(rows: pa.Table) -> list[tuple[Any, ...]]:
    """Return rows as others take them: lists and maps as text, numbers of 64 bits signed."""
    columns = []
    for column in rows.columns:
        values = column.to_pylist()
        if pa.types.is_nested(column.type):
            values = [str(value) if value else "" for value in values]
        elif pa.types.is_uint64(column.type):
            values = [value - (1 << 64) if value >= 1 << 63 else value for value in values]
        elif pa.types.is_temporal(column.type):
            values = [value.isoformat() for value in values]
        columns.append(values)
    return list(zip(*columns, strict=True))


def sqlite_peer(home: Path, rows: pa.Table) -> Peer:
    """SQLite: a table, an index by device and time, FTS5 with trigrams over the text."""
    home.mkdir()
    connection = sqlite3.connect(home / "peer.sqlite3")
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    connection.execute(f"CREATE TABLE events ({names})")
    connection.execute("CREATE INDEX events_device ON events (city, device, ts)")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(search, tokenize='trigram', content='')")
    marks = ", ".join("?" * rows.num_columns)
    took = 0.0
    for batch in _batches(rows):
        plain = _plain(batch)
        began = time.perf_counter()
        with connection:
            connection.executemany(f"INSERT INTO events VALUES ({marks})", plain)
            connection.executemany("INSERT INTO words (search) VALUES (?)", [(row[-1],) for row in plain])
        took += time.perf_counter() - began
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Peer(1e6 * took / rows.num_rows, (home / "peer.sqlite3").stat().st_size / rows.num_rows)


def duckdb_peer(home: Path, rows: pa.Table) -> Peer | None:
    """DuckDB: a table filled from Arrow; it has no index of substrings."""
    try:
        import duckdb
    except ImportError:
        return None
    home.mkdir()
    connection = duckdb.connect(str(home / "peer.duckdb"))
    connection.execute("CREATE TABLE events AS SELECT * FROM rows LIMIT 0")
    began = time.perf_counter()
    for batch in _batches(rows):  # noqa: B007 - DuckDB takes it by its name
        connection.execute("INSERT INTO events SELECT * FROM batch")
    took = time.perf_counter() - began
    connection.execute("CHECKPOINT")
    connection.close()
    return Peer(1e6 * took / rows.num_rows, (home / "peer.duckdb").stat().st_size / rows.num_rows)


def postgres_peer(home: Path, rows: pa.Table) -> Peer | None:
    """PostgreSQL: COPY into a table with an index by device and time and one of trigrams over the text, in a cluster of
    its own. None where its programs are not."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if programs is None:
        return None
    import psycopg

    home.mkdir()
    as_user = (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    )
    if as_user:
        shutil.chown(home, "postgres")
        for above in home.parents:
            with suppress(PermissionError):
                above.chmod(above.stat().st_mode | 0o011)
    data = home / "data"
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", "peer", "-E", "UTF8"], **quiet
    )
    options = f"-c listen_addresses='' -k {home} -c shared_buffers=512MB -c max_wal_size=4GB"
    subprocess.run([*as_user, programs / "pg_ctl", "-D", data, "-o", options, "-w", "start"], **quiet)
    try:
        with psycopg.connect(host=str(home), user="peer", dbname="postgres", autocommit=True) as connection:
            return _copied(connection, rows)
    finally:
        subprocess.run([*as_user, programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], **quiet)


def _copied(connection: Any, rows: pa.Table) -> Peer:
    connection.execute("CREATE EXTENSION pg_trgm")
    columns = ", ".join(f'"{field.name}" {_postgres_type(field.type)}' for field in rows.schema)
    connection.execute(f"CREATE TABLE events ({columns})")
    connection.execute("CREATE INDEX ON events (city, device, ts)")
    connection.execute("CREATE INDEX ON events USING gin (search gin_trgm_ops)")
    took = 0.0
    for batch in _batches(rows):
        plain = _plain(batch)
        began = time.perf_counter()
        with connection.cursor().copy("COPY events FROM STDIN") as copy:
            for row in plain:
                copy.write_row(row)
        took += time.perf_counter() - began
    connection.execute("VACUUM ANALYZE events")
    size = connection.execute("SELECT pg_total_relation_size('events')").fetchone()[0]
    return Peer(1e6 * took / rows.num_rows, size / rows.num_rows)


def _postgres_type(kind: pa.DataType) -> str:
    if pa.types.is_temporal(kind):
        return "timestamptz"
    if pa.types.is_integer(kind):
        return "bigint"
    return "text"
