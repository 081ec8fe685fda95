"""How visits are spoken of on their pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from tenken.audit.models import GoodPractice, Visit, VisitEvent
from tenken.audit.states import (
    CANCELLED,
    CLOSED,
    FOLLOW_UP,
    IN_PROGRESS,
    NOTIFIED,
    PLANNED,
    REPORTED,
    VISITED,
)
from tenken.audit.words import EVENT_LABELS
from tenken.common.era import era_date

_TONES = {
    PLANNED: "neutral",
    NOTIFIED: "blue",
    IN_PROGRESS: "yellow",
    VISITED: "yellow",
    REPORTED: "blue",
    FOLLOW_UP: "yellow",
    CLOSED: "green",
    CANCELLED: "neutral",
}
STATUSES = {code: (str(label), _TONES[code]) for code, label in Visit.Status.choices}
SELECTION_STATUSES = {
    "drawn": ("検討中", "yellow"),
    "adopted": ("決定", "green"),
    "discarded": ("不採用", "neutral"),
}
PERMISSIONS = {
    code: (str(label), tone)
    for (code, label), tone in zip(
        GoodPractice.Permission.choices, ("neutral", "yellow", "green", "red"), strict=True
    )
}
SEEN_TONES = {"agree": "green", "disagree": "red", "not_seen": "neutral"}
SAID_TONES = {"conforms": "green", "issue": "red", "not_applicable": "neutral"}
_ROAD = (
    ("計画", PLANNED),
    ("通知", NOTIFIED),
    ("訪問", IN_PROGRESS),
    ("事実確認", VISITED),
    ("報告", REPORTED),
    ("フォローアップ", FOLLOW_UP),
    ("終了", CLOSED),
)


def steps(visit: Visit) -> list[dict[str, Any]]:
    """Return the road of a visit with where it is; nothing for one called off."""
    if visit.status == CANCELLED:
        return []
    order = [status for _, status in _ROAD]
    here = order.index(visit.status)
    days: dict[str, date | None] = {
        NOTIFIED: visit.letter_on,
        IN_PROGRESS: visit.visited_on or visit.planned_on,
        VISITED: visit.facts_on,
        REPORTED: visit.reported_on,
        CLOSED: visit.closed_on,
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


def when(day: date | None, begins_at: time | None, ends_at: time | None) -> str:
    """Return 「平成26年11月6日（木）13:30～15:00」; 「未定」 while there is no day."""
    if day is None:
        return "未定"
    span = "".join(
        f"{one.hour}:{one.minute:02d}{mark}" for one, mark in ((begins_at, "～"), (ends_at, "")) if one
    )
    return f"{era_date(day)}（{'月火水木金土日'[day.weekday()]}）{span}"


def timeline(events: Iterable[VisitEvent]) -> list[dict[str, str]]:
    """Return the story of a visit as the timeline draws it, newest first."""
    return [
        {
            "when": era_date(event.happened_on),
            "who": event.by_name,
            "what": EVENT_LABELS.get(event.event, event.event),
            "comment": event.comment,
            "tone": STATUSES[event.status][1] if event.status in STATUSES else "neutral",
        }
        for event in reversed(list(events))
    ]
