"""What was done to a row of a ledger, from the journal."""

from __future__ import annotations

from typing import Any

from tenken.assets.models import InformationSystem, SystemOccurrence
from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.journal.labels import operation_label
from tenken.journal.queries import contents, entries
from tenken.workbooks.ledgers import forms_text
from tenken.workbooks.system_ledger import networks_text

_SHOWN = 50
_LABELS = {
    "name": "名称",
    "classification": "重要性分類",
    "amount": "件数",
    "forms": "保管の形",
    "location": "保管場所",
    "personal_data": "個人情報を含む",
    "main": "主要な情報資産",
    "system": "情報システム",
    "important": "重要な情報システム",
    "outline": "概要",
    "owner": "所管課コード",
    "kind": "種類",
    "users": "利用する課公所",
    "used_by_all": "全庁で利用",
    "networks": "接続するネットワーク",
    "public": "インターネットに公開",
    "outage_is_grave": "一週間の停止が重大な支障",
    "named_important_because": "重要と定めた理由",
    "vendor": "保守の事業者",
    "in_use_since": "稼働開始日",
    "support_ends_on": "サポート終了日",
    "products": "製品",
    "happened_on": "発生日",
    "because": "理由",
    "valid_to": "終了日",
}
# What stands in an entry that is no before and after: an end, something that happened.
_ALONE = frozenset({"valid_to", "kind", "happened_on", "outline", "because"})
_KINDS = {kind.value: kind.label for kind in (*InformationSystem.Kind, *SystemOccurrence.Kind)}
_CLASSES = {"S": "Ｓ", "1": "Ⅰ", "2": "Ⅱ", "3": "Ⅲ"}


def history(city_code: str, subject: tuple[str, int]) -> list[dict[str, str]]:
    """Return what the journal says of *subject*, newest first, as the timeline shows it. Two queries."""
    page = list(entries(city_code, subject=subject)[:_SHOWN])
    said = contents(page)
    return [
        {
            "when": era_date(entry.recorded_at.astimezone(JAPAN).date()),
            "who": content.name if (content := said.get(entry.pk)) else entry.actor_code,
            "what": operation_label(entry.operation),
            "comment": _told(content.changes) if content else "",
            "tone": "blue",
        }
        for entry in page
    ]


def _told(changes: dict[str, Any]) -> str:
    before, after = changes.get("before", {}), changes.get("after", changes)
    lines = []
    for key, value in after.items():
        if key in _LABELS and "before" in changes and before.get(key) != value:
            lines.append(f"{_LABELS[key]}：{_shown(key, before.get(key))} → {_shown(key, value)}")
        elif key in _ALONE and "after" not in changes:
            label = "内容" if key == "outline" else _LABELS[key]
            lines.append(f"{label}：{_shown(key, value)}")
    return "\n".join(lines)


def _shown(key: str, value: Any) -> str:
    if value in (None, "", []):
        return "（なし）"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if key == "classification":
        return _CLASSES.get(value, str(value))
    if key == "kind":
        return _KINDS.get(value, str(value))
    if isinstance(value, list):
        return {"forms": forms_text, "networks": networks_text}.get(key, "、".join)(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
