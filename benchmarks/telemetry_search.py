"""``python -m benchmarks.telemetry_search [--millions 20] [--peers 2] [--postgres DSN]``: searching operation logs.

Fills a store with events that the engine makes itself (``numbers()``): thirty days, Japanese paths, office hours, a few
terminals that do most. Measures what the pages ask, each question through ``telemetry.search``, and the same substrings
in DuckDB, SQLite FTS5 (trigram) and, where a server is named, PostgreSQL with pg_trgm, over as many rows as these bear.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.bars import Figure, p95

CITY: Final = "991015"
FIRST: Final = date(2026, 10, 1)
DAYS: Final = 30
DEVICES: Final = 3_000
SECTIONS: Final = 300
_BLOCK: Final = 1_000_000
_FREQUENT: Final = ("会議資料", "共有", "xlsx", "起案")
_RARE: Final = ("特定健診未受診者", "桟橋の写真", "k@y-doboku")
_ABSENT: Final = ("どこにもない語", "qqzzxxww", "鯨尺曲尺")

# One event of number {n}: a hash of it decides everything; small terminals numbers are the busy ones.
_FILL: Final = """
INSERT INTO events (ts, received, class, op, status, disposition, city, user, person, section, device, computer, address,
    app, path, destination, drive, title, host, url, subject, mail_to, off_hours, source, retention, payload, seq)
SELECT
    {first:DateTime64(3)} + toIntervalMillisecond(intDiv(n, {per_day:UInt64}) * 86400000
        + toUInt64(30600000 + 18000000 * (1 + erf_like) + h1 % 1000)) AS ts,
    ts, 1001,
    ['file_open','file_open','file_write','web','web','web','process_start','window','logon','file_copy',
     'record_view','print','mail_send','web_override'][1 + least(13, intDiv(h2 % 1000, 72))] AS op,
    'success', if(op = 'web_override', 'overridden', ''), {city:String},
    concat('u', person), person, concat('S', leftPad(toString(dev % {sections:UInt32}), 4, '0')),
    concat('PC-', leftPad(toString(dev), 5, '0')) AS device, lower(device), concat('10.1.', toString(dev % 250), '.7'),
    ['表計算','文書作成','ブラウザー','戸籍システム','メール'][1 + h3 % 5],
    if(op IN ('web', 'web_override', 'logon'), '', concat('\\\\\\\\FS', toString(dev % 20), '\\\\共有\\\\',
        ['総務','税務','福祉','土木','戸籍','教育','環境','観光'][1 + h3 % 8], '\\\\令和', toString(1 + h1 % 8), '年度\\\\',
        ['会議資料','起案','見積書','名簿','台帳','報告','写真','通知'][1 + h2 % 8], toString(h1 % 50000),
        if(h1 % 100003 = 7, '_特定健診未受診者', ''), if(h2 % 200017 = 5, '_桟橋の写真', ''),
        ['.xlsx','.docx','.pdf','.jpg'][1 + h3 % 4])) AS path,
    if(op = 'file_copy', concat('E:\\\\', toString(h1 % 50000), '.xlsx'), ''),
    if(op = 'file_copy', 'removable', if(path = '', '', 'network')),
    if(op = 'window', concat('会議資料', toString(h1 % 9000), ' - 表計算'), ''),
    if(op IN ('web', 'web_override'), concat(['www','info','map','law'][1 + h3 % 4], toString(h1 % 900), '.example.jp'), '') AS host,
    if(host = '', '', concat('https://', host, '/', toString(h2 % 100000))),
    if(op = 'mail_send', concat('送付について', toString(h1 % 7000)), ''),
    if(op = 'mail_send', [if(h1 % 50021 = 3, 'k@y-doboku.example', concat('x', toString(h1 % 800), '@example.jp'))], []),
    if(erf_like > 0.95 OR erf_like < -0.95, 1, 0), concat('SRC', toString(dev % 4)), 'operation', intDiv(n, 500), n % 500
FROM (SELECT number AS n, sipHash64(n, 1) AS h1, sipHash64(n, 2) AS h2, sipHash64(n, 3) AS h3,
        toUInt32(pow((h1 % 1000000) / 1000000, 2) * {devices:UInt32}) AS dev,
        leftPad(toString(dev), 6, '0') AS person,
        ((h2 % 2000) / 1000 - 1 + (h3 % 2000) / 1000 - 1) / 2 AS erf_like
      FROM numbers({begin:UInt64}, {count:UInt64}))
