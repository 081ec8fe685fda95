"""Reading the journal. Who may is decided by the caller (VIEW_JOURNAL); every query is of one city."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tenken.common.clock import JAPAN
from tenken.journal.models import Chain, Entry, Payload, PersonalDataAccess, Seal


def entries(
    city_code: str,
    *,
    since: date | None = None,
    until: date | None = None,
    actor_code: str = "",
    operation: str = "",
    subject: tuple[str, object] | None = None,
) -> QuerySet[Entry]:
    """Return the entries of a city, newest first; *since* and *until* are days in Japan, both included.

    *operation* is a code or the beginning of one ("inspection." or "inspection.sheet.submit").
    """
    found = Entry.objects.filter(city_code=city_code).order_by("-sequence")
    if since:
        found = found.filter(recorded_at__gte=_midnight(since))
    if until:
        found = found.filter(recorded_at__lt=_midnight(until + timedelta(days=1)))
    if actor_code:
        found = found.filter(actor_code=actor_code)
    if operation:
        found = found.filter(operation__startswith=operation)
    if subject:
        found = found.filter(subject_type=subject[0], subject_id=str(subject[1]))
    return found


def accesses(
    city_code: str, *, since: date | None = None, until: date | None = None, actor_code: str = ""
) -> QuerySet[PersonalDataAccess]:
    """Return who read personal data in a city, newest first; the days as in :func:`entries`."""
    found = PersonalDataAccess.objects.filter(city_code=city_code).order_by("-accessed_at", "-pk")
    if since:
        found = found.filter(accessed_at__gte=_midnight(since))
    if until:
        found = found.filter(accessed_at__lt=_midnight(until + timedelta(days=1)))
    if actor_code:
        found = found.filter(actor_code=actor_code)
    return found


@dataclass(frozen=True)
class Content:
    """What an entry says: the actor's name and network address at the time ('' if none), and the changes."""

    name: str
    address: str
    changes: dict[str, Any]


def contents(page: Iterable[Entry]) -> dict[int, Content | None]:
    """Return what each entry of *page* says, by the entry's key; None where it has been erased. One query."""
    payloads = Payload.objects.in_bulk([entry.pk for entry in page])
    return {key: None if payload.erased_at else _content(payload) for key, payload in payloads.items()}


def _content(payload: Payload) -> Content:
    said = json.loads(payload.body)
    return Content(name=said["by"], address=said["from"], changes=said["changes"])


def cities() -> list[str]:
    """Return the codes of all cities that the journal, its seals or their copies on file know of."""
    known = {*Chain.objects.values_list("pk", flat=True)}
    known.update(Entry.objects.values_list("city_code", flat=True).distinct())
    known.update(Seal.objects.values_list("city_code", flat=True).distinct())
    known.update(path.stem for path in (settings.HOME / "seals").glob("*.jsonl"))
    return sorted(known)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, JAPAN)
