"""The process's one road from parcels to durable events: a bounded queue, one thread that writes batches, one that takes
in inventories, one that raises alerts.

Batches are groups of up to 50,000 events or half a second: each costs an fsync and a planning of the rules, whoever sent
its parcels. One thread writes, so that no two batches ever hold the same payload.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import DataError, close_old_connections, connection
from django.db import Error as DatabaseFailed

from tenken.common import clock
from tenken.common.refusals import Refusal
from tenken.organization.models import City
from tenken.telemetry.ingest.alarms import Alarms
from tenken.telemetry.ingest.heard import Heard
from tenken.telemetry.ingest.parcels import Parcel, Receipt, Reject
from tenken.telemetry.ingest.queueing import Busy, Queue, Waiting
from tenken.telemetry.ingest.writing import Writer, Written, drop_left_stages, stage_name
from tenken.telemetry.inventory.operations import record_inventory
from tenken.telemetry.models import EventDeletion
from tenken.telemetry.store import Store, StoreUnavailable, store
from tenken.telemetry.store.rollups import mend_recent

__all__ = ["Busy", "Pipeline", "PipelineState", "pipeline"]

logger = logging.getLogger("tenken.telemetry")

BATCH_ROWS: Final = 50_000
BATCH_BYTES: Final = 96 * 1024 * 1024
GATHER_SECONDS: Final = 0.5
_RETRIES: Final = (0.5, 1.0, 2.0, 4.0)
_HEARD_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 30.0
_DATABASE: Final = "データベースに書き込めないため、構成情報を受け取れません。"
_INVENTORY: Final = "構成情報"


@dataclass(frozen=True)
class PipelineState:
    """How receiving stands in this process, for boards. Counts are since it began. ``trouble``: why nothing can be
    written now, '' when it can; ``*_error``: the last failure of a part that events do not wait for."""

    running: bool = False
    started_at: datetime | None = None
    parcels: int = 0
    events: int = 0
    repeated: int = 0
    quarantined: int = 0
    inventories: int = 0
    turned_away: int = 0
    failed: int = 0
    batches: int = 0
    alerts: int = 0
    queue_parcels: int = 0
    queue_bytes: int = 0
    lag_seconds: float = 0.0
    alert_lag_seconds: float = 0.0
    committed_at: datetime | None = None
    trouble: str = ""
    detection_error: str = ""
    alert_error: str = ""
    last_error: str = ""


class Pipeline:
    """Takes parcels in between ``start`` and ``stop``."""

    def __init__(self, events: Store | None = None, *, waiting: Queue | None = None) -> None:
        self._given = events
        self._queue = waiting or Queue()
        self._inventories: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._heard = Heard()
        self._state = PipelineState()
        self._changing = threading.Lock()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._alarms: Alarms | None = None

    # --- for receivers ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the store, mend the counts a kill may have left behind, raise what was not raised, begin to write.
        ``StoreUnavailable`` when the store cannot be opened."""
        events = self._given or store()
        drop_left_stages(events)
        if events.embedded:
            deleted = set(EventDeletion.objects.values_list("city__code", "month"))
            if mended := mend_recent(events, deleted):
                logger.warning("counts of %d days were mended after an unclean end", len(mended))
        self._alarms = Alarms(events)
        self._alarms.start(list(City.objects.values_list("code", flat=True)))
        writer = Writer(events, stage_name(id(self)))
        for name, work in (
            ("write", lambda: self._write_batches(writer)),
            ("inventories", self._take_inventories),
            ("heard", self._write_heard),
        ):
            thread = threading.Thread(target=_with_connection(work), name=f"tenken-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._note(running=True, started_at=clock.now())

    def submit(self, parcel: Parcel) -> Future[Receipt]:
        """Take *parcel* in; its future has the receipt when all of it is durable, or the exception why it is not
        (``StoreUnavailable``: try again later). ``Busy`` when there is no room for it now."""
        if not self._state.running:
            raise Busy(5.0)
        try:
            future, waiting = self._queue.put(parcel)
        except Busy:
            self._note(turned_away=1)
            raise
        if waiting:
            if parcel.parsed.inventories:
                self._inventories.put(waiting)
            else:
                self._queue.ready(waiting)
        return future

    def state(self) -> PipelineState:
        """Return how it stands now."""
        parcels, size, lag = self._queue.figures()
        alarms = self._alarms
        return replace(
            self._state,
            queue_parcels=parcels,
            queue_bytes=size,
            lag_seconds=lag,
            alerts=alarms.raised if alarms else 0,
            alert_lag_seconds=alarms.lag() if alarms else 0.0,
            alert_error=alarms.error if alarms else "",
        )

    def stop(self) -> None:
        """Write what was taken in, take nothing more, end the threads. The store stays open."""
        self._note(running=False)
        self._stopped.set()
        self._inventories.put(None)
        for thread in self._threads:
            if thread.name == "tenken-inventories":
                thread.join(_STOP_SECONDS)
        self._queue.close()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
            if thread.is_alive():
                logger.warning("%s did not end in time", thread.name)
        self._threads.clear()
        if self._alarms:
            self._alarms.stop(_STOP_SECONDS)

    # --- writing ---------------------------------------------------------------------------------------------

    def _write_batches(self, writer: Writer) -> None:
        while batch := self._queue.take(rows=BATCH_ROWS, size=BATCH_BYTES, seconds=GATHER_SECONDS):
            close_old_connections()
            by_city: dict[str, list[Waiting]] = defaultdict(list)
            for waiting in batch:
                by_city[waiting.parcel.city].append(waiting)
            for city, some in by_city.items():
                try:
                    self._finish(some, self._written(writer, city, [one.parcel for one in some]))
                except Exception as error:
                    self._fail(some, error)
        with suppress(Exception):  # what is left is dropped at the next start
            writer.close()

    def _written(self, writer: Writer, city: str, parcels: list[Parcel]) -> list[Written]:
        """Write a batch, again and again for some seconds while the store cannot take it."""
        for delay in (*_RETRIES, None):
            try:
                return writer.write(city, parcels)
            except StoreUnavailable as error:
                self._note(trouble=error.message, last_error=error.message)
                if delay is None or self._stopped.wait(delay):
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _finish(self, batch: list[Waiting], written: list[Written]) -> None:
        receipts = [receipt for one in written for receipt in one.receipts]
        for waiting, receipt in zip(batch, receipts, strict=True):
            self._queue.done(waiting, receipt)
        newest = max(waiting.parcel.received for waiting in batch)
        for one in written:
            self._heard.note(one.terminals, newest)
            if one.hits is not None and self._alarms:
                self._alarms.give(batch[0].parcel.city, one.hits)
        self._note(
            parcels=len(receipts),
            events=sum(receipt.events for receipt in receipts if not receipt.repeated),
            repeated=sum(receipt.repeated for receipt in receipts),
            quarantined=sum(receipt.quarantined for receipt in receipts),
            batches=1,
            committed_at=clock.now(),
            trouble="",
            detection_error=next((one.detection_error for one in written if one.detection_error), ""),
        )

    def _fail(self, batch: list[Waiting], error: Exception) -> None:
        if not isinstance(error, StoreUnavailable):
            logger.error("a batch could not be written", exc_info=error)
        self._note(failed=len(batch), last_error=str(error))
        for waiting in batch:
            self._queue.done(waiting, error)

    # --- inventories -----------------------------------------------------------------------------------------

    def _take_inventories(self) -> None:
        """Record the inventories of parcels; then what else they hold goes on to be written."""
        while waiting := self._inventories.get():
            close_old_connections()
            try:
                waiting.parcel = self._recorded(waiting.parcel)
            except DatabaseFailed as error:
                logger.warning("an inventory could not be recorded: %s", error)
                self._fail([waiting], StoreUnavailable(_DATABASE))
            else:
                self._queue.ready(waiting)

    def _recorded(self, parcel: Parcel) -> Parcel:
        """Record the inventories of *parcel*; those that are refused become its rejects."""
        rejects = list(parcel.parsed.rejects)
        city = City.objects.get(code=parcel.city)
        for inventory in parcel.parsed.inventories:
            try:
                record_inventory(
                    city=city, source_code=parcel.source, inventory=inventory, received=parcel.received
                )
                self._note(inventories=1)
            except DatabaseFailed as error:
                if not isinstance(error, DataError):
                    raise
                # Its own words are at fault: sent again, it would fail again, for ever.
                rejects.append(Reject(_INVENTORY, str(error)[:500], parcel.raw))
            except Exception as error:
                if not isinstance(error, Refusal):
                    logger.exception("an inventory of %s cannot be recorded", parcel.source)
                rejects.append(Reject(_INVENTORY, str(error)[:500] or type(error).__name__, parcel.raw))
        return replace(parcel, parsed=replace(parcel.parsed, rejects=tuple(rejects)))

    # --- beside ----------------------------------------------------------------------------------------------

    def _write_heard(self) -> None:
        while True:
            last = self._stopped.wait(_HEARD_SECONDS)
            close_old_connections()
            try:
                self._heard.write()
            except Exception:
                logger.exception("when terminals were heard last could not be written; trying again")
            if last:
                return

    def _note(self, **changes: object) -> None:
        """Put *changes* into the state; whole numbers are added."""
        with self._changing:
            told = {
                name: getattr(self._state, name) + value if type(value) is int else value
                for name, value in changes.items()
            }
            self._state = replace(self._state, **told)  # type: ignore[arg-type]


def _with_connection(work: Callable[[], None]) -> Callable[[], None]:
    """Return *work* closing its thread's database connection at the end."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return run


_pipeline: Pipeline | None = None
_making = threading.Lock()


def pipeline() -> Pipeline:
    """Return the process's pipeline, not started before someone does."""
    global _pipeline
    with _making:
        if _pipeline is None:
            _pipeline = Pipeline()
        return _pipeline
