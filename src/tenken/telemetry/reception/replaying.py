"""Reading again what could not be understood, after a mapping, a source or the program was mended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from tenken.common.refusals import Invalid, Refusal
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
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
    find_part,
    mark_replayed,
    waiting_parts,
)
from tenken.telemetry.store import StoreUnavailable
from tenken.telemetry.wire.glpi import read_glpi
from tenken.telemetry.wire.inflating import inflate
from tenken.telemetry.wire.json_lines import read_json_lines
from tenken.telemetry.wire.ocs import read_ocs
from tenken.telemetry.wire.osquery import read_log
from tenken.telemetry.wire.otlp import read_otlp
from tenken.telemetry.wire.syslog import read_syslog

logger = logging.getLogger("tenken.telemetry")

# A page waits for it: what is left after this is told, and read at the next press.
_SECONDS: Final = 12.0
_AT_ONCE: Final = 500
_DURABLE_SECONDS: Final = 60.0
_INFLATED: Final = 64 * 1024 * 1024
_NOT_RUNNING: Final = "受信の処理が動いていないか混み合っているため、読み取り直せません。しばらくしてからもう一度お試しください。"


@dataclass
class Replayed:
    """``read``: parts that are events or inventories now, ``events`` of them; ``still``: not understood yet;
    ``left``: not tried yet, for want of time."""

    read: int = 0
    events: int = 0
    still: int = 0
    left: int = 0


def replay_parts(*, by: Principal, source: str = "", reason: str = "", part: str = "") -> Replayed:
    """Read the waiting parts of *source* with *reason* (or only *part*) again and say what became of them.

    What is understood now is durable on return, under the moment it was received. ``Invalid`` when nothing can be
    taken in now; what was read till then is not read twice.
    """
    require(by, MANAGE_SOURCES)
    outcome = Replayed()
    until = time.monotonic() + _SECONDS
    if part:
        one = find_part(by, part)
        source, reason = one.source, one.reason
        _replay(by, [one] if one.state == WAITING else [], outcome)
    else:
        after = None
        while parts := waiting_parts(by, QuarantineFilter(source, reason), after=after, limit=_AT_ONCE):
            after = parts[-1]
            if time.monotonic() > until:
                outcome.left += len(parts)
                continue
            _replay(by, parts, outcome)
    with transaction.atomic():
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.quarantine.replay",
            subject=("telemetry.source", source),
            changes={"reason": reason, "part": part, "read": outcome.read, "still": outcome.still},
        )
    return outcome


def _replay(by: Principal, parts: list[QuarantinedPart], outcome: Replayed) -> None:
    sources = {row.code: row for row in Source.objects.filter(city=by.city_id)}
    submitted: list[tuple[QuarantinedPart, Future[Receipt]]] = []
    for one in parts:
        parsed = _read(by, sources.get(one.source), one)
        if parsed is None:
            outcome.still += 1
        else:
            submitted.append((one, _submitted(by, sources[one.source], one, parsed)))
    done = []
    try:
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
    until = time.monotonic() + _SECONDS
    while True:
        try:
            return pipeline().submit(parcel)
        except Busy as busy:
            if time.monotonic() + busy.retry_after > until:
                raise Invalid(_NOT_RUNNING) from None
            time.sleep(busy.retry_after)


def _read(by: Principal, source: Source | None, one: QuarantinedPart) -> Parsed | None:
    """Return what is understood of a part now; None when that is nothing."""
    if source is None:
        return None
    try:
        parsed = _READERS[source.protocol](by, source, one)
    except Refusal:
        return None
    except Exception:
        # A defect of a reader, as when the part came: the other parts are read all the same.
        logger.exception("a part of %s could not be read again", one.source)
        return None
    held = parsed.inventories or (parsed.events is not None and parsed.events.num_rows)
    return parsed if held else None


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
