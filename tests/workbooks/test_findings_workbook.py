"""Plans and reports by Excel: out and back without a difference, wrong places named, all or nothing."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import Finding
from tenken.journal.models import Entry
from tenken.workbooks.findings import apply_findings, findings_difference, findings_workbook
from tests.findings import makers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_october() -> Any:
    with time_machine.travel("2026-10-06T03:00:00Z", tick=False):
        yield


@pytest.fixture
def findings(scenario: Any) -> list[Finding]:
    found = makers.opened(scenario.section_a1, 3)
    makers.planned(found[1], scenario.by("section_manager"))
    makers.opened(scenario.section_b1, key="b")
    return found


def filled(content: bytes, cells: dict[tuple[str, str], Any]) -> bytes:
    """Return the workbook with (number, column) → value written into it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if row[0].value == "番号")
    columns = {cell.value: cell.column for cell in header}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=header[0].row + 1)}
    for (number, column), value in cells.items():
        sheet.cell(rows[number], columns[column], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(scenario: Any, content: bytes, role: str = "section_manager") -> Any:
    return findings_difference(by=scenario.by(role), name="報告.xlsx", content=content)


def places(scenario: Any, cells: dict[tuple[str, str], Any]) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        read(scenario, filled(findings_workbook(by=scenario.by("section_manager")), cells))
    return [problem.place for problem in refusal.value.problems]


def test_what_went_out_comes_back_without_a_difference(scenario: Any, findings: list[Finding]) -> None:
    found = read(scenario, findings_workbook(by=scenario.by("section_manager")))
    assert (found.changes, found.unchanged) == ((), 3)


def test_plans_and_reports_are_shown_and_written_together(scenario: Any, findings: list[Finding]) -> None:
    content = filled(
        findings_workbook(by=scenario.by("section_manager")),
        {
            ("2026-1", "改善計画"): "=に見える計画".replace("=", "＝"),
            ("2026-1", "担当"): "𠮷田",
            ("2026-1", "改善予定日"): "令和８年１２月１日",
            ("2026-1", "対策の区分"): "環境面での対策",
            ("2026-1", "予算が必要"): "○",
            ("2026-1", "予算額（円）"): "１，２００，０００",
            ("2026-1", "予算の年度"): "令和9年度",
            ("2026-1", "改善内容"): "増やした。",
            ("2026-1", "改善実施日"): date(2026, 10, 1),
            ("2026-2", "改善内容"): "した。",
            ("2026-2", "改善実施日"): "2026-10-05",
        },
    )
    found = read(scenario, content)
    assert [(str(change.finding), len(change.cells)) for change in found.changes] == [
        ("2026-1", 9),
        ("2026-2", 2),
    ]
    assert Finding.objects.filter(status="reported").count() == 0
    with pytest.raises(Stale):
        apply_findings(by=scenario.by("section_manager"), found=found, shown="0" * 64)
    done = apply_findings(by=scenario.by("section_manager"), found=found, shown=found.digest)
    assert [row.status for row in done] == ["reported", "reported"]
    first = Finding.objects.get(pk=findings[0].pk)
    assert (
        first.plan_owner,
        first.plan_due_on,
        first.measure_bureau_id,
        first.budget_yen,
        first.budget_year,
    ) == (
        "𠮷田",
        date(2026, 12, 1),
        scenario.bureau_a.pk,
        1_200_000,
        2027,
    )
    assert Entry.objects.filter(operation="findings.import").count() == 1


def test_wrong_cells_are_named_by_sheet_row_and_column(scenario: Any, findings: list[Finding]) -> None:
    where = "シート「課題の改善計画と改善報告」"
    assert places(scenario, {("2026-1", "改善予定日"): "あした", ("2026-1", "予算額（円）"): "-3"}) == [
        f"{where}6行I列「改善予定日」",
        f"{where}6行L列「予算額（円）」",
    ]
    assert places(scenario, {("2026-1", "版"): 9}) == [f"{where}6行B列「版」"]
    assert places(scenario, {("2026-1", "番号"): "2026-4"}) == [f"{where}6行A列「番号」"]
    twice = {("2026-1", "番号"): "2026-2", ("2026-1", "版"): 2}
    assert places(scenario, twice) == [f"{where}7行A列「番号」"]
    assert places(scenario, {("2026-1", "改善計画"): "=1+1"}) == [f"{where}6行G列「改善計画」"]
    assert places(scenario, {("2026-1", "対策の区分"): "両方", ("2026-3", "予算が必要"): "要"}) == [
        f"{where}6行J列「対策の区分」",
        f"{where}8行K列「予算が必要」",
    ]


def test_one_impossible_row_writes_none(scenario: Any, findings: list[Finding]) -> None:
    content = filled(
        findings_workbook(by=scenario.by("section_manager")),
        {
            ("2026-2", "改善内容"): "した。",
            ("2026-2", "改善実施日"): "2026-10-05",
            ("2026-1", "改善計画"): "計画",
        },
    )
    found = read(scenario, content)
    with pytest.raises(Invalid) as refusal:
        apply_findings(by=scenario.by("section_manager"), found=found, shown=found.digest)
    assert {problem.place for problem in refusal.value.problems} == {"シート「課題の改善計画と改善報告」6行"}
    assert Finding.objects.filter(version=1).count() == 3
    assert not Finding.objects.filter(status="reported").exists()


def test_a_version_that_moved_on_between_is_named(scenario: Any, findings: list[Finding]) -> None:
    content = findings_workbook(by=scenario.by("section_manager"))
    makers.planned(findings[0], scenario.by("deputy"))
    with pytest.raises(Invalid) as refusal:
        read(scenario, filled(content, {("2026-1", "改善計画"): "私の案"}))
    assert "いまの版は2" in refusal.value.problems[0].message


def test_other_forms_and_other_people_are_refused(scenario: Any, findings: list[Finding]) -> None:
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid, match="様式ではありません"):
        read(scenario, out.getvalue())
    for content, name in ((b"", "報告.xlsx"), (b"a,b", "報告.csv"), (b"MZ", "報告.xlsx")):
        with pytest.raises(Invalid):
            findings_difference(by=scenario.by("section_manager"), name=name, content=content)
    mine = findings_workbook(by=scenario.by("section_manager"))
    with pytest.raises(Invalid) as refusal:
        read(scenario, filled(mine, {("2026-1", "改善計画"): "横取り"}), "other_manager")
    assert "あなたの課公所にありません" in refusal.value.problems[0].message
    with pytest.raises(Denied):
        read(scenario, mine, "secretariat")
