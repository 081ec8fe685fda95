"""The index of working papers, and how long they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from tenken.audit.fieldwork.rules.retention import kept_until, period_ended
from tenken.audit.fieldwork.seeing import Sight, sight_of
from tenken.audit.models import Engagement, FieldworkSettings, PaperLink, WorkingPaper, WorkingPaperFile
from tenken.common.refusals import Missing
from tenken.organization.access import Principal

DEFAULT_YEARS = 5


def papers_of(engagement: Engagement) -> QuerySet[WorkingPaper]:
    """Return the index of an audit's working papers with ``file_count`` and ``replaced``."""
    return (
        WorkingPaper.objects.filter(engagement=engagement)
        .annotate(
            file_count=Count("files"),
            replaced=Exists(WorkingPaper.objects.filter(supersedes=OuterRef("pk"))),
        )
        .select_related("supersedes")
        .order_by("series", "number")
    )


def find_paper(by: Principal, pk: int) -> tuple[WorkingPaper, Sight]:
    """Return a working paper with its files and links, for those who work on its audit; ``Missing`` for all others."""
    files = WorkingPaperFile.objects.select_related("file").order_by("pk")
    links = PaperLink.objects.select_related(
        "line__revision", "visit_item__revision", "question", "reconciliation", "item"
    ).order_by("pk")
    row = (
        WorkingPaper.objects.filter(pk=pk, engagement__city=by.city_id)
        .select_related(
            "engagement__city", "engagement__unit", "engagement__system", "supersedes", "superseded_by"
        )
        .prefetch_related(Prefetch("files", queryset=files), Prefetch("links", queryset=links))
        .first()
    )
    if row is not None and (sight := sight_of(by, row.engagement)).works:
        return row, sight
    raise Missing("監査調書が見つかりません。")


def retention_years(city_id: int) -> int:
    """Return for how many fiscal years after that of the report a city keeps working papers (5 unless settled)."""
    row = FieldworkSettings.objects.filter(city=city_id).first()
    return row.papers_kept_years if row else DEFAULT_YEARS


@dataclass(frozen=True)
class Retention:
    """How long the papers of one audit are kept; ``until`` None: nothing is reported yet. ``ended``: no longer required."""

    engagement: Engagement
    papers: int
    until: date | None
    ended: bool


def retentions(by: Principal) -> list[Retention]:
    """Return every audit of *by*'s city that has working papers, those whose period ended first. Three queries.

    For who manages audits: the caller asks.
    """
    years = retention_years(by.city_id)
    counted = dict(
        WorkingPaper.objects.filter(engagement__city=by.city_id)
        .order_by()
        .values_list("engagement")
        .annotate(papers=Count("pk"))
    )
    rows = Engagement.objects.filter(pk__in=counted).select_related("unit", "system")
    found = [
        Retention(
            row,
            counted[row.pk],
            kept_until(row.issued_on, years),
            period_ended(row.issued_on, years, by.on),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.ended, one.until or date.max, one.engagement.pk))
