"""Remote sessions as recorded, held against those that terminals reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.telemetry.boards.seeing import Period, sight_of
from tenken.telemetry.device_control.observed import RemoteEvent, remote_events
from tenken.telemetry.models.device_control import RemoteSession, RemoteSessionQuerySet
from tenken.telemetry.permissions import VIEW_DEVICES
from tenken.telemetry.search.scope import family

# Clocks of terminals and of who writes the record do not agree to the minute.
MARGIN: Final = timedelta(minutes=10)


def sessions_for(by: Principal, period: Period, unit: Unit | None = None) -> RemoteSessionQuerySet:
    """Return the sessions in sight that began in *period*, the newest first; of *unit* and all below."""
    rows = RemoteSession.objects.restrict(by, VIEW_DEVICES).filter(
        begins_at__gte=period.since, begins_at__lt=period.until
    )
    if unit is not None:
        rows = rows.filter(unit__in=family(by.city, unit.pk, by.on))
    return rows.select_related("terminal", "unit")


def find_session(by: Principal, session_id: int) -> RemoteSession:
    """Return one record; ``Missing`` out of sight."""
    rows = RemoteSession.objects.restrict(by, VIEW_DEVICES)
    row = rows.select_related("terminal", "unit__city").filter(pk=session_id).first()
    if row is None:
        raise Missing("この記録はないか、見ることのできる範囲にありません。")
    return row


@dataclass(frozen=True)
class Matched:
    """``unrecorded``: reported sessions without a record; ``unreported``: the keys of records without a report."""

    unrecorded: list[RemoteEvent]
    unreported: frozenset[int]


def match(events: Iterable[RemoteEvent], sessions: Sequence[RemoteSession]) -> Matched:
    """Hold reports against records (struck ones do not count): same terminal, in its time give or take ``MARGIN``."""
    standing: dict[str, list[RemoteSession]] = defaultdict(list)
    for session in sessions:
        if not session.struck_because:
            standing[session.terminal.number].append(session)
    found, reported = [], set[int]()
    for event in events:
        covering = [one for one in standing[event.terminal] if _covers(one, event.at)]
        reported.update(one.pk for one in covering)
        if not covering:
            found.append(event)
    kept = {one.pk for rows in standing.values() for one in rows}
    return Matched(found, frozenset(kept - reported))


def _covers(session: RemoteSession, at: datetime) -> bool:
    return session.begins_at - MARGIN <= at <= session.ends_at + MARGIN


def matched(by: Principal, period: Period, unit: Unit | None = None) -> Matched:
    """Return what of *period* is reported and not recorded, and the other way round."""
    wider = Period(period.first - timedelta(days=1), period.last + timedelta(days=1))
    events = remote_events(sight_of(by, VIEW_DEVICES, unit), period)
    found = match(events, list(sessions_for(by, wider, unit)))
    shown = set(sessions_for(by, period, unit).values_list("pk", flat=True))
    return Matched(found.unrecorded, found.unreported & shown)
