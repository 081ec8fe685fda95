"""Lists as workbooks: they print, they filter, and nothing in them runs."""

from __future__ import annotations

import io
import time
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.workbooks.lists import ERA_DATE, ERA_DATE_TIME, list_workbook
from tenken.workbooks.reading import read_rows, rows_below

HEADER = ("番号", "名称", "期限", "記録日時", "済")
ROWS = [
    (1, "企画課", date(2014, 7, 1), datetime(2014, 7, 1, 0, 30, tzinfo=UTC), True),
    (1234, "=HYPERLINK(1)", None, None, False),
]


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).active


@pytest.fixture
def sheet() -> Any:
    with time_machine.travel(datetime(2026, 7, 1, tzinfo=UTC)):
        return opened(list_workbook(title="課題/一覧", header=HEADER, rows=ROWS, notes=("平成26年度",)))


def test_what_stands_where(sheet: Any) -> None:
    assert sheet.title == "課題・一覧"
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 4)] == [
        "課題/一覧",
        "平成26年度",
        "令和8年7月1日作成",
        "番号",
    ]
    assert [cell.value for cell in sheet[5]] == [
        1,
        "企画課",
        datetime.fromisoformat("2014-07-01"),
        datetime.fromisoformat("2014-07-01T09:30"),
        "○",
    ]
    assert [cell.value for cell in sheet[6]] == [1234, "'=HYPERLINK(1)", None, None, None]
    assert sheet["C5"].number_format == ERA_DATE
    assert sheet["D5"].number_format == ERA_DATE_TIME
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"n", "s", "d"}


def test_it_prints_on_a4_with_its_header_on_every_page(sheet: Any) -> None:
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:E6"
    assert sheet.print_area == "'課題・一覧'!$A$1:$E$6"


def test_columns_are_as_wide_as_what_they_hold() -> None:
    sheet = opened(list_workbook(title="a", header=("短", "長"), rows=[("1", "あ" * 20), ("2", "い" * 200)]))
    assert sheet.column_dimensions["A"].width < 10
    assert sheet.column_dimensions["B"].width == 50


def test_an_empty_list_is_a_list() -> None:
    sheet = opened(list_workbook(title="", header=("番号",), rows=[]))
    assert sheet.title == "一覧"
    assert sheet.auto_filter.ref == "A3:A3"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5), st.text())
@settings(deadline=None)
def test_any_text_is_held_and_none_becomes_a_formula(rows: list[list[str]], title: str) -> None:
    sheet = opened(list_workbook(title=title, header=("a", "b"), rows=rows))
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_ten_thousand_rows_in_time() -> None:
    began = time.perf_counter()
    data = list_workbook(
        title="a", header=("a",) * 8, rows=((1, "企画課", None, "x", 2, 3, 4, 5) for _ in range(10_000))
    )
    assert time.perf_counter() - began < 20
    assert len(read_rows(data, "a.xlsx")["a"]) == 10_003


def test_a_list_comes_back() -> None:
    rows = read_rows(list_workbook(title="課", header=("番号", "名称"), rows=[("01", "=企画")]), "a.xlsx")[
        "課"
    ]
    assert rows_below(rows, ["名称", "番号"], "課") == [(3, {"名称": "=企画", "番号": "01"})]


def test_missing_columns_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        rows_below([["番号", "氏名"], ["1", "x"]], ["番号", "名称"], "課")
    assert [str(problem) for problem in refused.value.problems] == ["シート「課」：列「名称」がありません。"]
    with pytest.raises(Invalid) as refused:
        rows_below([["番号", "番号"]], ["番号"], "課")
    assert refused.value.problems[0].place == "シート「課」1行B列"


def test_a_path_says_its_kind(tmp_path: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("番号\n1".encode("cp932"))
    assert read_rows(path) == {"": [["番号"], ["1"]]}
