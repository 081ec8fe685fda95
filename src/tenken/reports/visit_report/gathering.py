"""Gather the visit report out of the room of audits."""

from __future__ import annotations

from tenken.audit.queries.documents import VisitProgrammeReport, VisitReport
from tenken.audit.queries.papers import visit_report_of_programme
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.reports.committee import is_specimen, programme_of
from tenken.reports.visit_report.figures import (
    ObservationFigures,
    SeenFigures,
    VisitFigures,
    VisitReportFigures,
)


def programme_report(city: City, fiscal_year: int) -> VisitProgrammeReport:
    """Return what the room of audits knows of a year's visits; ``Missing`` when the year's inspection has not begun."""
    programme = programme_of(city, fiscal_year)
    if programme is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の情報セキュリティ点検は、まだ開始されていません。")
    return visit_report_of_programme(system_principal(city, "reports"), programme.pk)


def visit_report_figures(city: City, fiscal_year: int) -> VisitReportFigures:
    """Return what a year's visits come to; ``Missing`` while none took place."""
    report = programme_report(city, fiscal_year)
    visits = tuple(_visit(one) for one in report.visits if one.visited_on)
    if not visits:
        raise Missing(f"{FiscalYear(fiscal_year)}に行った訪問調査の記録は、まだありません。")
    return VisitReportFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        programme=report.programme_name,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        purpose=report.purpose,
        outline=report.outline,
        selections=tuple(one.in_words for one in report.selections if not one.discarded_because),
        visits=visits,
        invented=is_specimen(city),
    )


def one_visit_figures(city: City, report: VisitReport) -> VisitReportFigures:
    """Return one visit as its own report, of what someone may read of it (``audit.queries.papers.visit_report``)."""
    letter = report.letter
    return VisitReportFigures(
        city_name=city.name,
        fiscal_year=letter.fiscal_year,
        programme=letter.programme_name,
        starts_on=report.visited_on or letter.planned_on,
        ends_on=report.visited_on or letter.planned_on,
        purpose=letter.purpose,
        outline=letter.outline,
        selections=(),
        visits=(_visit(report),),
        invented=is_specimen(city),
    )


def _visit(report: VisitReport) -> VisitFigures:
    letter = report.letter
    return VisitFigures(
        section=letter.section,
        system=letter.system,
        visited_on=report.visited_on,
        place=letter.place,
        auditors=tuple(f"{one.title}　{one.name}".strip() for one in letter.auditors),
        attended_by=report.attended_by,
        chosen_because=letter.chosen_because,
        summary=report.summary,
        agree=report.agree,
        disagree=report.disagree,
        seen=tuple(
            SeenFigures(one.category, one.question, one.said_label, one.seen_label, one.note, one.contradicts)
            for one in report.items
            if one.contradicts or one.note
        ),
        observations=tuple(
            ObservationFigures(
                number=one.number,
                category=one.category,
                title=one.title,
                detail=one.detail,
                unreported=one.unreported,
                due_on=one.due_on,
                finding=one.finding,
                status=one.status_label,
            )
            for one in report.observations
        ),
        good_practices=tuple(one.text for one in report.good_practices),
        facts=report.facts_label,
        meetings=tuple(one.held_on for one in report.meetings),
    )
