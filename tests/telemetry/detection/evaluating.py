"""Rules on events by the real engine, without the records of a city."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml

from tenken.telemetry.detection.compiling import compile_rule
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.engine import evaluate_rules
from tenken.telemetry.detection.filtering import Filters, Numbered
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.detection.ruleset import EventRule
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store
from tenken.telemetry.store.tables import stage_statement

CITY = "991015"
NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)
WINDOWS = {"log_product": "windows", "log_category": "process_creation", "log_service": "sysmon"}
IDENTIFIER = "00000000-0000-4000-8000-{:012d}"


def rule_text(
    detection: Mapping[str, Any], logsource: Mapping[str, str] | None = None, number: int = 1
) -> str:
    """Return a rule with *detection* (its condition "selection" unless it says one)."""
    return yaml.safe_dump(
        {
            "title": f"Rule {number}",
            "id": IDENTIFIER.format(number),
            "logsource": dict(logsource or {"product": "windows", "category": "process_creation"}),
            "detection": {"condition": "selection", **detection},
        },
        allow_unicode=True,
        sort_keys=False,
    )


def event(**said: Any) -> dict[str, Any]:
    """Return an event of Windows' process creation, as *said* besides."""
    return {"ts": NOON, "received": NOON, "city": CITY, **WINDOWS, **said}


def evaluated(
    store: Store,
    texts: Sequence[str],
    events: Sequence[Mapping[str, Any]],
    lists: Mapping[str, Sequence[str]] | None = None,
    filters: Sequence[str] = (),
) -> set[tuple[int, int]]:
    """Return which rule (from 0) hit which event (from 0), and no filter took it away."""
    return hits_and_taken(store, texts, events, lists, filters)[0]


def hits_and_taken(
    store: Store,
    texts: Sequence[str],
    events: Sequence[Mapping[str, Any]],
    lists: Mapping[str, Sequence[str]] | None,
    filters: Sequence[str],
) -> tuple[set[tuple[int, int]], set[tuple[int, int, int]]]:
    """Return which rule (from 0) hit which event (from 0); and of those taken away besides which filter (from 0) did."""
    known = Filters(
        [Numbered(number, 1, read_rule(text)) for number, text in enumerate(filters, start=1)], lists or {}
    )
    read = [read_rule(text) for text in texts]
    rules = [
        EventRule(number, 1, compile_rule(one.rule, lists or {}), filters=known.of(one))
        for number, one in enumerate(read, start=1)
    ]
    assert not known.broken
    rows = [{**one, "payload": 1, "seq": at} for at, one in enumerate(events)]
    name = f"stage_{secrets.token_hex(4)}"
    store.command(stage_statement(name))
    try:
        store.insert(name, table_of(rows))
        found = evaluate_rules(store, name, CITY, rules)
    finally:
        store.command(f"DROP TABLE {name}")
    hits, taken = set(), set()
    for row in [] if found is None else found.select(["rule", "seq", "fields"]).to_pylist():
        if row["rule"] < TAKEN_AWAY:
            hits.add((row["rule"] - 1, row["seq"]))
        else:
            by = int(dict(row["fields"])["filter"]) - 1
            taken.add((row["rule"] - TAKEN_AWAY - 1, row["seq"], by))
    return hits, taken
