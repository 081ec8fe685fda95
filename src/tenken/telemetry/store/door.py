"""The one door to the store: who asks says for which city and which time, and limits are set here.

Embedded, one process owns the folder: a second one is told so. Connections are pooled (opening one costs 9 ms) and lent
to one caller at a time. Closing stops what still runs: the engine must not be at work when the process ends.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tenken.telemetry.store.cluster import on_cluster
from tenken.telemetry.store.errors import AWAY, BUSY, CLOSED, DISK, StoreUnavailable, TooMuchAsked, told
from tenken.telemetry.store.owning import FolderLock
from tenken.telemetry.store.stepping import Asked, Before, stepped
from tenken.telemetry.store.tables import statements

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Store", "StoreUnavailable", "TooMuchAsked", "close_store", "store"]

_Use = Literal["read", "write"]

# An office server's memory belongs to the pages too; ClickHouse would take nine tenths of it.
_ENGINE: Final = {
    "max_server_memory_usage": 3_000_000_000,
    "mark_cache_size": 256 * 1024 * 1024,
    "primary_index_cache_size": 256 * 1024 * 1024,
    "index_mark_cache_size": 256 * 1024 * 1024,
}
_SETTINGS: Final[Mapping[_Use, Mapping[str, Any]]] = {
    "read": {
        "max_execution_time": 20,
        "max_result_rows": 1_000_000,
        "max_memory_usage": 1_500_000_000,
        "max_bytes_before_external_sort": 500_000_000,
        "max_bytes_before_external_group_by": 500_000_000,
        "query_plan_max_limit_for_lazy_materialization": 2_000,
    },
    # A batch is made here: the server is not to wait for more of it.
    "write": {
        "async_insert": 0,
        "distributed_foreground_insert": 1,
        "max_execution_time": 120,
        "max_partitions_per_insert_block": 1_000,
    },
}
_MOST: Final[Mapping[_Use, int]] = {"read": 8, "write": 8}
_WAIT_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 5
_ANSWER_SECONDS: Final = 130


class Store:
    """An open store. ``url``: an http(s) address of a ClickHouse server, or '' for the folder; ``cluster``: the name of
    the cluster that the server is one node of, '' where it stands alone.

    ``StoreUnavailable`` when it cannot be opened. Whatever is asked raises ``StoreUnavailable`` when it cannot be
    answered now, ``TooMuchAsked`` when the question is too large; other errors are mistakes in the question or the rows.
    """

    def __init__(self, *, folder: Path, url: str = "", cluster: str = "") -> None:
        self._url = url
        self._cluster = cluster
        self._folder = folder
        self._lock = threading.Lock()
        self._idle: dict[_Use, list[Any]] = {"read": [], "write": []}
        self._lent: set[Any] = set()
        self._free = {use: threading.BoundedSemaphore(most) for use, most in _MOST.items()}
        self._closing = False
        self._owned = None if url else FolderLock(folder)
        try:
            for statement in statements():
                self.command(statement)
        except BaseException:
            self.close()
            raise

    @property
    def embedded(self) -> bool:
        return not self._url

    # --- writing ---------------------------------------------------------------------------------------------

    def insert(self, table: str, rows: pa.Table) -> None:
        """Make *rows* durable in *table*: on return they survive the loss of power. Columns not given have defaults.

        Rows of several partitions are several parts: an insert that raised may have written some of them.
        """
        with self._client("write") as client:
            client.insert_arrow(table, rows)

    def command(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a statement that returns no rows; on a cluster, what changes tables runs on every node."""
        parts = on_cluster(statement, self._cluster) if self._cluster else (statement,)
        with self._client("write") as client:
            return [client.command(part, parameters=dict(parameters or {})) for part in parts][-1]

    # --- reading ---------------------------------------------------------------------------------------------

    def query(
        self,
        sql: str,
        *,
        city: str,
        since: datetime,
        until: datetime,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> pa.Table:
        """Return the rows of *sql*, which must ask for ``{city:String}``, ``{since:DateTime64(3)}`` and
        ``{until:DateTime64(3)}`` (until is not in it). *settings* add to the limits (embedded, each costs a ms)."""
        for name in ("city", "since", "until"):
            if "{" + name + ":" not in sql:
                raise ValueError(f"the query does not ask for {{{name}}}")
        given = {**(parameters or {}), "city": city, "since": since, "until": until}
        with self._client("read") as client:
            return client.query_arrow(sql, parameters=given, settings=dict(settings or {}))

    def stepping(
        self,
        select: str,
        *,
        city: str,
        since: datetime,
        until: datetime,
        where: str = "",
        parameters: Mapping[str, Any] | None = None,
        size: int = 100,
        before: Before | None = None,
    ) -> pa.Table:
        """Return the newest *size* events of a city in [since, until) that meet *where*, newest first.

        *select*: columns ("op, path, device"), to which ``ts, payload, seq`` are added in front. *where*: a condition
        with ``{name:Type}`` places for *parameters*; '' for all. *before*: the ``(ts, payload, seq)`` of the last row
        of the page before; the next one goes on strictly behind it. Fewer rows than *size*: there are no more.
        Windows of 1 h, 4 h, 16 h … are searched backwards until the page is full, so that frequent words answer in the
        time of their newest hour. ``TooMuchAsked`` when all of it takes more than 20 s.
        """
        asked = Asked(select, city, since, until, where, dict(parameters or {}), size, before)
        return stepped(self, asked)

    def stage_query(self, sql: str, *, stage: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Return the rows of *sql* over the memory table *stage* (and tables other than ``events``, which are asked
        through ``query``)."""
        if stage not in sql:
            raise ValueError(f"the query does not ask the stage {stage}")
        with self._client("read") as client:
            return client.query_arrow(sql, parameters=dict(parameters or {}))

    # --- connections -----------------------------------------------------------------------------------------

    @contextmanager
    def _client(self, use: _Use) -> Iterator[Any]:
        """Lend a connection; errors come out in their own words."""
        if not self._free[use].acquire(timeout=_WAIT_SECONDS):
            raise StoreUnavailable(BUSY)
        try:
            with self._lock:
                if self._closing:
                    raise StoreUnavailable(CLOSED)
                client = self._idle[use].pop() if self._idle[use] else None
            client = client or self._open(use)
            with self._lock:
                self._lent.add(client)
            try:
                yield client
            except Exception as error:
                if self._closing:
                    raise StoreUnavailable(CLOSED) from error
                if (known := told(error, writing=use == "write")) is error:
                    raise
                raise known from error
            finally:
                with self._lock:
                    self._lent.discard(client)
                    self._idle[use].append(client)
        finally:
            self._free[use].release()

    def _open(self, use: _Use) -> Any:
        import clickhouse_connect

        try:
            if self._url:
                return clickhouse_connect.get_client(
                    dsn=self._url,
                    settings=dict(_SETTINGS[use]),
                    connect_timeout=_CONNECT_SECONDS,
                    send_receive_timeout=_ANSWER_SECONDS,
                    query_retries=2,
                    autogenerate_session_id=False,
                    client_name="tenken",
                )
            return clickhouse_connect.get_client(
                dsn=f"chdb:///{self._folder}", settings=dict(_SETTINGS[use]), chdb_options=_ENGINE
            )
        except Exception as error:
            known = told(error, writing=True)
            if not isinstance(known, StoreUnavailable):
                known = StoreUnavailable((AWAY if self._url else DISK).format(reason=str(error)[:300]))
            raise known from error

    def close(self) -> None:
        """Stop what runs (its caller gets ``StoreUnavailable``), close every connection and give up the folder."""
        with self._lock:
            self._closing = True
        deadline = time.monotonic() + _WAIT_SECONDS
        while self._lent and time.monotonic() < deadline:
            if self.embedded:
                self._kill_all()
            time.sleep(0.05)
        with self._lock:
            for clients in self._idle.values():
                for client in clients:
                    with suppress(Exception):
                        client.close()
                clients.clear()
        if self._owned:
            self._owned.release()

    def _kill_all(self) -> None:
        """End the embedded engine's queries; inserts, which are short, are left to end by themselves."""
        with self._lock:
            client = self._idle["write"][-1] if self._idle["write"] else None
        if client is None:
            with suppress(Exception):
                client = self._open("write")
            if client is None:
                return
            with self._lock:
                self._idle["write"].append(client)
        with suppress(Exception):
            client.command("KILL QUERY WHERE query_kind = 'Select' ASYNC")


_store: Store | None = None
_opening = threading.Lock()


def store() -> Store:
    """Return the process's store, opened at the first call and closed when the process ends."""
    global _store
    with _opening:
        if _store is None:
            from django.conf import settings

            _store = Store(
                folder=settings.EVENT_STORE, url=settings.CLICKHOUSE_URL, cluster=settings.CLICKHOUSE_CLUSTER
            )
        return _store


def close_store() -> None:
    """Close the store if it is open; the next call of ``store`` opens it again."""
    global _store
    with _opening:
        if _store is not None:
            _store.close()
            _store = None


def _forget() -> None:
    """In a forked child: the engine's threads are not there. A store it opens is refused, for the parent owns it."""
    global _store, _opening
    _store, _opening = None, threading.Lock()


atexit.register(close_store)
os.register_at_fork(after_in_child=_forget)
