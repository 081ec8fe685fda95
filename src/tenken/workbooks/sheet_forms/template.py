"""The product's own form of one programme, drawn once with openpyxl; sections' own cells are left as slots."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tenken.common.fiscal_year import FiscalYear
from tenken.common.spreadsheets import safe_cell
from tenken.inspection.models import Programme
from tenken.workbooks.sheet_forms import risk_part
from tenken.workbooks.sheet_forms.content import VERDICTS, AskedQuestion
from tenken.workbooks.sheet_forms.identity import HIDDEN_SHEET
from tenken.workbooks.sheet_forms.layout import (
    COMMENT,
    DUE,
    FIRST_ROW,
    GUIDE,
    GUIDE_UNIT,
    HEAD_ROW,
    HEADER,
    LAST,
    REASON,
    SHEET,
    UNIT_CODE,
    UNIT_NAME,
    VERDICT,
    WIDTHS,
)

SLOT: Final = "\u241etenken-slot:"
_FONT: Final = "游ゴシック"
_SIDE: Final = Side(style="thin", color="949494")
_LINE: Final = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_HEAD: Final = PatternFill("solid", fgColor="E6E6E6")
_INPUT: Final = PatternFill("solid", bgColor="FFF8D6")
_WRONG: Final = PatternFill("solid", bgColor="FFD9D9")
_WRAP: Final = Alignment(vertical="top", wrap_text=True)
_GUIDE_LINES: Final = (
    "1　「点検シート」の「回答」の欄で、適合・課題あり・該当なしのどれかを選びます。",
    "2　「課題あり」のときは課題の内容と理由を、「該当なし」のときは該当しない理由を「課題の内容と理由」に書きます。",
    "3　書くことができるのは、「回答」「課題の内容と理由」「コメント」の3つの欄だけです。行を増やしたり、消したり、並べ替えたりしないでください。",
    "4　欄は文字で記入します。計算式や日付の形では取り込めません。1つの欄は2,000字までです。",
    "5　記入したら保存し、点検シートの画面の「Excelの様式を取り込む」からこのファイルを取り込みます。取り込む前に、変わるところを確かめられます。",
    "6　取り込んだだけでは提出になりません。画面で内容を確かめて提出してください。",
    "7　この様式を受け取ったあとに画面で回答を変えると、その設問は取り込めません。様式を受け取り直してください。",
)


def draw_template(programme: Programme, questions: Sequence[AskedQuestion], pieces: int) -> bytes:
    """Return the form of *programme* as .xlsx whose sections' cells hold :data:`SLOT` and their address.

    *pieces*: how many cells of the hidden sheet the identity may take.
    """
    book = Workbook()
    guide: Any = book.active
    guide.title = GUIDE
    _draw_guide(guide, programme)
    _draw_sheet(book.create_sheet(SHEET), programme, questions)
    if programme.with_risk_part:
        risk = book.create_sheet(risk_part.RISK)
        risk_part.draw(risk, str(safe_cell(f"{programme.name}　{risk_part.RISK}")), _slot)
        _for_print(risk)
    hidden = book.create_sheet(HIDDEN_SHEET)
    hidden.sheet_state = "veryHidden"
    for row in range(1, pieces + 1):
        _slot(hidden, f"A{row}")
    book.active = 1
    guide.sheet_view.tabSelected = False
    book.properties.title = safe_cell(programme.name)
    book.properties.creator = "Tenken"
    book.security.lockStructure = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _draw_guide(guide: Any, programme: Programme) -> None:
    guide.column_dimensions["A"].width = 110
    guide["A1"] = safe_cell(f"{FiscalYear(programme.fiscal_year)}　{programme.name}")
    guide["A1"].font = Font(name=_FONT, size=14, bold=True)
    _slot(guide, GUIDE_UNIT)
    guide[GUIDE_UNIT].font = Font(name=_FONT, size=11)
    guide["A4"] = GUIDE
    guide["A4"].font = Font(name=_FONT, size=12, bold=True)
    for row, line in enumerate(_GUIDE_LINES, start=5):
        guide.cell(row, 1, line).font = Font(name=_FONT, size=10.5)
        guide.cell(row, 1).alignment = _WRAP
    _for_print(guide)
    for row in range(5, 5 + len(_GUIDE_LINES)):
        guide.row_dimensions[row].height = 24
    guide.protection.sheet = True


def _draw_sheet(sheet: Any, programme: Programme, questions: Sequence[AskedQuestion]) -> None:
    font, bold = Font(name=_FONT, size=10), Font(name=_FONT, size=10, bold=True)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet["A1"] = safe_cell(f"{programme.name}　点検シート")
    sheet["A1"].font = Font(name=_FONT, size=14, bold=True)
    sheet["A2"] = "所属"
    for address in (UNIT_CODE, UNIT_NAME, DUE):
        _slot(sheet, address)
    for address in ("A2", UNIT_CODE, UNIT_NAME, DUE):
        sheet[address].font = bold
    for column, name in enumerate(HEADER, start=1):
        cell = sheet.cell(HEAD_ROW, column, name)
        cell.font, cell.fill, cell.border = bold, _HEAD, _LINE
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    unlocked = Protection(locked=False)
    for row, question in enumerate(questions, start=FIRST_ROW):
        sheet.row_dimensions[row].height = 15  # a slot as well: the form's writer measures the texts
        fixed = (question.number, question.category, question.text, question.good)
        for column, text in enumerate(fixed, start=1):
            _dress(sheet.cell(row, column, safe_cell(text)), font)
        for column in (LAST, VERDICT, REASON, COMMENT):
            _slot(sheet, f"{get_column_letter(column)}{row}")
            cell = sheet.cell(row, column)
            _dress(cell, font)
            if column != LAST:
                cell.number_format = "@"
                cell.protection = unlocked
    _guard_input(sheet, FIRST_ROW + len(questions) - 1)
    sheet.freeze_panes = f"D{FIRST_ROW}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _for_print(sheet)


def _dress(cell: Any, font: Font) -> None:
    cell.font, cell.border, cell.alignment = font, _LINE, _WRAP


def _guard_input(sheet: Any, last: int) -> None:
    """Choices, length, colours for what is missing, and the lock on everything else."""
    choices = DataValidation(type="list", formula1=f'"{",".join(VERDICTS.values())}"', allow_blank=True)
    choices.errorTitle, choices.error = "回答", "適合・課題あり・該当なしから選んでください。"
    choices.showErrorMessage = True
    choices.add(f"F{FIRST_ROW}:F{last}")
    length = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="2000", allow_blank=True)
    length.errorTitle, length.error, length.showErrorMessage = "長さ", "2,000字までです。", True
    length.add(f"G{FIRST_ROW}:H{last}")
    sheet.add_data_validation(choices)
    sheet.add_data_validation(length)
    blank = FormulaRule(  # type: ignore[no-untyped-call]
        formula=[f"LEN($F{FIRST_ROW})=0"], fill=_INPUT
    )
    unsaid = FormulaRule(  # type: ignore[no-untyped-call]
        formula=[f'AND(OR($F{FIRST_ROW}="課題あり",$F{FIRST_ROW}="該当なし"),LEN($G{FIRST_ROW})=0)'],
        fill=_WRONG,
    )
    sheet.conditional_formatting.add(f"F{FIRST_ROW}:F{last}", blank)
    sheet.conditional_formatting.add(f"G{FIRST_ROW}:G{last}", unsaid)
    sheet.auto_filter.ref = f"A{HEAD_ROW}:H{last}"
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = False
    sheet.protection.autoFilter = False


def _for_print(sheet: Any) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P / &N"


def _slot(sheet: Any, address: str) -> None:
    sheet[address] = f"{SLOT}{sheet.title}!{address}"
