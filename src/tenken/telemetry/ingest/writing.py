"""Making a batch of one city durable, once and whole.

An insert that touches several partitions is several parts, and a process may die between any two of them. So an event is
known by (``payload``, ``seq``), and the order of writing is one that can be taken up again anywhere:

1. the number of the payload (``payloads``), with the moment it was first received;
2. what rules say of its events (``hits``): a hit is there before its event, never missing after it;
3. its events; 4. its bytes (``raw_payloads``) and the parts nobody understood (``quarantine``).

Only then it is acknowledged. A payload whose number is there already came before, whole or cut off by a kill: it takes
the moment it was received first, which makes every row of it the same row as then, and only those of its events that are
not there are written. Rows of 2. and 4. that are written again replace themselves. A number is remembered 35 days.
"""

from __future__ import annotations

import logging
import os
import socket
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import DatabaseError

from tenken.common import clock
from tenken.common.refusals import Refusal
from tenken.telemetry.detection.engine import evaluate
from tenken.telemetry.events.directory import directory, directory_after_miss
from tenken.telemetry.events.enrichment import Approvals, Columns, Enriched, enrich
from tenken.telemetry.ingest.parcels import Parcel, Parsed, Receipt, Reject
from tenken.telemetry.lists.queries import ListSnapshot, snapshot
from tenken.telemetry.models import Source
from tenken.telemetry.store import Store, StoreUnavailable
from tenken.telemetry.store.tables import stage_statement

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger("tenken.telemetry")

REMEMBERED: Final = timedelta(days=35)
# One part a partition, its indexes of words left to the merges.
WITHOUT_INDEXES: Final = "SETTINGS materialize_skip_indexes_on_insert = 0, max_insert_threads = 1"
_LOOKED_UP: Final = 2_000
_DATABASE: Final = "データベースを読めないため、受信した操作ログを書き込めません。"
_REFUSED: Final = "保管庫に書き込めない内容です（{reason}）。"


@dataclass(frozen=True)
class Written:
    """``receipts``: one a parcel, in their order. ``hits``: what rules said, to be raised. ``terminals``: the keys of
    those that were heard. ``detection_error``: why rules could not be asked, '' when they were."""

    receipts: tuple[Receipt, ...]
    hits: pa.Table | None = None
    terminals: frozenset[int] = frozenset()
    detection_error: str = ""


def stage_name(number: int) -> str:
    """Return a name for a stage that no other writer has: *number* tells those of one process apart."""
    return f"{_stages_of_host()}{os.getpid()}_{number:x}"


def _stages_of_host() -> str:
    return "stage_" + "".join(char if char.isalnum() else "_" for char in socket.gethostname()) + "_"


def drop_left_stages(store: Store) -> None:
    """Drop what killed processes left: of the embedded store, which only we have open, all stages; of a server those of
    this host whose process is gone."""
    prefix = "stage_" if store.embedded else _stages_of_host()
    found = store.stage_query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String})",
        stage="tables",
        parameters={"prefix": prefix},
    )
    for name in found.column("name").to_pylist():
        if store.embedded or not Path(f"/proc/{name.removeprefix(prefix).partition('_')[0]}").exists():
            store.command(f"DROP TABLE IF EXISTS {name}")


