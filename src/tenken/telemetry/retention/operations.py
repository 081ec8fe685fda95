"""Writes of retention. What takes long (archiving, restoring, deleting) runs in a job; each step is journalled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.telemetry.models import Archive, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.permissions import MANAGE_RETENTION
from tenken.telemetry.retention import archive_files, events, queries
from tenken.telemetry.store import Store, store

if TYPE_CHECKING:
    import pyarrow as pa

REASON_LIMIT: Final = 500
RESTORED_DAYS: Final = 30
QUARANTINE_DAYS: Final = 400
# What a city starts with. Views of residents' data are asked about later than other operations.
DEFAULTS: Final = (
    ("operation", "操作ログ", 13, True, 5),
    ("personal", "住民情報の閲覧", 36, True, 7),
    ("inventory", "構成情報", 13, False, 0),
)


@dataclass(frozen=True)
class HoldData:
    """What a hold names; codes of sections, numbers of persons and terminals."""

    title: str
    reason: str
    since: date
    until: date | None = None
    sections: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@transaction.atomic
def adopt_default_classes(*, by: Principal) -> None:
    """Give the city the classes it starts with; those it has already stay as they are."""
    require(by, MANAGE_RETENTION)
    for code, name, months, archive, years in DEFAULTS:
        made, new = RetentionClass.objects.get_or_create(
            city=by.city,
            code=code,
            defaults={"name": name, "keep_months": months, "archive": archive, "archive_years": years},
        )
        if new:
            _note(by, "telemetry.retention.adopt", ("telemetry.retentionclass", made.pk), {"code": code})


@transaction.atomic
def change_class(
    *, by: Principal, kept: RetentionClass, keep_months: int, archive: bool, archive_years: int, version: int
) -> RetentionClass:
    """Change how long a class is kept. ``Stale`` when it was changed meanwhile; ``Invalid`` names fields."""
    require(by, MANAGE_RETENTION)
    row = RetentionClass.objects.select_for_update().get(pk=kept.pk, city=by.city)
    if row.version != version:
        raise Stale("この保存区分は、ほかの人が変更しました。読み直してください。")
    found = []
    if not 1 <= keep_months <= 120:
        found.append(
            Problem("1から120までの月数を入力してください。", place="検索できる月数", field="keep_months")
        )
    if archive and not 1 <= archive_years <= 50:
        found.append(
            Problem(
                "1から50までの年数を入力してください。", place="保管ファイルの保存年数", field="archive_years"
            )
        )
    if found:
        raise Invalid("保存区分を変更できません。", found)
    before = _class_facts(row)
    row.keep_months, row.archive, row.archive_years = keep_months, archive, archive_years if archive else 0
    row.version += 1
    row.save()
    changes = {"before": before, "after": _class_facts(row)}
    _note(by, "telemetry.retention.change", ("telemetry.retentionclass", row.pk), changes)
    return row


def _class_facts(row: RetentionClass) -> dict[str, Any]:
    return {"keep_months": row.keep_months, "archive": row.archive, "archive_years": row.archive_years}


@transaction.atomic
def order_hold(*, by: Principal, data: HoldData) -> LegalHold:
    """Put events under hold, at once. ``Invalid`` names fields."""
    require(by, MANAGE_RETENTION)
    title, reason = plain_text(data.title), plain_text(data.reason)
    found = []
    if not title or len(title) > 120:
        found.append(Problem("120字までで入力してください。", place="件名", field="title"))
    if not reason or len(reason) > REASON_LIMIT:
        found.append(Problem(f"{REASON_LIMIT}字までで入力してください。", place="理由", field="reason"))
    if data.until and data.until < data.since:
        found.append(Problem("始まりより前の日です。", place="いつの操作まで", field="until"))
    if found:
        raise Invalid("保全できません。", found)
    made = LegalHold.objects.create(
        city=by.city,
        title=title,
        reason=reason,
        since=data.since,
        until=data.until,
        sections=list(data.sections),
        persons=list(data.persons),
        devices=list(data.devices),
        ordered_by=by.actor.code,
        ordered_at=clock.now(),
    )
    changes = {
        "title": title,
        "reason": reason,
        "since": made.since.isoformat(),
        "until": made.until.isoformat() if made.until else None,
        "sections": made.sections,
        "persons": made.persons,
        "devices": made.devices,
    }
    _note(by, "telemetry.hold.order", ("telemetry.legalhold", made.pk), changes)
    return made


@transaction.atomic
def release_hold(*, by: Principal, hold: LegalHold, because: str) -> LegalHold:
    """Release a hold: rules count again from the next night on. ``Stale`` when it was released already."""
    require(by, MANAGE_RETENTION)
    row = LegalHold.objects.select_for_update().get(pk=hold.pk, city=by.city)
    if row.released_at:
        raise Stale("この保全は、すでに解除されています。")
    reason = plain_text(because)
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid(
            "解除できません。",
            [Problem(f"{REASON_LIMIT}字までで入力してください。", place="解除の理由", field="because")],
        )
    row.released_by, row.released_at, row.released_because = by.actor.code, clock.now(), reason
    row.version += 1
    row.save()
    _note(by, "telemetry.hold.release", ("telemetry.legalhold", row.pk), {"because": reason})
    return row


def archive_month(
    *, by: Principal, retention: str, month: date, told: Callable[[int], None] = lambda rows: None
) -> Archive:
    """Lay a month of a class aside as files and prove them. One that was laid aside before is replaced while the store holds
    all of it; once its events were deleted, what came since is added to it.

    ``Invalid`` when nothing of it is in the store, the files to be added to are not whole, or what was written does not
    read back whole.
    """
    require(by, MANAGE_RETENTION)
    root, begun = archive_root(), _whole_ms(clock.now())
    opened = store()
    if not events.count(opened, by.city_code, retention, month):
        raise Invalid(f"{month:%Y年%-m月}の操作ログがありません。")
    if before := queries.archive_alone(by.city, retention, month):
        if wrong := archive_files.problems(root, before.folder, before.digest):
            raise Invalid(
                "保管ファイルが壊れているため、後から届いた分を加えられません。",
                [Problem(one) for one in wrong],
            )
        fresh = events.read_month(
            opened, by.city_code, retention, month, events.received_in(before.made_at, begun)
        )
        tables = _alike(chain(archive_files.read(root, before.folder), fresh))
    else:
        tables = events.read_month(opened, by.city_code, retention, month)
    written = archive_files.write(root, by.city_code, retention, month, tables, told)
    if wrong := archive_files.problems(root, written.folder, written.digest):
        raise Invalid("保管ファイルを正しく書けませんでした。", [Problem(one) for one in wrong])
    with transaction.atomic():
        made, _ = Archive.objects.update_or_create(
            city=by.city,
            retention=retention,
            month=month,
            defaults={
                "folder": written.folder,
                "parts": written.parts,
                "rows": written.rows,
                "size": written.size,
                "digest": written.digest,
                "state": Archive.State.KEPT,
                "made_at": begun,
                "verified_at": clock.now(),
                "discarded_at": None,
            },
        )
        changes = {
            "month": f"{month:%Y-%m}",
            "retention": retention,
            "rows": made.rows,
            "sha256": made.digest,
        }
        _note(by, "telemetry.archive.make", ("telemetry.archive", made.pk), changes)
    return made


def _alike(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield *tables* in the types of the first: those of the files and those of the store are one file's."""
    first = next(tables)
    yield first
    for table in tables:
        yield table.select(first.column_names).cast(first.schema)


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def verify_archive(*, by: Principal, archive: Archive) -> list[str]:
    """Read an archive's files again; return what is wrong with them, and note it either way."""
    require(by, MANAGE_RETENTION)
    found = archive_files.problems(archive_root(), archive.folder, archive.digest)
    with transaction.atomic():
        row = _locked(by, archive)
        row.state = Archive.State.BROKEN if found else Archive.State.KEPT
        row.verified_at = clock.now()
        row.save()
        _note(by, "telemetry.archive.verify", ("telemetry.archive", row.pk), {"problems": found})
    return found


