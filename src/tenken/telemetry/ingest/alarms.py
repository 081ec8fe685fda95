"""From hits to alerts, on a thread of its own: what it does late or not at all is caught up from the table of hits."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import close_old_connections, connection

from tenken.common import clock
from tenken.telemetry.alerts.raising import raise_from, watermark
from tenken.telemetry.detection.engine import correlate
from tenken.telemetry.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger("tenken.telemetry")

_MOST_HITS: Final = 500_000
_AGAIN_SECONDS: Final = 15.0
_CAUGHT_UP: Final = 100_000
_FURTHEST: Final = timedelta(days=7)


class Alarms:
    """Correlates and raises the hits it is given, in their order. What fails is given again from the store, from the
    city's ``watermark`` on: raising is idempotent."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, pa.Table, float]] = deque()
        self._hits = 0
        self._behind: dict[str, float] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="tenken-alarms", daemon=True)
        self.error = ""
        self.raised = 0

    def start(self, cities: list[str]) -> None:
        """Begin, with what *cities* still have to raise from before."""
        self._behind = dict.fromkeys(cities, 0.0)
        self._thread.start()

    def give(self, city: str, hits: pa.Table) -> None:
        """Take hits that are durable. Too many to keep are caught up from the store instead."""
        with self._changed:
            if self._hits + hits.num_rows > _MOST_HITS:
                self._behind.setdefault(city, time.monotonic())
            else:
                self._waiting.append((city, hits, time.monotonic()))
                self._hits += hits.num_rows
            self._changed.notify()

    def lag(self) -> float:
        """Return for how many seconds the oldest hits have waited."""
        with self._changed:
            return time.monotonic() - self._waiting[0][2] if self._waiting else 0.0

    def stop(self, seconds: float) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while (work := self._next()) is not None:
                city, hits = work
                close_old_connections()
                try:
                    if hits is None:
                        self._catch_up(city)
                    else:
                        self._raise(city, hits)
                except Exception as error:
                    logger.exception("alerts of %s could not be raised; trying again", city)
                    self.error = f"{type(error).__name__}: {error}"[:500]
                    with self._changed:
                        self._behind[city] = time.monotonic() + _AGAIN_SECONDS
        finally:
            connection.close()

    def _next(self) -> tuple[str, pa.Table | None] | None:
        """Wait for work: hits, or a city (None) whose hits are to be caught up. None when it is time to stop."""
        with self._changed:
            while True:
                if self._waiting:
                    city, hits, _ = self._waiting.popleft()
                    self._hits -= hits.num_rows
                    return city, hits
                if self._stopping:
                    return None
                due = min(self._behind, key=self._behind.__getitem__, default=None)
                if due is None:
                    self._changed.wait()
                elif (left := self._behind[due] - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    del self._behind[due]
                    return due, None

    def _raise(self, city: str, hits: pa.Table) -> None:
        import pyarrow as pa

        correlated = correlate(self._store, city, hits)
        if correlated is not None and correlated.num_rows:
            self._store.insert("hits", correlated)
            hits = pa.concat_tables([hits, correlated.cast(hits.schema)])
        self.raised += raise_from(city, hits)
        self.error = ""

    def _catch_up(self, city: str) -> None:
        """Raise the hits received since the city's watermark, page by page."""
        now = clock.now()
        since = max(watermark(city) or now - _FURTHEST, now - _FURTHEST)
        while True:
            hits = self._store.query(
                "SELECT * FROM hits FINAL WHERE city = {city:String} AND received >= {since:DateTime64(3)} "
                "AND received < {until:DateTime64(3)} ORDER BY received LIMIT {most:UInt32} WITH TIES",
                city=city,
                since=since,
                until=now + _FURTHEST,
                parameters={"most": _CAUGHT_UP},
            )
            if hits.num_rows:
                self._raise(city, hits)
            if hits.num_rows < _CAUGHT_UP:
                return
            newest: datetime = hits.column("received")[-1].as_py()
            since = newest + timedelta(milliseconds=1)