@dataclass
class Writer:
    """Writes batches; one thread uses it. ``stage``: the name of its memory table, unlike any other process's."""

    store: Store
    stage: str
    _staged: bool = False
    _lists: dict[str, tuple[ListSnapshot, Approvals]] = field(default_factory=dict)

    def write(self, city: str, parcels: Sequence[Parcel]) -> list[Written]:
        """Write *parcels* of one city and return what became of them, in their order. A parcel that the store refuses is
        put into quarantine whole, the others go on. ``StoreUnavailable`` when nothing can be written now: some of it may
        be there, and the same call again writes the rest."""
        try:
            return [self._write(city, parcels)]
        except StoreUnavailable:
            raise
        except Exception as error:
            if len(parcels) > 1:
                half = len(parcels) // 2
                return self.write(city, parcels[:half]) + self.write(city, parcels[half:])
            logger.exception("a payload of %s is refused", parcels[0].source)
            return [self._write(city, [_refused(parcels[0], error)])]

    def _write(self, city: str, parcels: Sequence[Parcel]) -> Written:
        columns = assembled(city, parcels)
        numbers = set(columns["payload"].unique().to_pylist()) if columns.rows else set()
        known = _forgotten(columns, parcels)
        known |= self._known(city, numbers.union(parcel.payload for parcel in parcels))
        parcels = [replace(one, received=known.get(one.payload, one.received)) for one in parcels]
        terminals, fresh, hits, error = frozenset[int](), dict[int, int](), None, ""
        if columns.rows:
            _date(columns, parcels, known)
            enriched = self._enriched(city, columns)
            terminals = enriched.terminals
            events = enriched.events
            if known or _numbers_lines(parcels):
                events = self._missing(city, events, known)
            fresh = _counts(events)
            self._note(city, parcels, events, known)
            hits, error = self._store_events(city, events)
        else:
            self._note(city, parcels, columns.table(), known)
        self._keep_raw(city, parcels)
        self._quarantine(city, parcels)
        receipts = tuple(_receipt(parcel, known, fresh) for parcel in parcels)
        return Written(receipts, hits, terminals, error)

    def _enriched(self, city: str, columns: Columns) -> Enriched:
        """``StoreUnavailable`` while the database does not say who is who: the events wait."""
        try:
            lists = snapshot(city)
            held = self._lists.get(city)
            if held is None or held[0] is not lists:
                held = self._lists[city] = (lists, Approvals.of(lists))
            return enrich(
                columns,
                directory=directory(city),
                lists=lists,
                approvals=held[1],
                oldest=settings.EVENTS_OLDEST,
                missed=partial(directory_after_miss, city),
            )
        except DatabaseError as error:
            raise StoreUnavailable(_DATABASE) from error

    def close(self) -> None:
        """Drop the stage."""
        self.store.command(f"DROP TABLE IF EXISTS {self.stage}")
        self._staged = False

    # --- what is there already -------------------------------------------------------------------------------

    def _known(self, city: str, numbers: Iterable[int]) -> dict[int, datetime]:
        """Return when those of *numbers* that came before were received first."""
        known: dict[int, datetime] = {}
        asked, now = sorted(numbers), clock.now()
        for at in range(0, len(asked), _LOOKED_UP):
            rows = self.store.query(
                "SELECT payload, min(received) AS first FROM payloads WHERE city = {city:String} "
                "AND payload IN {numbers:Array(UInt64)} AND received >= {since:DateTime64(3)} "
                "AND received < {until:DateTime64(3)} GROUP BY payload",
                city=city,
                since=now - REMEMBERED,
                until=now + REMEMBERED,
                parameters={"numbers": asked[at : at + _LOOKED_UP]},
            )
            known |= (
                zip(*(column.to_pylist() for column in rows.columns), strict=True) if rows.num_rows else ()
            )
        return known

    def _missing(self, city: str, events: pa.Table, known: Mapping[int, datetime]) -> pa.Table:
        """Return those of *events* that the store does not hold yet, each once."""
        import pyarrow as pa

        rows = zip(events["payload"].to_pylist(), events["seq"].to_pylist(), strict=True)
        seen = self._present(city, events, known) if known else set[tuple[int, int]]()
        wanted = [row not in seen and not seen.add(row) for row in rows]  # type: ignore[func-returns-value]
        return events if all(wanted) else events.filter(pa.array(wanted))

    def _present(self, city: str, events: pa.Table, known: Mapping[int, datetime]) -> set[tuple[int, int]]:
        """Return (payload, seq) of the events of *known* payloads that the store holds."""
        import pyarrow as pa
        import pyarrow.compute as pc

        again = pc.is_in(events["payload"], pa.array(known, pa.uint64()))
        if not pc.any(again).as_py():
            return set()
        times = pc.min_max(events["ts"].filter(again)).as_py()
        found: set[tuple[int, int]] = set()
        asked = sorted(known)
        for at in range(0, len(asked), _LOOKED_UP):
            rows = self.store.query(
                "SELECT payload, seq FROM events WHERE city = {city:String} AND ts >= {since:DateTime64(3)} "
                "AND ts < {until:DateTime64(3)} AND payload IN {numbers:Array(UInt64)} "
                "AND retention != 'restored'",
                city=city,
                since=times["min"],
                until=times["max"] + timedelta(milliseconds=1),
                parameters={"numbers": asked[at : at + _LOOKED_UP]},
                settings={"max_result_rows": 0, "max_execution_time": 120},
            )
            found.update(zip(*(column.to_pylist() for column in rows.columns), strict=True))
        return found

    # --- writing ---------------------------------------------------------------------------------------------

    def _note(
        self, city: str, parcels: Sequence[Parcel], events: pa.Table, known: Mapping[int, datetime]
    ) -> None:
        """Write the numbers of the payloads that are new, before anything of them."""
        import pyarrow as pa

        source = {parcel.payload: parcel.source for parcel in parcels}
        lines = {parcel.payload: (parcel.received, 0, parcel.received, parcel.received) for parcel in parcels}
        if events.num_rows:
            grouped = events.group_by("payload").aggregate(
                [("received", "min"), ("payload", "count"), ("ts", "min"), ("ts", "max"), ("source", "min")]
            )
            for row in grouped.to_pylist():
                lines[row["payload"]] = (
                    row["received_min"],
                    row["payload_count"],
                    row["ts_min"],
                    row["ts_max"],
                )
                source[row["payload"]] = row["source_min"]
        rows = [
            {
                "city": city,
                "payload": number,
                "received": received,
                "source": source[number],
                "events": count,
                "first": first.astimezone(clock.JAPAN).date(),
                "last": last.astimezone(clock.JAPAN).date(),
            }
            for number, (received, count, first, last) in lines.items()
            if number not in known
        ]
        if rows:
            self.store.insert("payloads", pa.Table.from_pylist(rows, _payload_schema()))

    def _store_events(self, city: str, events: pa.Table) -> tuple[pa.Table | None, str]:
        """Put *events* into the stage, ask the rules, write hits and events. Return the hits, and why there are none
        when rules could not be asked: events are kept all the same."""
        if not events.num_rows:
            return None, ""
        self._make_stage()
        self.store.insert(self.stage, events)
        hits, error = self._evaluated(city)
        if hits is not None and hits.num_rows:
            self.store.insert("hits", hits)
        names = ", ".join(events.column_names)
        self.store.command(f"INSERT INTO events ({names}) SELECT {names} FROM {self.stage} {WITHOUT_INDEXES}")
        self.store.command(f"TRUNCATE TABLE {self.stage}")
        return hits, error

    def _make_stage(self) -> None:
        if self._staged:
            self.store.command(f"TRUNCATE TABLE {self.stage}")
        else:
            self.store.command(stage_statement(self.stage))
            self._staged = True

    def _evaluated(self, city: str) -> tuple[pa.Table | None, str]:
        try:
            return evaluate(self.store, self.stage, city), ""
        except StoreUnavailable:
            raise
        except DatabaseError as error:
            raise StoreUnavailable(_DATABASE) from error
        except Exception as error:
            logger.exception("rules of %s could not be asked", city)
            return None, f"{type(error).__name__}: {error}"[:500]

    def _keep_raw(self, city: str, parcels: Sequence[Parcel]) -> None:
        """Keep the bytes of the payloads whose source asks for it, until the day it says."""
        import pyarrow as pa

        kept = [parcel for parcel in parcels if parcel.keep_raw and parcel.raw]
        if not kept:
            return
        codes = {parcel.source for parcel in kept}
        days = dict(
            Source.objects.filter(city__code=city, code__in=codes).values_list("code", "keep_raw_days")
        )
        rows = [
            {
                "city": city,
                "received": one.received,
                "payload": one.payload,
                "source": one.source,
                "peer": one.peer,
                "delete_on": (one.received + timedelta(days=days.get(one.source, 1))).date(),
                "body": one.raw,
            }
            for one in kept
        ]
        self.store.insert("raw_payloads", pa.Table.from_pylist(rows, _raw_schema()))

    def _quarantine(self, city: str, parcels: Sequence[Parcel]) -> None:
        import pyarrow as pa

        rows = [
            {
                "city": city,
                "received": parcel.received,
                "payload": parcel.payload,
                "part": part,
                "source": parcel.source,
                "peer": parcel.peer,
                "place": reject.place,
                "reason": reject.reason,
                "raw": reject.raw,
                "state": "waiting",
                "version": 1,
                "changed": parcel.received,
            }
            for parcel in parcels
            for part, reject in enumerate(parcel.parsed.rejects)
        ]
        if rows:
            self.store.insert("quarantine", pa.Table.from_pylist(rows, quarantine_schema()))


