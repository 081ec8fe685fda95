"""The main information assets in the form: written, changed, read back, refused by cell."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tenken.inspection.models import Programme, Sheet, SheetAsset
from tenken.inspection.operations.risk import AssetRow, save_assets
from tenken.workbooks.imports.operations import apply_import
from tests.factories import Scenario
from tests.inspection.makers import running, sheet_of
from tests.workbooks.filled_forms import edited, issued, only_form, received, said

RISK = "リスク対策状況点検"
LEDGER = AssetRow("被保険者台帳", "1", 1200, ("paper", "server"), "書庫A")


@pytest.fixture
def with_risk(city: Scenario) -> Programme:
    programme = running(city.city)
    Programme.objects.filter(pk=programme.pk).update(with_risk_part=True)
    programme.refresh_from_db()
    return programme


@pytest.fixture
def sheet(city: Scenario, with_risk: Programme) -> Sheet:
    return sheet_of(with_risk, city.section_a1)


def assets(sheet: Sheet) -> list[tuple[Any, ...]]:
    rows = SheetAsset.objects.filter(sheet=sheet)
    return [(one.name, one.classification, one.amount, one.forms, one.location) for one in rows]


def test_what_is_known_stands_in_it(city: Scenario, sheet: Sheet) -> None:
    save_assets(by=city.by("deputy"), sheet=sheet, rows=[LEDGER], mark=None)
    page = openpyxl.load_workbook(io.BytesIO(issued(city.by("deputy"), sheet)))[RISK]
    assert [cell.value for cell in page[4]][:4] == ["情報資産", "重要性分類", "件数", "紙"]
    assert [cell.value for cell in page[5]] == [
        "被保険者台帳", "Ⅰ", "1200", "○", None, None, None, "○", None, None, "書庫A",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["deputy", "secretariat"])
def test_it_comes_back(city: Scenario, with_risk: Programme, sheet: Sheet, role: str) -> None:
    by = city.by(role)
    save_assets(by=city.by("deputy"), sheet=sheet, rows=[LEDGER], mark=None)
    cells = {"C5": 1500, "A6": "口座振替データ", "B6": "Ｓ", "E6": "〇", "K6": "執務室"}
    row = received(by, with_risk, edited(issued(by, sheet), cells, RISK))
    assert said(only_form(row)) == []
    apply_import(by=by, answer_import=row, version=row.version)
    assert assets(sheet) == [
        ("被保険者台帳", "1", 1500, ["paper", "server"], "書庫A"),
        ("口座振替データ", "S", None, ["removable_media"], "執務室"),
    ]


def test_untouched_it_changes_nothing(city: Scenario, with_risk: Programme, sheet: Sheet) -> None:
    by = city.by("deputy")
    data = issued(by, sheet)
    save_assets(by=by, sheet=sheet, rows=[LEDGER], mark=None)
    assert only_form(received(by, with_risk, data)).status == "unchanged"


def test_changed_meanwhile_is_a_conflict(city: Scenario, with_risk: Programme, sheet: Sheet) -> None:
    by = city.by("deputy")
    data = edited(issued(by, sheet), {"A5": "別の台帳", "B5": "Ⅱ", "D5": "○"}, RISK)
    save_assets(by=by, sheet=sheet, rows=[LEDGER], mark=None)
    assert "主要な情報資産が画面で変わりました" in said(only_form(received(by, with_risk, data)))[0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A5": "台帳", "B5": "Ⅳ", "D5": "○"}, "「リスク対策状況点検」B5：重要性分類はＳ・Ⅰ・Ⅱ・Ⅲから選んでください。"),
        ({"A5": "台帳", "B5": "Ⅰ", "C5": "たくさん", "D5": "○"}, "「リスク対策状況点検」C5：「たくさん」は数として読めません。0以上の数字を入力してください（例：123）。"),
        ({"A5": "台帳", "B5": "Ⅰ", "D5": "はい"}, "「リスク対策状況点検」D5：○を付けるか、空けてください（いまは「はい」）。"),
        ({"B5": "Ⅰ", "D5": "○"}, "「リスク対策状況点検」A5：情報資産の名前がありません。"),
        ({"A5": "台帳", "B5": "Ⅰ", "D5": "○", "A6": "台帳", "B6": "Ⅰ", "D6": "○"}, "「リスク対策状況点検」A6：5行と同じ名前の情報資産です。"),
        ({"A5": "=A1", "B5": "Ⅰ", "D5": "○"}, "「リスク対策状況点検」A5：計算式が入っています。文字で入力してください。"),
        ({"A36": "31件目"}, "「リスク対策状況点検」A36：主要な情報資産は30件までです。"),
    ],
)  # fmt: skip
def test_refused_by_cell(
    city: Scenario, with_risk: Programme, sheet: Sheet, cells: dict[str, str], expected: str
) -> None:
    by = city.by("deputy")
    assert expected in said(only_form(received(by, with_risk, edited(issued(by, sheet), cells, RISK))))
    assert assets(sheet) == []
