"""Writing to the journal."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tenken.common import clock
from tenken.common.many_rows import insert_many
from tenken.common.refusals import Invalid
from tenken.journal import access_log
from tenken.journal.actor import Actor, Acts
from tenken.journal.canonical import GENESIS, canonical_json, sha256
from tenken.journal.models import Chain, Entry, Payload, PersonalDataAccess, Seal

_ENTRY = tuple(field.name for field in Entry._meta.fields if not field.primary_key)


def entry_hash(entry: Entry) -> str:
    """Return the hash that *entry* must carry: over each of its fields and the hash before it."""
    return sha256(
        entry.city_code,
        str(entry.sequence),
        canonical_json(entry.recorded_at),
        entry.business_date.isoformat(),
        entry.actor_code,
        entry.channel,
        entry.operation,
        entry.subject_type,
        entry.subject_id,
        entry.payload_digest,
        entry.previous_hash,
    )


def record(
    *,
    by: Acts,
    city_code: str,
    operation: str,
    subject: tuple[str, object],
    changes: dict[str, Any],
    business_date: date | None = None,
) -> Entry:
    """Add one entry to the city's chain, inside the caller's transaction, and return it.

    *operation* is a stable code ("inspection.sheet.submit"); *subject* the kind and key of what changed;
    *changes* any JSON-able mapping; *business_date* the date it counts for (Japan's today unless given;
    ``recorded_at`` is always the real moment). ``RuntimeError`` outside a transaction.
    """
    count, head = _head(city_code)
    note = Note(operation, subject, changes, business_date)
    entry, payload = _next(by.actor, city_code, note, count, head)
    entry.save(force_insert=True)
    payload.save(force_insert=True)
    _move_head(entry)
    return entry


@dataclass(frozen=True)
class Note:
    """What one entry of many says; as the arguments of :func:`record`."""

    operation: str
    subject: tuple[str, object]
    changes: dict[str, Any]
    business_date: date | None = None


def record_many(*, by: Acts, city_code: str, notes: Iterable[Note]) -> None:
    """Add an entry for each of *notes*, in their order, as :func:`record` does; few statements however many there are."""
    first, head = _head(city_code)
    entries: list[Entry] = []
    payloads: list[Payload] = []
    for note in notes:
        entry, payload = _next(by.actor, city_code, note, first + len(entries), head)
        head = entry.hash
        entries.append(entry)
        payloads.append(payload)
    if not entries:
        return
    insert_many(Entry, _ENTRY, ([getattr(entry, name) for name in _ENTRY] for entry in entries))
    added = Entry.objects.filter(city_code=city_code, sequence__gt=first).order_by("sequence")
    keys = added.values_list("pk", flat=True)
    said = ((key, one.salt, one.body, "") for key, one in zip(keys, payloads, strict=True))
    insert_many(Payload, ("entry", "salt", "body", "erased_under"), said)
    _move_head(entries[-1])


def _head(city_code: str) -> tuple[int, str]:
    if not connection.in_atomic_block:
        raise RuntimeError(
            "journal.record outside a transaction: the change and its record must commit together"
        )
    return _locked_chain(city_code)


def _next(actor: Actor, city_code: str, note: Note, count: int, head: str) -> tuple[Entry, Payload]:
    """Return the entry that follows the one of number *count* and hash *head*, and its payload; neither is written."""
    salt = secrets.token_hex(16)
    body = canonical_json({"by": actor.name, "from": actor.address, "changes": note.changes})
    entry = Entry(
        city_code=city_code,
        sequence=count + 1,
        recorded_at=clock.now(),
        business_date=note.business_date or clock.today(),
        actor_code=actor.code,
        channel=actor.channel,
        operation=note.operation,
        subject_type=note.subject[0],
        subject_id=str(note.subject[1]),
        payload_digest=sha256(salt, body),
        previous_hash=head,
    )
    entry.hash = entry_hash(entry)
    return entry, Payload(entry=entry, salt=salt, body=body)


def _move_head(entry: Entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_chain SET count = %s, head = %s WHERE city_code = %s",
            [entry.sequence, entry.hash, entry.city_code],
        )


def _locked_chain(city_code: str) -> tuple[int, str]:
    """Lock the head of a city's chain until the transaction ends; return count and hash. A new city's begins.

    Written as SQL: every operation passes here, and building these two statements anew took a third of its time.
    """
    select = "SELECT count, head FROM journal_chain WHERE city_code = %s"
    if connection.features.has_select_for_update:
        select += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(select, [city_code])
        row = cursor.fetchone()
        if row is None:
            Chain.objects.bulk_create([Chain(city_code=city_code, head=GENESIS)], ignore_conflicts=True)
            cursor.execute(select, [city_code])
            row = cursor.fetchone()
    return row[0], row[1]


@transaction.atomic
def seal_day(*, city_code: str, day: date) -> Seal:
    """Keep the chain's count and head for *day*, in the database and in ``TENKEN_HOME/seals``; once a day.

    Returns the day's seal, the earlier one when it was sealed already.
    """
    count, head = _locked_chain(city_code)
    seal = Seal.objects.filter(city_code=city_code, sealed_on=day).first()
    if seal is None:
        seal = Seal(city_code=city_code, sealed_on=day, count=count, head=head, sealed_at=clock.now())
        seal.save(force_insert=True)
    transaction.on_commit(partial(_copy_to_file, seal))
    return seal


def seal_line(seal: Seal) -> str:
    """Return the line that stands for *seal* in the file of its city."""
    return canonical_json(
        {
            "city": seal.city_code,
            "sealed_on": seal.sealed_on,
            "count": seal.count,
            "head": seal.head,
            "sealed_at": seal.sealed_at,
        }
    )


def seal_file(city_code: str) -> Path:
    """Return where the copies of a city's seals are kept, a line each."""
    return settings.HOME / "seals" / f"{city_code}.jsonl"


