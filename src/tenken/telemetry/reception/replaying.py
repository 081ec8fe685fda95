"""Reading again what could not be understood, after a mapping, a source or the program was mended."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from tenken.common.refusals import Denied, Invalid, Refusal, Stale
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.journal.operations import record
from tenken.organization.access import Principal, principal_of, require
from tenken.organization.models import City, Person
from tenken.telemetry.ingest.identity import payload_number
from tenken.telemetry.ingest.parcels import Parcel, Parsed, Receipt
from tenken.telemetry.ingest.pipeline import Busy, pipeline
from tenken.telemetry.mappings.queries import read_part
from tenken.telemetry.models import Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception.quarantine import (
    WAITING,
    QuarantinedPart,
    QuarantineFilter,
    count_waiting,
    find_part,
    mark_replayed,
    waiting_parts,
    with_bytes,
)
from tenken.telemetry.reception.registering import REPLAY_JOB
from tenken.telemetry.store import StoreUnavailable
from tenken.telemetry.wire.glpi import read_glpi
from tenken.telemetry.wire.inflating import inflate
from tenken.telemetry.wire.json_lines import read_json_lines
from tenken.telemetry.wire.ocs import read_ocs
from tenken.telemetry.wire.osquery import read_log
from tenken.telemetry.wire.otlp import read_otlp
from tenken.telemetry.wire.syslog import read_syslog

logger = logging.getLogger("tenken.telemetry")

_LISTED: Final = 500
_LOT_BYTES: Final = 16 * 1024 * 1024
_PATIENCE_SECONDS: Final = 120.0
_DURABLE_SECONDS: Final = 300.0
_INFLATED: Final = 64 * 1024 * 1024
_REASONS_TOLD: Final = 5
_NOT_RUNNING: Final = (
    "受信の処理が動いていないか混み合っているため、読み取り直せません。しばらくしてからもう一度お試しください"
    "（読み取った分は重複しません）。"
)
_NO_SOURCE: Final = "送信元がありません。"
_NOTHING: Final = "操作ログも構成情報も入っていません。"
_DEFECT: Final = "読み取りの処理が続けられませんでした。"


@dataclass
class Replayed:
    """``read``: parts that are events or inventories now, ``events`` of them; ``still``: how many are not understood yet,
    by why."""

    read: int = 0
    events: int = 0
    still: Counter[str] = field(default_factory=Counter)

    @property
    def tried(self) -> int:
        return self.read + self.still.total()

    def told(self) -> str:
        """Return what became of the parts, in a sentence or two."""
        said = [f"{self.read:,}件を読み取りました（操作ログ{self.events:,}件）。"]
        if self.still:
            reasons = [f"{why[:60]} {count:,}件" for why, count in self.still.most_common(_REASONS_TOLD)]
            more = "、ほか" if len(self.still) > _REASONS_TOLD else ""
            said.append(f"{self.still.total():,}件は、まだ読み取れません（{'、'.join(reasons)}{more}）。")
        return "".join(said)


@transaction.atomic
def ask_for_replay(*, by: Principal, source: str = "", reason: str = "", part: str = "") -> Job:
    """Ask for the waiting parts of *source* with *reason* (or only *part*) to be read again; return the job.

    ``Invalid`` when none waits, ``Stale`` while another replay of the city is under way: two at once could write one
    part twice.
    """
    require(by, MANAGE_SOURCES)
    if part:
        one = find_part(by, part)
        source, reason, waiting = one.source, one.reason, int(one.state == WAITING)
    else:
        waiting = count_waiting(by, QuarantineFilter(source, reason))
    if not waiting:
        raise Invalid("未処理のものはありません。")
    City.objects.select_for_update().get(pk=by.city_id)
    under_way = Job.objects.filter(
        city_code=by.city_code, kind=REPLAY_JOB, status__in=(Job.Status.WAITING, Job.Status.RUNNING)
    )
    if under_way.exists():
        raise Stale(
            "ほかの読み取り直しが終わっていません。「処理の状況」で終わったことを確かめてから、もう一度お試しください。"
        )
    return start(
        by=by,
        city_code=by.city_code,
        kind=REPLAY_JOB,
        title=f"読み取れなかった受信の読み取り直し（{reason}）",
        arguments={"source": source, "reason": reason, "part": part},
    )


def run_replay(job: Job) -> Result:
    """Do what :func:`ask_for_replay` asked for, as whoever asked."""
    people = Person.objects.select_related("city").filter(city__code=job.city_code, number=job.requested_by)
    if (person := people.first()) is None:
        raise Denied("この処理を依頼した職員がいません。")

    def told(done: int, total: int, message: str) -> None:
        progress(job, done, total, message)

    outcome = replay_parts(by=principal_of(person, channel="task"), told=told, **job.arguments)
    return Result(outcome.told())


def replay_parts(
    *,
    by: Principal,
    source: str = "",
    reason: str = "",
    part: str = "",
    told: Callable[[int, int, str], None] = lambda done, total, message: None,
) -> Replayed:
    """Read the waiting parts of *source* with *reason* (or only *part*) again and return what became of them.

    What is understood now is durable, under the moment it was received, before its part is marked as read. Killed between
    the two and done again, the part has the same payload's number and doubles nothing. ``Invalid`` when nothing can be
    taken in now; what was read till then stays read.
    """
    require(by, MANAGE_SOURCES)
    outcome = Replayed()
    try:
        if part:
            one = find_part(by, part)
            source, reason = one.source, one.reason
            _replay(by, [one] if one.state == WAITING else [], outcome)
        else:
            only = QuarantineFilter(source, reason)
            waiting = count_waiting(by, only)
            for lot in _lots(by, only):
                _replay(by, with_bytes(by, lot), outcome)
                told(outcome.tried, max(waiting, outcome.tried), outcome.told())
    finally:
        changes = {"reason": reason, "part": part, "read": outcome.read, "still": outcome.still.total()}
        with transaction.atomic():
            record(
                by=by,
                city_code=by.city_code,
                operation="telemetry.quarantine.replay",
                subject=("telemetry.source", source),
                changes=changes,
            )
    return outcome


def _lots(by: Principal, only: QuarantineFilter) -> Iterator[list[QuarantinedPart]]:
    """Yield the waiting parts, without their bytes, so many at a time as the memory bears."""
    after = None
    while listed := waiting_parts(by, only, after=after, limit=_LISTED):
        after = listed[-1]
        lot: list[QuarantinedPart] = []
        size = 0
        for one in listed:
            if lot and size + one.size > _LOT_BYTES:
                yield lot
                lot, size = [], 0
            lot.append(one)
            size += one.size
        yield lot


def _replay(by: Principal, parts: list[QuarantinedPart], outcome: Replayed) -> None:
    sources = {row.code: row for row in Source.objects.filter(city=by.city_id)}
    submitted: list[tuple[QuarantinedPart, Future[Receipt]]] = []
    done = []
    try:
        for one in parts:
            parsed = _read(by, sources.get(one.source), one)
            if isinstance(parsed, str):
                outcome.still[parsed] += 1
            else:
                submitted.append((one, _submitted(by, sources[one.source], one, parsed)))
        for one, future in submitted:
            outcome.events += future.result(timeout=_DURABLE_SECONDS).events
            done.append(one)
    except (TimeoutError, StoreUnavailable):
        raise Invalid(_NOT_RUNNING) from None
    finally:
        mark_replayed(by, done)
        outcome.read += len(done)


def _submitted(by: Principal, source: Source, one: QuarantinedPart, parsed: Parsed) -> Future[Receipt]:
    parcel = Parcel(
        city=by.city_code,
        source=source.code,
        retention=source.retention_class,
        payload=payload_number(f"{by.city_code}/{source.code}", f"replay/{one.payload}/{one.part}".encode()),
        received=one.received,
        parsed=parsed,
        peer=one.peer,
    )
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return pipeline().submit(parcel)
        except Busy as busy:
            if time.monotonic() + busy.retry_after > until:
                raise Invalid(_NOT_RUNNING) from None
            time.sleep(busy.retry_after)


def _read(by: Principal, source: Source | None, one: QuarantinedPart) -> Parsed | str:
    """Return what is understood of a part now, or why nothing is."""
    if source is None:
        return _NO_SOURCE
    try:
        parsed = _READERS[source.protocol](by, source, one)
    except Refusal as refusal:
        return refusal.message
    except Exception:
        # A defect of a reader, as when the part came: the other parts are read all the same.
        logger.exception("a part of %s could not be read again", one.source)
        return _DEFECT
    if parsed.inventories or (parsed.events is not None and parsed.events.num_rows):
        return parsed
    return parsed.rejects[0].reason if parsed.rejects else _NOTHING


def _inventory(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    body = _body(one)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_glpi(body, agent_id="", received=one.received).parsed
    return read_ocs(body, received=one.received).parsed


def _osquery(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    body = _body(one)
    # A part of a log is one of its items; a body that was refused whole is a log itself.
    log = body if b'"data"' in body[:2000] else b'{"log_type":"result","data":[' + body + b"]}"
    return read_log(log, device="", received=one.received)[1]


def _otlp(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    body = _body(one)
    kind = "application/json" if body.lstrip().startswith(b"{") else "application/x-protobuf"
    return read_otlp(body, content_type=kind, received=one.received)


def _lines(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    return read_json_lines(_body(one), dialect=source.dialect, received=one.received)


def _syslog(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    return read_syslog([one.raw], received=one.received)


def _csv(by: Principal, source: Source, one: QuarantinedPart) -> Parsed:
    # A file's parts name the mapping they were read by where others name the sender's address.
    return read_part(city_code=by.city_code, layout_name=one.peer, raw=one.raw, received=one.received)


def _body(one: QuarantinedPart) -> bytes:
    return inflate(one.raw, limit=_INFLATED)[0]


_READERS: Final[dict[str, Callable[[Principal, Source, QuarantinedPart], Parsed]]] = {
    Source.Protocol.OCS.value: _inventory,
    Source.Protocol.GLPI.value: _inventory,
    Source.Protocol.OSQUERY.value: _osquery,
    Source.Protocol.OTLP.value: _otlp,
    Source.Protocol.JSON_LINES.value: _lines,
    Source.Protocol.SYSLOG.value: _syslog,
    Source.Protocol.CSV.value: _csv,
}
