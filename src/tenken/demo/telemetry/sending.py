"""Sends played operations to a receiver as JSON lines, at a rate, over several connections, as forwarders do."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Queue
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import pyarrow as pa

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid
from tenken.demo.telemetry.operations import block_of
from tenken.demo.telemetry.population import Population

PATH: Final = "/lines"
_LINES_A_BODY: Final = 2_000
_TRIES: Final = 40


def lines_of(table: pa.Table) -> bytes:
    """Return the rows of *table* as JSON lines; what is empty is left out, and the class, which is the receiver's to say."""
    rows = (
        {key: value for key, value in row.items() if value and key != "class"} for row in table.to_pylist()
    )
    return b"\n".join(orjson.dumps(row) for row in rows) + b"\n"


@dataclass
class Sent:
    """What came of it: events acknowledged, bodies sent, how often a receiver said to come again later."""

    events: int = 0
    bodies: int = 0
    told_to_wait: int = 0
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, events: int, waits: int) -> None:
        with self._lock:
            self.events += events
            self.bodies += 1
            self.told_to_wait += waits


def blocks(
    population: Population, *, rate: int, seconds: int, seed: int, begin: datetime
) -> Iterator[tuple[float, pa.Table]]:
    """Yield the operations of each second, with how many seconds after the beginning it is over."""
    for second in range(seconds):
        moment = begin + timedelta(seconds=second)
        yield second + 1.0, block_of(population, moment, 1.0, rate, seed)


def send(
    population: Population,
    *,
    url: str,
    key: str,
    rate: int,
    seconds: int,
    seed: int,
    connections: int = 4,
    in_time: bool = True,
    compress: bool = True,
) -> Sent:
    """Send *rate* events for each of *seconds*; *in_time*: each second's when it is over, else as fast as they are taken.

    ``Denied`` when the receiver does not know the key, ``Invalid`` when it refuses what is sent or cannot be reached.
    """
    waiting: Queue[tuple[int, bytes] | None] = Queue(maxsize=connections * 4)
    sent, troubles = Sent(), list[Exception]()
    threads = [
        threading.Thread(target=_work, args=(url, key, waiting, sent, troubles), daemon=True)
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    for over, table in blocks(population, rate=rate, seconds=seconds, seed=seed, begin=clock.now()):
        for start in range(0, table.num_rows, _LINES_A_BODY):
            part = table.slice(start, _LINES_A_BODY)
            body = lines_of(part)
            waiting.put((part.num_rows, gzip.compress(body, 1) if compress else body))
        if troubles:
            break
        if in_time:
            time.sleep(max(0.0, begun + over - time.monotonic()))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    sent.seconds = time.monotonic() - begun
    if troubles:
        raise troubles[0]
    return sent


def _work(url: str, key: str, waiting: Queue[Any], sent: Sent, troubles: list[Exception]) -> None:
    """Post bodies until told to end; after a trouble the rest is only taken away, so that nobody waits."""
    poster = _Poster(url, key)
    while (item := waiting.get()) is not None:
        if troubles:
            continue
        rows, body = item
        try:
            sent.add(rows, poster.post(body))
        except Exception as error:  # handed to the caller's thread
            troubles.append(error)
    poster.close()


class _Poster:
    """One connection that posts a body until it is acknowledged."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=60)
        self._path = parts.path.rstrip("/") + PATH
        self._key = key

    def post(self, body: bytes) -> int:
        """Return how often it had to be sent again."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"}
        if body[:2] == b"\x1f\x8b":
            headers["Content-Encoding"] = "gzip"
        for again in range(_TRIES):
            try:
                self._connection.request("POST", self._path, body, headers)
                answer = self._connection.getresponse()
                said = answer.read().decode("utf-8", "replace")
            except (OSError, HTTPException):
                self._connection.close()
                wait = min(5.0, 0.1 * 2**again)
            else:
                if answer.status < 300:
                    return again
                if answer.status in (401, 403):
                    raise Denied("受信側が、この鍵を知りません。送信元の登録と鍵を確かめてください。")
                if answer.status not in (408, 429, 502, 503, 504):
                    raise Invalid(f"受信側に断られました（{answer.status}）：{said[:300]}")
                wait = float(answer.headers.get("Retry-After", "1"))
            time.sleep(wait * (1 + 0.05 * again))
        raise Invalid("受信側につながりません。アドレスと、サーバーが動いていることを確かめてください。")

    def close(self) -> None:
        self._connection.close()
