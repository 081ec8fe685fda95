"""What waits to be written, bounded in bytes and parcels, so that a flood is told to come again and memory stays."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from tenken.common.refusals import Refusal
from tenken.telemetry.ingest.parcels import Parcel, Receipt

MOST_BYTES: Final = 256 * 1024 * 1024
MOST_PARCELS: Final = 50_000
_INVENTORY_BYTES: Final = 100_000  # its software, parts and names as objects


class Busy(Refusal):
    """Nothing more can be taken in now; ``retry_after``: seconds after which the sender should come again."""

    status = 503

    def __init__(self, retry_after: float) -> None:
        super().__init__("受信が混み合っています。しばらくしてから送り直してください。")
        self.retry_after = retry_after


@dataclass
class Waiting:
    """A parcel on its way, and who waits for it: a sender that sent it again meanwhile waits for the same writing."""

    parcel: Parcel
    rows: int
    size: int
    since: float
    futures: list[Future[Receipt]] = field(default_factory=list)

    @classmethod
    def of(cls, parcel: Parcel) -> Waiting:
        parsed = parcel.parsed
        events = parsed.events
        size = (events.nbytes if events is not None else 0) + len(parcel.raw) + 2_000
        size += sum(len(reject.raw) for reject in parsed.rejects) + _INVENTORY_BYTES * len(parsed.inventories)
        return cls(parcel, events.num_rows if events is not None else 0, size, time.monotonic())

    @property
    def key(self) -> tuple[str, int]:
        return (self.parcel.city, self.parcel.payload)


class Queue:
    """Parcels in the order they came. What is taken out counts until ``done``."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, most_parcels: int = MOST_PARCELS) -> None:
        self._most_bytes, self._most_parcels = most_bytes, most_parcels
        self._changed = threading.Condition()
        self._waiting: deque[Waiting] = deque()
        self._under_way: dict[tuple[str, int], Waiting] = {}
        self._rows = 0
        self._bytes = 0
        self._closed = False

    def put(self, parcel: Parcel) -> tuple[Future[Receipt], Waiting | None]:
        """Take *parcel* in. Return its future, and the parcel as it waits (None: the same one is under way already).
        ``Busy`` when there is no room, or the queue is closed."""
        waiting = Waiting.of(parcel)
        future: Future[Receipt] = Future()
        with self._changed:
            if same := self._under_way.get(waiting.key):
                same.futures.append(future)
                return future, None
            too_large = self._bytes + waiting.size > self._most_bytes and self._under_way
            if self._closed or too_large or len(self._under_way) >= self._most_parcels:
                raise Busy(self._retry_after())
            waiting.futures.append(future)
            self._under_way[waiting.key] = waiting
            self._bytes += waiting.size
        return future, waiting

    def ready(self, waiting: Waiting) -> None:
        """Let a parcel that was put be taken for writing."""
        with self._changed:
            self._waiting.append(waiting)
            self._rows += waiting.rows
            self._changed.notify()

    def take(self, *, rows: int, size: int, seconds: float) -> list[Waiting]:
        """Return the next batch: as soon as *rows* or *size* bytes wait, or *seconds* after its first parcel came; at
        least one parcel. Empty when the queue is closed and nothing waits."""
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return []
                self._changed.wait()
            deadline = self._waiting[0].since + seconds
            while not self._closed and self._rows < rows and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            batch: list[Waiting] = []
            taken_rows = taken_bytes = 0
            while self._waiting and (
                not batch
                or (
                    taken_rows + self._waiting[0].rows <= rows and taken_bytes + self._waiting[0].size <= size
                )
            ):
                one = self._waiting.popleft()
                batch.append(one)
                taken_rows += one.rows
                taken_bytes += one.size
            self._rows -= taken_rows
            return batch

    def done(self, waiting: Waiting, outcome: Receipt | BaseException) -> None:
        """Give up a parcel's room and tell everyone who waits for it."""
        with self._changed:
            self._under_way.pop(waiting.key, None)
            self._bytes -= waiting.size
            futures = waiting.futures
        for future in futures:
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def close(self) -> None:
        """Take nothing more in; ``take`` gives what still waits without delay."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def figures(self) -> tuple[int, int, float]:
        """Return parcels and bytes under way, and for how many seconds the oldest has waited."""
        with self._changed:
            oldest = min((one.since for one in self._under_way.values()), default=None)
            lag = time.monotonic() - oldest if oldest is not None else 0.0
            return len(self._under_way), self._bytes, lag

    def _retry_after(self) -> float:
        """Say when there will be room: longer the longer the oldest has waited, between 1 and 60 s."""
        oldest = next(iter(self._under_way.values()), None)
        return min(60.0, max(1.0, 2 * (time.monotonic() - oldest.since))) if oldest else 5.0
