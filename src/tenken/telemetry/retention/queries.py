"""What is kept, held, archived and due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import City
from tenken.telemetry.models import Archive, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.permissions import MANAGE_RETENTION
from tenken.telemetry.retention import events
from tenken.telemetry.retention.rules.due import Due, Rule, due_archives, due_deletions, expired
from tenken.telemetry.store import store


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


def due(city: City, today: date) -> tuple[list[Due], list[Due], list[Archive]]:
    """Return what the night is to archive, to delete, and which restored archives are to be taken out."""
    present = events.months_present(store(), city.code)
    rows = Archive.objects.filter(city=city)
    archived: Mapping[tuple[str, date], int] = {
        (one.retention, one.month): one.rows for one in rows if one.state == Archive.State.KEPT
    }
    rules = {one.code: Rule(one.keep_months, one.archive) for one in RetentionClass.objects.filter(city=city)}
    over = [one for one in rows if one.restored_until and one.restored_until < today]
    return (
        due_archives(present, archived, rules, today),
        due_deletions(present, archived, rules, today),
        over,
    )