def restore_archive(
    *, by: Principal, archive: Archive, purpose: str, told: Callable[[int], None] = lambda rows: None
) -> Archive:
    """Put an archived month back to be searched for ``RESTORED_DAYS`` days. ``Stale`` when it can be searched already;
    ``Invalid`` when its files are not whole or no purpose is said: then nothing is put back."""
    require(by, MANAGE_RETENTION)
    reason = plain_text(purpose)
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid(
            "復元できません。",
            [Problem(f"{REASON_LIMIT}字までで入力してください。", place="目的", field="purpose")],
        )
    opened, root = store(), archive_root()
    present = events.months_present(opened, by.city_code)
    if (archive.retention, archive.month) in present or archive.restored_until:
        raise Stale("この月の操作ログは、いま検索できます。")
    if wrong := archive_files.problems(root, archive.folder, archive.digest):
        raise Invalid("保管ファイルが壊れているため、復元できません。", [Problem(one) for one in wrong])
    until = by.on + timedelta(days=RESTORED_DAYS)
    with transaction.atomic():  # claimed first: two who ask at once must not put it back twice
        row = _locked(by, archive)
        if row.restored_until:
            raise Stale("この月の操作ログは、いま検索できます。")
        row.restored_until = until
        row.save()
        changes = {"purpose": reason, "until": until.isoformat()}
        _note(by, "telemetry.archive.restore", ("telemetry.archive", row.pk), changes)
    try:
        rows = 0
        for table in archive_files.read(root, archive.folder):
            rows += events.put_back(opened, iter([table]))
            told(rows)
    except Exception:
        _forget_restored(by, row)
        raise
    return row


