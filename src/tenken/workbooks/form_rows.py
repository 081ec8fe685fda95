"""Rows of a list that went out as a workbook and comes back filled in; every problem with its cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_place, cell_text
from tenken.common.workbook_cells import SheetCells, cell_address

T = TypeVar("T")


def find_form(
    sheets: dict[str, SheetCells], name: str, *, title: str, columns: Sequence[str]
) -> tuple[SheetCells, int, dict[str, int]]:
    """Return the sheet that has all *columns*, the row of its header (from 0) and where each column stands.

    ``Invalid`` when the file *name* is not the form called *title*.
    """
    for sheet in sheets.values():
        for number, cells in enumerate(sheet.rows[:20]):
            names = [cell_text(cell) for cell in cells]
            if set(columns) <= set(names):
                return sheet, number, {column: names.index(column) for column in columns}
    raise Invalid(
        f"「{name}」は「{title}」の様式ではありません。",
        [Problem("このページから出力したファイルに入力してください。")],
    )


class FormRow:
    """One row being read: every problem goes to one list, with its cell."""

    def __init__(
        self, sheet: SheetCells, number: int, columns: dict[str, int], problems: list[Problem]
    ) -> None:
        self.sheet, self.number, self.columns, self.problems = sheet, number, columns, problems
        for name, column in columns.items():
            if cell_address(number + 1, column + 1) in sheet.formulas:
                self.wrong(name, "数式は取り込めません。値を入力してください。")

    @property
    def place(self) -> str:
        return cell_place(self.sheet.name, self.number)

    def raw(self, name: str) -> object:
        return self.sheet.value(self.number + 1, self.columns[name] + 1)

    def text(self, name: str) -> str:
        return cell_text(self.raw(name)).replace("\r\n", "\n")

    def filled(self) -> bool:
        return any(self.text(name) for name in self.columns)

    def wrong(self, name: str, message: str) -> None:
        self.problems.append(
            Problem(message, f"{cell_place(self.sheet.name, self.number, self.columns[name])}「{name}」")
        )

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return what *parse* makes of the cell, None for an empty one or one it refuses."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.wrong(name, str(error))
            return None
