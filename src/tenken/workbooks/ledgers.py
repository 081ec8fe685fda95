"""The ledgers as files, out and back: 情報資産台帳 and 情報システム台帳. Read → difference → apply; all or nothing.

    found = asset_difference(by=by, name="台帳.xlsx", content=content, on=day)    nothing is written
    apply_difference(by=by, found=found, shown=found.digest)                      writes what was shown

The columns are those of the export, so that what went out comes back without a difference.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import transaction

from tenken.assets.ledger import AssetData, SystemData, asset_problems, system_problems
from tenken.assets.models import Classification, InformationAsset, InformationSystem, Storage
from tenken.assets.operations import (
    add_asset,
    add_system,
    change_asset,
    change_system,
    retire_asset,
    retire_system,
)
from tenken.assets.permissions import KEEP_ASSETS, MANAGE_SYSTEMS
from tenken.common.era import parse_date
from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.organization.access import Principal, decide, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.workbooks.reading import read_rows, rows_below

ASSET_COLUMNS: Final = (
    "所属コード",
    "所属",
    "番号",
    "情報資産",
    "重要性分類",
    "件数",
    "保管の形",
    "保管場所",
    "個人情報",
    "主要",
    "情報システム",
    "開始日",
    "終了日",
)
SYSTEM_COLUMNS: Final = (
    "コード",
    "名称",
    "所管課コード",
    "所管課",
    "重要な情報システム",
    "概要",
    "開始日",
    "終了日",
)
ADDED, CHANGED, ENDED, SAME = "追加", "変更", "終了", "変更なし"
MAX_ROWS: Final = 3_000
MOST_PROBLEMS: Final = 200
_YES = frozenset({"○", "◯", "〇", "1", "はい", "有", "TRUE", "YES"})
_NO = frozenset({"", "×", "0", "いいえ", "無", "FALSE", "NO", "-"})
_CLASSES = {"S": "S", "I": "1", "II": "2", "III": "3", "1": "1", "2": "2", "3": "3"}
# Names of the columns for what the rules call by field.
_ASSET_FIELDS = {
    "name": "情報資産",
    "classification": "重要性分類",
    "amount": "件数",
    "forms": "保管の形",
    "location": "保管場所",
}
_SYSTEM_FIELDS = {"code": "コード", "name": "名称", "outline": "概要"}


@dataclass(frozen=True)
class Change:
    """What one row of the file does: ``details`` are (column, before, after)."""

    row: int
    what: str
    subject: str
    details: tuple[tuple[str, str, str], ...]
    write: Callable[[], object] | None = field(repr=False, compare=False)


@dataclass(frozen=True)
class Difference:
    """What a file would change. ``digest`` stands for exactly these changes."""

    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        said = repr([(change.row, change.what, change.subject, change.details) for change in self.changes])
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        return {
            what: sum(1 for change in self.changes if change.what == what)
            for what in (ADDED, CHANGED, ENDED, SAME)
        }


def asset_rows(rows: Iterable[InformationAsset], names: dict[int, str]) -> Iterable[Sequence[Any]]:
    """Return rows of the ledger under ``ASSET_COLUMNS``; *names*: of the units."""
    for row in rows:
        yield (
            row.unit.code,
            names.get(row.unit_id, row.unit.name),
            row.number,
            row.name,
            row.get_classification_display(),
            row.amount,
            forms_text(row.forms),
            row.location,
            _mark(row.personal_data),
            _mark(row.main),
            row.system.code if row.system else "",
            row.valid_from,
            row.valid_to,
        )


def system_rows(rows: Iterable[InformationSystem], names: dict[int, str]) -> Iterable[Sequence[Any]]:
    """Return rows of the ledger under ``SYSTEM_COLUMNS``; *names*: of the units."""
    for row in rows:
        yield (
            row.code,
            row.name,
            row.owner.code,
            names.get(row.owner_id, row.owner.name),
            _mark(row.important),
            row.outline,
            row.valid_from,
            row.valid_to,
        )


def forms_text(forms: Iterable[str]) -> str:
    """Return forms of storage in words: 「紙、サーバ・情報システム」."""
    return "、".join(Storage(form).label for form in forms if form in Storage.values)


@transaction.atomic
def apply_difference(*, by: Principal, found: Difference, shown: str) -> None:
    """Write *found*, all of it or nothing. ``Stale`` when it is no longer the difference that was *shown*."""
    if found.digest != shown:
        raise Stale(
            "差分を表示したあとに、台帳が変わりました。もう一度ファイルを選んで、差分を確かめてください。"
        )
    for change in found.changes:
        if change.write is not None:
            try:
                change.write()
            except Invalid as refusal:
                problems = refusal.problems or (Problem(refusal.message),)
                raise Invalid(
                    "取り込めませんでした。何も取り込んでいません。",
                    [Problem(str(problem), f"{change.row}行") for problem in problems],
                ) from None


def asset_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of information assets would change on a date. ``Invalid`` with every problem's place."""
    require_somewhere(by, KEEP_ASSETS)
    reader = _Assets(by, on)
    return reader.difference(name, content, ASSET_COLUMNS)


