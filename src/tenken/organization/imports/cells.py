"""The cells of a file's rows, checked as they are taken, and every problem with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenken.common.era import era_date, parse_date
from tenken.common.refusals import Invalid, Problem
from tenken.organization.imports.columns import place
from tenken.organization.names import Checks

MOST_PROBLEMS = 200
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)


@dataclass
class Problems:
    """Collects problems with their cells; refuses all at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, message: str) -> None:
        self.found.append(Problem(message, place(sheet, row, column)))

    def done(self) -> None:
        if self.found:
            shown = self.found[:MOST_PROBLEMS]
            more = f"（はじめの{MOST_PROBLEMS}件を示します）" if len(self.found) > MOST_PROBLEMS else ""
            raise Invalid(
                f"ファイルに{len(self.found)}か所の誤りがあります。何も取り込んでいません{more}。", shown
            )


def header_of(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split())


class Cells:
    """The cells of one row, checked as they are taken."""

    def __init__(self, sheet: str, row: int, cells: dict[str, str], problems: Problems) -> None:
        self.sheet, self.row, self.cells, self.problems = sheet, row, cells, problems

    def code(self, column: str, limit: int, *, required: bool = True) -> str:
        if not required and not self.cells[column]:
            return ""
        checks = Checks()
        kept = checks.code(self.cells[column], label=column, limit=limit)
        self._take(column, checks)
        return kept

    def name(self, column: str, limit: int, *, required: bool = True) -> str:
        checks = Checks()
        kept = checks.name(self.cells[column], label=column, limit=limit, required=required)
        self._take(column, checks)
        return kept

    def day(self, column: str) -> date | None:
        if not self.cells[column]:
            return None
        try:
            return parse_date(self.cells[column])
        except ValueError as error:
            self.problem(column, f"{error}{_meant(self.cells[column])}")
            return None

    def email(self, column: str) -> str:
        kept = self.name(column, 254, required=False)
        if kept:
            try:
                validate_email(kept)
            except ValidationError:
                self.problem(column, "メールアドレスの形が正しくありません。")
        return kept

    def choice(self, column: str, choices: Mapping[str, str], *, default: str = "") -> str:
        """Return what *choices* has for the cell; a problem that names them when it is none."""
        typed = "".join(unicodedata.normalize("NFKC", self.cells[column]).split())
        if (not typed and not default) or (typed and typed not in choices):
            self.problem(column, f"{'・'.join(choices)}のいずれかにしてください。")
        return choices.get(typed, default)

    def problem(self, column: str, message: str) -> None:
        self.problems.add(self.sheet, self.row, column, message)

    def _take(self, column: str, checks: Checks) -> None:
        for problem in checks.problems:
            self.problem(column, problem.message)


def _meant(text: str) -> str:
    """Return what a serial number was as a date: a cell that lost its format, as a spreadsheet counts days."""
    plain = unicodedata.normalize("NFKC", text)
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 5 or int(plain) not in _SERIALS:
        return ""
    return (
        f"セルの書式が日付でなくなっています（{era_date(_SERIAL_ZERO + timedelta(days=int(plain)))}"
        "のことなら、そう入力し直してください）。"
    )
