"""Lists of the room as Excel workbooks one can print."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.spreadsheets import safe_cell
from tenken.policy.exchange.rows import clause_rows
from tenken.policy.exchange.tables import CLAUSE_HEADER, clause_table
from tenken.policy.models import PolicyVersion
from tenken.policy.queries import ChapterView
from tenken.web.exports import EXCEL, attachment
from tenken.web.policy.display import source_place

_FONT = "Meiryo UI"
_LINE = Border(bottom=Side(style="thin", color="949494"))


def version_workbook(
    version: PolicyVersion, chapters: Iterable[ChapterView], names: dict[str, str]
) -> HttpResponse:
    """Return *version* as a workbook, one clause a row; a draft takes it back (``exchange.tables``)."""
    written = clause_table(clause_rows(version), names)
    sources = [source_place(clause.source) for view in chapters for clause in view.clauses]
    rows = [(*row, source) for row, source in zip(written, sources, strict=True)]
    state = f"{era_date(version.effective_from)}施行" if version.is_published else "案"
    title = f"{version.document.title}　第{version.number}版（{state}）"
    return workbook_response(
        f"{version.document.title}_第{version.number}版",
        title,
        (*CLAUSE_HEADER, "出典"),
        rows,
        (9, 22, 12, 11, 28, 70, 24, 8, 18, 24),
    )


def workbook_response(
    name: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]
) -> HttpResponse:
    """Return a one-sheet workbook: a title, a header that stays in view and on every printed page, and *rows*."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("一覧")
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([_cell(sheet, title, Font(name=_FONT, size=14, bold=True), wrap=False)])
    heads = [_cell(sheet, text, Font(name=_FONT, bold=True)) for text in header]
    for head in heads:
        head.fill = PatternFill("solid", start_color="E6E6E6")
        head.border = _LINE
    sheet.append(heads)
    plain = Font(name=_FONT)
    count = 2
    for row in rows:
        cells = [_cell(sheet, value, plain) for value in row]
        for cell in cells:
            cell.border = _LINE
        sheet.append(cells)
        count += 1
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(header))}{count}"
    out = io.BytesIO()
    book.save(out)
    return attachment(out.getvalue(), f"{name}_{clock.today():%Y%m%d}.xlsx", EXCEL)


def _cell(sheet: Any, value: Any, font: Font, *, wrap: bool = True) -> Any:
    cell = WriteOnlyCell(sheet, value=safe_cell(value))
    cell.font = font
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    return cell
