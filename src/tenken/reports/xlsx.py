"""A paper as a workbook: the prose on one sheet, then a sheet for each figure and table, numbers as numbers."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from functools import lru_cache
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tenken.common.spreadsheets import safe_cell
from tenken.reports.blocks import (
    BulletList,
    Cell,
    ChartFigure,
    Closing,
    Column,
    FlowFigure,
    Heading,
    Paper,
    Paragraph,
    Table,
    heading_text,
    numbered,
)
from tenken.reports.packages import stamped
from tenken.reports.workbook_charts import bar_chart
from tenken.reports.workbook_letters import letter_columns, letter_rows

ERA_DATE = '[$-411]ggge"年"m"月"d"日"'
PROSE_SHEET, LIST_SHEET = "本文", "宛先"
_FONT = "游ゴシック"
_PALE = PatternFill("solid", fgColor="E8F1FE")
_TOTAL = PatternFill("solid", fgColor="F2F2F2")
_THIN = Side(style="thin", color="767676")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TEXT_WIDTH = 84.0  # characters across an A4 page in portrait
_LIST_WIDTH = 130.0
_PROSE_WIDTH = 76.0  # one column alone is not scaled to the page everywhere
_POINTS_PER_CHARACTER = 5.25  # of a column's width


def xlsx(paper: Paper) -> bytes:
    """Return *paper* as an Excel workbook; the same paper gives the same bytes."""
    paper = numbered(paper)
    book = Workbook()
    if paper.letters:
        _letters(book, paper)
    else:
        _prose_sheet(book.active, paper)
    for block in paper.blocks:
        if isinstance(block, FlowFigure):
            _flow_sheet(_new_sheet(book, paper, block.label), block)
        elif isinstance(block, ChartFigure):
            _chart_sheet(_new_sheet(book, paper, block.label), block)
        elif isinstance(block, Table):
            _table_sheet(_new_sheet(book, paper, block.label), block)
    issued = datetime(paper.issued_on.year, paper.issued_on.month, paper.issued_on.day)  # noqa: DTZ001 - no zone in the file
    properties = book.properties
    properties.title, properties.creator, properties.lastModifiedBy = (
        paper.title,
        paper.city_name,
        paper.city_name,
    )
    properties.language, properties.created = "ja-JP", issued
    out = io.BytesIO()
    book.save(out)
    return _fixed(out.getvalue(), paper.issued_on)


def _fixed(package: bytes, issued_on: date) -> bytes:
    """Put the paper's date where openpyxl wrote the clock's."""
    member = "docProps/core.xml"
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        core = read.read(member)
    moment = f"{issued_on.isoformat()}T00:00:00Z".encode()
    core = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, core)
    return stamped(package, issued_on, {member: core})


# --- sheets ---------------------------------------------------------------------------------------------


def _new_sheet(book: Any, paper: Paper, label: str) -> Any:
    sheet = book.create_sheet(label)
    _print(sheet, paper)
    return sheet


def _print(sheet: Any, paper: Paper) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    margins = sheet.page_margins
    margins.left = margins.right = 0.7
    margins.top, margins.bottom = 0.9, 0.8
    sheet.oddHeader.left.text = _header(f"{paper.header}")
    sheet.oddHeader.right.text = _header(paper.number)
    sheet.oddFooter.center.text = "- &P -"


def _header(text: str) -> str:
    return text.replace("&", "&&")


def _put(sheet: Any, row: int, column: int, value: Cell, **style: Any) -> Any:
    cell = sheet.cell(row, column, safe_cell(value))
    cell.font = _font(style.get("size", 10.5), style.get("bold", False), style.get("color", "1A1A1A"))
    cell.alignment = _alignment(
        style.get("align"), style.get("vertical", "center"), style.get("wrap", True), style.get("indent", 0)
    )
    if isinstance(value, date):
        cell.number_format = ERA_DATE
    elif isinstance(value, int | float):
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.##"
    if style.get("boxed"):
        cell.border = _BOX
    if fill := style.get("fill"):
        cell.fill = fill
    return cell


# A sheet of a thousand rows has a handful of different ones, and each takes as long to make as its cell.
@lru_cache(maxsize=64)
def _font(size: float, bold: bool, color: str) -> Font:
    return Font(name=_FONT, size=size, bold=bold, color=color)


@lru_cache(maxsize=64)
def _alignment(horizontal: str | None, vertical: str, wrap: bool, indent: int) -> Alignment:
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, indent=indent)


def _prose_sheet(sheet: Any, paper: Paper) -> None:
    sheet.title = PROSE_SHEET
    _print(sheet, paper)
    sheet.column_dimensions["A"].width = _PROSE_WIDTH
    _put(sheet, 1, 1, paper.number, align="right")
    _put(sheet, 2, 1, paper.title, size=14, bold=True, align="center")
    _put(sheet, 3, 1, paper.issued_on, align="right")
    _put(sheet, 4, 1, paper.city_name, align="right")
    row = 6
    for block in paper.blocks:
        row = _prose(sheet, row, block)


def _prose(sheet: Any, row: int, block: Any) -> int:
    """Write one block from *row* on; return the next free row."""
    match block:
        case Heading():
            size = {1: 13.0, 2: 11.5}.get(block.level, 10.5)
            _put(sheet, row, 1, heading_text(block), bold=block.level < 4, size=size, indent=block.level - 1)
        case Paragraph():
            _lines(_put(sheet, row, 1, f"　{block.text}", vertical="top"))
        case BulletList():
            for offset, item in enumerate(block.items):
                _lines(_put(sheet, row + offset, 1, f"・{item}", indent=2))
            return row + len(block.items)
        case Closing():
            _put(sheet, row, 1, block.text, align="right")
        case _:
            cell = _put(sheet, row, 1, f"{block.label}　{block.caption}", color="0017C1", align="center")
            cell.hyperlink = f"#'{block.label}'!A1"
    return row + 1


class _Widths(dict[str, float]):
    """The width of each character that was met."""

    def __missing__(self, char: str) -> float:
        width = self[char] = 1.0 if east_asian_width(char) in "WFA" else 0.56
        return width


_WIDTHS = _Widths()


def _length(line: str) -> float:
    """Return the length of *line* in full-width characters."""
    return sum(map(_WIDTHS.__getitem__, line))


def _lines(cell: Any, width: float = _PROSE_WIDTH) -> None:
    """Give a wrapped cell's row its height: an application that opens the file does not always measure it."""
    em = 10.5 if cell.font.size is None else float(cell.font.size)
    per_line = max(1.0, width * _POINTS_PER_CHARACTER / em - 1)
    lines = sum(max(1, ceil(_length(line) / per_line)) for line in str(cell.value).split("\n"))
    wanted = lines * em * 1.65 + 3
    dimension = cell.parent.row_dimensions[cell.row]
    dimension.height = max(dimension.height or 0, wanted)


