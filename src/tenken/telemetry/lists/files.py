"""A list as a file: out as a table, back as what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tenken.common.era import parse_date
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import cell_place, cell_text, read_table_file
from tenken.organization.access import Principal, require
from tenken.telemetry.lists.operations import MOST_ENTRIES, NewEntry, checked, standing_entry
from tenken.telemetry.lists.queries import entries_of, list_for
from tenken.telemetry.permissions import MANAGE_RULES

HEADER: Final = ("値", "備考", "開始日", "終了日")
ADDED, CHANGED, REMOVED = "追加", "変更", "削除"
_MAX_BYTES: Final = 5 * 1024 * 1024
_MOST_PROBLEMS: Final = 100


@dataclass(frozen=True)
class Change:
    """One difference: what, of which value, and (label, before, after) of what differs."""

    what: str
    value: str
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class ListDifference:
    """What a file would make of a list of ``version``: its whole content, and how that differs."""

    entries: tuple[NewEntry, ...]
    changes: tuple[Change, ...]
    version: int

    def count(self, what: str) -> int:
        return sum(change.what == what for change in self.changes)


def list_difference(*, by: Principal, code: str, name: str, content: bytes) -> ListDifference:
    """Return what the file would change; nothing is written. The file is the whole list: what it lacks would go.

    The first row that begins with 値 is the header (rows before it are titles). ``Invalid`` with sheet, row and column.
    """
    require(by, MANAGE_RULES)
    watch_list = list_for(by, code)
    entries = _read(watch_list.kind, name, content)
    standing = {row.value: standing_entry(row) for row in entries_of(watch_list)}
    changes = []
    for value, entry in entries.items():
        if value not in standing:
            changes.append(Change(ADDED, value, _details(NewEntry(value), entry)))
        elif details := _details(standing[value], entry):
            changes.append(Change(CHANGED, value, details))
    changes += [Change(REMOVED, value) for value in standing if value not in entries]
    return ListDifference(tuple(entries.values()), tuple(changes), watch_list.version)


def _details(before: NewEntry, after: NewEntry) -> tuple[tuple[str, str, str], ...]:
    pairs = (
        ("備考", before.note, after.note),
        ("開始日", str(before.valid_from or ""), str(after.valid_from or "")),
        ("終了日", str(before.valid_until or ""), str(after.valid_until or "")),
    )
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _read(kind: str, name: str, content: bytes) -> dict[str, NewEntry]:
    sheets = read_table_file(content, name, max_bytes=_MAX_BYTES)
    sheet, rows = next(iter(sheets.items()), ("", []))
    top = next((at for at, row in enumerate(rows[:20]) if row and cell_text(row[0]) == HEADER[0]), None)
    if top is None:
        raise Invalid(
            "リストの様式ではありません。",
            [Problem(f"見出し「{'・'.join(HEADER)}」の行が見つかりません。", cell_place(sheet, 0))],
        )
    columns = [_column(rows[top], label) for label in HEADER]
    found: dict[str, NewEntry] = {}
    problems: list[Problem] = []
    for at in range(top + 1, len(rows)):
        cells = [_cell(rows[at], column) for column in columns]
        if all(cell_text(cell) == "" for cell in cells):
            continue
        try:
            entry = _entry(kind, cells, sheet, at, columns)
            if entry.value in found:
                raise Invalid("", [Problem(f"「{entry.value}」が重なっています。", cell_place(sheet, at, 0))])
            found[entry.value] = entry
        except Invalid as refusal:
            problems += refusal.problems
    if len(found) > MOST_ENTRIES:
        problems.append(Problem(f"1つのリストは{MOST_ENTRIES:,}件までです。"))
    if problems:
        raise Invalid("取り込めない行があります。何も取り込んでいません。", problems[:_MOST_PROBLEMS])
    return found


def _column(header: Sequence[object], label: str) -> int | None:
    return next((at for at, cell in enumerate(header) if cell_text(cell) == label), None)


def _cell(row: Sequence[object], column: int | None) -> object:
    return row[column] if column is not None and column < len(row) else ""


def _entry(
    kind: str, cells: Sequence[object], sheet: str, row: int, columns: Sequence[int | None]
) -> NewEntry:
    days = []
    for at in (2, 3):
        try:
            days.append(_day(cells[at]))
        except ValueError as error:
            raise Invalid("", [Problem(str(error), cell_place(sheet, row, columns[at]))]) from None
    try:
        return checked(kind, NewEntry(cell_text(cells[0]), cell_text(cells[1]), *days))
    except Invalid as refusal:
        place = {"value": 0, "note": 1, "valid_until": 3}
        raise Invalid(
            "",
            [
                Problem(one.message, cell_place(sheet, row, columns[place.get(one.field, 0)]))
                for one in refusal.problems
            ],
        ) from None


def _day(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell_text(cell)
    return parse_date(text) if text else None
