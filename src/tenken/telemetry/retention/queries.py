"""What is kept, held, archived and due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import City
from tenken.telemetry.models import Archive, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.permissions import MANAGE_RETENTION
from tenken.telemetry.retention import events
from tenken.telemetry.retention.rules.due import Due, Rule, due_archives, due_deletions, expired
from tenken.telemetry.store import Store, store

_EVER: Final = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KeptMonth:
    """One month of a class as the page shows it. ``rows``: in the store; ``archive``: None when it was not laid aside."""

    retention: str
    name: str
    month: date
    rows: int
    archive: Archive | None


@dataclass(frozen=True)
class RetentionBoard:
    classes: Sequence[RetentionClass]
    months: Sequence[KeptMonth]
    archives: Sequence[Archive]
    holds: Sequence[LegalHold]
    deletions: Sequence[EventDeletion]
    expired: frozenset[int]


def board(by: Principal) -> RetentionBoard:
    """Return all there is to see of retention. Five queries and one to the store."""
    require_somewhere(by, MANAGE_RETENTION)
    classes = list(RetentionClass.objects.restrict(by, MANAGE_RETENTION))
    archives = list(Archive.objects.restrict(by, MANAGE_RETENTION))
    names = {one.code: one.name for one in classes} | {events.RESTORED: "復元した操作ログ"}
    kept = {(one.retention, one.month): one for one in archives if one.state != Archive.State.DISCARDED}
    present = events.months_present(store(), by.city_code)
    months = [
        KeptMonth(code, names.get(code, code), month, rows, kept.get((code, month)))
        for (code, month), rows in present.items()
    ]
    years = {one.code: one.archive_years for one in classes}
    over = set(expired(kept, years, by.on))
    return RetentionBoard(
        classes=classes,
        months=sorted(months, key=lambda one: (one.month, one.retention), reverse=True),
        archives=archives,
        holds=list(LegalHold.objects.restrict(by, MANAGE_RETENTION)),
        deletions=list(EventDeletion.objects.restrict(by, MANAGE_RETENTION).select_related("archive")),
        expired=frozenset(kept[key].pk for key in over),
    )


def archive_alone(city: City, retention: str, month: date) -> Archive | None:
    """Return the archive of a month whose events were deleted: nothing else holds them. None while the store does."""
    deleted = EventDeletion.objects.filter(city=city, retention=retention, month=month, rows__gt=0)
    found = Archive.objects.filter(city=city, retention=retention, month=month)
    return found.exclude(state=Archive.State.DISCARDED).first() if deleted.exists() else None


def not_laid_aside(opened: Store, city: City, archive: Archive, rows: int) -> int:
    """Return how many of the *rows* of a month in the store its archive does not hold. Of one whose events were deleted,
    what came since the archive was made: rows that stayed (held) are in it."""
    if archive_alone(city, archive.retention, archive.month) is None:
        return max(0, rows - archive.rows)
    since = events.received_in(archive.made_at, _EVER)
    return events.count(opened, city.code, archive.retention, archive.month, since)


def due(city: City, today: date) -> tuple[list[Due], list[Due], list[Archive]]:
    """Return what the night is to archive, to delete, and which restored archives are to be taken out."""
    opened = store()
    present = events.months_present(opened, city.code)
    rows = Archive.objects.filter(city=city)
    kept = {(one.retention, one.month): one for one in rows if one.state == Archive.State.KEPT}
    archived: Mapping[tuple[str, date], int] = {key: one.rows for key, one in kept.items()}
    present |= {
        key: kept[key].rows + not_laid_aside(opened, city, kept[key], count)
        for key, count in present.items()
        if key in kept
    }
    rules = {one.code: Rule(one.keep_months, one.archive) for one in RetentionClass.objects.filter(city=city)}
    over = [one for one in rows if one.restored_until and one.restored_until < today]
    return (
        due_archives(present, archived, rules, today),
        due_deletions(present, archived, rules, today),
        over,
    )