def _letters(book: Any, paper: Paper) -> None:
    """Write what the letters share on the first sheet, and whom they go to, with what, on the second."""
    sheet, first = book.active, paper.letters[0]
    sheet.title = PROSE_SHEET
    _print(sheet, paper)
    sheet.column_dimensions["A"].width = _PROSE_WIDTH
    shared: list[tuple[Cell, str | None]] = [
        (first.number, "right"),
        (first.issued_on, "right"),
        (first.sender, "right"),
        (first.subject, "center"),
        *((f"　{line}", None) for line in first.body),
    ]
    for row, (text, align) in enumerate(shared, start=1):
        cell = _put(sheet, row, 1, text, align=align, bold=text == first.subject)
        if isinstance(text, str):
            _lines(cell)
    listed = book.create_sheet(LIST_SHEET)
    _print(listed, paper)
    listed.page_setup.orientation = "landscape"
    _put(listed, 1, 1, f"{paper.title}（{len(paper.letters):,}通）", bold=True, size=12, wrap=False)
    _grid(listed, 3, letter_columns(paper.letters), letter_rows(paper.letters), None, width=_LIST_WIDTH)
    listed.freeze_panes = "A4"
    listed.print_title_rows = "3:3"
    listed.auto_filter.ref = listed.dimensions.replace("A1", "A3")


