"""Who may send, in the memory of this process: read again every few seconds, at once for a key nobody knows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

from tenken.common import clock
from tenken.receivers.limits import Misses
from tenken.telemetry.reception import nodes
from tenken.telemetry.reception.keys import key_hash
from tenken.telemetry.reception.nodes import Node
from tenken.telemetry.reception.senders import Sender, Senders, read_senders

logger = logging.getLogger("tenken.receivers")
T = TypeVar("T")

FRESH_SECONDS: Final = 15.0
_ANEW_SECONDS: Final = 1.0
_NODE_SECONDS: Final = 600.0
_MOST_NODES: Final = 400_000
_MISSED_SECONDS: Final = 60.0
_GATHER_SECONDS: Final = 0.02
_LOOKED_UP: Final = 500


class Database:
    """The database, from one thread of its own: never on the event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tenken-receiver-database")

    async def ask(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        def asked() -> T:
            from django.db import close_old_connections

            close_old_connections()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, asked)

    def close(self) -> None:
        from django.db import connections

        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()


class SenderBook:
    """``Senders``, at most 15 seconds old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._senders = Senders()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def all(self, *, at_most: float = FRESH_SECONDS) -> Senders:
        """Return who may send, as it was at most *at_most* seconds ago (longer while the database does not answer)."""
        if time.monotonic() - self._read_at > at_most:
            async with self._reading:
                if time.monotonic() - self._read_at > at_most:
                    await self._read()
        return self._senders

    async def _read(self) -> None:
        from django.db import Error

        try:
            self._senders = await self._database.ask(read_senders)
        except Error:
            if self._read_at == float("-inf"):
                raise
            logger.warning("who may send could not be read again; the list before stands")
        self._read_at = time.monotonic()

    async def with_key(self, key: str) -> Sender | None:
        """Return the source whose key this is. A key just given is known at once."""
        hashed = key_hash(key)
        sender = (await self.all()).by_key.get(hashed)
        return sender or (await self.all(at_most=_ANEW_SECONDS)).by_key.get(hashed)


class NodeBook:
    """Enrolled hosts by their key. A key taken away is worth nothing within 15 seconds.

    Keys that are not known are looked up together, some hundred in a query, one query after another: whoever makes keys up
    costs a few queries a second, and holds up nobody whose key is true.
    """

    def __init__(self, database: Database, senders: SenderBook) -> None:
        self._database = database
        self._senders = senders
        self._nodes: OrderedDict[str, tuple[float, Node]] = OrderedDict()
        self._hash_of: dict[int, str] = {}
        self._swept_at = clock.now()
        self._seen: dict[int, datetime] = {}
        self._misses = Misses(_MISSED_SECONDS)
        self._asked: dict[str, asyncio.Future[Node | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def with_key(self, key: str) -> tuple[Node, Sender] | None:
        """Return the host that shows *key*, and its source, if both may send."""
        hashed = key_hash(key)
        read_at, node = self._nodes.get(hashed, (float("-inf"), None))
        if node is None or time.monotonic() - read_at > _NODE_SECONDS:
            node = None if hashed in self._misses else await self._looked_up(hashed)
            if node is None:
                self._nodes.pop(hashed, None)
                return None
            self._keep(hashed, node)
        sender = (await self._senders.all()).by_id.get(node.source_id)
        if sender is None:
            return None
        self._seen[node.pk] = clock.now()
        return node, sender

    async def _looked_up(self, hashed: str) -> Node | None:
        answer = self._asked.get(hashed)
        if answer is None:
            answer = self._asked[hashed] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_heard)
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(answer)

    async def _ask(self) -> None:
        """Answer who was asked for, until nobody is."""
        while self._asked:
            await asyncio.sleep(_GATHER_SECONDS)
            some = list(islice(self._asked, _LOOKED_UP))
            try:
                found = await self._database.ask(nodes.find_nodes, some)
            except Exception as error:
                for hashed in some:
                    self._asked.pop(hashed).set_exception(error)
                continue
            for hashed in some:
                if hashed not in found:
                    self._misses.add(hashed)
                self._asked.pop(hashed).set_result(found.get(hashed))

    def _keep(self, hashed: str, node: Node) -> None:
        self._nodes.pop(self._hash_of.get(node.pk, ""), None)  # the key before, if it enrolled anew
        self._nodes[hashed] = (time.monotonic(), node)
        self._hash_of[node.pk] = hashed
        if len(self._nodes) > _MOST_NODES:
            _, (_, gone) = self._nodes.popitem(last=False)
            del self._hash_of[gone.pk]

    async def sweep(self) -> None:
        """Forget hosts whose key was taken away, and keep when the others were heard."""
        since, self._swept_at = self._swept_at, clock.now()
        # A transaction may commit a little after the moment it wrote down.
        for pk in await self._database.ask(nodes.revoked_since, since - timedelta(seconds=30)):
            self._nodes.pop(self._hash_of.pop(pk, ""), None)
        if seen := self._seen:
            self._seen = {}
            await self._database.ask(nodes.hosts_seen, seen)


def _heard(answer: asyncio.Future[Node | None]) -> None:
    """Take note of what came of a lookup, also when everyone who asked has gone."""
    if not answer.cancelled():
        answer.exception()
