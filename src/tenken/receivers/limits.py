"""Bounds that keep one process standing when every terminal of a city comes at once."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

MB: Final = 1024 * 1024


class Exhausted(Exception):  # noqa: N818 - it tells to come later, nothing is broken
    """There was no room within the time."""


def spread(seconds: float) -> int:
    """Return when to come again: between *seconds* and three times as late, so that not all come at one moment."""
    least = max(1, round(seconds))
    return least + secrets.randbelow(2 * least + 1)


class ByteBudget:
    """How many bytes of payloads are in memory at once, from their first byte to their acknowledgement.

    Who needs more than there is waits in order of coming, at most *wait* seconds. Of one event loop.
    """

    def __init__(self, total: int, *, wait: float) -> None:
        self.total = total
        self.free = total
        self._wait = wait
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @asynccontextmanager
    async def hold(self, amount: int) -> AsyncIterator[Hold]:
        """Hold *amount* bytes. ``Exhausted`` when they are not to be had in time."""
        held = Hold(self, min(amount, self.total))
        await self._take(held.amount)
        try:
            yield held
        finally:
            self._give(held.amount)

    async def _take(self, amount: int) -> None:
        if not self._queue and amount <= self.free:
            self.free -= amount
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (amount, turn)
        self._queue.append(entry)
        try:
            async with asyncio.timeout(self._wait):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._give(amount)
            else:
                if entry in self._queue:  # one that was cancelled may have been passed over already
                    self._queue.remove(entry)
                self._serve()
            if isinstance(error, TimeoutError):
                raise Exhausted from None
            raise

    def _give(self, amount: int) -> None:
        self.free += amount
        self._serve()

    def _serve(self) -> None:
        while self._queue and self._queue[0][0] <= self.free:
            amount, turn = self._queue[0]
            self._queue.popleft()
            if not turn.done():
                self.free -= amount
                turn.set_result(None)


@dataclass
class Hold:
    budget: ByteBudget
    amount: int

    def grow(self, amount: int) -> None:
        """Hold *amount* more at once: who already holds some never waits, or two could wait for each other."""
        if amount > self.budget.free:
            raise Exhausted
        self.budget.free -= amount
        self.amount += amount


@dataclass
class Bucket:
    """So many events a second, and what ten seconds bring at once. A payload is taken whole: what it is too large by
    is a debt that the next one waits for."""

    rate: int
    clock: Callable[[], float] = time.monotonic
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = self.rate * 10.0, self.clock()

    def wait(self) -> float:
        """Return in how many seconds the debt is paid; 0: now."""
        now = self.clock()
        self._level = min(self.rate * 10.0, self._level + (now - self._at) * self.rate)
        self._at = now
        return max(0.0, -self._level / self.rate)

    def spend(self, events: int) -> None:
        self._level -= events


class Room:
    """How many bytes of bodies are in memory inflated at once, while they are read, in all threads of the process. Who
    finds none is refused at once: holders wait for nobody, so nobody waits for ever."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.free = total
        self._changing = threading.Lock()

    @contextmanager
    def hold(self) -> Iterator[Callable[[int], None]]:
        """Give a function that takes so many bytes more, or raises ``Exhausted``; all are given back at the end."""
        held = 0

        def take(size: int) -> None:
            nonlocal held
            with self._changing:
                if size > self.free:
                    raise Exhausted
                self.free -= size
            held += size

        try:
            yield take
        finally:
            with self._changing:
                self.free += held


class Misses:
    """Keys (hashes) that were looked for in vain, for some *seconds*: they are not looked for again. At most *most*, the
    oldest go first."""

    def __init__(
        self, seconds: float, *, most: int = 100_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return key in self._until and self._until[key] > self._clock()

    def __len__(self) -> int:
        return len(self._until)

    def add(self, key: str) -> None:
        self._until[key] = self._clock() + self._seconds
        self._until.move_to_end(key)
        if len(self._until) > self._most:
            self._until.popitem(last=False)


class WrongKeys:
    """How often each address showed a key that is nobody's. Above *most* a minute it is told to stay away."""

    def __init__(
        self, most: int = 30, *, addresses: int = 10_000, clock: Callable[[], float] = time.monotonic
    ):
        self.total = 0
        self._most = most
        self._addresses = addresses
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> bool:
        """Count one more from *address*; return whether it is too many."""
        self.total += 1
        now = self._clock()
        since, count = self._seen.pop(address, (now, 0))
        since, count = (since, count + 1) if now - since < 60 else (now, 1)
        self._seen[address] = (since, count)
        if len(self._seen) > self._addresses:
            self._seen.popitem(last=False)
        return count > self._most

    def recent(self, most: int = 10) -> list[tuple[str, int]]:
        """Return the addresses that showed wrong keys in the last ten minutes, the last first, and how often."""
        now = self._clock()
        found = [(address, count) for address, (since, count) in self._seen.items() if now - since < 600]
        return found[::-1][:most]
