"""Tables people send: Excel workbooks and CSV, read into rows after a look at what they hold."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import python_calamine

from tenken.common.office_packages import check_office_package
from tenken.common.refusals import Invalid, Problem

MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 1_000
MAX_AREA: Final = 3_000_000
_SHORT: Final = 64
_MAX_FIELD: Final = 32_767
_UNREADABLE = "表を読み取れません。Excelで開いて、保存し直してから送ってください。"

# No "<" may stand outside a tag and none inside one: with that, these patterns see each cell the reader will see.
_ATTRIBUTES = rb"(?:[^<>\"'/]++|\"[^\"<]*+\"|'[^'<]*+'|/(?!>))*+"
_TAG = re.compile(rb"<" + _ATTRIBUTES + rb"/?>")
_ROW_OR_CELL = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])(" + _ATTRIBUTES + rb")(?:(/)>|>(</)?)")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_HAS_REFERENCE = re.compile(rb"\sr\s*=")


def read_table_file(
    data: bytes, name: str, *, max_bytes: int = 20 * 1024 * 1024
) -> dict[str, list[list[object]]]:
    """Return the rows of a workbook (.xlsx) or a CSV (UTF-8 or CP932), by the name of the sheet ('' for a CSV).

    *name* is the file's name; its ending says the kind. A row begins at column A and row 1 of its sheet, so that
    ``rows[4][2]`` is C5. Cells are str ('' when empty), int, float, bool, date, datetime, time or timedelta; a
    whole number is an int. Rows of one sheet have one length for a workbook; a CSV's rows are as written.
    ``Invalid``, with the place where there is one, when it is too large, of another kind, damaged, protected, or
    made to exhaust the memory.
    """
    if len(data) > max_bytes:
        raise Invalid(f"「{name}」は大きすぎます（{max_bytes // (1024 * 1024)}MBまで）。")
    if not data:
        raise Invalid(f"「{name}」は空のファイルです。")
    ending = name.lower().rpartition(".")[2]
    if ending == "xlsx":
        return _read_workbook(data, name)
    if ending == "csv":
        return {"": _read_csv(data, name)}
    raise Invalid(
        f"「{name}」は読み取れない種類のファイルです。Excel形式（.xlsx）かCSV形式（.csv）で保存してください。"
    )


def cell_place(sheet: str, row: int, column: int | None = None) -> str:
    """Return where a cell is, as people say it: 「シート「名簿」5行C列」. *row* and *column* count from 0."""
    letters = "" if column is None else f"{column_letters(column)}列"
    return f"{f'シート「{sheet}」' if sheet else ''}{row + 1}行{letters}"


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0: A, B, … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_text(value: object) -> str:
    """Return a cell as the text its writer meant: 12 for 12.0, 2014-07-01 for a date, '' for an empty one; trimmed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second or value.microsecond):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    # An apostrophe that safe_cell() put before a would-be formula is not part of the text.
    if text[:1] == "'" and text[1:2] in tuple("=+-@＝＋－＠\t\r"):
        text = text[1:]
    return text.strip()


class Extent:
    """How far the filled cells of a workbook reach. The reader allocates that whole area at once, so look first.

    :meth:`visit` is a ``Visitor`` of :mod:`tenken.common.office_packages`; it raises ``Invalid`` when they reach too far.
    """

    def __init__(self) -> None:
        self.part = ""
        self.is_sheet = False
        self.row = self.column = self.last_row = self.last_column = self.cells = 0

    def visit(self, part: str, piece: bytes) -> None:
        if part != self.part:
            self.part, self.is_sheet = part, False
            self.row = self.column = self.last_row = self.last_column = 0
        self.is_sheet = self.is_sheet or b"sheetData" in piece
        if not self.is_sheet:
            return
        if len(_TAG.findall(piece)) != piece.count(b"<"):
            raise Invalid(_UNREADABLE)
        for kind, attributes, closed, ended in _ROW_OR_CELL.findall(piece):
            if kind == b"row":
                self.row, self.column = self.row + 1, 0
            else:
                self.column += 1
            short = len(attributes) < _SHORT  # those come again in the next row, sheet and file
            if reference := (_reference if short else _reference.__wrapped__)(attributes):
                self.row, self.column = reference
            if kind == b"c" and not closed and not ended:
                self._filled()

    def _filled(self) -> None:
        self.cells += 1
        if self.row <= self.last_row and self.column <= self.last_column and self.cells <= MAX_AREA:
            return
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if (
            self.last_row > MAX_ROWS
            or self.last_column > MAX_COLUMNS
            or self.last_row * self.last_column > MAX_AREA
            or self.cells > MAX_AREA
        ):
            raise Invalid(
                f"表が大きすぎます（{MAX_ROWS:,}行・{MAX_COLUMNS:,}列まで）。"
                "使っていない離れたセルに値が残っていないか確かめてください。"
            )


@lru_cache(maxsize=16_384)
def _reference(attributes: bytes) -> tuple[int, int] | None:
    """Return the row and column that the attributes of a row or cell state, None when they state none."""
    written = len(_HAS_REFERENCE.findall(attributes))
    reference = _REFERENCE.search(attributes)
    if written > 1 or (reference is None and written):
        raise Invalid(_UNREADABLE)
    return None if reference is None else (int(reference[2]), _column_number(reference[1]))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _read_workbook(data: bytes, name: str) -> dict[str, list[list[object]]]:
    check_office_package(io.BytesIO(data), "xlsx", Extent().visit)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return {
                sheet.name: [
                    [plain_cell(cell) for cell in row]
                    for row in workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                ]
                for sheet in workbook.sheets_metadata
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            }
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader's panics derive from BaseException
        raise Invalid(
            f"「{name}」を読み取れません。Excelで開いて、保存し直してから送ってください。"
        ) from error


def plain_cell(cell: Any) -> object:
    """Return a cell as the reader gave it, a whole number as an int."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _read_csv(data: bytes, name: str) -> list[list[object]]:
    text = _decoded(data, name)
    if "\0" in text:
        raise Invalid(f"「{name}」は文字のファイルではありません。CSV形式で保存し直してください。")
    rows: list[list[object]] = []
    # The module's limit on a field is global and 131,072 characters; a cell's own limit is checked here.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    area = 0
    try:
        for row in reader:
            area += max(1, len(row))
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS or area > MAX_AREA:
                raise Invalid(f"表が大きすぎます（{MAX_ROWS:,}行・{MAX_COLUMNS:,}列まで）。")
            for column, cell in enumerate(row):
                if len(cell) > _MAX_FIELD:
                    raise Invalid(
                        f"「{name}」に長すぎるセルがあります。",
                        [Problem(f"{_MAX_FIELD:,}文字までです。", cell_place("", len(rows), column))],
                    )
            rows.append(list(row))
    except csv.Error:
        raise Invalid(
            f"「{name}」をCSVとして読み取れません。",
            [
                Problem(
                    '引用符（"）が閉じていないか、位置が正しくありません。', f"{max(1, reader.line_num)}行目"
                )
            ],
        ) from None
    return rows


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as utf8:
        try:
            return data.decode("cp932")
        except UnicodeDecodeError as cp932:
            # The encoding that carried the reader further is the one that was meant.
            furthest = max(utf8, cp932, key=lambda error: error.start)
            line = data.count(b"\n", 0, furthest.start) + 1
            raise Invalid(
                f"「{name}」の文字コードを読み取れません。",
                [Problem("UTF-8でもCP932（シフトJIS）でもない文字があります。", f"{line}行目")],
            ) from None
