"""The main information assets of a sheet (リスク対策状況点検) in the form: drawn, written and read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tenken.assets.models import Classification, Storage
from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Problem
from tenken.common.tabular_files import cell_text
from tenken.common.workbook_cells import SheetCells
from tenken.inspection.operations.risk import MAX_ASSETS
from tenken.workbooks.sheet_forms.assets import MainAsset
from tenken.workbooks.sheet_forms.reading import cell_value, place

RISK: Final = "リスク対策状況点検"
HEAD_ROW: Final = 4
FIRST_ROW: Final = 5
NAME, CLASSIFICATION, AMOUNT, FORMS = 1, 2, 3, 4
LOCATION: Final = FORMS + len(Storage.values)
HEADER: Final = ("情報資産", "重要性分類", "件数", *Storage.labels, "保管場所")
_MARK: Final = "○"
_MARKS: Final = frozenset({"○", "〇", "◯", "✓", "レ", "1"})
_CODES: Final = {label: code for code, label in Classification.choices} | {
    "S": "S", "s": "S", "1": "1", "I": "1", "2": "2", "II": "2", "3": "3", "III": "3",
}  # fmt: skip


def draw(sheet: Any, title: str, slot: Any) -> None:
    """Draw the empty table; *slot* makes a cell one that each section fills."""
    font, bold = Font(name="游ゴシック", size=10), Font(name="游ゴシック", size=10, bold=True)
    sheet["A1"] = title
    sheet["A1"].font = Font(name="游ゴシック", size=14, bold=True)
    sheet["A2"] = "主要な情報資産を1行に1つ書きます。保管の形は、あてはまる欄すべてに○を付けます。"
    sheet["A2"].font = font
    for column, name in enumerate(HEADER, start=1):
        cell = sheet.cell(HEAD_ROW, column, name)
        cell.font, cell.fill = bold, PatternFill("solid", fgColor="E6E6E6")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = (
            30 if column in (NAME, LOCATION) else 11 if column < FORMS else 14
        )
    sheet.row_dimensions[HEAD_ROW].height = 48
    for row in range(FIRST_ROW, FIRST_ROW + MAX_ASSETS):
        for column in range(1, LOCATION + 1):
            slot(sheet, f"{get_column_letter(column)}{row}")
            cell = sheet.cell(row, column)
            cell.font, cell.protection, cell.number_format = font, Protection(locked=False), "@"
            cell.alignment = Alignment(vertical="top", wrap_text=column in (NAME, LOCATION))
    last = FIRST_ROW + MAX_ASSETS - 1
    forms = f"{get_column_letter(FORMS)}{FIRST_ROW}:{get_column_letter(LOCATION - 1)}{last}"
    for choices, cells in ((Classification.labels, f"B{FIRST_ROW}:B{last}"), ([_MARK], forms)):
        validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        validation.showErrorMessage = True
        validation.add(cells)
        sheet.add_data_validation(validation)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = False


def written(assets: Iterable[MainAsset]) -> dict[str, str]:
    """Return what goes into the table's slots, by address."""
    values: dict[str, str] = {}
    for row, one in enumerate(assets, start=FIRST_ROW):
        values[f"A{row}"] = one.name
        values[f"B{row}"] = Classification(one.classification).label
        values[f"C{row}"] = "" if one.amount is None else str(one.amount)
        for column, code in enumerate(Storage.values, start=FORMS):
            values[f"{get_column_letter(column)}{row}"] = _MARK if code in one.forms else ""
        values[f"{get_column_letter(LOCATION)}{row}"] = one.location
    return values


def read(sheet: SheetCells, problems: list[Problem]) -> tuple[MainAsset, ...]:
    """Return the rows that say something; what is wrong goes to *problems* with its cell."""
    found: list[MainAsset] = []
    seen: dict[str, int] = {}
    for column, name in enumerate(HEADER, start=1):
        if (text := cell_text(sheet.value(HEAD_ROW, column))) != name:
            problems.append(
                Problem(f"見出しが「{name}」ではなく「{text[:40]}」です。", place(RISK, HEAD_ROW, column))
            )
    for row in range(FIRST_ROW, FIRST_ROW + MAX_ASSETS):
        texts = [cell_value(sheet, row, column, problems) for column in range(1, LOCATION + 1)]
        if not any(texts):
            continue
        if not texts[0]:
            problems.append(Problem("情報資産の名前がありません。", place(RISK, row, NAME)))
        elif texts[0] in seen:
            problems.append(Problem(f"{seen[texts[0]]}行と同じ名前の情報資産です。", place(RISK, row, NAME)))
        seen.setdefault(texts[0], row)
        found.append(_asset(texts, row, problems))
    for row in range(FIRST_ROW + MAX_ASSETS, len(sheet.rows) + 1):
        if any(cell_text(cell) for cell in sheet.rows[row - 1]):
            problems.append(Problem(f"主要な情報資産は{MAX_ASSETS}件までです。", place(RISK, row, NAME)))
            break
    return tuple(found)


def _asset(texts: list[str], row: int, problems: list[Problem]) -> MainAsset:
    code = _CODES.get(texts[1], "")
    if not code:
        problems.append(
            Problem(
                f"重要性分類は{'・'.join(Classification.labels)}から選んでください。",
                place(RISK, row, CLASSIFICATION),
            )
        )
    amount = None
    if texts[2]:
        try:
            amount = parse_count(texts[2])
        except ValueError as error:
            problems.append(Problem(str(error), place(RISK, row, AMOUNT)))
    forms = []
    for column, storage in enumerate(Storage.values, start=FORMS):
        if texts[column - 1] in _MARKS:
            forms.append(storage)
        elif texts[column - 1]:
            problems.append(
                Problem(
                    f"○を付けるか、空けてください（いまは「{texts[column - 1][:20]}」）。",
                    place(RISK, row, column),
                )
            )
    return MainAsset(texts[0], code, amount, tuple(forms), texts[LOCATION - 1])