def system_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of information systems would change on a date. ``Invalid`` with every problem's place."""
    require_somewhere(by, MANAGE_SYSTEMS)
    reader = _Systems(by, on)
    return reader.difference(name, content, SYSTEM_COLUMNS)


class _Reader:
    """Reads a file of one ledger row by row and collects what is wrong with its cells."""

    def __init__(self, by: Principal, on: date) -> None:
        self.by, self.on = by, on
        self.sheet, self.row = "", 0
        self.cells: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.units = {
            unit.code: unit
            for unit in Unit.objects.filter(valid_on(on), city=by.city_id).select_related("city")
        }

    def difference(self, name: str, content: bytes, columns: Sequence[str]) -> Difference:
        tables = read_rows(content, name)
        sheet, rows = next(iter(tables.items()), ("", []))
        found = rows_below(rows, [column for column in columns if column not in ("所属", "所管課")], sheet)
        if len(found) > MAX_ROWS:
            raise Invalid(f"一度に取り込めるのは{MAX_ROWS:,}行までです。局・区ごとに分けてください。")
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
        return Difference(tuple(changes))

    def change(self) -> Change | None:
        raise NotImplementedError

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


class _Assets(_Reader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = InformationAsset.objects.restrict(by, KEEP_ASSETS).filter(valid_on(on))
        self.standing = {
            (row.unit.code, row.number): row for row in rows.select_related("unit__city", "system")
        }
        self.names = {(row.unit.code, row.name): row.pk for row in self.standing.values()}
        self.systems = {row.code: row for row in InformationSystem.objects.of_city(by.city_id)}
        self.seen: set[tuple[str, object]] = set()

    def change(self) -> Change | None:
        code = unicodedata.normalize("NFKC", self.cells["所属コード"])
        number = self.count("番号")
        row = self.standing.get((code, number)) if number is not None else None
        if number is not None and row is None:
            self.problem(
                "番号",
                f"所属コード「{code[:30]}」の台帳に、番号{number}はありません。新しいものは空欄にしてください。",
            )
            return None
        data = self.data(row)
        if (code, number or data.name) in self.seen:
            self.problem("番号" if number else "情報資産", "同じものがファイルに二つあります。")
        self.seen.add((code, number or data.name))
        if self.names.get((code, data.name), row and row.pk) != (row and row.pk):
            self.problem("情報資産", "同じ名前の情報資産が台帳にあります。")
        if row is None:
            return self.added(data)
        return self.changed(row, data)

    def data(self, row: InformationAsset | None) -> AssetData:
        said = unicodedata.normalize("NFKC", self.cells["重要性分類"]).upper()
        system = self.systems.get(self.cells["情報システム"])
        if self.cells["情報システム"] and system is None:
            self.problem(
                "情報システム",
                f"コード「{self.cells['情報システム'][:20]}」の情報システムは台帳にありません。",
            )
        data = AssetData(
            name=self.cells["情報資産"],
            classification=_CLASSES.get(said, ""),
            amount=self.count("件数"),
            forms=self.forms(),
            location=self.cells["保管場所"],
            personal_data=self.flag("個人情報"),
            main=self.flag("主要"),
            system_id=system.pk if system else None,
        ).tidy()
        self.refuse(asset_problems(data), _ASSET_FIELDS)
        return data

    def forms(self) -> tuple[str, ...]:
        """Read the forms of storage: their labels, whole or without what stands in brackets."""
        found = []
        for said in self.cells["保管の形"].replace(",", "、").replace("，", "、").split("、"):
            if not (wanted := said.strip()):
                continue
            form = _FORMS.get(_plain_form(wanted))
            if form is None:
                self.problem("保管の形", f"「{wanted[:30]}」という保管の形はありません。")
                return ()
            found.append(form)
        return tuple(found)

    def added(self, data: AssetData) -> Change | None:
        unit = self.unit("所属コード", KEEP_ASSETS)
        if unit is None:
            return None
        starts = self.day("開始日") or self.on
        return Change(
            self.row,
            ADDED,
            f"{unit.name}：{data.name}",
            (),
            lambda: add_asset(by=self.by, unit=unit, data=data, on=starts),
        )

    def changed(self, row: InformationAsset, data: AssetData) -> Change | None:
        ends = self.day("終了日")
        subject = f"{row.unit.name}：{row.name}"
        if ends is not None:
            if ends <= row.valid_from:
                self.problem("終了日", f"開始日（{row.valid_from}）より後の日付にしてください。")
            return Change(
                self.row,
                ENDED,
                subject,
                (("終了日", "", ends.isoformat()),),
                lambda: retire_asset(by=self.by, asset=row, version=row.version, valid_to=ends),
            )
        details = _details(_told_asset(row), _told_asset_data(data, self.systems))
        return Change(
            self.row,
            CHANGED if details else SAME,
            subject,
            details,
            (lambda: change_asset(by=self.by, asset=row, data=data, version=row.version, on=self.on))
            if details
            else None,
        )


class _Systems(_Reader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = InformationSystem.objects.of_city(by.city_id).select_related("owner__city")
        self.standing = {row.code: row for row in rows}
        self.seen: set[str] = set()

    def change(self) -> Change | None:
        owner = self.unit("所管課コード", MANAGE_SYSTEMS)
        data = SystemData(
            code=unicodedata.normalize("NFKC", self.cells["コード"]),
            name=self.cells["名称"],
            owner_id=owner.pk if owner else 0,
            important=self.flag("重要な情報システム"),
            outline=self.cells["概要"],
        ).tidy()
        self.refuse(system_problems(data), _SYSTEM_FIELDS)
        if data.code in self.seen:
            self.problem("コード", "同じコードがファイルに二つあります。")
        self.seen.add(data.code)
        row = self.standing.get(data.code)
        starts, ends = self.day("開始日") or self.on, self.day("終了日")
        if owner is None:
            return None
        if row is None:
            return Change(
                self.row,
                ADDED,
                f"{data.code} {data.name}",
                (),
                lambda: add_system(by=self.by, data=data, on=starts),
            )
        return self.changed(row, owner, data, ends)

    def changed(
        self, row: InformationSystem, owner: Unit, data: SystemData, ends: date | None
    ) -> Change | None:
        subject = f"{row.code} {row.name}"
        if row.valid_to is not None:
            if ends != row.valid_to:
                self.problem("コード", "台帳から外した情報システムのコードです。")
            return Change(self.row, SAME, subject, (), None)
        if not (allowed := decide(self.by, MANAGE_SYSTEMS, unit=row.owner)):
            self.problem("コード", allowed.reason)
            return None
        if ends is not None:
            if ends <= row.valid_from:
                self.problem("終了日", f"開始日（{row.valid_from}）より後の日付にしてください。")
            return Change(
                self.row,
                ENDED,
                subject,
                (("終了日", "", ends.isoformat()),),
                lambda: retire_system(by=self.by, system=row, version=row.version, valid_to=ends),
            )
        before = (row.name, row.owner.code, _mark(row.important), row.outline)
        after = (data.name, owner.code, _mark(data.important), data.outline)
        columns = ("名称", "所管課コード", "重要な情報システム", "概要")
        details = _details(dict(zip(columns, before, strict=True)), dict(zip(columns, after, strict=True)))
        return Change(
            self.row,
            CHANGED if details else SAME,
            subject,
            details,
            (lambda: change_system(by=self.by, system=row, data=data, version=row.version, on=self.on))
            if details
            else None,
        )


def _plain_form(label: str) -> str:
    return unicodedata.normalize("NFKC", label).partition("(")[0].strip()


_FORMS = {_plain_form(form.label): form.value for form in Storage} | {
    form.value: form.value for form in Storage
}


def _told_asset(row: InformationAsset) -> dict[str, str]:
    return {
        "情報資産": row.name,
        "重要性分類": row.get_classification_display(),
        "件数": "" if row.amount is None else f"{row.amount:,}",
        "保管の形": forms_text(code for code in Storage.values if code in row.forms),
        "保管場所": row.location,
        "個人情報": _mark(row.personal_data),
        "主要": _mark(row.main),
        "情報システム": row.system.code if row.system else "",
    }


def _told_asset_data(data: AssetData, systems: dict[str, InformationSystem]) -> dict[str, str]:
    return {
        "情報資産": data.name,
        "重要性分類": Classification(data.classification).label if data.classification else "",
        "件数": "" if data.amount is None else f"{data.amount:,}",
        "保管の形": forms_text(data.forms),
        "保管場所": data.location,
        "個人情報": _mark(data.personal_data),
        "主要": _mark(data.main),
        "情報システム": next((code for code, row in systems.items() if row.pk == data.system_id), ""),
    }


def _details(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (column, before[column], after[column]) for column in before if before[column] != after[column]
    )


def _mark(value: bool) -> str:
    return "○" if value else ""
