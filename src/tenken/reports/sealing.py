"""The hash of an issued edition, and its place in the journal's verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from tenken.journal.sealed import SealedTable, register
from tenken.reports.figures import digest

if TYPE_CHECKING:
    from tenken.reports.models import PaperEdition


def edition_hash(
    *,
    paper_code: str,
    fiscal_year: int,
    number: int,
    issued_on: date,
    figures: Mapping[str, Any],
    prose: Mapping[str, str],
) -> str:
    """Return the SHA-256 (hex) over everything an issued edition is printed from."""
    return digest(
        {
            "paper_code": paper_code,
            "fiscal_year": fiscal_year,
            "number": number,
            "issued_on": issued_on.isoformat(),
            "figures": dict(figures),
            "prose": dict(prose),
        }
    )


def _rows(city_code: str) -> Iterator[PaperEdition]:
    from tenken.reports.models import PaperEdition

    issued = PaperEdition.objects.filter(city__code=city_code, status=PaperEdition.Status.ISSUED)
    yield from issued.order_by("pk").iterator(chunk_size=50)


def _expected(edition: PaperEdition) -> str:
    if edition.issued_on is None:
        return ""
    return edition_hash(
        paper_code=edition.paper_code,
        fiscal_year=edition.fiscal_year,
        number=edition.number,
        issued_on=edition.issued_on,
        figures=edition.figures or {},
        prose=edition.prose or {},
    )


def register_sealed_tables() -> None:
    """Register issued editions for ``tenken journal verify``."""
    register(
        SealedTable(
            code="reports.edition",
            label="発行した資料",
            rows=_rows,
            expected=_expected,
            stored=lambda edition: edition.sha256 or "",
        )
    )
