"""Trying rules on the real engine: planned and run over events made to be awkward."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tenken.telemetry.detection.compiling import Compiled, compile_filter, compile_rule
from tenken.telemetry.detection.correlating import Correlation, Query, correlation_of
from tenken.telemetry.detection.documents import Document
from tenken.telemetry.detection.engine import SETTINGS, evaluate_compiled
from tenken.telemetry.detection.filtering import Filters
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.events.schema import COLUMNS
from tenken.telemetry.store import Store, StoreUnavailable, store
from tenken.telemetry.store.tables import stage_statement

_CITY: Final = "000000"
_AWKWARD: Final = (
    "",
    "-",
    "::1",
    "10.0.0.1",
    "٣",
    "１２",
    "a\0b",
    "%_\\*?",
    "ß" * 300,
    "2020-13-45T99:00Z",
    "1e999",
    "NaN",
)


@dataclass(frozen=True)
class Trial:
    """A rule that can be used. ``milliseconds``: planned and run, alone."""

    milliseconds: int
    compiled: Compiled | None = None
    correlation: Correlation | None = None


@contextmanager
def trial_store() -> Iterator[Store]:
    """Give a store to try rules on: the process's own or, where another process (the server) owns the embedded one, an
    empty one of the same engine for the while."""
    from django.conf import settings

    try:
        opened = store()
    except StoreUnavailable:
        if settings.CLICKHOUSE_URL:
            raise
        with TemporaryDirectory(prefix="tenken-rules-") as folder:
            own = Store(folder=Path(folder))
            try:
                yield own
            finally:
                own.close()
        return
    yield opened


@contextmanager
def trial_table(store: Store) -> Iterator[str]:
    """Give a table of awkward events: every text column holds each of what senders leave where nothing is."""
    name = f"rule_trial_{secrets.token_hex(6)}"
    store.command(stage_statement(name))
    try:
        store.insert(name, table_of([_row(at, value) for at, value in enumerate(_AWKWARD)]))
        yield name
    finally:
        store.command(f"DROP TABLE IF EXISTS {name}")


def _row(at: int, value: str) -> dict[str, Any]:
    row: dict[str, Any] = {"ts": datetime(2020, 12, 1, tzinfo=UTC), "payload": 1, "seq": at}
    for column in COLUMNS:
        if "String)" in column.type and column.type.startswith("Array"):
            row[column.name] = [value]
        elif column.type in ("String", "LowCardinality(String)"):
            row[column.name] = value
    return {**row, "city": _CITY, "rest": {"Field": value}}


def try_rule(
    store: Store,
    table: str,
    document: Document,
    lists: Mapping[str, Sequence[str]],
    filters: Filters | None = None,
) -> Trial:
    """Compile a rule, with those of *filters* that reach it, and run it on *table* (of :func:`trial_table`).
    ``Unusable`` says why it cannot be used.

    A filter is run as if it were a rule. Of a correlation, only what it asks itself is tried; the rules it counts are tried by themselves.
    """
    if document.correlation:
        correlation = correlation_of(document.rule, document.data)
        numbers = {reference: at for at, reference in enumerate(correlation.references, start=1)}
        return Trial(_timed(lambda: _ask(store, Query(0, correlation, numbers))), correlation=correlation)
    if document.filter:
        compiled = compile_filter(document.rule, lists)
        return Trial(_timed(lambda: evaluate_compiled(store, table, _CITY, compiled)), compiled)
    compiled = compile_rule(document.rule, lists)
    applied = filters.of(document) if filters else ()
    return Trial(_timed(lambda: evaluate_compiled(store, table, _CITY, compiled, applied)), compiled)


def _ask(store: Store, query: Query) -> None:
    since = datetime(2020, 12, 1, tzinfo=UTC)
    store.query(
        query.sql(),
        city=_CITY,
        since=since,
        until=since + timedelta(seconds=1),
        parameters={"groups": [], "decided": since},
        settings=SETTINGS,
    )


def _timed(work: Any) -> int:
    begun = time.perf_counter()
    try:
        work()
    except StoreUnavailable:
        raise
    except Exception as error:
        said = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise Unusable(
            "検知エンジンが受け付けない", f"検知エンジンが受け付けませんでした（{said}）"
        ) from error
    return max(1, round((time.perf_counter() - begun) * 1000))
