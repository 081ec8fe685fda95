"""The numbers of paper 1 out of the rooms below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tenken.audit.queries import visit_figures
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme, Sheet, Stage
from tenken.organization.models import City
from tenken.organization.tree import tree_of
from tenken.policy.models import CheckCategory
from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.stages import StageFigures
from tenken.reports.system_audit.gathering import system_audit_figures

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
    """One year's findings from self-inspection, by 調査項目 and in all; ``sections`` had a sheet.

    ``restated``: units were read as what became of them, and some fell together.
    """

    sections: set[int]
    categories: dict[str, _Category]
    whole: _Category
    restated: bool = False


def inspection_figures(city: City, fiscal_year: int) -> InspectionFigures:
    """Return the numbers of paper 1 section 1 for a year. Fixed number of queries; ``Missing`` without a programme.

    What counts as improved is what was verified by the end of the fiscal year, so that a paper printed later says the
    same. A section counts in each 調査項目 it had an issue in, and once in the whole.
    """
    if not _FIRST_YEAR <= fiscal_year <= _LAST_YEAR:
        raise Missing("その年度の点検はありません。")
    programme = programme_of(city, fiscal_year)
    if programme is None:
        raise Missing(f"{FiscalYear(fiscal_year)}の情報セキュリティ点検は、まだ開始されていません。")
    before_programme = programme_of(city, fiscal_year - 1)
    now = _year(programme)
    before = _year(before_programme, _as_now(city, now.sections)) if before_programme else None
    visits = visit_figures(city, fiscal_year, programme)
    categories = list(CheckCategory.objects.filter(city=city).order_by("part", "order", "code"))
    return InspectionFigures(
        city_name=city.name,
        fiscal_year=fiscal_year,
        sections=len(now.sections),
        sections_with_issues=len(now.whole.issues),
        sections_not_improved=len(now.whole.not_improved),
        sections_before=len(before.sections) if before else None,
        sections_with_issues_before=len(before.whole.issues) if before else None,
        sections_not_improved_before=len(before.whole.not_improved) if before else None,
        visited=visits.visited or None,
        stages=tuple(_stages(programme, now, visits.visited)),
        management=tuple(_items(categories, "management", now, before)),
        risk=tuple(_items(categories, "risk", now, before)),
        visit_findings=visits.findings,
        good_practices=tuple(practice.text for practice in visits.good_practices),
        invented=is_specimen(city),
        visits_contradicting=visits.contradicting,
        restated=before.restated if before else False,
        systems=system_audit_figures(city, fiscal_year),
    )


def is_specimen(city: City) -> bool:
    """Tell whether the figures of *city* are invented."""
    return city.code.startswith(_SPECIMEN_PREFIX)


def programme_of(city: City, fiscal_year: int) -> Programme | None:
    """Return the year's inspection once it has begun, None before."""
    return (
        Programme.objects.filter(city=city, fiscal_year=fiscal_year, code="yearly")
        .exclude(status=Programme.Status.PLANNED)
        .first()
    )


def _as_now(city: City, sections: set[int]) -> Callable[[int], int]:
    """Return what reads a unit of an earlier year as the section of *sections* it became: itself when it is still
    there or became none of them; the first by key where it was split, so that it counts once."""
    tree = tree_of(city, clock.today())  # the lineage is that of all time

    def as_now(unit: int) -> int:
        if unit in sections:
            return unit
        return min(tree.lineage_forward([unit]) & sections, default=unit)

    return as_now


def _year(programme: Programme, as_now: Callable[[int], int] = lambda unit: unit) -> _Year:
    """Count a year. Sections whose sheet was exempted did not take part; *as_now* says which section a unit counts as."""
    ends_on = FiscalYear(programme.fiscal_year).ends_on
    asked = set(
        programme.sheets.filter(system__isnull=True)
        .exclude(status=Sheet.Status.EXEMPTED)
        .values_list("unit_id", flat=True)
    )
    sections = {as_now(unit) for unit in asked}
    year = _Year(sections, defaultdict(_Category), _Category(), restated=len(sections) != len(asked))
    findings = (
        Finding.objects.of_city(programme.city_id)
        .filter(fiscal_year=programme.fiscal_year, origin=Finding.Origin.SELF_INSPECTION, system=None)
        .exclude(status=Finding.Status.WITHDRAWN)
        .values_list(
            "origin_key", "category_code", "unit_id", "status", "closed_on", "closed_as_not_improved"
        )
    )
    elsewhere = _answered_elsewhere(programme)
    for origin, category, unit, status, closed_on, at_report in findings:
        if origin in elsewhere:
            continue
        section = as_now(unit)
        improved = status == Finding.Status.VERIFIED and closed_on is not None and closed_on <= ends_on
        for counted in (year.categories[category], year.whole):
            counted.issues.add(section)
            if not improved:
                counted.not_improved.add(section)
            if at_report:
                counted.at_report.add(section)
    return year


def _answered_elsewhere(programme: Programme) -> set[str]:
    """Return the origins of findings that come from the year's other programmes: quarterly ones, audits of systems."""
    issues = Answer.objects.filter(
        sheet__programme__city=programme.city_id,
        sheet__programme__fiscal_year=programme.fiscal_year,
        verdict=Answer.Verdict.ISSUE,
    ).exclude(sheet__programme=programme)
    return {f"inspection.answer:{key}" for key in issues.values_list("pk", flat=True)}


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


STAGE_CODES = {
    Stage.Kind.SELF_INSPECTION: "self",
    Stage.Kind.IMPROVEMENT: "improve",
    Stage.Kind.VISIT: "visit",
    Stage.Kind.FOLLOW_UP: "follow_up",
}


def _stages(programme: Programme, now: _Year, visited: int) -> Iterable[StageFigures]:
    counts = {
        Stage.Kind.SELF_INSPECTION: len(now.sections),
        Stage.Kind.IMPROVEMENT: len(now.whole.issues),
        Stage.Kind.VISIT: visited or None,
    }
    for stage in programme.stages.all():
        kind = Stage.Kind(stage.kind)
        yield stage_figures(stage, counts.get(kind))


def stage_figures(stage: Stage, count: int | None, *, about: bool = False) -> StageFigures:
    """Return a programme's stage as the papers print it, with how many it reaches."""
    kind = Stage.Kind(stage.kind)
    return StageFigures(
        code=STAGE_CODES.get(kind, "other"),
        name=stage.name,
        starts_on=stage.starts_on,
        ends_on=stage.ends_on,
        target=stage.target,
        target_count=count,
        purpose=stage.purpose,
        outline=stage.outline,
        unit="課" if kind == Stage.Kind.VISIT else "課公所",
        about=about,
    )
