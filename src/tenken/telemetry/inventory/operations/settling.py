"""What a city settles: from when on a terminal is silent or old, until when products are supported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.inventory.operations.ledger import CHANGED
from tenken.telemetry.models import InventorySetting, SupportDate
from tenken.telemetry.permissions import MANAGE_TERMINALS

_NOT_KEPT = "登録できませんでした。"
_MOST_DAYS = 3_650
_MOST_JUNK = 200


@dataclass(frozen=True)
class SupportData:
    """One row of the table as given. ``kind``: "os" or "application"; ``hidden``: the product does not count here."""

    kind: str
    product: str
    pattern: str
    ends_on: date
    source: str
    checked_on: date
    extended_to: date | None = None
    hidden: bool = False

    def tidy(self) -> SupportData:
        return replace(
            self,
            product=plain_text(self.product),
            pattern=self.pattern.strip(),
            source=plain_text(self.source),
        )


@transaction.atomic
def save_settings(
    *,
    by: Principal,
    silent_days: int,
    antivirus_days: int,
    patch_days: int,
    junk: Sequence[str],
    version: int,
) -> InventorySetting:
    """Settle from how many days on a terminal is silent, its patterns and its updates old, and what besides the usual
    names no machine (``*`` for anything)."""
    require(by, MANAGE_TERMINALS)
    kept, _ = InventorySetting.objects.select_for_update().get_or_create(city=by.city)
    if kept.version != version:
        raise Stale(CHANGED)
    days = {"silent_days": silent_days, "antivirus_days": antivirus_days, "patch_days": patch_days}
    problems = [
        Problem(f"1から{_MOST_DAYS:,}までの日数にしてください。", _label(name), name)
        for name, count in days.items()
        if not 1 <= count <= _MOST_DAYS
    ]
    patterns = list(dict.fromkeys(one for line in junk if (one := plain_text(line)[:100])))
    if any(len(one.replace("*", "")) < 3 for one in patterns):
        problems.append(
            Problem(
                "「*」のほかに3文字以上を書いてください。短いものは、すべての端末に当てはまります。",
                "番号",
                "junk",
            )
        )
    if len(patterns) > _MOST_JUNK:
        problems.append(Problem(f"{_MOST_JUNK}件までです。", "番号", "junk"))
    if problems:
        raise Invalid(_NOT_KEPT, problems)
    before = {**{name: getattr(kept, name) for name in days}, "junk": kept.junk}
    after: dict[str, Any] = {**days, "junk": patterns}
    if after != before:
        for name, value in after.items():
            setattr(kept, name, value)
        kept.version += 1
        kept.save()
        _note(by, "telemetry.inventory.settings", kept.pk, {"before": before, "after": after})
    return kept


def support_problems(data: SupportData) -> list[Problem]:
    """Return what is wrong with a row (tidied); a pattern that everything matches is refused."""
    problems = []
    for name, label, longest in (
        ("product", "製品", 120),
        ("pattern", "照合の式", 200),
        ("source", "出典", 200),
    ):
        value = getattr(data, name)
        if not value:
            problems.append(Problem("入力してください。", label, name))
        elif len(value) > longest:
            problems.append(Problem(f"{longest}字までです。", label, name))
    if data.kind not in SupportDate.Kind.values:
        problems.append(Problem("種類を選んでください。", "種類", "kind"))
    if data.extended_to is not None and data.extended_to <= data.ends_on:
        problems.append(Problem("サポート終了日より後にしてください。", "有償の延長の終了日", "extended_to"))
    if data.pattern and len(data.pattern) <= 200 and (wrong := _wrong_pattern(data.pattern)):
        problems.append(Problem(wrong, "照合の式", "pattern"))
    return problems


def _wrong_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        return f"正規表現として読めません（{error.msg}）。"
    if re.search(r"[+*}]\)*[+*{]", pattern):
        return "繰返しの繰返しは使えません。照合に時間がかかりすぎます。"
    if compiled.search(""):
        return "すべてに当てはまる式です。製品の名称を書いてください。"
    return ""


@transaction.atomic
def save_support(*, by: Principal, data: SupportData, version: int = 0) -> SupportDate:
    """Keep the city's own row of a product: it goes before the shipped one. *version*: of the row that stands, 0 for a
    product without one."""
    require(by, MANAGE_TERMINALS)
    tidy = data.tidy()
    if problems := support_problems(tidy):
        raise Invalid(_NOT_KEPT, problems)
    kept = (
        SupportDate.objects.select_for_update()
        .filter(city=by.city_id, kind=tidy.kind, product=tidy.product)
        .first()
    )
    if (kept.version if kept else 0) != version:
        raise Stale(CHANGED)
    before = _told(kept) if kept else {}
    kept = kept or SupportDate(city=by.city, kind=tidy.kind, product=tidy.product, version=0)
    for name in ("pattern", "ends_on", "extended_to", "source", "checked_on", "hidden"):
        setattr(kept, name, getattr(tidy, name))
    if (after := _told(kept)) != before:
        kept.version += 1
        kept.save()
        _note(by, "telemetry.support.save", kept.pk, {"before": before, "after": after})
    return kept


@transaction.atomic
def remove_support(*, by: Principal, row: SupportDate, version: int) -> None:
    """Take the city's own row away: the shipped one of the product, if any, counts again."""
    require(by, MANAGE_TERMINALS)
    kept = SupportDate.objects.select_for_update().filter(pk=row.pk, city=by.city_id).first()
    if kept is None:
        raise Missing("この行はありません。")
    if kept.version != version:
        raise Stale(CHANGED)
    _note(by, "telemetry.support.remove", kept.pk, {"before": _told(kept), "after": {}})
    kept.delete()


def _told(row: SupportDate) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "product": row.product,
        "pattern": row.pattern,
        "ends_on": row.ends_on.isoformat(),
        "extended_to": row.extended_to and row.extended_to.isoformat(),
        "source": row.source,
        "checked_on": row.checked_on.isoformat(),
        "hidden": row.hidden,
    }


def _label(name: str) -> str:
    return str(InventorySetting._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _note(by: Principal, operation: str, key: int, changes: dict[str, Any]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("telemetry.inventory", key),
        changes=changes,
    )