def _flow_sheet(sheet: Any, flow: FlowFigure) -> None:
    _put(sheet, 1, 1, f"{flow.label}　{flow.caption}", bold=True, size=12, wrap=False)
    for index, stage in enumerate(flow.stages):
        column = 1 + 2 * index
        sheet.column_dimensions[get_column_letter(column)].width = 22
        texts = (
            f"{stage.name}\n（{stage.period}）",
            f"【目的】\n{stage.purpose}",
            f"【対象】\n{stage.target}",
            f"【実施概要】\n{stage.outline}",
        )
        for offset, text in enumerate(texts):
            head = offset == 0
            cell = _put(
                sheet, 3 + offset, column, text, bold=head, size=9.5, boxed=True,
                align="center" if head else "left", vertical="center" if head else "top", fill=_PALE if head else None,
            )  # fmt: skip
            _lines(cell, 22)
        if index:
            sheet.column_dimensions[get_column_letter(column - 1)].width = 4
            sheet.merge_cells(start_row=3, end_row=6, start_column=column - 1, end_column=column - 1)
            _put(sheet, 3, column - 1, "▶", align="center", color="0017C1", size=14)
    sheet.page_setup.orientation = "landscape"


def _chart_sheet(sheet: Any, chart: ChartFigure) -> None:
    _put(sheet, 1, 1, f"{chart.label}　{chart.caption}", bold=True, size=12, wrap=False)
    columns = (
        Column(chart.category_title, "left", 28),
        *(Column(one.name, "right", 21) for one in chart.series),
    )
    rows = tuple(
        (category, *(one.values[index] for one in chart.series))
        for index, category in enumerate(chart.categories)
    )
    last = _grid(sheet, 4, columns, rows, None, width=sum(column.width for column in columns))
    _put(sheet, 3, len(columns), f"（単位：{chart.unit}）", align="right", size=9, wrap=False)
    if chart.note:
        _put(sheet, last + 1, 1, chart.note, size=9, wrap=False)
    if chart.categories and chart.series:
        sheet.add_chart(bar_chart(sheet, chart, first_row=4), f"A{last + 3}")


def _table_sheet(sheet: Any, table: Table) -> None:
    _put(sheet, 1, 1, f"{table.label}　{table.caption}", bold=True, size=12, wrap=False)
    last = _grid(sheet, 3, table.columns, table.rows, table.total)
    for offset, note in enumerate(table.notes, start=1):
        _put(sheet, last + offset, 1, note, size=9, wrap=False)
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"


def _grid(
    sheet: Any,
    top: int,
    columns: tuple[Column, ...],
    rows: tuple[tuple[Cell, ...], ...],
    total: tuple[Cell, ...] | None,
    width: float = _TEXT_WIDTH,
) -> int:
    """Write a table from row *top* on, *width* characters wide; return its last row."""
    whole = sum(column.width for column in columns)
    widths = [round(width * column.width / whole, 1) for column in columns]
    for index, (column, wide) in enumerate(zip(columns, widths, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = wide
        header = _put(
            sheet, top, index, column.header, bold=True, align="center", boxed=True, fill=_PALE, size=9.5
        )
        _lines(header, wide)
    lines = rows if total is None else (*rows, total)
    for offset, line in enumerate(lines, start=1):
        last = total is not None and offset == len(lines)
        for index, (value, column) in enumerate(zip(line, columns, strict=True), start=1):
            cell = _put(
                sheet, top + offset, index, value, align=column.align, boxed=True, bold=last, fill=_TOTAL if last else None
            )  # fmt: skip
            if isinstance(value, str):
                _lines(cell, widths[index - 1])
    return top + len(lines)
