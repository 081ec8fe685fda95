"""ライセンス as a file, out and back, as ``terminal_ledger`` does with terminals.

A row with a number (番号) is the licence of that number; one without is the licence of the same name, contract, section and
first day if there is one, else a new one. A column that is not in the file leaves what stands.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from tenken.organization.access import Principal, decide, require_somewhere
from tenken.organization.models import Unit
from tenken.telemetry.inventory.operations import (
    LicenceData,
    add_licence,
    change_licence,
    licence_problems,
)
from tenken.telemetry.models import SoftwareLicence
from tenken.telemetry.permissions import MANAGE_TERMINALS
from tenken.workbooks.ledger_files import (
    ADDED,
    CHANGED,
    ENDED,
    SAME,
    Change,
    Difference,
    LedgerReader,
    told_details,
)

LICENCE_COLUMNS: Final = (
    "番号",
    "名称",
    "ソフトウェア名",
    "本数",
    "所属コード",
    "購入した課",
    "契約番号",
    "契約の相手",
    "開始日",
    "終了日",
    "備考",
)
_REQUIRED: Final = ("名称", "ソフトウェア名", "本数", "開始日")
_TEXTS: Final = {"契約番号": "contract", "契約の相手": "vendor", "備考": "note"}
_OPTIONAL: Final = ("番号", "所属コード", "終了日", *_TEXTS)
_FIELDS: Final = {
    "name": "名称",
    "pattern": "ソフトウェア名",
    "count": "本数",
    "valid_from": "開始日",
    "valid_to": "終了日",
    **{field: column for column, field in _TEXTS.items()},
}
_Key = tuple[str, str, str, date]


def licence_rows(rows: Iterable[SoftwareLicence], names: Mapping[int, str]) -> Iterable[Sequence[Any]]:
    """Return licences under ``LICENCE_COLUMNS``; *names*: of the units; the unit fetched beforehand."""
    for row in rows:
        bought_by = names.get(row.unit_id, row.unit.name) if row.unit_id and row.unit else "全庁"
        said = _told(_data_of(row)) | {
            "番号": row.pk,
            "本数": row.count,
            "購入した課": bought_by,
            "開始日": row.valid_from,
            "終了日": row.valid_to,
        }
        yield [said[column] for column in LICENCE_COLUMNS]


def licence_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of licences would change. ``Invalid`` with every problem's place."""
    require_somewhere(by, MANAGE_TERMINALS)
    return _Licences(by, on).difference(name, content, _REQUIRED, _OPTIONAL)


class _Licences(LedgerReader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = SoftwareLicence.objects.restrict(by, MANAGE_TERMINALS).select_related("unit__city")
        self.standing = {row.pk: row for row in rows}
        self.alike: dict[_Key, list[SoftwareLicence]] = defaultdict(list)
        for row in self.standing.values():
            self.alike[_key(_data_of(row))].append(row)
        self.seen: set[int | _Key] = set()

    def change(self) -> Change | None:
        numbered = self.numbered()
        data = self.data(numbered)
        if data is None:
            return None
        self.refuse(licence_problems(data), _FIELDS)
        row = numbered or self.same_as(data)
        key = row.pk if row else _key(data)
        if key in self.seen:
            self.problem("名称", "同じライセンスがファイルに二つあります。")
        self.seen.add(key)
        if row is None:
            return Change(self.row, ADDED, data.name, (), lambda: add_licence(by=self.by, data=data))
        details = told_details(_told(_data_of(row)), _told(data))
        if not details:
            return Change(self.row, SAME, data.name, (), None)
        ends = data.valid_to is not None and data.valid_to != row.valid_to
        return Change(
            self.row,
            ENDED if ends else CHANGED,
            data.name,
            details,
            lambda: change_licence(by=self.by, licence=row, data=data, version=row.version),
        )

    def numbered(self) -> SoftwareLicence | None:
        """Return the licence whose number the row says, None without one."""
        said = unicodedata.normalize("NFKC", self.cells.get("番号", ""))
        if not said:
            return None
        known = said.isascii() and said.isdecimal() and len(said) < 19
        row = self.standing.get(int(said)) if known else None
        if row is None:
            self.problem(
                "番号",
                f"番号「{said[:20]}」のライセンスはないか、変更できる範囲にありません。新しいものは空欄にしてください。",
            )
        return row

    def same_as(self, data: LicenceData) -> SoftwareLicence | None:
        alike = self.alike.get(_key(data), [])
        if len(alike) > 1:
            self.problem("名称", "同じ内容のライセンスが台帳に二つあります。「番号」の列で区別してください。")
        return alike[0] if alike else None

    def data(self, row: SoftwareLicence | None) -> LicenceData | None:
        count, start = self.count("本数"), self.day("開始日")
        if not self.cells["本数"]:
            self.problem("本数", "入力してください。")
        if not self.cells["開始日"]:
            self.problem("開始日", "入力してください。")
        unit, found = self.bought_by(row)
        ends = self.day("終了日") if "終了日" in self.cells else row.valid_to if row else None
        if count is None or start is None or not found:
            return None
        texts = {
            field: self.cells[column] if column in self.cells else getattr(row, field, "")
            for column, field in _TEXTS.items()
        }
        return LicenceData(
            name=self.cells["名称"],
            pattern=self.cells["ソフトウェア名"],
            count=count,
            valid_from=start,
            valid_to=ends,
            unit=unit,
            **texts,
        ).tidy()

    def bought_by(self, row: SoftwareLicence | None) -> tuple[Unit | None, bool]:
        """Return the section of the row (None: the whole city), and whether it may be so. One that has ended may stand
        where it stood."""
        code = unicodedata.normalize("NFKC", self.cells.get("所属コード", ""))
        if row is not None and (
            "所属コード" not in self.cells or code == (row.unit.code if row.unit else "")
        ):
            return row.unit, True
        if code:
            unit = self.unit("所属コード", MANAGE_TERMINALS)
            return unit, unit is not None
        if not (allowed := decide(self.by, MANAGE_TERMINALS)):
            self.problem("所属コード", allowed.reason)
        return None, bool(allowed)


def _data_of(row: SoftwareLicence) -> LicenceData:
    return LicenceData(**{field.name: getattr(row, field.name) for field in fields(LicenceData)})


def _key(data: LicenceData) -> _Key:
    return (
        unicodedata.normalize("NFKC", data.name).casefold(),
        data.contract,
        data.unit.code if data.unit else "",
        data.valid_from,
    )


def _told(data: LicenceData) -> dict[str, Any]:
    """Return what a licence says in the file, by column that is read back."""
    return {
        "名称": data.name,
        "ソフトウェア名": data.pattern,
        "本数": f"{data.count:,}",
        "所属コード": data.unit.code if data.unit else "",
        "開始日": data.valid_from.isoformat(),
        "終了日": data.valid_to.isoformat() if data.valid_to else "",
        **{column: getattr(data, field) for column, field in _TEXTS.items()},
    }
