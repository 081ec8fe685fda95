"""How senders stand, for those who manage them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max, QuerySet

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require
from tenken.telemetry.models import EnrolledNode, ReceiverState, Source, SourceDay
from tenken.telemetry.permissions import MANAGE_SOURCES

SILENT_AFTER: Final = timedelta(hours=24)
# A receiver says how it is every five seconds.
LATE_AFTER: Final = timedelta(seconds=30)

STOPPED, NEVER, SILENT, RECEIVING = "stopped", "never", "silent", "receiving"


@dataclass(frozen=True)
class SourceLine:
    """A source as it stands now. ``waiting``: parts in quarantine, None while the store does not say."""

    source: Source
    state: str
    last_received_at: datetime | None
    last_peer: str
    payloads: int
    events: int
    refused: int
    turned_away: int
    waiting: int | None

    @property
    def pk(self) -> int:
        return self.source.pk


def source_lines(
    by: Principal,
    *,
    protocol: str = "",
    state: str = "",
    text: str = "",
    waiting: Mapping[str, int] | None = None,
) -> list[SourceLine]:
    """Return the city's sources with what came in today. *waiting*: parts in quarantine by source code
    (``quarantine.waiting_by_source``). Three queries."""
    require(by, MANAGE_SOURCES)
    rows = Source.objects.restrict(by, MANAGE_SOURCES)
    if protocol:
        rows = rows.filter(protocol=protocol)
    if text:
        rows = rows.filter(name__icontains=text) | rows.filter(code__icontains=text)
    lines = _lines(list(rows), waiting)
    return [line for line in lines if not state or line.state == state]


def find_source(by: Principal, source_id: int) -> Source:
    """Return a source of the reader's city; ``Missing`` when there is none."""
    require(by, MANAGE_SOURCES)
    rows = Source.objects.restrict(by, MANAGE_SOURCES).prefetch_related("addresses")
    source = rows.filter(pk=source_id).first()
    if source is None:
        raise Missing("送信元がありません。")
    return source


def source_line(source: Source, waiting: Mapping[str, int] | None = None) -> SourceLine:
    """Return how one source stands."""
    return _lines([source], waiting)[0]


def source_days(source: Source, *, days: int = 14) -> QuerySet[SourceDay]:
    """Return what came in on each of the last *days*, the newest first."""
    return SourceDay.objects.filter(source=source, day__gt=clock.today() - timedelta(days=days)).order_by(
        "-day"
    )


def nodes_of(by: Principal, source: Source) -> QuerySet[EnrolledNode]:
    """Return the hosts that enrolled with *source*."""
    return EnrolledNode.objects.restrict(by, MANAGE_SOURCES).filter(source=source).select_related("terminal")


def receivers() -> list[ReceiverState]:
    """Return the receiving processes as they said they are; those that ended are left out."""
    return list(ReceiverState.objects.filter(stopped_at=None))


def is_late(state: ReceiverState) -> bool:
    """Tell whether a receiving process has not been heard as it should."""
    return clock.now() - state.told_at > LATE_AFTER


def listening() -> dict[str, Any]:
    """Return where is received (``receivers.listening``), {} when nowhere."""
    for state in receivers():
        if not is_late(state):
            found: dict[str, Any] = state.state.get("addresses", {})
            return found
    return {}


def _lines(sources: Iterable[Source], waiting: Mapping[str, int] | None) -> list[SourceLine]:
    sources = list(sources)
    keys = [source.pk for source in sources]
    today = {row.source_id: row for row in SourceDay.objects.filter(source__in=keys, day=clock.today())}
    last: dict[int, datetime | None] = {
        source_id: at
        for source_id, at in SourceDay.objects.filter(source__in=keys)
        .values_list("source")
        .annotate(at=Max("last_received_at"))
    }
    now = clock.now()
    lines = []
    for source in sources:
        day = today.get(source.pk) or SourceDay()
        at = last.get(source.pk)
        lines.append(
            SourceLine(
                source=source,
                state=_state(source, at, now),
                last_received_at=at,
                last_peer=day.last_peer,
                payloads=day.payloads,
                events=day.events,
                refused=day.refused,
                turned_away=day.turned_away,
                waiting=None if waiting is None else waiting.get(source.code, 0),
            )
        )
    return lines


def _state(source: Source, last: datetime | None, now: datetime) -> str:
    if not source.enabled:
        return STOPPED
    if last is None:
        return NEVER
    return SILENT if now - last > SILENT_AFTER else RECEIVING
