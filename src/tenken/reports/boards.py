"""The pages of those who steer, in numbers: the CISO's one page, and a bureau's sections.

What several rooms know is put together here; each number keeps to what its reader may see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries import FindingFilter, environment_measures, findings_for
from tenken.findings.queries.places import groups_of
from tenken.findings.queries.relapse import relapsed_in
from tenken.findings.states import CANNOT_FIX, NOT_DONE, NOT_IMPROVED, OPEN, PLANNED, TREATED
from tenken.inspection.models import Kind, Programme, Sheet
from tenken.inspection.permissions import VIEW_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.states import HANDED_IN
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import bureaus_of
from tenken.reports.blocks import ChartFigure, Series

YEARS = 10


@dataclass(frozen=True)
class YearRow:
    """One fiscal year's inspections: sections inspected, with an issue, and not improved when its improvement ended."""

    fiscal_year: int
    sections: int
    with_issues: int
    not_improved: int

    @property
    def year(self) -> str:
        return str(FiscalYear(self.fiscal_year))


@dataclass(frozen=True)
class OpenWork:
    """Findings not done: all, past their date, what cannot be fixed for now, 未改善, and items that came back this year."""

    open: int = 0
    overdue: int = 0
    treated: int = 0
    not_improved: int = 0
    relapsed: int = 0


@dataclass(frozen=True)
class BureauRow:
    """One 局・区 (None: the sections below none): its sheets of the present programme, and its open work."""

    unit_id: int | None
    code: str
    name: str
    sections: int
    handed_in: int
    with_issues: int
    work: OpenWork

    @property
    def percent(self) -> int:
        return 100 * self.handed_in // self.sections if self.sections else 0


@dataclass(frozen=True)
class Overview:
    """The whole city as its reader may see it. ``programme`` None: none was launched yet."""

    programme: Programme | None
    whole: BureauRow
    bureaus: tuple[BureauRow, ...]
    years: tuple[YearRow, ...]
    environment: tuple[Finding, ...]

    @property
    def budget_yen(self) -> int:
        """The budgets that the environment measures name, together."""
        return sum(finding.budget_yen or 0 for finding in self.environment)


def current_programme(by: Principal) -> Programme | None:
    """Return the section inspection that was launched last; None before the first."""
    return (
        Programme.objects.restrict(by, VIEW_PROGRAMMES)
        .filter(kind=Kind.INSPECTION, launched_on__lte=by.on)
        .exclude(status=Programme.Status.PLANNED)
        .order_by("-fiscal_year", "-launched_on", "-pk")
        .first()
    )


def overview(by: Principal) -> Overview:
    """Return the numbers of the CISO's page in a fixed number of queries, whatever the years and sections."""
    programme = current_programme(by)
    year = programme.fiscal_year if programme else FiscalYear.of(by.on).year
    sheets = _sheets_by_bureau(by, programme)
    work = _open_work(by, year)
    bureaus = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__rank=1).order_by("code")
    rows = tuple(
        _bureau_row(unit.pk, unit.code, unit.name, sheets.get(unit.pk), work)
        for unit in bureaus.restrict(by, VIEW_FINDINGS)
    )
    whole = [sum(counts[place] for counts in sheets.values()) for place in range(3)]
    return Overview(
        programme=programme,
        whole=BureauRow(None, "", "全庁", whole[0], whole[1], whole[2], work.get(None, OpenWork())),
        bureaus=rows,
        years=_years(by),
        environment=tuple(environment_measures(by)),
    )


def _bureau_row(
    key: int, code: str, name: str, sheets: list[int] | None, work: Mapping[int | None, OpenWork]
) -> BureauRow:
    sections, handed_in, with_issues = sheets or [0, 0, 0]
    return BureauRow(key, code, name, sections, handed_in, with_issues, work.get(key, OpenWork()))


def _sheets_by_bureau(by: Principal, programme: Programme | None) -> dict[int | None, list[int]]:
    """Return (sheets, handed in, with issues) of a programme by the bureau the section stands below today."""
    counted: dict[int | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    if programme is None:
        return counted
    rows = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme)
        .exclude(status=Sheet.Status.EXEMPTED)
        .values_list("unit_id", "status", "issues")
    )
    found = list(rows)
    bureau = bureaus_of(by.city, (unit for unit, _, _ in found), by.on)
    for unit, status, issues in found:
        counts = counted[bureau[unit]]
        counts[0] += 1
        counts[1] += status in HANDED_IN
        counts[2] += issues > 0
    return counted


def _open_work(by: Principal, fiscal_year: int) -> dict[int | None, OpenWork]:
    """Return the open work by bureau, and under None of all together."""
    found = _not_done(by, FindingFilter())
    groups = groups_of(by.city, (unit for unit, _, _ in found), by.on)
    counted: dict[int | None, Counter[str]] = defaultdict(Counter)
    for unit, status, due in found:
        for group in (None, *groups[unit]):
            counted[group].update(_marks(status, due, by.on))
    for chain in relapsed_in(by, fiscal_year):
        for group in {None, chain.bureau_id}:
            counted[group]["relapsed"] += 1
    return {key: OpenWork(**counts) for key, counts in counted.items()}


