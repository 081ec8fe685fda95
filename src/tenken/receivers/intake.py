"""The one way in, whatever the protocol: bounded, read away from the event loop, acknowledged when durable."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tenken.common import clock
from tenken.common.refusals import Invalid, Refusal
from tenken.receivers.books import Database, NodeBook, SenderBook
from tenken.receivers.limits import MB, Bucket, ByteBudget, Exhausted, Room, WrongKeys, spread
from tenken.receivers.tallies import Tallies
from tenken.telemetry.ingest.identity import payload_number
from tenken.telemetry.ingest.parcels import Parcel, Parsed, Receipt, Reject
from tenken.telemetry.ingest.pipeline import Busy
from tenken.telemetry.reception.senders import Sender
from tenken.telemetry.wire.inflating import TooLarge, inflate

if TYPE_CHECKING:
    from tenken.telemetry.ingest.pipeline import Pipeline

logger = logging.getLogger("tenken.receivers")
M = TypeVar("M")
# What reads an inflated body: the protocol's message, and what of it is kept.
Reader = Callable[[bytes, datetime], tuple[M, Parsed]]

IN_MEMORY: Final = 96 * MB
UNKNOWN_IN_MEMORY: Final = 16 * MB
# What is read of inflated bodies at once; no protocol's largest is more. Reading takes a multiple of it.
INFLATED_IN_MEMORY: Final = 64 * MB
WAIT_SECONDS: Final = 20.0
_KEPT_INFLATED: Final = 4 * MB
_UNEXPLAINED: Final = "読み取りの処理が続けられませんでした"


class TurnedAway(Exception):  # noqa: N818 - an answer to a sender
    """Not taken in. ``retry_after``: seconds after which the sender is welcome; 0: the same will never be taken in."""

    def __init__(self, status: int, message: str, *, retry_after: int = 0, close: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
        self.close = close


@dataclass(frozen=True)
class Taken(Generic[M]):
    """What was read of a payload, how it was compressed, and what was made durable of it (None: nothing to keep)."""

    message: M
    how: str
    receipt: Receipt | None


@dataclass(frozen=True)
class _Handed(Generic[M]):
    message: M | None
    how: str
    future: Future[Receipt] | None
    refusal: Invalid | None


class Intake:
    """What all protocols of one receiving process share. Made and used on its event loop."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.database = Database()
        self.senders = SenderBook(self.database)
        self.nodes = NodeBook(self.database, self.senders)
        self.tallies = Tallies()
        self.wrong_keys = WrongKeys()
        self.known = ByteBudget(IN_MEMORY, wait=WAIT_SECONDS)
        # Bodies whose sender is known only once they are read (osquery) cannot push the others out.
        self.unknown = ByteBudget(UNKNOWN_IN_MEMORY, wait=WAIT_SECONDS)
        self.inflated = Room(INFLATED_IN_MEMORY)
        self._buckets: dict[int, Bucket] = {}
        self._workers = ThreadPoolExecutor(
            min(4, (os.cpu_count() or 1) + 1), thread_name_prefix="tenken-receiver-reader"
        )
        # Whoever has no key costs one thread and one inflated body at a time.
        self._stranger = ThreadPoolExecutor(1, thread_name_prefix="tenken-receiver-stranger")

    async def take_in(
        self, sender: Sender, raw: bytes, read: Reader[M], *, limit: int | None, peer: str, salt: str = ""
    ) -> Taken[M]:
        """Read *raw* and return when what it held is durable.

        *limit*: bytes once inflated (None: the protocol knows no compression). *salt*: what makes equal bytes different payloads (a host, a connection).
        ``TurnedAway`` otherwise: 400 or 413 for what will never be taken in (the unreadable is in quarantine then),
        429 or 503 with when to come again.
        """
        self._within_rate(sender)
        now = clock.now()
        hand_over = functools.partial(self._hand_over, sender, raw, read, limit, peer, salt, now)
        try:
            handed = await asyncio.get_running_loop().run_in_executor(self._workers, hand_over)
            receipt: Receipt | None = None
            if handed.future is not None:
                receipt = await asyncio.wrap_future(handed.future)
        except TooLarge as refusal:
            self.tallies.refused(sender, at=now)
            raise TurnedAway(413, refusal.message, close=True) from None
        except Busy as busy:
            raise self._later(sender, busy.retry_after) from None
        except Exhausted:
            raise self._later(sender, WAIT_SECONDS) from None
        except Refusal as refusal:
            if refusal.status < 500:
                self.tallies.refused(sender, at=now)
                raise TurnedAway(400, refusal.message) from None
            raise self._later(sender, WAIT_SECONDS) from None
        if receipt is None:
            self.tallies.heard(sender, at=now, peer=peer)
        else:
            self.tallies.received(sender, receipt, size=len(raw), at=now, peer=peer)
            self._spend(sender, receipt)
        if handed.refusal is not None:
            self.tallies.refused(sender, at=now)
            raise TurnedAway(400, handed.refusal.message)
        assert handed.message is not None
        return Taken(handed.message, handed.how, receipt)

    async def read_unknown(self, function: Callable[[], M]) -> M:
        """Return what *function* makes of a body whose sender is not known yet, from the thread for such."""
        return await asyncio.get_running_loop().run_in_executor(self._stranger, function)

    def _hand_over(
        self,
        sender: Sender,
        raw: bytes,
        read: Reader[Any],
        limit: int | None,
        peer: str,
        salt: str,
        received: datetime,
    ) -> _Handed[Any]:
        """Read and submit. Of a worker thread; ``Exhausted`` when too much is inflated already."""
        with self.inflated.hold() as room:
            return self._read_and_submit(sender, raw, read, limit, peer, salt, received, room)

    def _read_and_submit(
        self,
        sender: Sender,
        raw: bytes,
        read: Reader[Any],
        limit: int | None,
        peer: str,
        salt: str,
        received: datetime,
        room: Callable[[int], None],
    ) -> _Handed[Any]:
        message, how, refusal, body = None, "", None, raw
        try:
            if limit is not None:
                body, how = inflate(raw, limit=limit, room=room)
            message, parsed = read(body, received)
        except (TooLarge, Exhausted):
            raise
        except Invalid as invalid:
            refusal = invalid
        except Exception as error:
            # A defect of a reader must not make an agent send the same for ever: it is kept and replayed once mended.
            logger.exception("a payload of %s could not be read", sender.key)
            refusal = Invalid(f"{_UNEXPLAINED}（{type(error).__name__}）。")
        if refusal is not None:
            kept = body if len(body) <= _KEPT_INFLATED else raw
            parsed = Parsed(rejects=(Reject("全体", refusal.message, kept),))
        future = self._submit(sender, raw, parsed, peer, salt, received) if _holds(parsed) else None
        return _Handed(message, how, future, refusal)

    def _submit(
        self, sender: Sender, raw: bytes, parsed: Parsed, peer: str, salt: str, received: datetime
    ) -> Future[Receipt]:
        parcel = Parcel(
            city=sender.city,
            source=sender.code,
            retention=sender.retention,
            payload=payload_number(f"{sender.key}/{salt}" if salt else sender.key, raw),
            received=received,
            parsed=parsed,
            raw=raw if sender.keep_raw else b"",
            keep_raw=sender.keep_raw,
            peer=peer,
        )
        return self.pipeline.submit(parcel)

    def _within_rate(self, sender: Sender) -> None:
        bucket = self._bucket(sender)
        if bucket and (seconds := bucket.wait()) > 0:
            self.tallies.told_to_wait(sender, at=clock.now())
            raise TurnedAway(429, "この送信元の毎秒の上限を超えています。", retry_after=spread(seconds))

    def _spend(self, sender: Sender, receipt: Receipt) -> None:
        bucket = self._bucket(sender)
        if bucket and not receipt.repeated:
            bucket.spend(receipt.events)

    def _bucket(self, sender: Sender) -> Bucket | None:
        if not sender.events_per_second:
            return None
        bucket = self._buckets.get(sender.source_id)
        if bucket is None or bucket.rate != sender.events_per_second:
            bucket = self._buckets[sender.source_id] = Bucket(sender.events_per_second)
        return bucket

    def _later(self, sender: Sender, seconds: float) -> TurnedAway:
        self.tallies.told_to_wait(sender, at=clock.now())
        return TurnedAway(503, "いまは受け取れません。後で送り直してください。", retry_after=spread(seconds))

    def close(self) -> None:
        """End the threads. Nothing is under way any more."""
        self._workers.shutdown()
        self._stranger.shutdown()
        self.database.close()


def _holds(parsed: Parsed) -> bool:
    events = parsed.events
    return bool(parsed.inventories or parsed.rejects or (events is not None and events.num_rows))
