"""The seal of a working paper, and what the journal's verification asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenken.audit.models import WorkingPaper
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.models import Entry
from tenken.journal.queries import contents

WRITE = "audit.paper.write"
SUBJECT = "audit.working_paper"
_BATCH = 500


def seal(paper: WorkingPaper, files: Iterable[str]) -> str:
    """Return the hash over all that a paper says and over the hashes of its *files*."""
    said = {
        "engagement": paper.engagement_id,
        "paper": str(paper),
        "kind": paper.kind,
        "title": paper.title,
        "text": paper.text,
        "source": paper.source,
        "made_on": paper.made_on,
        "by": [paper.by_code, paper.by_name],
        "recorded_at": paper.recorded_at,
        "supersedes": paper.supersedes_id,
        "because": paper.superseded_because,
        "files": sorted(files),
    }
    return sha256(canonical_json(said))


def seal_now(paper: WorkingPaper) -> str:
    """Return the seal of the paper as it lies in the database, and the one beside it. Rows of :func:`sealed_rows`."""
    return f"{seal(paper, (one.file.sha256 for one in paper.files.all()))} {paper.sha256}"


def seal_recorded(paper: WorkingPaper) -> str:
    """Return what :func:`seal_now` must be, from the journal (from the row itself when that entry was erased)."""
    recorded = getattr(paper, "recorded_sha256", "") or paper.sha256
    return f"{recorded} {recorded}"


def sealed_rows(city_code: str) -> Iterator[WorkingPaper]:
    """Yield every working paper of a city, with the seal from the entry that recorded it ('' when that was erased)."""
    after = 0
    rows = (
        WorkingPaper.objects.filter(engagement__city__code=city_code)
        .order_by("pk")
        .prefetch_related("files__file")
    )
    while batch := list(rows.filter(pk__gt=after)[:_BATCH]):
        entries = Entry.objects.filter(
            city_code=city_code,
            operation=WRITE,
            subject_type=SUBJECT,
            subject_id__in=[str(row.pk) for row in batch],
        )
        said = contents(entries)
        recorded = {
            entry.subject_id: content.changes.get("sha256", "")
            for entry in entries
            if (content := said.get(entry.pk)) is not None
        }
        for row in batch:
            row.recorded_sha256 = recorded.get(str(row.pk), "")
            yield row
        after = batch[-1].pk
