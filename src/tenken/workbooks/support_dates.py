"""The table of end-of-support dates as a file, out and back. What is shipped goes out with the city's own rows; a row that
comes back as it is shipped is no row of the city's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from tenken.assets.support import Support, shipped
from tenken.organization.access import Principal, require
from tenken.telemetry.inventory.operations import SupportData, save_support, support_problems
from tenken.telemetry.models import SupportDate
from tenken.telemetry.permissions import MANAGE_TERMINALS
from tenken.workbooks.ledger_files import (
    ADDED,
    CHANGED,
    SAME,
    Change,
    Difference,
    LedgerReader,
    mark,
    plain_label,
    told_details,
)

SUPPORT_COLUMNS: Final = (
    "種類",
    "製品",
    "照合の式",
    "サポート終了日",
    "有償の延長の終了日",
    "出典",
    "確認日",
    "使わない",
)
_REQUIRED: Final = ("種類", "製品", "照合の式", "サポート終了日", "出典")
_OPTIONAL: Final = ("有償の延長の終了日", "確認日", "使わない")
_FIELDS: Final = {
    "kind": "種類",
    "product": "製品",
    "pattern": "照合の式",
    "source": "出典",
    "extended_to": "有償の延長の終了日",
}
_KINDS = {plain_label(kind.label): kind.value for kind in SupportDate.Kind}


def support_lines(own: Iterable[SupportDate]) -> Iterable[Sequence[Any]]:
    """Return the table under ``SUPPORT_COLUMNS``: the city's *own* rows, then those shipped of other products."""
    rows = list(own)
    for row in rows:
        yield (
            row.get_kind_display(),
            row.product,
            row.pattern,
            row.ends_on,
            row.extended_to,
            row.source,
            row.checked_on,
            mark(row.hidden),
        )
    named = {(row.kind, row.product) for row in rows}
    for kind in SupportDate.Kind:
        for one in shipped(kind.value):
            if (kind.value, one.product) not in named:
                dates = (one.on, one.extended_to, one.source, one.checked_on)
                yield (kind.label, one.product, one.pattern, *dates, "")


def support_difference(*, by: Principal, name: str, content: bytes, on: date) -> Difference:
    """Return what a file of support dates would change. ``Invalid`` with every problem's place."""
    require(by, MANAGE_TERMINALS)
    return _Dates(by, on).difference(name, content, _REQUIRED, _OPTIONAL)


class _Dates(LedgerReader):
    def __init__(self, by: Principal, on: date) -> None:
        super().__init__(by, on)
        rows = SupportDate.objects.filter(city=by.city_id)
        self.own = {(row.kind, row.product): row for row in rows}
        self.shipped = {(kind, row.product): row for kind in SupportDate.Kind.values for row in shipped(kind)}
        self.seen: set[tuple[str, str]] = set()

    def change(self) -> Change | None:
        kind = _KINDS.get(plain_label(self.cells["種類"]), "")
        ends, extended = self.day("サポート終了日"), self.optional("有償の延長の終了日")
        checked = self.optional("確認日") or self.on
        if ends is None:
            self.problem("サポート終了日", "日付を入力してください。")
            return None
        data = SupportData(
            kind=kind,
            product=self.cells["製品"],
            pattern=self.cells["照合の式"],
            ends_on=ends,
            source=self.cells["出典"],
            checked_on=checked,
            extended_to=extended,
            hidden=self.flag("使わない") if "使わない" in self.cells else False,
        ).tidy()
        self.refuse(support_problems(data), _FIELDS)
        key = data.kind, data.product
        if key in self.seen:
            self.problem("製品", "同じ製品がファイルに二つあります。")
        self.seen.add(key)
        standing = self.own.get(key)
        before = _told(standing) if standing else _told_shipped(self.shipped.get(key))
        details = told_details(before, _told(data)) if before else ()
        if before and not details:
            return Change(self.row, SAME, data.product, (), None)
        version = standing.version if standing else 0
        return Change(
            self.row,
            CHANGED if before else ADDED,
            data.product,
            details,
            lambda: save_support(by=self.by, data=data, version=version),
        )

    def optional(self, column: str) -> date | None:
        return self.day(column) if column in self.cells else None


def _told(row: SupportDate | SupportData) -> dict[str, str]:
    return {
        "照合の式": row.pattern,
        "サポート終了日": row.ends_on.isoformat(),
        "有償の延長の終了日": row.extended_to.isoformat() if row.extended_to else "",
        "出典": row.source,
        "使わない": mark(row.hidden),
    }


def _told_shipped(row: Support | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "照合の式": row.pattern,
        "サポート終了日": row.on.isoformat(),
        "有償の延長の終了日": row.extended_to.isoformat() if row.extended_to else "",
        "出典": row.source,
        "使わない": "",
    }
