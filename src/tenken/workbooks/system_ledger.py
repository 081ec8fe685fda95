"""情報システム台帳 as a file, out and back, as ``ledgers`` does with information assets.

A column that is not in the file leaves what stands: an office may send only what it changes. Whether a system is
important is shown and never read: it follows from the other columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from tenken.assets.ledger import ProductData, SystemData, system_problems
from tenken.assets.models import Classification, InformationSystem, Network, SystemProduct
from tenken.assets.operations import add_system, change_system, retire_system
from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.assets.queries import handling_of, system_data
from tenken.assets.rules.importance import criteria
from tenken.common.era import parse_date
from tenken.organization.access import Principal, decide, require_somewhere
from tenken.organization.models import Unit
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

_REQUIRED: Final = ("コード", "名称", "所管課コード")
_OPTIONAL: Final = (
    "種類",
    "利用する課公所",
    "ネットワーク",
    "インターネットに公開",
    "重要性分類",
    "個人情報",
    "一週間の停止が重大な支障",
    "重要と定めた理由",
    "保守の事業者",
    "稼働開始日",
    "サポート終了日",
    "製品",
    "概要",
    "開始日",
    "終了日",
)
SYSTEM_COLUMNS: Final = (
    *_REQUIRED,
    "所管課",
    *_OPTIONAL[:8],
    "重要な情報システム",
    "重要とする条件",
    *_OPTIONAL[8:],
)
EVERYBODY: Final = "全庁"
_FIELDS = {
    "code": "コード",
    "name": "名称",
    "kind": "種類",
    "users": "利用する課公所",
    "networks": "ネットワーク",
    "classification": "重要性分類",
    "named_important_because": "重要と定めた理由",
    "vendor": "保守の事業者",
    "support_ends_on": "サポート終了日",
    "products": "製品",
    "outline": "概要",
}
_KINDS = {plain_label(kind.label): kind.value for kind in InformationSystem.Kind}
_NETWORKS = {plain_label(network.label): network.value for network in Network}
_PRODUCT_KINDS = {
    unicodedata.normalize("NFKC", kind.label).upper(): kind.value for kind in SystemProduct.Kind
}
_BETWEEN = re.compile(r"[、,，\s]+")


def system_rows(
    rows: Sequence[InformationSystem], names: dict[int, str], on: date
) -> Iterable[Sequence[Any]]:
    """Return rows of the ledger under ``SYSTEM_COLUMNS``; *names*: of the units. With ``used_by`` and ``products``
    fetched beforehand it asks two queries more, however many rows."""
    handling = handling_of(rows, on)
    for row in rows:
        said = _told(system_data(row), _codes(row)) | {
            "所管課": names.get(row.owner_id, row.owner.name),
            "重要な情報システム": mark(row.important),
            "重要とする条件": "、".join(one.label for one in criteria(handling[row.pk])),
            "稼働開始日": row.in_use_since,
            "サポート終了日": row.support_ends_on,
            "開始日": row.valid_from,
            "終了日": row.valid_to,
        }
        yield [said[column] for column in SYSTEM_COLUMNS]


def system_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of information systems would change on a date. ``Invalid`` with every problem's place."""
    require_somewhere(by, MANAGE_SYSTEMS)
    return _Systems(by, on).difference(name, content, _REQUIRED, _OPTIONAL)


def products_text(products: Iterable[ProductData]) -> str:
    """Return products as a cell holds them, one a line: 「OS｜Windows Server｜2012 R2｜2023-10-10」."""
    return "\n".join(
        "｜".join(
            (
                SystemProduct.Kind(one.kind).label,
                one.name,
                one.release,
                one.support_ends_on.isoformat() if one.support_ends_on else "",
            )
        ).rstrip("｜")
        for one in products
    )


def networks_text(networks: Iterable[str]) -> str:
    """Return networks in words: 「LGWAN接続系、インターネット接続系」."""
    return "、".join(Network(code).label for code in networks if code in Network.values)


