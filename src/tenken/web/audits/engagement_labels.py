"""How audits are spoken of on their pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tenken.audit.engagement_states import (
    CANCELLED,
    CLOSED,
    DRAFTED,
    FIELDWORK,
    ISSUED,
    NOTIFIED,
    PLANNED,
)
from tenken.audit.models import Engagement, EngagementEvent, ReportItem
from tenken.common.era import era_date

_TONES = {
    PLANNED: "neutral",
    NOTIFIED: "blue",
    FIELDWORK: "yellow",
    DRAFTED: "yellow",
    ISSUED: "blue",
    CLOSED: "green",
    CANCELLED: "neutral",
}
STATUSES = {code: (str(label), _TONES[code]) for code, label in Engagement.Status.choices}
KIND_TONES = {
    "exception": "red",
    "opinion": "blue",
    "potential": "yellow",
    "assessment": "neutral",
    "good_practice": "green",
}
ITEM_KINDS = {code: (str(label), KIND_TONES[code]) for code, label in ReportItem.Kind.choices}
EVENTS = {
    "planned": "計画した",
    "ordered": "特命監査を命じた",
    "changed": "計画を変更した",
    "viewpoints": "着眼点を決めた",
    "appointed": "監査人を任命した",
    "ended": "監査人の任命を終えた",
    "notified": "通知した",
    "begun": "監査を始めた",
    "visit": "訪問調査を決めた",
    "head": "報告書の概要を書いた",
    "sent": "報告書案を送った",
    "answered": "報告書案に回答した",
    "replied": "相違に対応した",
    "issued": "報告した",
    "closed": "終了した",
    "cancelled": "取りやめた",
    "past": "過去の記録を取り込んだ",
}
_ROAD = (
    ("計画", PLANNED),
    ("通知", NOTIFIED),
    ("実施", FIELDWORK),
    ("事実確認", DRAFTED),
    ("報告", ISSUED),
    ("終了", CLOSED),
)


def steps(engagement: Engagement, sent_on: date | None) -> list[dict[str, Any]]:
    """Return the road of an audit with where it is; nothing for one called off."""
    if engagement.status == CANCELLED:
        return []
    order = [status for _, status in _ROAD]
    here = order.index(engagement.status)
    days = {
        NOTIFIED: engagement.letter_on,
        FIELDWORK: engagement.began_on,
        DRAFTED: sent_on,
        ISSUED: engagement.issued_on,
        CLOSED: engagement.closed_on,
    }
    return [
        {
            "label": label,
            "state": "done"
            if place < here or here == len(order) - 1
            else "current"
            if place == here
            else "todo",
            "when": era_date(day) if (day := days.get(status)) else "",
        }
        for place, (label, status) in enumerate(_ROAD)
    ]


def timeline(events: Iterable[EngagementEvent]) -> list[dict[str, str]]:
    """Return the story of an audit as the timeline draws it, newest first."""
    return [
        {
            "when": era_date(event.happened_on),
            "who": event.by_name,
            "what": EVENTS.get(event.event, event.event),
            "comment": event.comment,
            "tone": STATUSES[event.status][1] if event.status in STATUSES else "neutral",
        }
        for event in reversed(list(events))
    ]


def number_of(engagement: Engagement) -> str:
    """Return 「2026-3」, what an audit is cited by."""
    return f"{engagement.fiscal_year}-{engagement.number}"
