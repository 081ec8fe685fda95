"""What the files of all ledgers share: a difference that is shown first, and a reader that names each wrong cell."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db import transaction

from tenken.common.era import parse_date
from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.common.tabular_files import cell_text
from tenken.organization.access import Principal, decide
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.workbooks.reading import read_rows, rows_below

ADDED, CHANGED, ENDED, SAME = "追加", "変更", "終了", "変更なし"
MAX_ROWS: Final = 3_000
MOST_PROBLEMS: Final = 200
# Of a digest: the hash of the whole, then so many digits of each row's.
_ALL: Final = 64
_MARK: Final = 8
_YES = frozenset({"○", "◯", "〇", "1", "はい", "有", "TRUE", "YES"})
_NO = frozenset({"", "×", "0", "いいえ", "無", "FALSE", "NO", "-"})
_CLASSES = {"S": "S", "I": "1", "II": "2", "III": "3", "1": "1", "2": "2", "3": "3"}


Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Change:
    """What one row of the file does: ``details`` are (column, before, after), ``write`` is what the difference's writer
    takes, None where nothing changes."""

    row: int
    what: str
    subject: str
    details: tuple[tuple[str, str, str], ...]
    write: Any = field(repr=False, compare=False)


def one_by_one(writes: Sequence[tuple[int, Any]], told: Told) -> None:
    """Write changes whose ``write`` is a function, each by its own operation. A refusal names its row."""
    for done, (row, write) in enumerate(writes):
        told(done, len(writes))
        try:
            write()
        except (Invalid, Stale, Missing) as refusal:
            problems = refusal.problems or (Problem(refusal.message),)
            raise type(refusal)(
                refusal.message, [Problem(str(problem), row_place(row)) for problem in problems]
            ) from None


def row_place(row: int) -> str:
    """Return how refusals name a row of the file."""
    return f"{row}行"


@dataclass(frozen=True)
class Difference:
    """What a file would change. ``digest`` stands for exactly these changes, and tells afterwards which rows differ: the
    hash of all, then eight digits a row. ``writer`` takes (row, ``Change.write``) of what changes, and hears how far it
    is; its refusals name rows."""

    changes: tuple[Change, ...]
    writer: Callable[[Sequence[tuple[int, Any]], Told], None] = field(
        default=one_by_one, repr=False, compare=False
    )

    @cached_property
    def digest(self) -> str:
        hashes = [_hash(change) for change in self.changes]
        return hashlib.sha256("".join(hashes).encode()).hexdigest() + "".join(one[:_MARK] for one in hashes)

    @property
    def counts(self) -> dict[str, int]:
        return {
            what: sum(1 for change in self.changes if change.what == what)
            for what in (ADDED, CHANGED, ENDED, SAME)
        }

    def told(self) -> str:
        """Return how many rows are added, changed and ended, in words."""
        return "、".join(f"{what}{count:,}件" for what, count in self.counts.items() if what != SAME)

    def changed_since(self, shown: str) -> list[Problem]:
        """Return the rows that would do something else than when *shown* was the digest, as far as it tells."""
        marks, standing = shown[_ALL:], self.digest[_ALL:]
        if len(marks) != len(standing):
            return []
        return [
            Problem(_now(change), row_place(change.row))
            for at, change in enumerate(self.changes)
            if marks[at * _MARK : (at + 1) * _MARK] != standing[at * _MARK : (at + 1) * _MARK]
        ]


def rows_shown(shown: str) -> int:
    """Return of how many rows a difference with the digest *shown* is."""
    return max(0, len(shown) - _ALL) // _MARK


def _hash(change: Change) -> str:
    said = repr((change.row, change.what, change.subject, change.details))
    return hashlib.sha256(said.encode()).hexdigest()


def _now(change: Change) -> str:
    """Say what a row would do now."""
    details = "、".join(f"{column}：{before} → {after}" for column, before, after in change.details)
    return f"台帳が変わりました。今は「{change.subject}」の{change.what}です{f'（{details}）' if details else ''}。"


def apply_difference(
    *,
    by: Principal,
    found: Difference,
    shown: str,
    told: Told = lambda done, total: None,
) -> None:
    """Write *found*, all of it or nothing; *told* hears how far it is. ``Stale`` when it is no longer the difference that
    was *shown*, or a row was changed meanwhile: its problems name the rows."""
    if found.digest != shown:
        raise Stale(
            "差分を表示したあとに、台帳が変わりました。もう一度ファイルを選んで、差分を確かめてください。",
            found.changed_since(shown)[:MOST_PROBLEMS],
        )
    writes = [(change.row, change.write) for change in found.changes if change.write is not None]
    try:
        with transaction.atomic():
            found.writer(writes, told)
    except (Invalid, Stale, Missing) as refusal:
        raise type(refusal)(
            "取り込めませんでした。何も取り込んでいません。", refusal.problems[:MOST_PROBLEMS]
        ) from None
    told(len(writes), len(writes))


class LedgerReader:
    """Reads a file of one ledger row by row and collects what is wrong with its cells. ``most_rows``: a ledger of more
    things than assets and systems says so."""

    most_rows = MAX_ROWS

    def __init__(self, by: Principal, on: date) -> None:
        self.by, self.on = by, on
        self.sheet, self.row = "", 0
        self.cells: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.units = {
            unit.code: unit
            for unit in Unit.objects.filter(valid_on(on), city=by.city_id).select_related("city")
        }

    def difference(
        self, name: str, content: bytes, columns: Sequence[str], optional: Sequence[str] = ()
    ) -> Difference:
        """Read a file's first sheet. *columns* must stand in it; of *optional* those that do are read too."""
        tables = read_rows(content, name)
        sheet, rows = next(iter(tables.items()), ("", []))
        headers = ({cell_text(cell) for cell in row} for row in rows)
        header: set[str] = next((one for one in headers if one.issuperset(columns)), set())
        found = rows_below(rows, [*columns, *(column for column in optional if column in header)], sheet)
        if len(found) > self.most_rows:
            raise Invalid(f"一度に取り込めるのは{self.most_rows:,}行までです。局・区ごとに分けてください。")
        self.sheet = sheet
        changes = []
        for number, cells in found:
            self.row, self.cells = number + 1, cells
            before = len(self.problems)
            change = self.change()
            if change is not None and len(self.problems) == before:
                changes.append(change)
        if self.problems:
            more = f"（はじめの{MOST_PROBLEMS}か所を示します）" if len(self.problems) > MOST_PROBLEMS else ""
            raise Invalid(
                f"ファイルに{len(self.problems)}か所の誤りがあります。何も取り込んでいません{more}。",
                self.problems[:MOST_PROBLEMS],
            )
        return Difference(tuple(changes), self.write)

    def change(self) -> Change | None:
        """Return what the row at hand would do; None when it is wrong."""
        raise NotImplementedError

    def write(self, writes: Sequence[tuple[int, Any]], told: Told) -> None:
        """Write what changes; *told* hears how far it is."""
        one_by_one(writes, told)

    def problem(self, column: str, message: str) -> None:
        """Note what is wrong with a cell of the row, once a cell."""
        place = f"{f'シート「{self.sheet}」' if self.sheet else ''}{self.row}行「{column}」列"
        if place not in (one.place for one in self.problems[-len(self.cells) :]):
            self.problems.append(Problem(message, place))

    def count(self, column: str) -> int | None:
        try:
            return parse_count(self.cells[column]) if self.cells[column] else None
        except ValueError as error:
            self.problem(column, str(error))
            return None

    def flag(self, column: str) -> bool:
        said = unicodedata.normalize("NFKC", self.cells[column]).upper()
        if said not in _YES | _NO:
            self.problem(column, "「○」か空欄にしてください。")
        return said in _YES

    def classification(self, column: str) -> str:
        """Return the class of a cell, '' when there is none of that name."""
        return _CLASSES.get(unicodedata.normalize("NFKC", self.cells[column]).upper(), "")

    def day(self, column: str) -> date | None:
        try:
            return parse_date(self.cells[column]) if self.cells[column] else None
        except ValueError as error:
            self.problem(column, str(error))
            return None

    def unit(self, column: str, capability: Any) -> Unit | None:
        code = unicodedata.normalize("NFKC", self.cells[column])
        unit = self.units.get(code)
        if unit is None:
            self.problem(column, f"所属コード「{code[:30]}」の組織は、この日にありません。")
        elif not (allowed := decide(self.by, capability, unit=unit)):
            self.problem(column, allowed.reason)
        return unit

    def refuse(self, problems: Iterable[Problem], columns: dict[str, str]) -> None:
        for problem in problems:
            self.problem(columns.get(problem.field, problem.place), problem.message)


def plain_label(label: str) -> str:
    """Return a label as people type it: without what stands in brackets."""
    return unicodedata.normalize("NFKC", label).partition("(")[0].strip()


def told_details(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return (column, before, after) of what differs, in the order of *before*."""
    return tuple(
        (column, before[column], after[column]) for column in before if before[column] != after[column]
    )


def mark(value: bool) -> str:
    """Return ○ for a yes, nothing for a no."""
    return "○" if value else ""
