"""The numbers of the committee's paper from the rooms below, and the paper printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme, Stage, VisitRecord
from tenken.organization.models import City
from tenken.policy.models import CheckCategory
from tenken.reports.blocks import Paper
from tenken.reports.figures import InspectionFigures, ItemFigures, StageFigures
from tenken.reports.models import PaperEdition
from tenken.reports.paper1 import CODE, build_paper
from tenken.reports.queries import edited_prose, issued_paper
from tenken.reports.render import FORMS, write_paper

# Prefecture numbers end at 47: a code that begins so is no city's, its figures are a specimen.
_SPECIMEN_PREFIX = "99"
_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # of a programme that can be planned


@dataclass
class _Category:
    """The sections of one 調査項目: with an issue, with one not improved at the year's end, and at the report."""

    issues: set[int] = field(default_factory=set)
    not_improved: set[int] = field(default_factory=set)
    at_report: set[int] = field(default_factory=set)


@dataclass
class _Year:
    """One year's findings from self-inspection, by 調査項目 and in all."""

    sections: int
    categories: dict[str, _Category]
    whole: _Category


def inspection_figures(city: City, fiscal_year: int) -> InspectionFigures:
    """Return the numbers of paper 1 section 1 for a year. Fixed number of queries; ``Missing`` without a programme.

    What counts as improved is what was verified by the end of the fiscal year, so that a paper printed later says the
    same. A section counts in each 調査項目 it had an issue in, and once in the whole.
    """
    if not _FIRST_YEAR <= fiscal_year <= _LAST_YEAR:
        raise Missing("その年度の点検はありません。")
    programme = _programme(city, fiscal_year)
    if programme is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の情報セキュリティ点検は、まだ開始されていません。")
    before_programme = _programme(city, fiscal_year - 1)
    now = _year(programme)
    before = _year(before_programme) if before_programme else None
    visits = list(VisitRecord.objects.filter(stage__programme=programme).order_by("visited_on", "pk"))
    found = list(
        Finding.objects.of_city(city.pk)
        .filter(fiscal_year=fiscal_year, origin=Finding.Origin.VISIT)
        .exclude(status=Finding.Status.WITHDRAWN)
        .order_by("number")
    )
    categories = list(CheckCategory.objects.filter(city=city).order_by("part", "order", "code"))
    return InspectionFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        sections=now.sections,
        sections_with_issues=len(now.whole.issues),
        sections_not_improved=len(now.whole.not_improved),
        sections_before=before.sections if before else None,
        sections_with_issues_before=len(before.whole.issues) if before else None,
        sections_not_improved_before=len(before.whole.not_improved) if before else None,
        visited=len(visits) or None,
        stages=tuple(_stages(programme, now, len(visits))),
        management=tuple(_items(categories, "management", now, before)),
        risk=tuple(_items(categories, "risk", now, before)),
        visit_findings=tuple(dict.fromkeys(finding.title for finding in found)),
        good_practices=tuple(dict.fromkeys(visit.good_practice for visit in visits if visit.good_practice)),
        invented=city.code.startswith(_SPECIMEN_PREFIX),
        visits_contradicting=_contradicting(programme, found) if visits else None,
    )


def committee_paper(city: City, fiscal_year: int, *, issued_on: date | None = None) -> Paper:
    """Return the paper as it stands: the last issued edition as issued, else today's draft with its edited prose."""
    editions = PaperEdition.objects.filter(city=city, paper_code=CODE, fiscal_year=fiscal_year)
    issued = editions.filter(status=PaperEdition.Status.ISSUED).order_by("-number").first()
    if issued:
        return issued_paper(issued)
    draft = editions.filter(status=PaperEdition.Status.DRAFT).first()
    figures = inspection_figures(city, fiscal_year)
    prose = edited_prose(draft) if draft else {}
    return build_paper(figures, prose, issued_on=issued_on or clock.today())


def print_committee(
    city: City, fiscal_year: int, directory: Path, forms: Sequence[str] = FORMS
) -> list[Path]:
    """Write the committee's paper of a year into *directory* and return the files."""
    return write_paper(committee_paper(city, fiscal_year), directory, forms)


def _programme(city: City, fiscal_year: int) -> Programme | None:
    return (
        Programme.objects.filter(city=city, fiscal_year=fiscal_year, code="yearly")
        .exclude(status=Programme.Status.PLANNED)
        .first()
    )


def _year(programme: Programme) -> _Year:
    ends_on = FiscalYear(programme.fiscal_year).ends_on
    year = _Year(programme.sheets.count(), defaultdict(_Category), _Category())
    findings = (
        Finding.objects.of_city(programme.city_id)
        .filter(fiscal_year=programme.fiscal_year, origin=Finding.Origin.SELF_INSPECTION)
        .exclude(status=Finding.Status.WITHDRAWN)
        .values_list("category_code", "unit_id", "status", "closed_on", "closed_as_not_improved")
    )
    for category, unit, status, closed_on, at_report in findings:
        improved = status == Finding.Status.VERIFIED and closed_on is not None and closed_on <= ends_on
        for counted in (year.categories[category], year.whole):
            counted.issues.add(unit)
            if not improved:
                counted.not_improved.add(unit)
            if at_report:
                counted.at_report.add(unit)
    return year


def _items(
    categories: Iterable[CheckCategory], part: str, now: _Year, before: _Year | None
) -> Iterable[ItemFigures]:
    nothing = _Category()
    for category in categories:
        if category.part != part:
            continue
        this = now.categories.get(category.code, nothing)
        last = before.categories.get(category.code, nothing) if before else None
        if not this.issues and not (last and last.issues):
            continue
        yield ItemFigures(
            code=category.code,
            name=category.name,
            issues=len(this.issues),
            improved=len(this.issues - this.not_improved),
            not_improved=len(this.not_improved),
            issues_before=len(last.issues) if last else None,
            not_improved_before=len(last.not_improved) if last else None,
            not_improved_at_report=len(this.at_report),
            not_improved_at_report_before=len(last.at_report) if last else None,
        )


def _stages(programme: Programme, now: _Year, visited: int) -> Iterable[StageFigures]:
    counts = {
        Stage.Kind.SELF_INSPECTION: now.sections,
        Stage.Kind.IMPROVEMENT: len(now.whole.issues),
        Stage.Kind.VISIT: visited or None,
    }
    codes = {
        Stage.Kind.SELF_INSPECTION: "self",
        Stage.Kind.IMPROVEMENT: "improve",
        Stage.Kind.VISIT: "visit",
        Stage.Kind.FOLLOW_UP: "follow_up",
    }
    for stage in programme.stages.all():
        kind = Stage.Kind(stage.kind)
        yield StageFigures(
            code=codes.get(kind, "other"),
            name=stage.name,
            starts_on=stage.starts_on,
            ends_on=stage.ends_on,
            target=stage.target,
            target_count=counts.get(kind),
            purpose=stage.purpose,
            outline=stage.outline,
            unit="課" if kind == Stage.Kind.VISIT else "課公所",
        )


def _contradicting(programme: Programme, found: Sequence[Finding]) -> int:
    """Count the visited sections where something was found that their sheet had said to be in order."""
    said = set(
        Answer.objects.filter(
            sheet__programme=programme,
            sheet__unit__in={finding.unit_id for finding in found},
            verdict__in=(Answer.Verdict.CONFORMS, Answer.Verdict.NOT_APPLICABLE),
        ).values_list("sheet__unit_id", "question__revision__item__code")
    )
    return len({finding.unit_id for finding in found if (finding.unit_id, finding.item_code) in said})
