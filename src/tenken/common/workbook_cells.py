"""A workbook opened to be read cell by cell: values, merged ranges, and where a formula stands instead of a value."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from html import unescape
from typing import Final

import python_calamine

from tenken.common.office_packages import check_office_package
from tenken.common.refusals import Invalid
from tenken.common.tabular_files import Extent, column_letters, plain_cell

_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3}\d{1,7})[\"'][^<>]*><(?:\w+:)?f[\s/>]"
)
_TAIL: Final = 1_000
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")


@dataclass(frozen=True)
class SheetCells:
    """One sheet. ``rows[4][2]`` is C5; ``formulas`` are addresses (C5); ``merged``: (first row, column, last row, column) from 0."""

    name: str
    rows: list[list[object]]
    formulas: frozenset[str]
    merged: tuple[tuple[int, int, int, int], ...]

    def value(self, row: int, column: int) -> object:
        """Return the cell at *row* and *column*, counted from 1; '' outside of what is filled."""
        if row > len(self.rows) or column > len(self.rows[row - 1]):
            return ""
        return self.rows[row - 1][column - 1]

    def merged_at(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """Return the merged range that covers a cell counted from 1, or None."""
        for first_row, first_column, last_row, last_column in self.merged:
            if first_row < row <= last_row + 1 and first_column < column <= last_column + 1:
                return first_row, first_column, last_row, last_column
        return None


def cell_address(row: int, column: int) -> str:
    """Return the address of a cell counted from 1: (14, 5) is E14."""
    return f"{column_letters(column - 1)}{row}"


def read_cells(data: bytes, name: str, *, max_bytes: int = 20 * 1024 * 1024) -> dict[str, SheetCells]:
    """Return the sheets of a workbook (.xlsx), hidden ones too, by name.

    ``Invalid`` for what :func:`tenken.common.tabular_files.read_table_file` refuses, and for links to other files.
    """
    if len(data) > max_bytes:
        raise Invalid(f"「{name}」は大きすぎます（{max_bytes // (1024 * 1024)}MBまで）。")
    if not name.lower().endswith(".xlsx"):
        raise Invalid(f"「{name}」はExcel形式（.xlsx）ではありません。Excel形式で保存し直してください。")
    visitor = _Visitor()
    check_office_package(io.BytesIO(data), "xlsx", visitor.visit)
    try:
        parts = _parts_of_sheets(data)
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return {
                one.name: _sheet(workbook, one.name, visitor.formulas.get(parts.get(one.name, ""), set()))
                for one in workbook.sheets_metadata
                if one.typ == python_calamine.SheetTypeEnum.WorkSheet
            }
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader's panics derive from BaseException
        raise Invalid(
            f"「{name}」を読み取れません。Excelで開いて、保存し直してから送ってください。"
        ) from error


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str, formulas: set[str]) -> SheetCells:
    sheet = workbook.get_sheet_by_name(name)
    return SheetCells(
        name,
        [[plain_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)],
        frozenset(formulas),
        tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ()),
    )


class _Visitor:
    """Sees every part once: how far it reaches, which cells are formulas, whether it points to another file."""

    def __init__(self) -> None:
        self._extent = Extent()
        self.formulas: dict[str, set[str]] = defaultdict(set)
        self._part, self._tail = "", b""

    def visit(self, part: str, piece: bytes) -> None:
        if part.lower().startswith("xl/externallinks/"):
            raise Invalid("ほかのファイルへのリンクがあります。リンクを解除して保存し直してください。")
        self._extent.visit(part, piece)
        if not part.startswith("xl/worksheets/"):
            return
        if part != self._part:
            self._part, self._tail = part, b""
        if b"f" in piece and (b"<f" in piece or b":f" in piece):
            for address in _FORMULA.findall(self._tail + piece):
                self.formulas[part].add(address.decode())
        self._tail = piece[-_TAIL:]


def _parts_of_sheets(data: bytes) -> dict[str, str]:
    """Return the part of each sheet by its name, as the workbook's own tables say."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    targets = {
        key: target
        for tag in _RELATION.findall(relations)
        if (key := _attribute(tag, "Id")) and (target := _attribute(tag, "Target"))
    }
    found = {}
    for tag in _SHEET.findall(book):
        target = targets.get(_attribute(tag, r"\w+:id"), "")
        found[_attribute(tag, "name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _attribute(tag: bytes, name: str) -> str:
    match = re.search(rf"\s{name}\s*=\s*(\"([^\"]*)\"|'([^']*)')".encode(), tag)
    return unescape((match[2] or match[3] or b"").decode("utf-8", "replace")) if match else ""
