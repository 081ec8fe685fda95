"""Drafts and reports in the journal's verification: what was sent and issued is what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tenken.journal.sealed import SealedTable, register

if TYPE_CHECKING:
    from tenken.audit.models import IssuedReport, ReportDraft


def _issued(city_code: str) -> Iterator[IssuedReport]:
    from tenken.audit.models import IssuedReport

    rows = IssuedReport.objects.filter(engagement__city__code=city_code)
    yield from rows.order_by("pk").iterator(chunk_size=50)


def _drafts(city_code: str) -> Iterator[ReportDraft]:
    from tenken.audit.models import ReportDraft

    rows = ReportDraft.objects.filter(engagement__city__code=city_code)
    yield from rows.order_by("pk").iterator(chunk_size=50)


def _expected(row: IssuedReport | ReportDraft) -> str:
    from tenken.audit.engagements.rules.content import sealed

    return sealed(row.content)


def register_sealed_reports() -> None:
    """Register drafts and issued reports for ``tenken journal verify``."""
    for code, label, rows in (
        ("audit.draft", "監査報告書案", _drafts),
        ("audit.report", "発行した監査報告書", _issued),
    ):
        register(
            SealedTable(
                code=code,
                label=label,
                rows=rows,
                expected=_expected,
                stored=lambda row: row.sha256,
            )
        )
