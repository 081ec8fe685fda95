"""Writing to the journal."""

from __future__ import annotations

import json
import os
import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.journal.actor import Acts
from tenken.journal.canonical import GENESIS, canonical_json, sha256
from tenken.journal.models import Chain, Entry, Payload, PersonalDataAccess, Seal


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
    if not connection.in_atomic_block:
        raise RuntimeError(
            "journal.record outside a transaction: the change and its record must commit together"
        )
    actor = by.actor
    chain = _locked_chain(city_code)
    salt = secrets.token_hex(16)
    body = canonical_json({"by": actor.name, "from": actor.address, **changes})
    entry = Entry(
        city_code=city_code,
        sequence=chain.count + 1,
        recorded_at=clock.now(),
        business_date=business_date or clock.today(),
        actor_code=actor.code,
        channel=actor.channel,
        operation=operation,
        subject_type=subject[0],
        subject_id=str(subject[1]),
        payload_digest=sha256(salt, body),
        previous_hash=chain.head,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    Payload(entry=entry, salt=salt, body=body).save(force_insert=True)
    Chain.objects.filter(pk=city_code).update(count=entry.sequence, head=entry.hash)
    return entry


def _locked_chain(city_code: str) -> Chain:
    chain = Chain.objects.select_for_update().filter(pk=city_code).first()
    if chain is None:
        Chain.objects.bulk_create([Chain(city_code=city_code, head=GENESIS)], ignore_conflicts=True)
        chain = Chain.objects.select_for_update().get(pk=city_code)
    return chain


@transaction.atomic
def seal_day(*, city_code: str, day: date) -> Seal:
    """Keep the chain's count and head for *day*, in the database and in ``TENKEN_HOME/seals``; once a day.

    Returns the day's seal, the earlier one when it was sealed already.
    """
    chain = _locked_chain(city_code)
    existing = Seal.objects.filter(city_code=city_code, sealed_on=day).first()
    if existing:
        return existing
    seal = Seal(city_code=city_code, sealed_on=day, count=chain.count, head=chain.head, sealed_at=clock.now())
    seal.save(force_insert=True)
    line = canonical_json(
        {
            "city": city_code,
            "sealed_on": day,
            "count": seal.count,
            "head": seal.head,
            "sealed_at": seal.sealed_at,
        }
    )
    transaction.on_commit(lambda: _append_line(city_code, line))
    return seal


def _append_line(city_code: str, line: str) -> None:
    folder = settings.HOME / "seals"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / f"{city_code}.jsonl", "a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


@transaction.atomic
def erase_payload(*, by: Acts, entry: Entry, under: str) -> None:
    """Erase what *entry* says, keeping that it was said. *under* names the retention rule; it is journaled."""
    if not under.strip():
        raise Invalid("消去の根拠を入力してください。")
    erased = Payload.objects.filter(entry=entry, erased_at__isnull=True).update(
        body="", salt="", erased_at=clock.now(), erased_under=under.strip()[:120]
    )
    if erased:
        record(
            by=by,
            city_code=entry.city_code,
            operation="journal.payload.erase",
            subject=("journal.entry", entry.sequence),
            changes={"under": under},
        )


def note_access(
    *, by: Acts, city_code: str, subject: tuple[str, object], purpose: str, rows: int = 1
) -> None:
    """Note that personal data were read: which, by whom, why, how many rows."""
    actor = by.actor
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
    ).save(force_insert=True)


def read_payload(entry: Entry) -> dict[str, Any] | None:
    """Return what *entry* says, or None when it has been erased."""
    payload = Payload.objects.filter(entry=entry).first()
    return None if payload is None or payload.erased_at else json.loads(payload.body)
