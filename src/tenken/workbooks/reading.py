"""Workbooks and CSV that come back."""

from __future__ import annotations

from pathlib import Path

from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_place, cell_text, read_table_file

Rows = dict[str, list[list[object]]]


def read_rows(path_or_bytes: Path | bytes, name: str = "") -> Rows:
    """Return the rows of an .xlsx or a CSV (UTF-8 or CP932) by sheet, as ``common.tabular_files`` does.

    *name* says the kind; a path's own name is taken when it is ''. ``Invalid`` with places for what cannot be read.
    """
    if isinstance(path_or_bytes, bytes):
        return read_table_file(path_or_bytes, name)
    return read_table_file(path_or_bytes.read_bytes(), name or path_or_bytes.name)


def rows_below(
    rows: list[list[object]], header: list[str], sheet: str = ""
) -> list[tuple[int, dict[str, str]]]:
    """Find *header* in *rows* (titles and notes may stand above it) and return each filled row below as text by column.

    Returns (row counted from 0, its cells). Columns may stand in any order; further ones are left out. ``Invalid``
    names the columns that are missing, or a column that stands twice.
    """
    wanted = set(header)
    best: set[str] = set()
    for number, row in enumerate(rows):
        names = [cell_text(cell) for cell in row]
        if wanted <= set(names):
            _refuse_twice(names, header, sheet, number)
            columns = {name: names.index(name) for name in header}
            return [
                (
                    below,
                    {name: cell_text(cells[at]) if at < len(cells) else "" for name, at in columns.items()},
                )
                for below, cells in enumerate(rows[number + 1 :], start=number + 1)
                if any(cell_text(cell) for cell in cells)
            ]
        best = max(best, wanted & set(names), key=len)
    missing = [name for name in header if name not in best]
    where = f"シート「{sheet}」" if sheet else ""
    raise Invalid(
        f"{where}に必要な列がありません。",
        [Problem(f"列「{name}」がありません。", where) for name in missing],
    )


def _refuse_twice(names: list[str], header: list[str], sheet: str, row: int) -> None:
    twice = [name for name in header if names.count(name) > 1]
    if twice:
        problems = [
            Problem(
                f"列「{name}」が二つあります。",
                cell_place(sheet, row, names.index(name, names.index(name) + 1)),
            )
            for name in twice
        ]
        raise Invalid("同じ名前の列があります。", problems)