# --- a batch as columns -------------------------------------------------------------------------------------


def assembled(city: str, parcels: Sequence[Parcel]) -> Columns:
    """Return the events of *parcels* as one batch with where each is from; ``received`` is set later. ``KeyError`` for a
    column that events do not have. A reader that numbers its lines itself gave ``payload`` (and perhaps ``seq``)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = [parcel.parsed.events for parcel in parcels]
    sizes = [table.num_rows if table is not None else 0 for table in tables]
    some = [table for table in tables if table is not None and table.num_rows]
    joined = pa.concat_tables(some, promote_options="permissive") if some else pa.table({})
    columns = Columns(joined)
    places = pa.array(array("I", chain.from_iterable(map(repeat, range(len(sizes)), sizes))), pa.uint32())

    def each(values: Iterable[Any], kind: pa.DataType) -> Any:
        return pa.array(values, kind).take(places)

    counted = pa.array(array("I", chain.from_iterable(map(range, sizes))), pa.uint32())
    numbers = each([parcel.payload for parcel in parcels], pa.uint64())
    if "payload" in columns:
        told = columns["payload"]
        columns["seq"] = pc.if_else(pc.is_null(told), counted, columns["seq"].fill_null(0))
        columns["payload"] = pc.coalesce(told, numbers)
    else:
        columns["seq"], columns["payload"] = counted, numbers
    columns["city"] = each([city] * len(parcels), pa.string())
    columns["source"] = each([parcel.source for parcel in parcels], pa.string())
    columns["retention"] = each([parcel.retention for parcel in parcels], pa.string())
    columns["received"] = each([parcel.received for parcel in parcels], pa.timestamp("ms", tz="UTC"))
    return columns


def _date(columns: Columns, parcels: Sequence[Parcel], known: Mapping[int, datetime]) -> None:
    """Give lines that came before on their own the moment they were received first (``assembled`` gave all others the
    parcel's, which is the first one already)."""

    if not known:
        return

    def first(number: int, received: datetime) -> datetime:
        return known.get(number, received)

    kind = columns["received"].type
    columns["received"] = columns.mapped(first, kind, columns["payload"], columns["received"])


def _forgotten(columns: Columns, parcels: Sequence[Parcel]) -> dict[int, datetime]:
    """Return the numbers of what was received longer ago than numbers are remembered, and when: a part of the quarantine
    read again may be there all the same, and is compared with its events."""
    oldest = clock.now() - REMEMBERED
    old = {parcel.payload: parcel.received for parcel in parcels if parcel.received <= oldest}
    if old and columns.rows:
        lines = zip(columns["payload"].to_pylist(), columns["received"].to_pylist(), strict=True)
        old |= {number: received for number, received in lines if received <= oldest}
    return old


def _numbers_lines(parcels: Sequence[Parcel]) -> bool:
    """Tell whether one number may occur twice among *parcels*."""
    if len({parcel.payload for parcel in parcels}) < len(parcels):
        return True
    tables = (parcel.parsed.events for parcel in parcels)
    return any(table is not None and "payload" in table.column_names for table in tables)


def _counts(events: pa.Table) -> dict[int, int]:
    import pyarrow.compute as pc

    counted = pc.value_counts(events["payload"].combine_chunks())
    return dict(zip(*(counted.field(at).to_pylist() for at in range(2)), strict=True))


def _receipt(parcel: Parcel, known: Mapping[int, datetime], fresh: Mapping[int, int]) -> Receipt:
    events = parcel.parsed.events
    return Receipt(
        parcel.payload,
        events.num_rows if events is not None else 0,
        len(parcel.parsed.rejects),
        repeated=parcel.payload in known and not fresh.get(parcel.payload),
    )


def _refused(parcel: Parcel, error: Exception) -> Parcel:
    """Return *parcel* as one reject, as it came (or, where nobody kept that, as it was read)."""
    import orjson

    events = parcel.parsed.events
    raw = parcel.raw or orjson.dumps(events.to_pylist() if events is not None else [], default=str)
    said = error.message if isinstance(error, Refusal) else str(error)
    reject = Reject("", _REFUSED.format(reason=said.split("\n", 1)[0][:300]), raw)
    return replace(parcel, parsed=Parsed(rejects=(*parcel.parsed.rejects, reject)))


def _moment() -> pa.DataType:
    import pyarrow as pa

    return pa.timestamp("ms", tz="UTC")


def _payload_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("city", pa.string()),
            ("payload", pa.uint64()),
            ("received", _moment()),
            ("source", pa.string()),
            ("events", pa.uint32()),
            ("first", pa.date32()),
            ("last", pa.date32()),
        ]
    )


def _raw_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("city", pa.string()),
            ("received", _moment()),
            ("payload", pa.uint64()),
            ("source", pa.string()),
            ("peer", pa.string()),
            ("delete_on", pa.date32()),
            ("body", pa.binary()),
        ]
    )


def quarantine_schema() -> pa.Schema:
    """Return the columns of ``quarantine``, in the table's order."""
    import pyarrow as pa

    return pa.schema(
        [
            ("city", pa.string()),
            ("received", _moment()),
            ("payload", pa.uint64()),
            ("part", pa.uint32()),
            ("source", pa.string()),
            ("peer", pa.string()),
            ("place", pa.string()),
            ("reason", pa.string()),
            ("raw", pa.binary()),
            ("state", pa.string()),
            ("version", pa.uint32()),
            ("changed", _moment()),
        ]
    )
