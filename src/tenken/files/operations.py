"""Keeping files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.files import store as bytes_store
from tenken.files.kinds import DOCUMENT_KINDS, Kind, clean_name, kind_of
from tenken.files.models import StoredFile
from tenken.journal.actor import Acts
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.models import Entry
from tenken.journal.operations import record
from tenken.journal.queries import contents

logger = logging.getLogger("tenken.files")

STORE = "files.store"
_BATCH = 500


def store(
    *,
    by: Acts,
    city_code: str,
    name: str,
    stream: Any,
    subject: tuple[str, object],
    allowed: tuple[Kind, ...] = DOCUMENT_KINDS,
    limit: int | None = None,
) -> StoredFile:
    """Keep the file *name* read from *stream* (anything with ``read(size)``) for *subject*, and return its row.

    *limit*: the most bytes it may have (``MAX_UPLOAD_BYTES`` unless given).

    ``Invalid`` when it is of another kind than *allowed*, is not what its name says, is empty or too large, or
    could harm who opens it. When the surrounding transaction fails, the bytes stay unused until they are swept.
    """
    name = clean_name(name)
    kind = kind_of(name, allowed)
    with bytes_store.received(stream, name, limit) as (file, digest, size):
        kind.check(file)
        bytes_store.keep(file, digest)
    with transaction.atomic():
        stored = StoredFile(
            city_code=city_code,
            sha256=digest,
            size=size,
            name=name,
            media_type=kind.media_type,
            subject_type=subject[0],
            subject_id=str(subject[1]),
            stored_by=by.actor.code,
            stored_at=clock.now(),
        )
        stored.save(force_insert=True)
        record(
            by=by,
            city_code=city_code,
            operation=STORE,
            subject=("files.file", stored.pk),
            changes={"name": name, "size": size, "sha256": digest, "row": row_digest(stored, digest)},
        )
    return stored


def open_file(stored: StoredFile) -> BinaryIO:
    """Return the file opened for reading, after checking that its bytes are those that were stored.

    ``Missing`` when they are gone or damaged.
    """
    check_whole(stored)
    return open(bytes_store.path_of(stored.sha256), "rb")


def check_whole(stored: StoredFile) -> None:
    """Raise ``Missing`` when the bytes of *stored* are gone or not those that were stored."""
    if bytes_store.hash_on_disk(stored.sha256) != stored.sha256:
        logger.error("stored file %s (%s) is missing or damaged", stored.pk, stored.sha256)
        raise Missing(f"「{stored.name}」は失われているか壊れています。システムの管理者に連絡してください。")


def verify_files(city_code: str) -> list[str]:
    """Return what is wrong with the stored files of a city, a Japanese sentence each; empty when all are whole."""
    return [
        f"「{row.name}」（{row.pk}）は失われているか、登録したときと違います。"
        for row in sealed_rows(city_code)
        if row_digest_now(row) != recorded_digest(row)
    ]


# --- what the journal's verification asks (files/apps.py) -------------------------------------------------


def row_digest(row: StoredFile, digest: str) -> str:
    """Return the digest over everything the row says, with *digest* as the hash of the bytes."""
    return sha256(
        row.city_code,
        digest,
        str(row.size),
        row.name,
        row.media_type,
        row.subject_type,
        row.subject_id,
        row.stored_by,
        canonical_json(row.stored_at),
    )


def row_digest_now(row: StoredFile) -> str:
    """Return the digest of the row as it is, over the bytes as they lie on disk."""
    return row_digest(row, bytes_store.hash_on_disk(row.sha256))


def recorded_digest(row: StoredFile) -> str:
    """Return the digest the journal kept (of the row itself when that entry was erased). Rows of :func:`sealed_rows`."""
    return getattr(row, "recorded_digest", "") or row_digest(row, row.sha256)


def sealed_rows(city_code: str) -> Iterator[StoredFile]:
    """Yield the files of a city, each with the digest from the entry that recorded it."""
    after = 0
    while rows := list(StoredFile.objects.filter(city_code=city_code, pk__gt=after).order_by("pk")[:_BATCH]):
        entries = Entry.objects.filter(
            city_code=city_code,
            subject_type="files.file",
            subject_id__in=[str(row.pk) for row in rows],
            operation=STORE,
        )
        said = contents(entries)
        digests = {
            entry.subject_id: content.changes.get("row", "")
            for entry in entries
            if (content := said.get(entry.pk)) is not None
        }
        for row in rows:
            row.recorded_digest = digests.get(str(row.pk), "")  # type: ignore[attr-defined]
            yield row
        after = rows[-1].pk
