"""A list as a workbook that prints well: one sheet, A4 landscape, its header frozen, filtered and repeated."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.spreadsheets import safe_cell, xml_text

ERA_DATE: Final = '[$-411]ggge"年"m"月"d"日"'
ERA_DATE_TIME: Final = '[$-411]ggge"年"m"月"d"日" h:mm'
_FONT: Final = "游ゴシック"
_WIDEST: Final = 50
_NARROWEST: Final = 6
_MEASURED_ROWS: Final = 200
_SIDE: Final = Side(style="thin", color="949494")
_LINE: Final = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_HEAD: Final = PatternFill("solid", fgColor="E6E6E6")
_NOT_IN_A_SHEET_NAME: Final = re.compile(r"[\\/*?:\[\]\s]")


def list_workbook(
    *, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()
) -> bytes:
    """Return a list as .xlsx: *title*, *notes*, then *header* and *rows*.

    Cells may be text, numbers, bools (○ or empty), dates and aware times (shown by era, Japan's time) or None. No
    cell becomes a formula. Rows are written as they come; only the first 200 are held, to measure the columns.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    stream = iter(rows)
    first = [list(row) for _, row in zip(range(_MEASURED_ROWS), stream, strict=False)]
    top = _head_row(notes)
    _lay_out(sheet, header, first, top)
    sheet.append([_cell(sheet, title, Font(name=_FONT, size=14, bold=True))])
    for note in (*notes, f"{era_date(clock.today())}作成"):
        sheet.append([_cell(sheet, note, Font(name=_FONT, size=9))])
    sheet.append([_head_cell(sheet, name) for name in header])
    styles = _Styles()
    count = 0
    for row in chain(first, stream):
        count += 1
        sheet.append([styles.cell(sheet, value) for value in row])
    last = get_column_letter(max(1, len(header)))
    sheet.auto_filter.ref = f"A{top}:{last}{top + count}"
    sheet.print_area = f"A1:{last}{top + count}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head_row(notes: Sequence[str]) -> int:
    return 1 + len(notes) + 1 + 1


def _lay_out(sheet: Any, header: Sequence[str], first: list[list[Any]], top: int) -> None:
    """All that a write-only sheet must know before its first row."""
    for column, name in enumerate(header):
        shown = [name, *(_shown(row[column]) for row in first if column < len(row))]
        # The filter's arrow takes the width of two characters beside the header.
        widest = max(_width(name) + 3, *(max(map(_width, text.split("\n"))) + 1 for text in shown))
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(widest, _NARROWEST), _WIDEST)
    sheet.freeze_panes = f"A{top + 1}"
    sheet.print_title_rows = f"{top}:{top}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P / &N"


class _Styles:
    """The looks of cells by what they hold; made once."""

    def __init__(self) -> None:
        self._font = Font(name=_FONT, size=10)
        self._text = Alignment(vertical="top", wrap_text=True)
        self._middle = Alignment(vertical="top", horizontal="center")
        self._plain = Alignment(vertical="top")

    def cell(self, sheet: Any, value: Any) -> Any:
        shown = "○" if value is True else None if value is False else safe_cell(value)
        cell = WriteOnlyCell(sheet, value=shown)
        cell.font, cell.border = self._font, _LINE
        cell.alignment = self._text if isinstance(shown, str) else self._plain
        if value is True:
            cell.alignment = self._middle
        elif isinstance(shown, datetime):
            cell.number_format = ERA_DATE_TIME
        elif isinstance(shown, date):
            cell.number_format = ERA_DATE
        elif isinstance(shown, int):
            cell.number_format = "#,##0"
        return cell


def _cell(sheet: Any, text: str, font: Font) -> Any:
    cell = WriteOnlyCell(sheet, value=safe_cell(text))
    cell.font = font
    return cell


def _head_cell(sheet: Any, name: str) -> Any:
    cell = _cell(sheet, name, Font(name=_FONT, size=10, bold=True))
    cell.fill, cell.border = _HEAD, _LINE
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _sheet_name(title: str) -> str:
    return _NOT_IN_A_SHEET_NAME.sub("・", xml_text(title)).strip("'")[:31].strip("' ") or "一覧"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return "平成26年12月31日 23:59"
    if isinstance(value, date):
        return "平成26年12月31日"
    if isinstance(value, bool) or value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def _width(text: str) -> float:
    return sum(2.1 if unicodedata.east_asian_width(char) in "FWA" else 1.1 for char in text)
