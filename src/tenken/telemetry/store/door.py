"""The one door to the store: who asks says for which city and which time, and limits are set here.

Embedded, one process owns the folder: a second one is told so. Clients are pooled per thread (opening one costs 9 ms).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenken.common.refusals import Refusal
from tenken.telemetry.store.tables import statements

if TYPE_CHECKING:
    import pyarrow as pa

_LIMITS: Final = {"max_execution_time": 20, "max_result_rows": 1_000_000}


class StoreUnavailable(Refusal):
    """The store cannot be reached now: another process owns its folder, the disk is gone, the server does not answer."""

    status = 503


class Store:
    """An open store. ``url``: an http(s) address of a ClickHouse server, or '' for the folder."""

    def __init__(self, *, folder: Path, url: str = "") -> None:
        self._dsn = url or f"chdb:///{folder}"
        self._embedded = not url
        self._local = threading.local()
        self._lock = threading.Lock()
        self._clients: list[Any] = []
        if self._embedded:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for statement in statements():
            self.command(statement)

    def _client(self) -> Any:
        client = getattr(self._local, "client", None)
        if client is None:
            import clickhouse_connect

            try:
                client = clickhouse_connect.get_client(dsn=self._dsn)
            except Exception as error:
                raise StoreUnavailable(f"操作ログの保管庫を開けません（{error}）。") from error
            self._local.client = client
            with self._lock:
                self._clients.append(client)
        return client

    def insert(self, table: str, rows: pa.Table) -> None:
        """Make *rows* durable in *table*: on return they survive the loss of power."""
        self._client().insert_arrow(table, rows)

    def command(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a statement that returns no rows."""
        return self._client().command(statement, parameters=dict(parameters or {}))

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
        ``{until:DateTime64(3)}`` (until is not in it). ``StoreUnavailable`` when it cannot be asked."""
        for name in ("city", "since", "until"):
            if "{" + name + ":" not in sql:
                raise ValueError(f"the query does not ask for {{{name}}}")
        given = {**(parameters or {}), "city": city, "since": since, "until": until}
        return self._client().query_arrow(sql, parameters=given, settings={**_LIMITS, **(settings or {})})

    def close(self) -> None:
        """Close every client. No query may be running."""
        with self._lock:
            for client in self._clients:
                client.close()
            self._clients.clear()
        self._local = threading.local()


_store: Store | None = None
_opening = threading.Lock()


def store() -> Store:
    """Return the process's store, opened at the first call."""
    global _store
    with _opening:
        if _store is None:
            from django.conf import settings

            _store = Store(folder=settings.EVENT_STORE, url=settings.CLICKHOUSE_URL)
        return _store


def close_store() -> None:
    """Close the store if it is open; the next call of ``store`` opens it again."""
    global _store
    with _opening:
        if _store is not None:
            _store.close()
            _store = None