def remove_restored(*, by: Principal, archive: Archive) -> None:
    """Take a restored month out of the store again; its archive stays."""
    require(by, MANAGE_RETENTION)
    _forget_restored(by, archive)


def _forget_restored(by: Principal, archive: Archive) -> None:
    events.delete_month(store(), by.city_code, events.RESTORED, archive.month, None)
    with transaction.atomic():
        # Two classes of one month are restored under one name, and go together.
        rows = Archive.objects.select_for_update().filter(
            city=by.city, month=archive.month, restored_until__isnull=False
        )
        for row in rows:
            row.restored_until = None
            row.save()
            _note(
                by, "telemetry.archive.forget", ("telemetry.archive", row.pk), {"month": f"{row.month:%Y-%m}"}
            )


def delete_month(*, by: Principal, retention: str, month: date) -> EventDeletion:
    """Delete a month whose time is over, but for what is held; leave a row of how much went.

    ``Stale`` when the class asks for an archive and there is none that is whole.
    """
    require(by, MANAGE_RETENTION)
    opened = store()
    kept = RetentionClass.objects.get(city=by.city, code=retention)
    archive = Archive.objects.filter(city=by.city, retention=retention, month=month, state="kept").first()
    rows = events.count(opened, by.city_code, retention, month)
    if kept.archive and (archive is None or queries.not_laid_aside(opened, by.city, archive, rows)):
        raise Stale(f"{month:%Y年%-m月}は、保管ファイルにしてから削除します。")
    held = events.held_by(standing_holds(by.city))
    staying = events.count(opened, by.city_code, retention, month, held) if held else 0
    if rows > staying:
        events.delete_month(opened, by.city_code, retention, month, held if staying else None)
    with transaction.atomic():
        made = EventDeletion.objects.create(
            city=by.city,
            retention=retention,
            month=month,
            rows=rows - staying,
            held=staying,
            archive=archive,
            done_at=clock.now(),
        )
        changes = {
            "retention": retention,
            "month": f"{month:%Y-%m}",
            "rows": made.rows,
            "held": staying,
            "archive": archive.digest if archive else None,
        }
        _note(by, "telemetry.events.delete", ("telemetry.eventdeletion", made.pk), changes)
    return made


def discard_archive(*, by: Principal, archive: Archive) -> Archive:
    """Remove the files of an archive whose years are over; the row stays. ``Stale`` while a hold touches its month."""
    require(by, MANAGE_RETENTION)
    if any(_touches(hold, archive.month) for hold in standing_holds(by.city)):
        raise Stale("保全されている操作を含む月のため、廃棄できません。")
    with transaction.atomic():
        row = _locked(by, archive)
        if row.restored_until:
            raise Stale("復元している間は、廃棄できません。")
        row.state, row.discarded_at = Archive.State.DISCARDED, clock.now()
        row.save()
        _note(by, "telemetry.archive.discard", ("telemetry.archive", row.pk), {"sha256": row.digest})
        transaction.on_commit(lambda: archive_files.remove(archive_root(), row.folder))
    return row


def drop_old_raw(opened: Store, city: str, day: date) -> None:
    """Delete payloads that were to be kept until before *day*, and quarantined ones of more than a year ago."""
    opened.command(
        "ALTER TABLE raw_payloads DELETE WHERE city = {city:String} AND delete_on < {day:Date}",
        {"city": city, "day": day},
    )
    opened.command(
        "ALTER TABLE quarantine DELETE WHERE city = {city:String} AND received < {day:Date}",
        {"city": city, "day": day - timedelta(days=QUARANTINE_DAYS)},
    )


def standing_holds(city: City) -> Sequence[LegalHold]:
    """Return the holds of *city* that are not released."""
    return list(LegalHold.objects.filter(city=city, released_at__isnull=True))


def _touches(hold: LegalHold, month: date) -> bool:
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return hold.since <= last and (hold.until is None or hold.until >= month)


def archive_root() -> Path:
    """Return the folder of the archives."""
    return Path(settings.ARCHIVE_FOLDER)


def _locked(by: Principal, archive: Archive) -> Archive:
    row = Archive.objects.select_for_update().get(pk=archive.pk, city=by.city)
    if row.state == Archive.State.DISCARDED:
        raise Stale("この保管ファイルは、廃棄されています。")
    return row


def _note(by: Principal, operation: str, subject: tuple[str, int], changes: dict[str, Any]) -> None:
    record(by=by, city_code=by.city_code, operation=operation, subject=subject, changes=changes)
