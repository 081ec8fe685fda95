"""What visits are called where a model's own choices do not say it."""

from __future__ import annotations

from tenken.audit.models.records import VisitItem

# Where the sheet asked nothing there is nothing to agree with.
_NOT_ASKED = {"agree": "問題なし", "disagree": "問題あり", "not_seen": "未確認"}
_ASKED: dict[str, str] = dict(VisitItem.Seen.choices)

EVENT_LABELS = {
    "planned": "計画した",
    "changed": "日時と監査人を決めた",
    "items": "確認項目を決めた",
    "notified": "通知した",
    "started": "訪問を始めた",
    "finished": "訪問を終えた",
    "facts_asked": "事実の確認を求めた",
    "facts_answered": "事実の確認に答えた",
    "reported": "報告した",
    "met": "報告会を開いた",
    "closed": "終了した",
    "cancelled": "取りやめた",
    "past": "過去の記録を取り込んだ",
}


def seen_choices(said: str) -> tuple[tuple[str, str], ...]:
    """Return what may have been seen, in words that fit whether the sheet had *said* anything."""
    return tuple((_ASKED if said else _NOT_ASKED).items())


def seen_label(said: str, seen: str) -> str:
    """Return what was *seen* in words; '' when nothing is recorded."""
    return dict(seen_choices(said)).get(seen, "")
