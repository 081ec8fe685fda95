"""情報セキュリティ取組状況確認表（様式1） as a city might have it: merged titles, a section's block, marks by list."""

from __future__ import annotations

import io

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from tests.inspection.makers import QUESTIONS

HEADER_ROW = 8
SHEET = "様式1"
_GROUPS = {"clear-desk": "クリアデスク", "media": "記録媒体", "backup": "バックアップ"}


def own_form(questions: dict[str, str] | None = None, choices: str = "○,×,－") -> bytes:
    """Return the empty form; *questions* by item code, in order."""
    asked = questions or QUESTIONS
    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    page.merge_cells("A1:G1")
    page["A1"] = "情報セキュリティ取組状況確認表"
    page["A1"].font = Font(name="ＭＳ 明朝", size=16, bold=True)
    page["A1"].alignment = Alignment(horizontal="center")
    page["G2"] = "（様式1）"
    for row, label in ((4, "所属コード"), (5, "所属名"), (6, "記入年月日")):
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        page.cell(row, 1, label)
        page.merge_cells(start_row=row, start_column=3, end_row=row, end_column=4)
    for column, title in enumerate(
        ("区分", "番号", "確認項目", "前回の結果", "取組状況", "できていない理由", "備考"), start=1
    ):
        cell = page.cell(HEADER_ROW, column, title)
        cell.fill = PatternFill("solid", fgColor="D9E1F2")
        cell.border = Border(bottom=Side(style="medium"))
    for number, (code, text) in enumerate(asked.items(), start=1):
        row = HEADER_ROW + number
        page.cell(row, 1, _GROUPS.get(code.partition(".")[0], ""))
        page.cell(row, 2, number)
        page.cell(row, 3, text).alignment = Alignment(wrap_text=True)
        page.row_dimensions[row].height = 30
    page.column_dimensions["C"].width = 50
    last = HEADER_ROW + len(asked)
    marks = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    marks.add(f"E{HEADER_ROW + 1}:E{last}")
    page.add_data_validation(marks)
    page.cell(last + 2, 3, "○の数")
    page.cell(last + 2, 5, f'=COUNTIF(E{HEADER_ROW + 1}:E{last},"○")')
    page.merge_cells(start_row=last + 4, start_column=1, end_row=last + 5, end_column=7)
    page.cell(last + 4, 1, "注　○：できている　×：できていない　－：該当しない")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
