"""The same tables on a cluster: replicated, and sharded by city, so that all of a city's events lie together.

Each table becomes ``<name>_local`` on every node, replicated within its shard, and ``<name>`` in front of them. Statements
that change what is stored go to the local tables of all nodes. Pure: text in, text out.
"""

from __future__ import annotations

import re
from typing import Final

TABLES: Final = (
    "events",
    "hits",
    "raw_payloads",
    "payloads",
    "quarantine",
    "counts",
    "device_days",
)
_SUFFIX: Final = "_local"
_CREATED: Final = re.compile(
    r"CREATE TABLE IF NOT EXISTS (?P<name>\w+) (?P<columns>\(.*\)) "
    r"ENGINE = (?P<kind>\w*)MergeTree(?:\((?P<arguments>[^)]*)\))? (?P<rest>(?:PARTITION|ORDER) BY .*)",
    re.S,
)
_VIEW: Final = re.compile(
    r"CREATE MATERIALIZED VIEW IF NOT EXISTS (?P<name>\w+) TO (?P<target>\w+) AS (?P<select>.*)", re.S
)
_ALTERED: Final = re.compile(
    rf"(?P<verb>ALTER|TRUNCATE) TABLE (?P<name>{'|'.join(TABLES)})\b(?P<rest>.*)", re.S
)


def on_cluster(statement: str, cluster: str) -> tuple[str, ...]:
    """Return the statements that do on *cluster* (a name of its configuration) what *statement* does on one node."""
    if made := _CREATED.fullmatch(statement):
        return _table(made, cluster)
    if made := _VIEW.fullmatch(statement):
        select = re.sub(r"\bFROM events\b", f"FROM events{_SUFFIX}", made["select"])
        return (
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {made['name']} ON CLUSTER {cluster} "
            f"TO {made['target']}{_SUFFIX} AS {select}",
        )
    if changed := _ALTERED.fullmatch(statement):
        return (f"{changed['verb']} TABLE {changed['name']}{_SUFFIX} ON CLUSTER {cluster}{changed['rest']}",)
    return (statement,)


def _table(made: re.Match[str], cluster: str) -> tuple[str, ...]:
    name, arguments = made["name"], made["arguments"]
    path = f"'/clickhouse/tables/{{shard}}/{{database}}/{name}', '{{replica}}'"
    given = f"{path}, {arguments}" if arguments else path
    return (
        f"CREATE TABLE IF NOT EXISTS {name}{_SUFFIX} ON CLUSTER {cluster} {made['columns']} "
        f"ENGINE = Replicated{made['kind']}MergeTree({given}) {made['rest']}",
        f"CREATE TABLE IF NOT EXISTS {name} ON CLUSTER {cluster} AS {name}{_SUFFIX} "
        f"ENGINE = Distributed({cluster}, currentDatabase(), {name}{_SUFFIX}, cityHash64(city))",
    )
