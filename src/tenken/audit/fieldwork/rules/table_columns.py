"""What a table's columns and rows are, and from which others they must follow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tenken.audit.fieldwork.rules.figures import PERCENT, read_figure

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OF_TOTAL: Final = "計"
_TOTAL: Final = re.compile(r"(合|総|累|総合|全体)?計|総数|合計数|全体|total", re.IGNORECASE)
_SUBTOTAL: Final = re.compile(r".{0,12}(小計|中計)")
_DIFFERENCE: Final = re.compile(r"(差引|差額|差|増減数?|増減額|効果等?|効果額)")
_UNIT_IN_HEAD: Final = re.compile(
    r"[(（〔［\[]\s*(?:単位\s*[:：]\s*)?([^()（）〔〕\[\]［］]{1,10})\s*[)）〕］\]]\s*$"
)
_PERCENT_IN_HEAD: Final = re.compile(r"率|割合|構成比|比率|[%％]")


class ColumnKind(StrEnum):
    LABEL = "label"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"


class RowKind(StrEnum):
    ITEM = "item"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    DIFFERENCE = "difference"
    LEFT_OUT = "left_out"


COLUMN_LABELS: Final = {
    ColumnKind.LABEL: "見出し・文字",
    ColumnKind.COUNT: "数",
    ColumnKind.MONEY: "金額",
    ColumnKind.PERCENT: "割合（％）",
}
ROW_LABELS: Final = {
    RowKind.ITEM: "明細",
    RowKind.SUBTOTAL: "小計（直前の小計より後の明細の計）",
    RowKind.TOTAL: "合計（すべての明細の計）",
    RowKind.DIFFERENCE: "差引（直前の明細から、その前の明細を引く）",
    RowKind.LEFT_OUT: "確かめない",
}

Terms = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Formula:
    """A column from others: the sum of ``part`` (column, sign), over ``whole`` when it is a percentage.

    ``of_total``: over the total row's figure of the same part (構成比).
    """

    part: Terms
    whole: Terms = ()
    of_total: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its head as printed, its kind, the unit of its head (「千円」), and what it must follow from."""

    head: str
    kind: ColumnKind
    unit: str = ""
    formula: Formula | None = None


def parse_formula(text: str, columns: int) -> Formula | None:
    """Read how a column follows from others: 「B+C」, 「C-B」, 「B/C」, 「B/計」, 「(C-B)/B」; None for ''.

    *columns*: how many there are. ``ValueError`` in Japanese when it cannot be read or names no column.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).upper().replace("÷", "/").replace("−", "-").split())
    plain = plain.removeprefix("=")
    if not plain:
        return None
    part, slash, whole = plain.partition("/")
    if whole == OF_TOTAL:
        return Formula(_terms(part, text, columns), of_total=True)
    return Formula(_terms(part, text, columns), _terms(whole, text, columns) if slash else ())


def _terms(side: str, text: str, columns: int) -> Terms:
    bare = side[1:-1] if re.fullmatch(r"\([^()]*\)", side) else side
    if not re.fullmatch(r"[+-]?[A-Z](?:[+-][A-Z])*", bare):
        raise ValueError(f"「{text.strip()[:40]}」は計算のしかたとして読めません（例：B+C、B/C、B/計）。")
    found = tuple(
        (LETTERS.index(letter), -1 if sign == "-" else 1)
        for sign, letter in re.findall(r"([+-]?)([A-Z])", bare)
    )
    if beyond := [LETTERS[column] for column, _sign in found if column >= columns]:
        raise ValueError(f"「{beyond[0]}」列は表にありません。")
    return found


def formula_text(formula: Formula | None) -> str:
    """Return *formula* as :func:`parse_formula` reads it."""
    if formula is None:
        return ""
    part = _side(formula.part)
    if not (formula.whole or formula.of_total):
        return part
    whole = OF_TOTAL if formula.of_total else _side(formula.whole, bracket=True)
    return f"{_side(formula.part, bracket=True)}/{whole}"


def _side(terms: Terms, *, bracket: bool = False) -> str:
    text = "".join(f"{'-' if sign < 0 else '+'}{LETTERS[column]}" for column, sign in terms).removeprefix("+")
    return f"({text})" if bracket and len(terms) > 1 else text


def guess_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Return what the columns seem to be: a proposal for whoever handed the table in to correct.

    A percentage is proposed to be the two figures before it, one over the other.
    """
    found: list[Column] = []
    for place, head in enumerate(heads):
        cells = [row[place] if place < len(row) else "" for row in rows]
        found.append(_guess(head, cells, found))
    return tuple(found)


def _guess(head: str, cells: Sequence[str], before: Sequence[Column]) -> Column:
    in_head = _UNIT_IN_HEAD.search(unicodedata.normalize("NFKC", head))
    unit = in_head[1].strip() if in_head else ""
    figures = []
    for cell in cells:
        try:
            figures.append(read_figure(cell, unit))
        except ValueError:
            return Column(head, ColumnKind.LABEL)
    numbers = [figure for figure in figures if figure.value is not None]
    if not numbers or head.strip() in ("項", "番号", "No", "No.", "№", "#"):
        return Column(head, ColumnKind.LABEL)
    if any(figure.unit == PERCENT for figure in numbers) or _PERCENT_IN_HEAD.search(head):
        bare = [place for place, column in enumerate(before) if column.kind is not ColumnKind.LABEL]
        counted = [place for place in bare if before[place].kind is not ColumnKind.PERCENT][-2:]
        formula = Formula(((counted[0], 1),), ((counted[1], 1),)) if len(counted) == 2 else None
        if len(counted) == 1:
            formula = Formula(((counted[0], 1),), of_total=True)
        return Column(head, ColumnKind.PERCENT, "%", formula)
    money = unit.endswith("円") or any(figure.unit == "円" for figure in numbers)
    return Column(head, ColumnKind.MONEY if money else ColumnKind.COUNT, unit)


def guess_rows(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[RowKind, ...]:
    """Return what the rows seem to be, by the words in their label columns."""
    return tuple(_row_kind(columns, row) for row in rows)


def _row_kind(columns: Sequence[Column], row: Sequence[str]) -> RowKind:
    for column, cell in zip(columns, row, strict=False):
        words = "".join(unicodedata.normalize("NFKC", cell).split())
        if column.kind is not ColumnKind.LABEL or not words:
            continue
        if _SUBTOTAL.fullmatch(words):
            return RowKind.SUBTOTAL
        if _TOTAL.fullmatch(words):
            return RowKind.TOTAL
        if _DIFFERENCE.fullmatch(words):
            return RowKind.DIFFERENCE
    return RowKind.ITEM
