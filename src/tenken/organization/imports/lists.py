"""Lists of one sheet (組織改正一覧, 人事異動): their form, their rows as they are read, a blank form with an example."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import python_calamine
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tenken.common.refusals import Invalid
from tenken.common.spreadsheets import safe_cell
from tenken.common.tabular_files import cell_text, read_table_file
from tenken.organization.imports.cells import Cells, Problems, header_of
from tenken.organization.imports.columns import place

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_FORM_ROWS = 5_000
_DATE_FORMAT = "yyyy/mm/dd"
_HEAD = PatternFill("solid", fgColor="E6E6E6")
_MUST = PatternFill("solid", fgColor="D9E6FF")


@dataclass(frozen=True)
class ListForm:
    """The form of a list: its sheet, its columns in order with their explanation, and what its blank form shows."""

    sheet: str
    columns: Mapping[str, str]
    required: frozenset[str]
    dates: frozenset[str]
    names: frozenset[str]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    examples: Sequence[Sequence[Any]] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class ListFile:
    """What was read of a list. ``sha256`` is that of the file's bytes."""

    name: str
    sha256: str
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_list(form: ListForm, name: str, content: bytes) -> ListFile:
    """Read an .xlsx (the sheet of the form, or the only one) or a .csv: (row number, cells by column) of each row.

    Columns that may be left out are ''. ``Invalid`` names the place of what is wrong with the form itself: a
    missing, doubled or unknown heading, merged cells, a formula in a name, nothing to read.
    """
    sheets = read_table_file(content, name)
    sheet = form.sheet if form.sheet in sheets else next(iter(sheets)) if len(sheets) == 1 else ""
    if sheet not in sheets:
        raise Invalid(f"シート「{form.sheet}」がありません。この画面の様式を使ってください。")
    problems = Problems()
    if name.lower().endswith(".xlsx"):
        _refuse_merged(form, content, sheet, problems)
    rows = _records(form, [[cell_text(cell) for cell in row] for row in sheets[sheet]], problems)
    problems.done()
    if not rows:
        raise Invalid("取り込む行がありません。")
    return ListFile(name, hashlib.sha256(content).hexdigest(), tuple(rows))


def _refuse_merged(form: ListForm, content: bytes, sheet: str, problems: Problems) -> None:
    """A merged cell has its value in one row only: the others would be read as empty."""
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        merged = workbook.get_sheet_by_name(sheet).merged_cell_ranges or []
    for (row, column), _ in merged:
        problems.add(
            form.sheet,
            row + 1,
            get_column_letter(column + 1),
            "セルが結合されています。結合を解除し、1行ずつ入力してください。",
        )


def _records(form: ListForm, rows: list[list[str]], problems: Problems) -> list[tuple[int, dict[str, str]]]:
    header = [header_of(cell) for cell in rows[0]] if rows else []
    for column in form.columns:
        if header.count(column) > 1:
            problems.add(form.sheet, 1, column, f"見出し「{column}」が2つ以上あります。")
        elif column in form.required and column not in header:
            problems.add(form.sheet, 1, column, f"見出し「{column}」がありません。")
    for cell in header:
        if cell and cell not in form.columns:
            problems.add(form.sheet, 1, cell[:20], f"見出し「{cell[:20]}」は、この様式にありません。")
    if problems.found:
        return []
    index = {column: header.index(column) for column in form.columns if column in header}
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            cells = {column: "" for column in form.columns} | {
                column: row[at] for column, at in index.items() if at < len(row)
            }
            found.append((number, cells))
    return found


def cells_of(form: ListForm, number: int, row: dict[str, str], problems: Problems) -> Cells:
    """Return the cells of a row; a name that begins like a formula is a problem at once."""
    cells = Cells(form.sheet, number, row, problems)
    for column in form.names:
        if row[column].startswith(_FORMULA_STARTS):
            cells.problem(column, f"「{row[column][:1]}」で始まる文字は、数式と区別できないので使えません。")
    return cells


def refuse_same_rows(
    form: ListForm, rows: Iterable[tuple[int, dict[str, str]]], column: str, problems: Problems
) -> None:
    """A problem at *column* for each row that says the same as an earlier one."""
    seen: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        first = seen.setdefault(tuple(row.values()), number)
        if first != number:
            problems.add(form.sheet, number, column, f"{first}行と同じ行です。")


def list_place(form: ListForm, row: int, column: str) -> str:
    """Return 「シート「人事異動」5行「新職」列」."""
    return place(form.sheet, row, column)


# --- out ---------------------------------------------------------------------------------------------------


def list_workbook_of(form: ListForm, rows: Iterable[Sequence[Any]]) -> bytes:
    """Return *rows* as the form's workbook: what is chosen can be chosen, what is a date is checked, with an example."""
    workbook = Workbook()
    page = workbook.active
    assert isinstance(page, Worksheet)
    page.title = form.sheet
    _head(page, form)
    for row in rows:
        page.append([safe_cell(cell) for cell in row])
    _validate(page, form)
    page.freeze_panes = "D2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(form.columns))}{max(2, page.max_row)}"
    example = workbook.create_sheet("記入例")
    _head(example, form)
    for row in form.examples:
        example.append([safe_cell(cell) for cell in row])
    _format_dates(example, form, example.max_row)
    notes = workbook.create_sheet("説明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 18, 100
    for column, told in form.columns.items():
        notes.append([column, ("必須。" if column in form.required else "") + told])
    notes.append([])
    for note in form.notes:
        notes.append(["", note])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _head(page: Worksheet, form: ListForm) -> None:
    page.append(list(form.columns))
    for index, (column, told) in enumerate(form.columns.items(), start=1):
        cell = page.cell(1, index)
        cell.font, cell.fill = Font(bold=True), _MUST if column in form.required else _HEAD
        cell.comment = Comment(told, "Tenken", width=320, height=120)
        page.column_dimensions[get_column_letter(index)].width = 22 if column in form.names else 15


def _validate(page: Worksheet, form: ListForm) -> None:
    last = max(_FORM_ROWS, page.max_row)
    for index, column in enumerate(form.columns, start=1):
        letter = get_column_letter(index)
        if column in form.choices:
            told = "、".join(form.choices[column])
            rule = DataValidation(
                type="list", formula1=f'"{",".join(form.choices[column])}"', allow_blank=True
            )
            rule.error, rule.errorTitle = f"{told}から選んでください。"[:255], column
            rule.add(f"{letter}2:{letter}{last}")
            page.add_data_validation(rule)
        if column in form.dates:
            rule = DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=True)
            rule.error, rule.errorTitle = "日付で入力してください（例：2014/4/1）。", column
            rule.errorStyle = "warning"  # 平成26年4月1日 as text is read too
            rule.add(f"{letter}2:{letter}{last}")
            page.add_data_validation(rule)
    _format_dates(page, form, max(200, page.max_row))


def _format_dates(page: Worksheet, form: ListForm, last: int) -> None:
    for index, column in enumerate(form.columns, start=1):
        for row in range(2, last + 1) if column in form.dates else ():
            page.cell(row, index).number_format = _DATE_FORMAT