class _Systems(LedgerReader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = InformationSystem.objects.of_city(by.city_id).select_related("owner__city")
        self.standing = {row.code: row for row in rows.prefetch_related("used_by", "products")}
        self.seen: set[str] = set()

    def change(self) -> Change | None:
        code = unicodedata.normalize("NFKC", self.cells["コード"])
        if code in self.seen:
            self.problem("コード", "同じコードがファイルに二つあります。")
        self.seen.add(code)
        row = self.standing.get(code)
        owner = self.owner(row)
        if row is not None and row.valid_to is not None:
            return self.ended(row)
        base = system_data(row) if row else SystemData(code, "", 0, products=())
        data = replace(base, name=self.cells["名称"], owner_id=owner.pk if owner else 0)
        data = self.said(data, _codes(row) if row else {}).tidy()
        self.refuse(system_problems(data), _FIELDS)
        starts, ends = self.optional_day("開始日") or self.on, self.optional_day("終了日")
        if owner is None:
            return None
        if row is None:
            subject = f"{data.code} {data.name}"
            return Change(self.row, ADDED, subject, (), lambda: add_system(by=self.by, data=data, on=starts))
        return self.changed(row, owner, data, ends)

    def owner(self, row: InformationSystem | None) -> Unit | None:
        """Return the section of the row; one that has ended may stand where it stood."""
        if row is not None and unicodedata.normalize("NFKC", self.cells["所管課コード"]) == row.owner.code:
            if not (allowed := decide(self.by, MANAGE_SYSTEMS, unit=row.owner)):
                self.problem("所管課コード", allowed.reason)
            return row.owner
        return self.unit("所管課コード", MANAGE_SYSTEMS)

    def said(self, data: SystemData, users: dict[int, str]) -> SystemData:
        """Return *data* with what the columns of the file say."""
        read: dict[str, Callable[[], dict[str, Any]]] = {
            "種類": lambda: {"kind": self.one_of("種類", _KINDS) or data.kind},
            "利用する課公所": lambda: self.users(users),
            "ネットワーク": lambda: {"networks": self.networks()},
            "インターネットに公開": lambda: {"public": self.flag("インターネットに公開")},
            "重要性分類": lambda: {"classification": self.class_or_none()},
            "個人情報": lambda: {"personal_data": self.flag("個人情報")},
            "一週間の停止が重大な支障": lambda: {"outage_is_grave": self.flag("一週間の停止が重大な支障")},
            "重要と定めた理由": lambda: {"named_important_because": self.cells["重要と定めた理由"]},
            "保守の事業者": lambda: {"vendor": self.cells["保守の事業者"]},
            "稼働開始日": lambda: {"in_use_since": self.day("稼働開始日")},
            "サポート終了日": lambda: {"support_ends_on": self.day("サポート終了日")},
            "製品": lambda: {"products": self.products()},
            "概要": lambda: {"outline": self.cells["概要"]},
        }
        values: dict[str, Any] = {}
        for column, reading in read.items():
            if column in self.cells:
                values |= reading()
        return replace(data, **values)

    def one_of(self, column: str, choices: dict[str, str]) -> str:
        said = plain_label(self.cells[column])
        if said and said not in choices:
            self.problem(column, f"「{'」「'.join(choices)}」のどれかにしてください。")
        return choices.get(said, "")

    def class_or_none(self) -> str:
        said = self.classification("重要性分類")
        if self.cells["重要性分類"] and not said:
            self.problem("重要性分類", "Ｓ・Ⅰ・Ⅱ・Ⅲのどれかにしてください。")
        return said

    def users(self, standing: dict[int, str]) -> dict[str, Any]:
        codes = [
            unicodedata.normalize("NFKC", code)
            for code in _BETWEEN.split(self.cells["利用する課公所"])
            if code
        ]
        known = {code: key for key, code in standing.items()} | {
            code: unit.pk for code, unit in self.units.items()
        }
        everybody = EVERYBODY in codes
        codes = [code for code in codes if code != EVERYBODY]
        for code in codes:
            if code not in known:
                self.problem("利用する課公所", f"所属コード「{code[:30]}」の組織は、この日にありません。")
        return {
            "users": frozenset(known[code] for code in codes if code in known),
            "used_by_all": everybody,
        }

    def networks(self) -> tuple[str, ...]:
        found = []
        for said in self.cells["ネットワーク"].replace(",", "、").replace("，", "、").split("、"):
            if not (wanted := plain_label(said)):
                continue
            if wanted not in _NETWORKS:
                self.problem(
                    "ネットワーク",
                    f"「{wanted[:30]}」はありません。「{'」「'.join(_NETWORKS)}」から選んでください。",
                )
                return ()
            found.append(_NETWORKS[wanted])
        return tuple(found)

    def products(self) -> tuple[ProductData, ...]:
        """Read the lines of the cell; what is wrong with one names the line."""
        found = []
        lines = [line for line in self.cells["製品"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
            kind = _PRODUCT_KINDS.get(unicodedata.normalize("NFKC", parts[0]).upper())
            if kind is None or not 2 <= len(parts) <= 4:
                self.problem(
                    "製品",
                    f"{number}行目「{line[:40]}」は「種類｜製品｜版｜サポート終了日」の形で書いてください"
                    f"（種類は{'・'.join(SystemProduct.Kind.labels)}）。",
                )
                return ()
            release, ends = [*parts[2:], "", ""][:2]
            try:
                found.append(ProductData(kind, parts[1], release, parse_date(ends) if ends else None))
            except ValueError as error:
                self.problem("製品", f"{number}行目：{error}")
                return ()
        return tuple(found)

    def optional_day(self, column: str) -> date | None:
        return self.day(column) if column in self.cells else None

    def ended(self, row: InformationSystem) -> Change | None:
        """A row that was taken off comes back as it went out, or not at all."""
        if self.optional_day("終了日") != row.valid_to:
            self.problem("コード", "台帳から外した情報システムのコードです。")
        return Change(self.row, SAME, f"{row.code} {row.name}", (), None)

    def changed(
        self, row: InformationSystem, owner: Unit, data: SystemData, ends: date | None
    ) -> Change | None:
        subject = f"{row.code} {row.name}"
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
        codes = _codes(row) | {unit.pk: unit.code for unit in self.units.values()} | {owner.pk: owner.code}
        details = told_details(_told(system_data(row), codes), _told(data, codes))
        return Change(
            self.row,
            CHANGED if details else SAME,
            subject,
            details,
            (lambda: change_system(by=self.by, system=row, data=data, version=row.version, on=self.on))
            if details
            else None,
        )


def _codes(row: InformationSystem) -> dict[int, str]:
    """The codes of the units a row names, fetched beforehand."""
    return {unit.pk: unit.code for unit in (row.owner, *row.used_by.all())}


def _told(data: SystemData, codes: dict[int, str]) -> dict[str, Any]:
    """Return what a row says in the file, by column; *codes*: of the units it names."""
    users = sorted(codes[key] for key in data.users)
    return {
        "コード": data.code,
        "種類": InformationSystem.Kind(data.kind).label,
        "名称": data.name,
        "所管課コード": codes[data.owner_id],
        "利用する課公所": "、".join([EVERYBODY, *users] if data.used_by_all else users),
        "ネットワーク": networks_text(data.networks),
        "インターネットに公開": mark(data.public),
        "重要性分類": Classification(data.classification).label if data.classification else "",
        "個人情報": mark(data.personal_data),
        "一週間の停止が重大な支障": mark(data.outage_is_grave),
        "重要と定めた理由": data.named_important_because,
        "保守の事業者": data.vendor,
        "稼働開始日": data.in_use_since.isoformat() if data.in_use_since else "",
        "サポート終了日": data.support_ends_on.isoformat() if data.support_ends_on else "",
        "製品": products_text(sorted(data.products or (), key=lambda one: (one.kind, one.name, one.release))),
        "概要": data.outline,
    }
