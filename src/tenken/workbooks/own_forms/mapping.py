"""Where in a city's own workbook the answers of a sheet stand. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from collections.abc import Mapping as Pairs
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tenken.common.refusals import Problem
from tenken.workbooks.sheet_forms.content import VERDICTS

ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,5})")
COLUMN: Final = re.compile(r"[A-Z]{1,3}")
MAX_ROW: Final = 10_000
MAX_COLUMN: Final = 500
_DASHES: Final = str.maketrans(
    dict.fromkeys("‐‑‒–—―−ー－", "-") | dict.fromkeys("〇◯", "○") | dict.fromkeys("✕✖☓", "×")
)


@dataclass(frozen=True)
class Mapping:
    """``rows``: item code → row; the columns are the same for all rows, '' where the form has none.

    ``texts``: item code → (address, text) of the cell by which the row is known, so that a shifted row is noticed.
    ``marks``: what is written for each verdict; several may mean the same, the first one is written.
    """

    sheet: str = ""
    unit_code: str = ""
    unit_name: str = ""
    verdict: str = ""
    reason: str = ""
    comment: str = ""
    last: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Pairs[str, Any]) -> Mapping:
        """Return the mapping that ``FormTemplate.mapping`` holds."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        texts = {code: (address, text) for code, (address, text) in known.pop("texts", {}).items()}
        marks = dict(known.pop("marks", ()))
        return cls(**known, texts=texts, marks=marks)

    def plain(self) -> dict[str, Any]:
        """Return the mapping as JSON holds it: marks as pairs, since a database may not keep the order of an object."""
        return {**asdict(self), "marks": [list(pair) for pair in self.marks.items()]}

    def mark_for(self, verdict: str) -> str:
        """Return what is written for a verdict, '' for none."""
        return next((mark for mark, code in self.marks.items() if code == verdict), "")

    def verdict_of(self, text: str) -> str | None:
        """Return the verdict a cell's text means, '' for an empty one, None when it means none."""
        key = mark_key(text)
        if not key:
            return ""
        return {mark_key(mark): code for mark, code in self.marks.items()}.get(key)

    def problems(self, sheets: Collection[str], items: Collection[str]) -> list[Problem]:
        """Return what is wrong with the mapping, by the form's field."""
        found = []
        if self.sheet not in sheets:
            found.append(Problem("様式にないシートです。", "シート", "sheet"))
        for name, label in (("unit_code", "所属コードのセル"), ("unit_name", "所属名のセル")):
            address = getattr(self, name)
            if address and not is_address(address):
                found.append(Problem("セルの番地ではありません（例：C3）。", label, name))
        columns = {"verdict": "回答", "reason": "理由", "comment": "コメント", "last": "前回の回答"}
        for name, label in columns.items():
            column = getattr(self, name)
            if column and not is_column(column):
                found.append(Problem("列の名前ではありません（例：F）。", f"{label}の列", name))
        if not self.verdict:
            found.append(Problem("回答の列を入力してください。", "回答の列", "verdict"))
        used = Counter(getattr(self, name) for name in columns if getattr(self, name))
        found += [
            Problem(f"{column}列が2回使われています。", "列", "verdict")
            for column, times in used.items()
            if times > 1
        ]
        return found + self._row_problems(items) + self._mark_problems()

    def _row_problems(self, items: Collection[str]) -> list[Problem]:
        found = [Problem("点検項目の一覧にない項目です。", code) for code in self.rows if code not in items]
        found += [
            Problem(f"行は1から{MAX_ROW:,}までです。", code, f"row-{code}")
            for code, row in self.rows.items()
            if not 1 <= row <= MAX_ROW
        ]
        times = Counter(self.rows.values())
        found += [
            Problem(f"{row}行が2つの点検項目に使われています。", code, f"row-{code}")
            for code, row in self.rows.items()
            if times[row] > 1
        ]
        if not self.rows:
            found.append(Problem("点検項目が1つも対応づけられていません。", "行"))
        return found

    def _mark_problems(self) -> list[Problem]:
        found = [
            Problem(f"「{label}」に書く印を入力してください。", "印", f"mark-{code}")
            for code, label in VERDICTS.items()
            if not self.mark_for(code)
        ]
        keys = Counter(map(mark_key, self.marks))
        if any(times > 1 for times in keys.values()):
            found.append(Problem("同じ印が2つの回答に使われています。", "印", "mark-conforms"))
        return found


def mark_key(text: str) -> str:
    """Fold a mark so that look-alikes are one: ○ and 〇, × and ✕, all dashes; no blanks, half width."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).split())


def is_address(text: str) -> bool:
    """Tell whether *text* is a cell's address within bounds."""
    match = ADDRESS.fullmatch(text)
    return match is not None and is_column(match[1]) and int(match[2]) <= MAX_ROW


def is_column(text: str) -> bool:
    """Tell whether *text* is a column's letters within bounds."""
    return bool(COLUMN.fullmatch(text)) and column_number(text) <= MAX_COLUMN


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def place_of(address: str) -> tuple[int, int]:
    """Return row and column of an address, from 1."""
    match = ADDRESS.fullmatch(address)
    assert match is not None
    return int(match[2]), column_number(match[1])