"""


def fill(store: Any, number: int) -> float:
    """Put *number* events into the store, a million at a time; return the seconds it took."""
    started = time.perf_counter()
    first = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - timedelta(hours=9)
    for begin in range(0, number, _BLOCK):
        given = {
            "first": first,
            "per_day": -(-number // DAYS),
            "city": CITY,
            "sections": SECTIONS,
            "devices": DEVICES,
            "begin": begin,
            "count": min(_BLOCK, number - begin),
        }
        store.command(_FILL, given)
        if begin and begin % (10 * _BLOCK) == 0:
            print(f"  {begin // _BLOCK} M rows in {time.perf_counter() - started:.0f} s", flush=True)
    return time.perf_counter() - started


def timed(ask: Callable[[], Any], times: int) -> tuple[float, float]:
    """Return the 95th percentile of *ask* and its mean processor time, in milliseconds, after one that warms up.

    The engine works in this process: its processor time is what a question costs, however busy the machine is.
    """
    ask()
    seconds = []
    worked = time.process_time()
    for _ in range(times):
        started = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - started)
    return p95(seconds), 1000 * (time.process_time() - worked) / times


def each(values: Sequence[Any], ask: Callable[[Any], Any], rounds: int) -> tuple[float, float]:
    """Return the worst of *values*."""
    return max(timed(partial(ask, value), rounds) for value in values)


def figure(
    name: str, values: Sequence[Any], ask: Callable[[Any], Any], rounds: int, bar: float | None = None
) -> Figure:
    """Return the worst of *values* beside its bar, with the processor's time."""
    wall, worked = each(values, ask, rounds)
    return Figure(f"{name} (processor {worked:.0f} ms)", wall, "ms", bar)


