"""The committee's numbers out of the database, held against numbers counted by hand over two years."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from tenken.audit.operations import record_past_visit
from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.operations import check, close_improvement_stage, plan, report, withdraw_by_origin
from tenken.inspection.models import Programme
from tenken.organization.models import Unit
from tenken.organization.operations import NewUnit, merge_units, rename_unit, split_unit
from tenken.reports.committee import inspection_figures
from tenken.reports.figures import InspectionFigures, ItemFigures, inconsistencies
from tenken.reports.operations import issue_edition, open_edition
from tenken.reports.paper1 import RESTATED_NOTE
from tenken.reports.printing import paper_of, print_paper
from tests.factories import Scenario, make_unit
from tests.inspection.makers import accepted, make_bank, planned, running, sheet_of, system

pytestmark = pytest.mark.django_db
REASON = ("storage_space", "")


@pytest.fixture(autouse=True)
def _at_the_end_of_the_year() -> Iterator[None]:
    with time_machine.travel("2027-03-31T17:00:00+09:00", tick=False):
        yield


def _finding(year: int, unit: Unit, item: str) -> Finding:
    return Finding.objects.get(fiscal_year=year, unit=unit, item_code=item, origin="self_inspection")


def _planned(finding: Finding, on: date) -> Finding:
    by = system(finding.city, on)
    return plan(
        by=by, finding=finding, text="書棚を増やす。", owner="担当", due_on=on, version=finding.version, on=on
    )


def _verified(finding: Finding, on: date) -> Finding:
    by = system(finding.city, on)
    finding = report(
        by=by, finding=finding, action="増やした。", action_on=on, version=finding.version, on=on
    )
    return check(by=by, finding=finding, outcome="verified", version=finding.version, on=on)


def _first_year(city: Scenario) -> None:
    """FY2025: three sections, two with issues; one item improved late in the year, one only in the next."""
    programme = running(city.city, 2025)
    on = date(2025, 8, 20)
    accepted(
        city.city,
        sheet_of(programme, city.section_a1),
        {"media.lock": "書庫に鍵がない。", "media.ledger": "台帳がない。"},
        on,
    )
    accepted(city.city, sheet_of(programme, city.section_a2), {"clear-desk.leave": "書棚が足りない。"}, on)
    accepted(city.city, sheet_of(programme, city.section_b1), {}, on)
    for finding in Finding.objects.filter(fiscal_year=2025):
        _planned(finding, date(2025, 9, 10))
    _verified(_finding(2025, city.section_a1, "media.lock"), date(2025, 10, 20))
    left = Finding.objects.filter(fiscal_year=2025, status="planned")
    close_improvement_stage(
        by=system(city.city),
        city=city.city,
        fiscal_year=2025,
        on=date(2025, 10, 31),
        reasons={finding.pk: REASON for finding in left},
    )
    _verified(_finding(2025, city.section_a1, "media.ledger"), date(2026, 2, 10))
    _verified(_finding(2025, city.section_a2, "clear-desk.leave"), date(2026, 5, 10))


def _second_year(city: Scenario) -> tuple[Programme, Unit]:
    """FY2026, 企画課 renamed: two sections with issues, one left; three visited, one found otherwise than it said."""
    renamed = rename_unit(
        by=system(city.city, date(2026, 4, 1)),
        unit=city.section_a1,
        name="政策企画課",
        on=date(2026, 4, 1),
    )
    city.city.refresh_from_db()
    programme = running(city.city, 2026)
    on = date(2026, 8, 20)
    accepted(
        city.city,
        sheet_of(programme, renamed),
        {"media.lock": "書庫に鍵がない。", "backup.test": "試していない。"},
        on,
    )
    accepted(city.city, sheet_of(programme, city.section_a2), {}, on)
    accepted(city.city, sheet_of(programme, city.section_b1), {"media.lock": "鍵をなくした。"}, on)
    _verified(_planned(_finding(2026, renamed, "media.lock"), date(2026, 9, 10)), date(2026, 10, 20))
    gone = _finding(2026, renamed, "backup.test")
    withdraw_by_origin(
        by=system(city.city), city=city.city, origin_keys=[gone.origin_key], on=on, reason="誤記のため"
    )
    return programme, renamed


def _visit(
    city: Scenario, programme: Programme, unit: Unit, day: int, good: str, *seen: tuple[str, str]
) -> None:
    record_past_visit(
        by=system(city.city),
        stage=programme.stages.get(kind="visit"),
        unit=unit,
        visited_on=date(2026, 11, day),
        good_practices=[good] if good else [],
        findings=seen,
    )


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


@pytest.fixture
def two_years(city: Scenario) -> Scenario:
    _first_year(city)
    programme, renamed = _second_year(city)
    _visit(
        city, programme, renamed, 5, "当番が机の上を見て回る。", ("media.ledger", "USBメモリが台帳にない。")
    )
    _visit(city, programme, city.section_a2, 6, "当番が机の上を見て回る。")
    _visit(city, programme, city.section_b1, 7, "", ("media.lock", "書庫に鍵がない。"))
    return city


@pytest.fixture
def figures(two_years: Scenario) -> InspectionFigures:
    return inspection_figures(two_years.city, 2026)


def test_the_whole(figures: InspectionFigures) -> None:
    assert (figures.sections, figures.sections_with_issues, figures.sections_not_improved) == (3, 2, 1)
    assert (
        figures.sections_before,
        figures.sections_with_issues_before,
        figures.sections_not_improved_before,
    ) == (3, 2, 1)
    assert inconsistencies(figures) == ()
    assert figures.invented  # 99: no city's code


def test_each_category_with_the_year_before(figures: InspectionFigures) -> None:
    assert figures.management == (
        ItemFigures(
            code="clear-desk",
            name="クリアデスク",
            issues=0,
            improved=0,
            not_improved=0,
            issues_before=1,
            not_improved_before=1,  # improved in May, after the year's end
            not_improved_at_report=0,
            not_improved_at_report_before=1,
        ),
        ItemFigures(
            code="media",
            name="記録媒体の管理",
            issues=2,
            improved=1,
            not_improved=1,
            issues_before=1,
            not_improved_before=0,  # one in October, one in February: both before the year's end
            not_improved_at_report=0,
            not_improved_at_report_before=1,
        ),
    )
    assert figures.risk == ()  # what was withdrawn is no issue


def test_what_improves_after_the_years_end_changes_no_number_of_that_year(two_years: Scenario) -> None:
    before = inspection_figures(two_years.city, 2025)
    assert (before.sections_with_issues, before.sections_not_improved) == (2, 1)
    last = Finding.objects.get(fiscal_year=2026, unit=two_years.section_b1, origin="self_inspection")
    _planned(last, date(2027, 3, 30))
    last.refresh_from_db()
    _verified(last, date(2027, 4, 1))
    assert inspection_figures(two_years.city, 2026).sections_not_improved == 1


def test_what_improves_on_the_years_last_day_counts(two_years: Scenario) -> None:
    last = Finding.objects.get(fiscal_year=2026, unit=two_years.section_b1, origin="self_inspection")
    _planned(last, date(2027, 3, 30))
    last.refresh_from_db()
    _verified(last, date(2027, 3, 31))
    assert inspection_figures(two_years.city, 2026).sections_not_improved == 0


def test_sections_merged_since_count_once(city: Scenario) -> None:
    """企画課 and 都市計画課 both had issues left; from April they are one section: the year before reads as one."""
    _first_year(city)
    merged = merge_units(
        by=system(city.city, date(2026, 4, 1)),
        units=[city.section_a1, city.section_a2],
        new=NewUnit("まちづくり課", code="M1"),
        on=date(2026, 4, 1),
    )
    city.city.refresh_from_db()
    programme = running(city.city, 2026)
    on = date(2026, 8, 20)
    accepted(city.city, sheet_of(programme, merged), {"media.lock": "書庫に鍵がない。"}, on)
    accepted(city.city, sheet_of(programme, city.section_b1), {}, on)
    figures = inspection_figures(city.city, 2026)
    assert (figures.sections, figures.sections_before) == (2, 2)
    assert (figures.sections_with_issues_before, figures.sections_not_improved_before) == (1, 1)
    assert [(item.code, item.issues_before) for item in figures.management] == [
        ("clear-desk", 1),
        ("media", 1),
    ]
    assert figures.restated
    assert not inconsistencies(figures)
    printed = [
        note
        for block in paper_of(city.city, "committee", 2026).blocks
        for note in getattr(block, "notes", ())
    ]
    assert RESTATED_NOTE in printed
    as_printed_then = inspection_figures(city.city, 2025)
    assert (as_printed_then.sections, as_printed_then.sections_with_issues) == (3, 2)


def test_a_section_split_since_counts_once(city: Scenario) -> None:
    _first_year(city)
    split_unit(
        by=system(city.city, date(2026, 4, 1)),
        unit=city.section_a1,
        parts=[NewUnit("企画第一課", "S1"), NewUnit("企画第二課", "S2")],
        on=date(2026, 4, 1),
    )
    city.city.refresh_from_db()
    running(city.city, 2026)
    figures = inspection_figures(city.city, 2026)
    assert (figures.sections, figures.sections_before) == (4, 3)
    assert figures.sections_with_issues_before == 2


def test_visits_and_what_they_contradict(figures: InspectionFigures) -> None:
    assert figures.visited == 3
    assert figures.visits_contradicting == 1  # 保険課 had said itself that the lock is missing
    assert figures.visit_findings == ("USBメモリが台帳にない。", "書庫に鍵がない。")
    assert figures.good_practices == ("当番が机の上を見て回る。",)


def test_stages_with_their_numbers(figures: InspectionFigures) -> None:
    assert [(stage.code, stage.target_count, stage.unit, stage.period) for stage in figures.stages] == [
        ("self", 3, "課公所", "7-8月実施"),
        ("improve", 2, "課公所", "9-10月実施"),
        ("visit", 3, "課", "11月実施"),
        ("follow_up", None, "課公所", "12-3月実施"),
    ]


def test_the_first_year_has_no_year_before(city: Scenario) -> None:
    _first_year(city)
    figures = inspection_figures(city.city, 2025)
    assert figures.sections_before is None
    assert all(item.issues_before is None for item in (*figures.management, *figures.risk))
    assert (figures.visited, figures.visits_contradicting) == (None, None)


def test_a_year_without_inspection_is_missing(city: Scenario) -> None:
    planned(city.city, 2026)  # planned, not begun
    for year in (2026, 2030):
        with pytest.raises(Missing, match="まだ開始されていません"):
            inspection_figures(city.city, year)


def test_the_numbers_cost_the_same_whatever_the_size(
    two_years: Scenario,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        inspection_figures(two_years.city, 2026)
    for number in range(20):
        make_unit(two_years.city, f"第{number}課")
    programme = running(two_years.city, 2027)
    for unit in Unit.objects.filter(name__startswith="第", name__endswith="課"):
        accepted(two_years.city, sheet_of(programme, unit), {"media.lock": "鍵がない。"})
    with CaptureQueriesContext(connection) as many:
        assert inspection_figures(two_years.city, 2027).sections_with_issues == 20
    # The tree of the lineage is two of them, once; three ask whether there was an audit of systems.
    assert len(many) <= len(few) <= 18


def test_the_paper_is_printed_in_three_forms_with_the_numbers(two_years: Scenario, tmp_path: Path) -> None:
    files = {path.suffix: path for path in print_paper(two_years.city, "committee", 2026, tmp_path)}
    assert set(files) == {".docx", ".pdf", ".xlsx"}
    document = Document(str(files[".docx"]))
    word = "".join(paragraph.text for paragraph in document.paragraphs) + "".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files[".pdf"].read_bytes())).pages)
    book = load_workbook(files[".xlsx"])
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    for name in ("クリアデスク", "記録媒体の管理"):
        assert name in word
        assert name in pdf.replace("\n", "")
        assert name in cells
    assert "全庁（3課公所）" in word
    assert "バックアップ" not in word


def test_an_issued_paper_stays_as_issued(two_years: Scenario) -> None:
    by = two_years.by("secretariat")
    edition = open_edition(by=by, paper_code="committee", fiscal_year=2026)
    issue_edition(
        by=by,
        edition=edition,
        figures=inspection_figures(two_years.city, 2026),
        issued_on=date(2027, 3, 31),
        version=edition.version,
    )
    before = paper_of(two_years.city, "committee", 2026)
    last = Finding.objects.get(fiscal_year=2026, unit=two_years.section_b1, origin="self_inspection")
    _verified(_planned(last, date(2027, 3, 30)), date(2027, 3, 31))
    assert inspection_figures(two_years.city, 2026).sections_not_improved == 0
    assert paper_of(two_years.city, "committee", 2026) == before