def _not_done(by: Principal, only: FindingFilter) -> list[tuple[int, str, date | None]]:
    """Return (unit, status, until when) of the findings not done that *by* may see."""
    rows = findings_for(by, only).order_by().filter(status__in=NOT_DONE)
    return list(rows.annotate(until=F("effective_due")).values_list("unit_id", "status", "until"))


def _marks(status: str, due: date | None, today: date) -> list[str]:
    marks = ["open"]
    if status in (OPEN, PLANNED) and due is not None and due < today:
        marks.append("overdue")
    if status in (CANNOT_FIX, TREATED):
        marks.append("treated")
    if status == NOT_IMPROVED:
        marks.append("not_improved")
    return marks


def _years(by: Principal) -> tuple[YearRow, ...]:
    """Return the last ten years that were inspected."""
    sheets = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme__kind=Kind.INSPECTION)
        .exclude(status=Sheet.Status.EXEMPTED)
        .order_by()
        .values_list("programme__fiscal_year")
        .annotate(
            sections=Count("unit", distinct=True),
            with_issues=Count("unit", distinct=True, filter=Q(issues__gt=0)),
        )
    )
    left = dict(
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .filter(closed_as_not_improved=True, origin=Finding.Origin.SELF_INSPECTION, system=None)
        .order_by()
        .values_list("fiscal_year")
        .annotate(n=Count("unit", distinct=True))
    )
    return tuple(
        YearRow(year, sections, issues, left.get(year, 0))
        for year, sections, issues in sorted(sheets)[-YEARS:]
    )


def years_chart(rows: tuple[YearRow, ...]) -> ChartFigure:
    """Return the years as a figure: sections with issues, and of them those not improved in their year."""
    return ChartFigure(
        key="years",
        caption="課題のある課公所と未改善の課公所",
        categories=tuple(row.year for row in rows),
        category_title="年度",
        series=(
            Series("課題のある課公所", tuple(row.with_issues for row in rows), "now"),
            Series("未改善の課公所", tuple(row.not_improved for row in rows), "open"),
        ),
        unit="課公所",
        label="図1",
    )


@dataclass(frozen=True)
class SectionRow:
    """One section of a bureau: its sheet of the present programme (None: it has none), and its open work."""

    unit: Unit
    sheet: Sheet | None
    work: OpenWork


@dataclass(frozen=True)
class BureauBoard:
    """A bureau's sections, and what needs the bureau itself: measures of its environment."""

    bureau: Unit
    programme: Programme | None
    sections: tuple[SectionRow, ...]
    environment: tuple[Finding, ...]


def bureau_choices(by: Principal) -> list[Unit]:
    """Return the 局・区 *by* may see findings of, in their order."""
    units = Unit.objects.restrict(by, VIEW_FINDINGS).filter(valid_on(by.on), kind__rank=1)
    return list(units.order_by("code"))


def bureau_board(by: Principal, unit_id: int) -> BureauBoard:
    """Return how the sections of a bureau stand. ``Missing`` when it is none of *by*'s. Fixed number of queries."""
    bureau = next((unit for unit in bureau_choices(by) if unit.pk == unit_id), None)
    if bureau is None:
        raise Missing("局・区がないか、見ることのできる範囲にありません。")
    programme = current_programme(by)
    below = by.tree.below([bureau.pk])
    units = (
        Unit.objects.restrict(by, VIEW_FINDINGS)
        .filter(valid_on(by.on), pk__in=below, kind__answers_sheets=True)
        .order_by("code")
    )
    sheets = {
        sheet.unit_id: sheet
        for sheet in Sheet.objects.restrict(by, VIEW_SHEETS).filter(programme=programme, unit__in=below)
    }
    work = _work_by_section(by, bureau, programme)
    return BureauBoard(
        bureau=bureau,
        programme=programme,
        sections=tuple(
            SectionRow(unit, sheets.get(unit.pk), work.get(unit.pk, OpenWork())) for unit in units
        ),
        environment=tuple(
            finding for finding in environment_measures(by) if finding.measure_bureau_id == bureau.pk
        ),
    )


def _work_by_section(by: Principal, bureau: Unit, programme: Programme | None) -> dict[int, OpenWork]:
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for unit, status, due in _not_done(by, FindingFilter(unit_id=bureau.pk)):
        for heir in by.tree.lineage_forward([unit]):
            counted[heir].update(_marks(status, due, by.on))
    year = programme.fiscal_year if programme else FiscalYear.of(by.on).year
    for chain in relapsed_in(by, year):
        counted[chain.unit_id]["relapsed"] += 1
    return {key: OpenWork(**counts) for key, counts in counted.items()}
