"""情報資産台帳 as a file, out and back. Read → difference → apply; all or nothing.

    found = asset_difference(by=by, name="台帳.xlsx", content=content, on=day)    nothing is written
    apply_difference(by=by, found=found, shown=found.digest)                      writes what was shown

The columns are those of the export, so that what went out comes back without a difference.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from tenken.assets.ledger import AssetData, asset_problems
from tenken.assets.models import Classification, InformationAsset, InformationSystem, Storage
from tenken.assets.operations import add_asset, change_asset, retire_asset
from tenken.assets.permissions import KEEP_ASSETS
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models.validity import valid_on
from tenken.workbooks.ledger_files import (
    ADDED,
    CHANGED,
    ENDED,
    SAME,
    Change,
    Difference,
    LedgerReader,
    mark,
    plain_label,
    told_details,
)

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
# Names of the columns for what the rules call by field.
_ASSET_FIELDS = {
    "name": "情報資産",
    "classification": "重要性分類",
    "amount": "件数",
    "forms": "保管の形",
    "location": "保管場所",
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
            mark(row.personal_data),
            mark(row.main),
            row.system.code if row.system else "",
            row.valid_from,
            row.valid_to,
        )


def forms_text(forms: Iterable[str]) -> str:
    """Return forms of storage in words: 「紙、サーバ・情報システム」."""
    return "、".join(Storage(form).label for form in forms if form in Storage.values)


def asset_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of information assets would change on a date. ``Invalid`` with every problem's place."""
    require_somewhere(by, KEEP_ASSETS)
    reader = _Assets(by, on)
    return reader.difference(name, content, [column for column in ASSET_COLUMNS if column != "所属"])


class _Assets(LedgerReader):
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
        system = self.systems.get(self.cells["情報システム"])
        if self.cells["情報システム"] and system is None:
            self.problem(
                "情報システム",
                f"コード「{self.cells['情報システム'][:20]}」の情報システムは台帳にありません。",
            )
        data = AssetData(
            name=self.cells["情報資産"],
            classification=self.classification("重要性分類"),
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
            form = _FORMS.get(plain_label(wanted))
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
        details = told_details(_told_asset(row), _told_asset_data(data, self.systems))
        return Change(
            self.row,
            CHANGED if details else SAME,
            subject,
            details,
            (lambda: change_asset(by=self.by, asset=row, data=data, version=row.version, on=self.on))
            if details
            else None,
        )


_FORMS = {plain_label(form.label): form.value for form in Storage} | {
    form.value: form.value for form in Storage
}


def _told_asset(row: InformationAsset) -> dict[str, str]:
    return {
        "情報資産": row.name,
        "重要性分類": row.get_classification_display(),
        "件数": "" if row.amount is None else f"{row.amount:,}",
        "保管の形": forms_text(code for code in Storage.values if code in row.forms),
        "保管場所": row.location,
        "個人情報": mark(row.personal_data),
        "主要": mark(row.main),
        "情報システム": row.system.code if row.system else "",
    }


def _told_asset_data(data: AssetData, systems: dict[str, InformationSystem]) -> dict[str, str]:
    return {
        "情報資産": data.name,
        "重要性分類": Classification(data.classification).label if data.classification else "",
        "件数": "" if data.amount is None else f"{data.amount:,}",
        "保管の形": forms_text(data.forms),
        "保管場所": data.location,
        "個人情報": mark(data.personal_data),
        "主要": mark(data.main),
        "情報システム": next((code for code, row in systems.items() if row.pk == data.system_id), ""),
    }
