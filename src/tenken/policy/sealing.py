"""What is hashed of a version and of an item's wording, and the check that neither changed since.

The content functions take any object with the attributes of the models, so that they serve the models themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.sealed import SealedTable, register

if TYPE_CHECKING:
    from tenken.policy.models import Chapter, CheckItem, CheckItemRevision, Clause, PolicyVersion

_CLAUSE = ("code", "order", "number", "heading", "text", "binds", "nature", "source", "refines")
_REVISION = (
    "number",
    "effective_from",
    "question",
    "purpose",
    "how_to_check",
    "good",
    "examples",
    "evidence",
    "facts",
    "clause_codes",
)


def clause_content(clause: Clause) -> dict[str, Any]:
    """Return what a clause says, JSON-able."""
    return {name: getattr(clause, name) for name in _CLAUSE}


def chapter_content(chapter: Chapter, clauses: Iterable[Clause]) -> dict[str, Any]:
    """Return a chapter with its *clauses*, JSON-able."""
    return {
        "order": chapter.order,
        "number": chapter.number,
        "title": chapter.title,
        "clauses": [clause_content(clause) for clause in sorted(clauses, key=lambda one: one.order)],
    }


def version_content(version: PolicyVersion) -> dict[str, Any]:
    """Return the whole of a version, JSON-able: what is put up for approval and what is hashed.

    Two queries unless ``chapters__clauses`` is prefetched.
    """
    chapters = sorted(_chapters(version), key=lambda one: one.order)
    return {
        "document": version.document.code,
        "number": version.number,
        "effective_from": version.effective_from,
        "reason": version.reason,
        "chapters": [chapter_content(chapter, chapter.clauses.all()) for chapter in chapters],
    }


def _chapters(version: PolicyVersion) -> Iterable[Chapter]:
    if "chapters" in getattr(version, "_prefetched_objects_cache", {}):
        return version.chapters.all()
    return version.chapters.prefetch_related("clauses")


def content_sha256(content: dict[str, Any], published_by: str, published_at: datetime) -> str:
    """Return the seal over a version's content, who published it and when that was recorded."""
    return sha256(canonical_json(content), published_by, canonical_json(published_at))


def version_sha256(version: PolicyVersion) -> str:
    """Return the hash that the published *version* must carry."""
    if version.published_at is None:
        raise ValueError("only a published version has a hash")
    return content_sha256(version_content(version), version.published_by, version.published_at)


def revision_sha256(revision: CheckItemRevision) -> str:
    """Return the hash that *revision* must carry: over its item's code and its whole wording."""
    return sha256(revision.item.code, canonical_json({name: getattr(revision, name) for name in _REVISION}))


def mark(content: Any) -> str:
    """Return a short mark of what a form showed, to tell whether someone else changed it meanwhile."""
    return sha256(canonical_json(content))[:16]


def version_mark(version: PolicyVersion) -> str:
    """Return the mark of a whole version as it stands."""
    return mark(version_content(version))


def head_mark(version: PolicyVersion) -> str:
    """Return the mark of a version's number, date and reason."""
    return mark([version.number, version.effective_from, version.reason])


def chapter_mark(chapter: Chapter) -> str:
    """Return the mark of a chapter's number and title."""
    return mark([chapter.number, chapter.title])


def clause_mark(clause: Clause) -> str:
    """Return the mark of a clause."""
    return mark(clause_content(clause))


def item_mark(item: CheckItem, last_number: int) -> str:
    """Return the mark of an item with *last_number*, the number of its last revision."""
    return mark([item.category_id, item.standing, item.aspect, item.retired_on, last_number])


def _published(city_code: str) -> Iterator[PolicyVersion]:
    from tenken.policy.models import PolicyVersion

    rows = PolicyVersion.objects.filter(document__city__code=city_code, status="published")
    return (
        rows.select_related("document")
        .prefetch_related("chapters__clauses")
        .order_by("pk")
        .iterator(chunk_size=20)
    )


def _revisions(city_code: str) -> Iterator[CheckItemRevision]:
    from tenken.policy.models import CheckItemRevision

    rows = CheckItemRevision.objects.filter(item__city__code=city_code).select_related("item")
    return rows.order_by("pk").iterator(chunk_size=500)


def register_sealed_tables() -> None:
    """Register published versions and item revisions with the journal's verification."""
    register(
        SealedTable(
            "policy.version",
            "規程の版",
            _published,
            version_sha256,
            lambda row: str(row.sha256),
            written_by="policy.version.publish",
        )
    )
    register(
        SealedTable(
            "policy.item_revision", "点検項目の版", _revisions, revision_sha256, lambda row: str(row.sha256)
        )
    )
