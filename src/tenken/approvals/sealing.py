"""What the journal's verification asks about snapshots: whether each is what was put up, by the journal's own account."""

from __future__ import annotations

from collections.abc import Iterator

from tenken.approvals.models import Snapshot
from tenken.journal.canonical import sha256
from tenken.journal.models import Entry
from tenken.journal.queries import contents

WRITTEN_BY = "approvals.request"
_BATCH = 500


def sealed_rows(city_code: str) -> Iterator[Snapshot]:
    """Yield every snapshot of a city, each with the hash from the entry that recorded it ('' when that was erased)."""
    after = 0
    rows = Snapshot.objects.filter(request__city__code=city_code).order_by("pk")
    while batch := list(rows.filter(pk__gt=after)[:_BATCH]):
        entries = Entry.objects.filter(
            city_code=city_code,
            operation=WRITTEN_BY,
            subject_type="approvals.snapshot",
            subject_id__in=[str(row.pk) for row in batch],
        )
        said = contents(entries)
        recorded = {
            entry.subject_id: content.changes.get("sha256", "")
            for entry in entries
            if (content := said.get(entry.pk)) is not None
        }
        for row in batch:
            row.recorded_sha256 = recorded.get(str(row.pk), "")  # type: ignore[attr-defined]
            yield row
        after = batch[-1].pk


def hash_now(snapshot: Snapshot) -> str:
    """Return the hash of the body as it lies in the database, and the hash beside it."""
    return f"{sha256(snapshot.body)} {snapshot.sha256}"


def hash_recorded(snapshot: Snapshot) -> str:
    """Return what :func:`hash_now` must be, from the journal (from the row itself when that entry was erased)."""
    recorded = getattr(snapshot, "recorded_sha256", "") or snapshot.sha256
    return f"{recorded} {recorded}"