def measure(store: Any, rounds: int) -> Iterator[Figure]:
    """Yield the figures of the pages' questions over the store as it stands."""
    from tenken.telemetry.search import reading
    from tenken.telemetry.search.criteria import of_days
    from tenken.telemetry.search.numbers import day_counts, numbers_of
    from tenken.telemetry.search.scope import Section

    last = FIRST + timedelta(days=DAYS - 1)
    days = tuple(FIRST + timedelta(days=n) for n in (3, 11, 20, 28))

    def page(**more: Any) -> Callable[[date], Any]:
        return lambda day: reading.newest(CITY, of_days(day, day, **more), within=())

    def words(word: str) -> int:
        return len(reading.newest(CITY, of_days(FIRST, last, words=word), within=()).rows)

    few = max(3, rounds // 4)
    sections = tuple(Section(f"S{n:04d}") for n in range(20))
    yield figure("one busy terminal, one day", days, page(device="PC-00001"), rounds, 150)
    yield figure("one quiet terminal, one day", days, page(device="PC-02900"), rounds, 150)
    yield figure("one person, one day", days, page(person="001500"), rounds, 150)
    yield figure("frequent words, whole period", _FREQUENT, words, rounds, 150)
    yield figure("rare words, whole period", _RARE, words, few, 1200)
    yield figure("absent words, whole period", _ABSENT, words, few, 700)
    yield figure(
        "section and day counts",
        [FIRST],
        lambda day: day_counts(CITY, day, last, sections=sections),
        rounds,
        50,
    )
    yield figure(
        "overrides by month and section",
        [("web_override",)],
        lambda codes: day_counts(CITY, FIRST, last, operations=codes, by=("month", "section")),
        rounds,
        50,
    )
    yield figure(
        "numbers beside a search, one day",
        days[:1],
        lambda day: numbers_of(CITY, of_days(day, day), within=()),
        few,
    )
    found = {word: words(word) for word in (*_RARE, *_ABSENT)}
    print(f"  found of a page of {reading.PAGE}: {found}")


# --- the peers, over as many rows as they bear ------------------------------------------------------------


def sample(store: Any, number: int) -> Any:
    """Return the newest *number* events as (number, search, ts) for the peers."""
    end = datetime(2100, 1, 1, tzinfo=UTC)
    blocks = store.query(
        "SELECT rowNumberInAllBlocks() AS id, search, ts FROM events WHERE city = {city:String} "
        "AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} LIMIT {most:UInt64}",
        city=CITY,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=end,
        parameters={"most": number},
        settings={"max_result_rows": 0, "max_execution_time": 600, "max_memory_usage": 0},
    )
    return blocks


def peers(table: Any, folder: Path, postgres: str) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Yield each peer filled with *table*: its name, and how it is asked for the newest fifty with a word."""
    yield "DuckDB", _duckdb(table, folder)
    yield "SQLite FTS5 trigram", _sqlite(table, folder)
    if postgres:
        yield "PostgreSQL pg_trgm", _postgres(table, postgres)


def _duckdb(table: Any, folder: Path) -> Callable[[str], Any]:
    import duckdb

    connection = duckdb.connect(str(folder / "peer.duckdb"))
    connection.register("given", table)
    connection.execute("CREATE TABLE events AS SELECT * FROM given ORDER BY ts")
    sql = "SELECT id FROM events WHERE contains(search, ?) ORDER BY ts DESC LIMIT 50"
    return lambda word: connection.execute(sql, [word]).fetchall()


def _sqlite(table: Any, folder: Path) -> Callable[[str], Any]:
    connection = sqlite3.connect(folder / "peer.sqlite3")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("CREATE VIRTUAL TABLE events USING fts5(search, tokenize='trigram')")
    rows = zip(table.column("id").to_pylist(), table.column("search").to_pylist(), strict=True)
    with connection:
        connection.executemany("INSERT INTO events (rowid, search) VALUES (?, ?)", rows)
    sql = "SELECT rowid FROM events WHERE events MATCH ? ORDER BY rowid DESC LIMIT 50"

    def ask(word: str) -> Any:
        return connection.execute(sql, ['"' + word.replace('"', '""') + '"']).fetchall()

    return ask


def _postgres(table: Any, dsn: str) -> Callable[[str], Any]:
    import psycopg

    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    connection.execute("CREATE TEMP TABLE peer (id bigint, search text, ts timestamptz)")
    with connection.cursor() as cursor, cursor.copy("COPY peer FROM STDIN") as copy:
        for row in zip(*(table.column(name).to_pylist() for name in ("id", "search", "ts")), strict=True):
            copy.write_row(row)
    connection.execute("CREATE INDEX ON peer USING gin (search gin_trgm_ops)")
    connection.execute("CREATE INDEX ON peer (ts)")
    connection.execute("ANALYZE peer")
    sql = "SELECT id FROM peer WHERE search LIKE %s ORDER BY ts DESC LIMIT 50"
    return lambda word: connection.execute(sql, [f"%{word}%"]).fetchall()


def compare(store: Any, number: int, folder: Path, postgres: str) -> None:
    """Print what the peers take over *number* rows beside the store over the same, as ratios."""
    from tenken.telemetry.search.language import fold
    from tenken.telemetry.store.tables import events_statement

    table = sample(store, number)
    own = (
        "SELECT ts FROM peer WHERE city = {city:String} AND ts >= {since:DateTime64(3)} "
        "AND ts < {until:DateTime64(3)} AND search LIKE {word:String} ORDER BY toStartOfHour(ts) DESC, ts DESC LIMIT 50"
    )
    store.command("DROP TABLE IF EXISTS peer")
    store.command(events_statement().replace("EXISTS events", "EXISTS peer"))
    store.command(
        f"INSERT INTO peer SELECT * FROM events WHERE city = '{CITY}' LIMIT {number}"  # our own numbers
    )
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

    def ask(word: str) -> Any:
        given = {"word": f"%{word}%"}
        return store.query(own, city=CITY, since=since, until=until, parameters=given)

    kinds = {"frequent": _FREQUENT[:2], "rare": _RARE[:2], "absent": _ABSENT[:2]}
    ours = {kind: each([fold(word) for word in few], ask, 5)[0] for kind, few in kinds.items()}
    print(f"\npeers, {number:,} rows, p95 in ms (times the store's)")
    print(
        f"{'store (whole period at once)':<32}"
        + "".join(f"{kind}: {ms:8.1f}          " for kind, ms in ours.items())
    )
    for name, peer in peers(table, folder, postgres):
        theirs = {kind: each([fold(word) for word in few], peer, 5)[0] for kind, few in kinds.items()}
        told = "".join(f"{kind}: {ms:8.1f} ({ms / ours[kind]:5.1f}x)  " for kind, ms in theirs.items())
        print(f"{name:<32}{told}", flush=True)


def main() -> int:
    """Fill, measure, compare. Return 1 when a bar is short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--millions", type=float, default=20, help="events, in millions (100: the bar's size)"
    )
    parser.add_argument("--peers", type=float, default=2, help="rows for the peers, in millions; 0: none")
    parser.add_argument("--postgres", default="", help="a PostgreSQL server's DSN")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tenken-bench-") as home:
        os.environ["TENKEN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "tenken.config.settings"
        import django

        django.setup()
        from tenken.telemetry.store import close_store, store

        opened = store()
        number = int(given.millions * 1_000_000)
        seconds = fill(opened, number)
        size = _bytes(opened)
        print(f"{number:,} events in {seconds:.0f} s, {size / number:.1f} bytes an event", flush=True)
        figures = list(measure(opened, given.rounds))
        for figure in figures:
            print(figure.line(), flush=True)
        if given.peers:
            compare(opened, int(given.peers * 1_000_000), Path(home), given.postgres)
        close_store()
    return int(any(figure.short for figure in figures))


def _bytes(store: Any) -> int:
    found = store.query(
        "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'events' AND {city:String} != '' "
        "AND {since:DateTime64(3)} < {until:DateTime64(3)}",
        city=CITY,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2100, 1, 1, tzinfo=UTC),
    )
    return int(found.column("bytes")[0].as_py())


if __name__ == "__main__":
    sys.exit(main())
