"""Documents, their versions, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from tenken.common.refusals import Missing
from tenken.organization.access import Principal, decide
from tenken.organization.models import Role
from tenken.policy.comparison import ClauseText, VersionComparison, compare
from tenken.policy.models import Chapter, Clause, PolicyDocument, PolicyVersion
from tenken.policy.permissions import APPROVE_PROCEDURE, CHANGE_POLICY, VIEW_POLICY, WRITE_PROCEDURE


@dataclass(frozen=True)
class ChapterView:
    """A chapter with its clauses, both in order."""

    chapter: Chapter
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class DocumentView:
    """A document as the list shows it: what is in force, what comes next, what is being written."""

    document: PolicyDocument
    in_force: PolicyVersion | None
    coming: PolicyVersion | None
    draft: PolicyVersion | None
    clause_count: int


def visible_documents(by: Principal) -> QuerySet[PolicyDocument]:
    """Return the documents *by* may read: the city's; of systems' procedures those of their units and below."""
    rows = PolicyDocument.objects.restrict(by, VIEW_POLICY)
    if by.everywhere(VIEW_POLICY):
        return rows
    return rows.filter(Q(owner__isnull=True) | Q(owner__in=by.units_with(VIEW_POLICY)))


def may_see_drafts(by: Principal, document: PolicyDocument) -> bool:
    """Tell whether *by* may read what is not yet published of *document*: who writes it or approves it."""
    if not document.needs_approval:
        return bool(decide(by, CHANGE_POLICY))
    return any(decide(by, one, unit=document.owner) for one in (WRITE_PROCEDURE, APPROVE_PROCEDURE))


def version_for(by: Principal, pk: int) -> PolicyVersion:
    """Return a version with its document and owner. ``Missing`` unless *by* may read it."""
    rows = PolicyVersion.objects.filter(document__in=visible_documents(by))
    version = rows.select_related("document__owner", "document__city").filter(pk=pk).first()
    if version is None or not (version.is_published or may_see_drafts(by, version.document)):
        raise Missing("この版は見つからないか、まだ公開されていません。")
    return version


def published_versions(document: PolicyDocument) -> QuerySet[PolicyVersion]:
    """Return the published versions of *document*, the first first, each with ``clause_count``."""
    rows = document.versions.filter(status=PolicyVersion.Status.PUBLISHED)
    return rows.annotate(clause_count=Count("clauses")).order_by("effective_from", "pk")


def version_in_force(document: PolicyDocument, on: date) -> PolicyVersion | None:
    """Return the version of *document* in force on a date, or None."""
    return published_versions(document).filter(effective_from__lte=on).last()


def versions_in_force(city_id: int, on: date) -> dict[int, PolicyVersion]:
    """Return the version in force on a date of each document of a city, by the document's key. One query."""
    rows = PolicyVersion.objects.filter(
        document__city=city_id, status=PolicyVersion.Status.PUBLISHED, effective_from__lte=on
    )
    ordered = rows.select_related("document").order_by("effective_from", "pk")
    return {version.document_id: version for version in ordered}


def version_before(version: PolicyVersion) -> PolicyVersion | None:
    """Return the published version that *version* replaces (or replaced), or None for the first."""
    earlier = published_versions(version.document).exclude(pk=version.pk)
    if version.is_published:
        earlier = earlier.filter(effective_from__lt=version.effective_from)
    return earlier.last()


def draft_of(document: PolicyDocument) -> PolicyVersion | None:
    """Return the one version of *document* that is not published yet, or None."""
    return document.versions.exclude(status=PolicyVersion.Status.PUBLISHED).first()


def document_views(by: Principal, on: date) -> list[DocumentView]:
    """Return every document *by* may read with its versions, sorted by kind. Two queries."""
    versions = PolicyVersion.objects.annotate(clause_count=Count("clauses")).order_by("effective_from", "pk")
    documents = visible_documents(by).select_related("owner").prefetch_related(Prefetch("versions", versions))
    order = list(PolicyDocument.Kind.values)
    return sorted(
        (_document_view(by, document, on) for document in documents),
        key=lambda view: (
            order.index(view.document.kind),
            view.document.owner_id is not None,
            view.document.code,
        ),
    )


def _document_view(by: Principal, document: PolicyDocument, on: date) -> DocumentView:
    versions = list(document.versions.all())
    published = [version for version in versions if version.is_published]
    in_force = next((one for one in reversed(published) if one.effective_from <= on), None)
    open_one = next((version for version in versions if not version.is_published), None)
    return DocumentView(
        document=document,
        in_force=in_force,
        coming=next((one for one in published if one.effective_from > on), None),
        draft=open_one if open_one and may_see_drafts(by, document) else None,
        clause_count=getattr(in_force, "clause_count", 0),
    )


def clauses_by_chapter(version: PolicyVersion) -> list[ChapterView]:
    """Return the chapters of *version* with their clauses. Two queries."""
    chapters = version.chapters.order_by("order").prefetch_related(
        Prefetch("clauses", Clause.objects.order_by("order"))
    )
    return [ChapterView(chapter, tuple(chapter.clauses.all())) for chapter in chapters]


def clause_texts(version: PolicyVersion) -> list[ClauseText]:
    """Return what each clause of *version* says, in order, for comparing. One query."""
    rows = (
        Clause.objects.filter(version=version).select_related("chapter").order_by("chapter__order", "order")
    )
    return [
        ClauseText(
            code=row.code,
            chapter=f"{row.chapter.number} {row.chapter.title}",
            number=row.number,
            heading=row.heading,
            text=row.text,
            binds=tuple(row.binds),
            nature=row.nature,
            refines=tuple(row.refines),
        )
        for row in rows
    ]


def compare_versions(before: PolicyVersion | None, after: PolicyVersion) -> VersionComparison:
    """Return what *after* adds, removes and changes against *before* (None: everything is added). Two queries."""
    return compare(clause_texts(before) if before else [], clause_texts(after))


def role_names(city_id: int) -> dict[str, str]:
    """Return the names a city gives its roles, by code. One query."""
    return dict(Role.objects.filter(city=city_id).values_list("code", "name"))