def _copy_to_file(seal: Seal) -> None:
    # A stop between the commit and this leaves the seal without its copy: sealing the day again mends that.
    path, line = seal_file(seal.city_code), seal_line(seal)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and f'"sealed_on":"{seal.sealed_on.isoformat()}"' in path.read_text(encoding="utf-8"):
        return
    with open(path, "a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


@transaction.atomic
def erase_payload(*, by: Acts, entry: Entry, under: str) -> None:
    """Erase what *entry* says, keeping that it was said. *under* names the retention rule; it is journaled."""
    if not under.strip():
        raise Invalid("消去の根拠を入力してください。")
    erased_at, reason = clock.now(), under.strip()[:120]
    erased = Payload.objects.filter(entry=entry, erased_at__isnull=True).update(
        body="", salt="", erased_at=erased_at, erased_under=reason
    )
    if erased:
        record(
            by=by,
            city_code=entry.city_code,
            operation="journal.payload.erase",
            subject=("journal.entry", entry.sequence),
            changes={"under": reason, "erased_at": erased_at},
        )


def note_access(
    *, by: Acts, city_code: str, subject: tuple[str, object], purpose: str, rows: int = 1
) -> None:
    """Note that personal data were read: which, by whom, why, how many rows. Outside the chain; see ``access_log``."""
    actor = by.actor
    access_log.keep(
        PersonalDataAccess(
            city_code=city_code,
            accessed_at=clock.now(),
            actor_code=actor.code,
            channel=actor.channel,
            address=actor.address,
            subject_type=subject[0],
            subject_id=str(subject[1]),
            purpose=purpose,
            rows=rows,
        )
    )


def read_payload(entry: Entry) -> dict[str, Any] | None:
    """Return the changes that *entry* tells of, or None when they have been erased."""
    payload = Payload.objects.filter(entry=entry).first()
    return None if payload is None or payload.erased_at else json.loads(payload.body)["changes"]
