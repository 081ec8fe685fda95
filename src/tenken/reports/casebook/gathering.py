"""Gather the casebook out of the published cases."""

from __future__ import annotations

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.queries.cases import casebook
from tenken.organization.models import City
from tenken.reports.casebook.figures import CasebookFigures, CaseFigures
from tenken.reports.committee import is_specimen


def casebook_figures(city: City, fiscal_year: int) -> CasebookFigures:
    """Return a year's casebook; ``Missing`` while no case of it is published."""
    entries = casebook(city, fiscal_year)
    if not entries:
        raise Missing(f"{FiscalYear(fiscal_year)}に公開した事例はまだありません。")
    return CasebookFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        cases=tuple(
            CaseFigures(
                number=entry.number,
                kind=entry.kind,
                category=entry.category,
                title=entry.title,
                situation=entry.situation,
                measure=entry.measure,
                section=entry.section,
            )
            for entry in entries
        ),
        invented=is_specimen(city),
    )
