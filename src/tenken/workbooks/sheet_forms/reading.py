"""A form that comes back: whose it is, and what was written into its cells. No database here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_text
from tenken.common.workbook_cells import SheetCells, cell_address, read_cells
from tenken.workbooks.sheet_forms import layout
from tenken.workbooks.sheet_forms.content import VERDICTS, AskedQuestion
from tenken.workbooks.sheet_forms.identity import HIDDEN_SHEET, FormIdentity, unseal

TEXT_LIMIT: Final = 2_000
_CODES: Final = {label: code for code, label in VERDICTS.items()} | {"": ""}
_NOT_TEXT: Final = {bool: "真偽値", datetime: "日付", date: "日付", time: "時刻", timedelta: "時間"}
_MOST_ROWS: Final = 2_000


@dataclass(frozen=True)
class WrittenAnswer:
    """What the cells of one question say, and where they are, for sentences about them."""

    question: AskedQuestion
    verdict: str
    reason: str
    comment: str
    place: str

    @property
    def values(self) -> tuple[str, str, str]:
        return self.verdict, self.reason, self.comment


@dataclass
class ReadForm:
    """The content of a form. Nothing of it may be taken over when there are ``problems``."""

    answers: list[WrittenAnswer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def open_form(data: bytes, name: str) -> tuple[dict[str, SheetCells], FormIdentity | None]:
    """Return the cells of a workbook and who it says it is; None for one that no system issued.

    ``Invalid`` for what cannot be read and for an identity that was tampered with.
    """
    sheets = read_cells(data, name)
    hidden = sheets.get(HIDDEN_SHEET)
    if hidden is None:
        return sheets, None
    pieces = [text for row in hidden.rows if row and (text := cell_text(row[0]))]
    return sheets, unseal(pieces)


def place(sheet: str, row: int, column: int) -> str:
    """Return where a cell is: 「点検シート」E14."""
    return f"「{sheet}」{cell_address(row, column)}"


def read_form(sheets: dict[str, SheetCells], questions: Sequence[AskedQuestion], unit_code: str) -> ReadForm:
    """Read the product's own form against the questions it must hold. ``Invalid`` when its sheet is missing."""
    sheet = sheets.get(layout.SHEET)
    if sheet is None:
        raise Invalid(f"シート「{layout.SHEET}」がありません。発行された様式に記入してください。")
    form = ReadForm()
    if (shown := cell_text(sheet.value(2, 2))) != unit_code:
        form.problems.append(
            Problem(
                f"所属コードが書き換えられています（発行したのは「{unit_code}」の様式、いまは「{shown}」）。",
                place(layout.SHEET, 2, 2),
            )
        )
    _check_header(sheet, form)
    rows = _rows_by_number(sheet, form)
    known = {question.number: question for question in questions}
    for number, row in rows.items():
        if number not in known:
            form.problems.append(
                Problem(f"この点検にない番号「{number}」です。", place(sheet.name, row, layout.NUMBER))
            )
    for question in questions:
        at = rows.get(question.number)
        if at is None:
            form.problems.append(Problem(f"番号「{question.number}」の行がありません。", f"「{sheet.name}」"))
            continue
        _read_row(sheet, at, question, form)
    return form


def _check_header(sheet: SheetCells, form: ReadForm) -> None:
    for column, name in enumerate(layout.HEADER, start=1):
        found = cell_text(sheet.value(layout.HEAD_ROW, column))
        if found != name:
            form.problems.append(
                Problem(
                    f"見出しが「{name}」ではなく「{found[:40]}」です。列を動かさないでください。",
                    place(sheet.name, layout.HEAD_ROW, column),
                )
            )


def _rows_by_number(sheet: SheetCells, form: ReadForm) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row in range(layout.FIRST_ROW, min(len(sheet.rows), layout.FIRST_ROW + _MOST_ROWS) + 1):
        value = sheet.value(row, layout.NUMBER)
        if isinstance(value, tuple(_NOT_TEXT)):
            form.problems.append(not_text(value, sheet.name, row, layout.NUMBER))
            continue
        number = cell_text(value)
        if not number:
            if any(cell_text(sheet.value(row, column)) for column in (6, 7, 8)):
                form.problems.append(
                    Problem("番号のない行に記入があります。", place(sheet.name, row, layout.NUMBER))
                )
            continue
        if number in rows:
            form.problems.append(
                Problem(
                    f"番号「{number}」の行が2つあります（{rows[number]}行と{row}行）。",
                    place(sheet.name, row, layout.NUMBER),
                )
            )
        rows.setdefault(number, row)
    return rows


def _read_row(sheet: SheetCells, row: int, question: AskedQuestion, form: ReadForm) -> None:
    asked = cell_text(sheet.value(row, layout.QUESTION))
    if _same(asked) != _same(question.text):
        form.problems.append(
            Problem("点検内容の文が書き換えられています。", place(sheet.name, row, layout.QUESTION))
        )
        return
    before = len(form.problems)
    texts = [
        cell_value(sheet, row, column, form.problems)
        for column in (layout.VERDICT, layout.REASON, layout.COMMENT)
    ]
    verdict = unicodedata.normalize("NFKC", texts[0]).strip()
    if verdict not in _CODES:
        form.problems.append(
            Problem(
                f"「{texts[0][:40]}」は選べません。{'・'.join(VERDICTS.values())}から選んでください。",
                place(sheet.name, row, layout.VERDICT),
            )
        )
    if len(form.problems) == before:
        where = place(sheet.name, row, layout.VERDICT)
        form.answers.append(WrittenAnswer(question, _CODES[verdict], texts[1], texts[2], where))


def cell_value(
    sheet: SheetCells, row: int, column: int, problems: list[Problem], *, may_merge: bool = False
) -> str:
    """Return the text in an input cell; what is no text goes to *problems*: a formula, a date, a merged cell, too long."""
    value = sheet.value(row, column)
    where = place(sheet.name, row, column)
    if cell_address(row, column) in sheet.formulas:
        problems.append(Problem("計算式が入っています。文字で入力してください。", where))
        return ""
    if not may_merge and sheet.merged_at(row, column):
        problems.append(Problem("セルが結合されています。結合を解除してください。", where))
        return ""
    if isinstance(value, tuple(_NOT_TEXT)):
        problems.append(not_text(value, sheet.name, row, column))
        return ""
    text = plain_text(cell_text(value))
    if len(text) > TEXT_LIMIT:
        problems.append(Problem(f"{TEXT_LIMIT:,}字までです（いま{len(text):,}字）。", where))
    return text


def not_text(value: object, sheet: str, row: int, column: int) -> Problem:
    """Return the problem of a cell that Excel turned into a date or the like."""
    kind = next(label for one, label in _NOT_TEXT.items() if isinstance(value, one))
    return Problem(
        f"{kind}の形になっています（{cell_text(value)}）。セルの表示形式を「文字列」にして入力し直してください。",
        place(sheet, row, column),
    )


def _same(text: str) -> str:
    return "".join(text.split())
