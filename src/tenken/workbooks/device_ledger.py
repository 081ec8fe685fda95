"""許可した媒体 as a file, out and back: the media ledger (媒体台帳) that was kept on paper comes in this way.

Columns are those of the export. A row without a 媒体番号, or with one that is not there yet, is taken in as approved; a
返却日 ends one that stands. Applications are not made by file: their rows go out and are passed over coming back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from tenken.organization.access import Principal, require
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import (
    DeviceData,
    change_device,
    register_device,
    return_device,
)
from tenken.telemetry.device_control.operations.devices import device_problems
from tenken.telemetry.models import ApprovedDevice, Terminal
from tenken.telemetry.permissions import MANAGE_DEVICES
from tenken.workbooks.ledger_files import (
    ADDED,
    CHANGED,
    ENDED,
    SAME,
    Change,
    Difference,
    LedgerReader,
    plain_label,
    told_details,
)

DEVICE_COLUMNS: Final = (
    "媒体番号",
    "所属コード",
    "所属",
    "種類",
    "名称",
    "ベンダーID",
    "プロダクトID",
    "シリアル",
    "使い方",
    "使う端末",
    "使う人",
    "開始日",
    "終了日",
    "目的",
    "状態",
    "返却日",
)
_UNREAD: Final = ("所属", "状態")
_FIELDS: Final = {
    "number": "媒体番号",
    "kind": "種類",
    "name": "名称",
    "vendor_id": "ベンダーID",
    "product_id": "プロダクトID",
    "serial": "シリアル",
    "access": "使い方",
    "terminal": "使う端末",
    "person": "使う人",
    "starts_on": "開始日",
    "ends_on": "終了日",
    "purpose": "目的",
}
_KINDS: Final = {unicodedata.normalize("NFKC", kind.label).casefold(): kind.value for kind in DeviceKind} | {
    kind.value: kind.value for kind in DeviceKind
}
_ACCESSES: Final = {plain_label(str(one.label)): one.value for one in (Access.ALLOW, Access.READ)} | {
    "": Access.ALLOW.value
}
_STANDING: Final = (ApprovedDevice.State.APPROVED,)


def device_rows(rows: Iterable[ApprovedDevice], names: dict[int, str]) -> Iterable[Sequence[Any]]:
    """Return rows under ``DEVICE_COLUMNS``; *names*: of the units."""
    for row in rows:
        yield (
            row.number,
            row.unit.code,
            names.get(row.unit_id, row.unit.name),
            row.get_kind_display(),
            row.name,
            row.vendor_id,
            row.product_id,
            row.serial,
            row.get_access_display(),
            row.terminal.number if row.terminal else "",
            row.person.number if row.person else "",
            row.starts_on,
            row.ends_on,
            row.purpose,
            row.get_state_display(),
            row.ended_on,
        )


def device_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file would change on a date. ``Invalid`` with every problem's place."""
    require(by, MANAGE_DEVICES)
    wanted = [column for column in DEVICE_COLUMNS if column not in _UNREAD]
    return _Devices(by, on).difference(name, content, wanted)


class _Devices(LedgerReader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = ApprovedDevice.objects.of_city(by.city_id)
        self.standing = {row.number: row for row in rows.select_related("unit", "terminal", "person")}
        self.terminals = frozenset(Terminal.objects.of_city(by.city_id).values_list("number", flat=True))
        self.seen: set[str] = set()

    def change(self) -> Change | None:
        number = unicodedata.normalize("NFKC", self.cells["媒体番号"])
        row = self.standing.get(number)
        if number and number in self.seen:
            self.problem("媒体番号", "同じ番号がファイルに二つあります。")
        self.seen.add(number)
        if row is not None and row.state not in _STANDING:
            return Change(self.row, SAME, f"{row.number}：{row.name}", (), None)
        data = self.data(number, row)
        if data.terminal and data.terminal not in self.terminals:
            self.problem("使う端末", "この端末機番号は端末台帳にありません。")
        if row is None:
            return self.added(data)
        return self.changed(row, data)

    def data(self, number: str, row: ApprovedDevice | None) -> DeviceData:
        kind = unicodedata.normalize("NFKC", self.cells["種類"]).casefold()
        access = plain_label(self.cells["使い方"])
        if access not in _ACCESSES:
            self.problem("使い方", "「使用可」か「読み取り専用」にしてください。")
        data = DeviceData(
            number=row.number if row else number,
            kind=_KINDS.get(kind, ""),
            name=self.cells["名称"],
            vendor_id=self.cells["ベンダーID"],
            product_id=self.cells["プロダクトID"],
            serial=self.cells["シリアル"],
            access=_ACCESSES.get(access, Access.ALLOW.value),
            terminal=self.cells["使う端末"],
            person=self.cells["使う人"],
            starts_on=self.day("開始日"),
            ends_on=self.day("終了日"),
            purpose=self.cells["目的"],
        ).tidy()
        self.refuse(device_problems(data), _FIELDS)
        return data

    def added(self, data: DeviceData) -> Change | None:
        unit = self.unit("所属コード", MANAGE_DEVICES)
        if self.cells["返却日"]:
            self.problem("返却日", "台帳にない媒体の返却は取り込めません。")
        if unit is None:
            return None
        return Change(
            self.row,
            ADDED,
            f"{unit.name}：{data.name}",
            (),
            lambda: register_device(by=self.by, unit=unit, data=data),
        )

    def changed(self, row: ApprovedDevice, data: DeviceData) -> Change | None:
        subject = f"{row.number}：{row.name}"
        if unicodedata.normalize("NFKC", self.cells["所属コード"]) != row.unit.code:
            self.problem(
                "所属コード",
                f"所属は変えられません（いまは{row.unit.code}）。返却してから登録し直してください。",
            )
        ends = self.day("返却日")
        if ends is not None:
            if not row.starts_on <= ends <= self.on:
                self.problem("返却日", "使用の開始日から今日までの日付にしてください。")
            return Change(
                self.row,
                ENDED,
                subject,
                (("返却日", "", ends.isoformat()),),
                lambda: return_device(by=self.by, device=row, on=ends, version=row.version),
            )
        details = told_details(_told(row), _told_data(data))
        return Change(
            self.row,
            CHANGED if details else SAME,
            subject,
            details,
            (lambda: change_device(by=self.by, device=row, data=data, version=row.version))
            if details
            else None,
        )


def _told(row: ApprovedDevice) -> dict[str, str]:
    return {
        "種類": row.get_kind_display(),
        "名称": row.name,
        "ベンダーID": row.vendor_id,
        "プロダクトID": row.product_id,
        "シリアル": row.serial,
        "使い方": row.get_access_display(),
        "使う端末": row.terminal.number if row.terminal else "",
        "使う人": row.person.number if row.person else "",
        "開始日": row.starts_on.isoformat(),
        "終了日": row.ends_on.isoformat(),
        "目的": row.purpose,
    }


def _told_data(data: DeviceData) -> dict[str, str]:
    return {
        "種類": DeviceKind(data.kind).label if data.kind else "",
        "名称": data.name,
        "ベンダーID": data.vendor_id,
        "プロダクトID": data.product_id,
        "シリアル": data.serial,
        "使い方": Access(data.access).label,
        "使う端末": data.terminal,
        "使う人": data.person,
        "開始日": data.starts_on.isoformat() if data.starts_on else "",
        "終了日": data.ends_on.isoformat() if data.ends_on else "",
        "目的": data.purpose,
    }
