"""Cells and CSV lines that leave the house for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import zip_longest
from math import isfinite
from typing import Any

from tenken.common.clock import JAPAN
from tenken.common.japanese_text import cp932_problem
from tenken.common.refusals import Invalid, Problem

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LIMIT = 32_767


def xml_text(text: str) -> str:
    """Return *text* without the characters that XML, and so a workbook, cannot hold."""
    return _ILLEGAL.sub("", text)


def safe_cell(value: Any) -> Any:
    """Return *value* as a cell may hold it: text that a spreadsheet would run as a formula gets a leading apostrophe.

    Characters that XML cannot hold are dropped, text is cut at a cell's limit, aware times become Japan's.
    Numbers, dates and None pass; what is no finite number is empty.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(JAPAN).replace(tzinfo=None)
    if isinstance(value, float) and not isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | date):
        return value
    text = xml_text(str(value))
    return (f"'{text}" if text.startswith(_FORMULA_STARTS) else text)[:_CELL_LIMIT]


def cp932_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CP932 CSV with CRLF. ``Invalid`` names line, column and character when CP932 cannot hold one."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    problems: list[Problem] = []
    for number, row in enumerate([header, *rows], start=1):
        cells = ["" if (cell := safe_cell(value)) is None else str(cell) for value in row]
        for column, cell in zip_longest(header, cells, fillvalue=""):
            if char := cp932_problem(cell):
                problems.append(
                    Problem(
                        f"「{char}」（U+{ord(char):04X}）はCSV（CP932）で表せません。Excel形式で出力してください。",
                        f"{number}行「{column}」列",
                    )
                )
        writer.writerow(cells)
    if problems:
        raise Invalid("CSVにできない文字があります。", problems)
    return out.getvalue().encode("cp932")
