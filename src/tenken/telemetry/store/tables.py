"""The tables of the store, made from ``events.schema``: the same statements for chDB and for a ClickHouse server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tenken.telemetry.events.schema import COLUMNS, Column, folded_expression, search_expression

# Substrings of words that hardly occur: which granules cannot hold them. Two letters for Japanese, four for the rest.
# Building them is half of an insert's work: the pipeline leaves it to the merges.
_INDEXES: Final = (
    "INDEX search_2 search TYPE ngrambf_v1(2, 16384, 2, 0) GRANULARITY 1",
    "INDEX search_4 search TYPE ngrambf_v1(4, 16384, 2, 0) GRANULARITY 1",
)
# ``search`` repeats what other columns hold: a higher level and whole megabytes make it a third smaller, and it reads as
# fast.
_SEARCH_STORED: Final = (
    "CODEC(ZSTD(6)) SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576)"
)


def _declared(column: Column) -> str:
    codec = column.codec or ("ZSTD(1)" if not column.type.startswith("LowCardinality") else "")
    compressed = f" CODEC({codec})" if codec else ""
    comment = column.comment.replace("'", "''")
    return f"{column.name} {column.type}{compressed} COMMENT '{comment}'"


def _folded(kind: str) -> Iterator[str]:
    for column in COLUMNS:
        if column.folded:
            yield f"{column.name}_folded {column.type} {kind} {folded_expression(column)}"


def events_statement() -> str:
    """Return the statement that makes ``events``. A month of a retention class of a city is one partition, so that
    it is archived and dropped as one."""
    lines = [
        *map(_declared, COLUMNS),
        f"search String MATERIALIZED {search_expression()} COMMENT '検索用' {_SEARCH_STORED}",
        *_folded("ALIAS"),
        *_INDEXES,
    ]
    return (
        f"CREATE TABLE IF NOT EXISTS events ({', '.join(lines)}) ENGINE = MergeTree "
        "PARTITION BY (city, retention, toYYYYMM(ts, 'Asia/Tokyo')) ORDER BY (city, toStartOfHour(ts), device, ts) "
        "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
    )


def stage_statement(name: str) -> str:
    """Return the statement that makes a stage: a batch in memory, on which rules are evaluated before it is durable."""
    lines = [*map(_declared, COLUMNS), *_folded("MATERIALIZED")]
    lines = [line.split(" CODEC(")[0] if " CODEC(" in line else line for line in lines]
    return f"CREATE OR REPLACE TABLE {name} ({', '.join(lines)}) ENGINE = Memory"


HITS: Final = (
    # One row for each event a rule hit. Written before the events, so that a hit is never missing; a batch that is
    # sent again writes the same rows again, and they become one.
    "CREATE TABLE IF NOT EXISTS hits ("
    "city LowCardinality(String), rule UInt32 COMMENT 'DetectionRule', ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), "
    "received DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), payload UInt64, seq UInt32, "
    "section LowCardinality(String), person LowCardinality(String), user LowCardinality(String), "
    "device LowCardinality(String), computer LowCardinality(String), "
    "fields Map(LowCardinality(String), String) COMMENT '相関の組分けに使う項目'"
    ") ENGINE = ReplacingMergeTree PARTITION BY (city, toYYYYMM(ts)) ORDER BY (city, rule, ts, payload, seq) "
    "SETTINGS fsync_after_insert = 1"
)

RAW: Final = (
    "CREATE TABLE IF NOT EXISTS raw_payloads ("
    "city LowCardinality(String), received DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), payload UInt64, "
    "source LowCardinality(String), peer String, delete_on Date, body String CODEC(ZSTD(3))"
    ") ENGINE = ReplacingMergeTree PARTITION BY (city, delete_on) ORDER BY (city, source, received, payload) "
    "SETTINGS fsync_after_insert = 1"
)

PAYLOADS: Final = (
    # What has been received, written before its events: a payload that comes again is compared with what is there.
    # Small blocks, for numbers at random are looked up. ``first``, ``last``: the days in Japan its events happened on.
    "CREATE TABLE IF NOT EXISTS payloads ("
    "city LowCardinality(String), payload UInt64 CODEC(NONE), received DateTime64(3, 'UTC'), "
    "source LowCardinality(String), events UInt32, first Date, last Date"
    ") ENGINE = ReplacingMergeTree PARTITION BY (city, toMonday(received)) ORDER BY (city, payload) "
    "TTL toDateTime(received) + INTERVAL 35 DAY "
    "SETTINGS fsync_after_insert = 1, index_granularity = 256, min_compress_block_size = 4096, "
    "max_compress_block_size = 16384, ttl_only_drop_parts = 1"
)

QUARANTINE: Final = (
    # What could not be understood. ``state``: waiting, replayed, given_up; the row with the highest version counts.
    "CREATE TABLE IF NOT EXISTS quarantine ("
    "city LowCardinality(String), received DateTime64(3, 'UTC'), payload UInt64, part UInt32, "
    "source LowCardinality(String), peer String, place String, reason String, raw String CODEC(ZSTD(3)), "
    "state LowCardinality(String), version UInt32, changed DateTime64(3, 'UTC')"
    ") ENGINE = ReplacingMergeTree(version) PARTITION BY (city, toYYYYMM(received)) "
    "ORDER BY (city, received, payload, part) SETTINGS fsync_after_insert = 1"
)

COUNTS: Final = (
    "CREATE TABLE IF NOT EXISTS counts ("
    "city LowCardinality(String), day Date COMMENT '日本の日付', section LowCardinality(String), "
    "op LowCardinality(String), disposition LowCardinality(String), off_hours UInt8, drive LowCardinality(String), "
    "events UInt64, size UInt64, bytes_out UInt64, pages UInt64"
    ") ENGINE = SummingMergeTree PARTITION BY (city, toYear(day)) "
    "ORDER BY (city, day, section, op, disposition, off_hours, drive)"
)

DEVICE_DAYS: Final = (
    "CREATE TABLE IF NOT EXISTS device_days ("
    "city LowCardinality(String), day Date, device LowCardinality(String), section LowCardinality(String), "
    "source LowCardinality(String), events SimpleAggregateFunction(sum, UInt64), "
    "first SimpleAggregateFunction(min, DateTime64(3, 'UTC')), "
    "last SimpleAggregateFunction(max, DateTime64(3, 'UTC')), "
    "off_hours SimpleAggregateFunction(sum, UInt64)"
    ") ENGINE = AggregatingMergeTree PARTITION BY (city, toYear(day)) ORDER BY (city, day, device, section, source)"
)

# How each table of counts is filled; restored archives were counted when they first came.
ROLLUPS: Final = {
    "counts": (
        "SELECT city, toDate(ts, 'Asia/Tokyo') AS day, section, op, disposition, off_hours, drive, count() AS events, "
        "sum(size) AS size, sum(bytes_out) AS bytes_out, sum(pages) AS pages "
        "FROM events WHERE retention != 'restored' {where}"
        "GROUP BY city, day, section, op, disposition, off_hours, drive"
    ),
    "device_days": (
        "SELECT city, toDate(ts, 'Asia/Tokyo') AS day, device, section, source, count() AS events, min(ts) AS first, "
        "max(ts) AS last, sum(off_hours) AS off_hours FROM events WHERE retention != 'restored' {where}"
        "GROUP BY city, day, device, section, source"
    ),
}


def _filling(table: str) -> str:
    select = ROLLUPS[table].format(where="")
    return f"CREATE MATERIALIZED VIEW IF NOT EXISTS {table}_filled TO {table} AS {select}"


def statements() -> tuple[str, ...]:
    """Return what makes every table, in order; each may run again."""
    return (
        events_statement(),
        HITS,
        RAW,
        PAYLOADS,
        QUARANTINE,
        COUNTS,
        DEVICE_DAYS,
        *map(_filling, ROLLUPS),
    )
