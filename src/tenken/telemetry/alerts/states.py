"""The life of an alert: 未対応 → 担当決定 → 対応中 → 完了, and back when it was closed too early. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tenken.common.refusals import Invalid, Problem
from tenken.telemetry.models.alerts import Alert

NEW, ASSIGNED, IN_HAND, CLOSED = (
    Alert.Status.NEW,
    Alert.Status.ASSIGNED,
    Alert.Status.IN_HAND,
    Alert.Status.CLOSED,
)
OPEN: Final = (NEW, ASSIGNED, IN_HAND)
LEVELS: Final = ("informational", "low", "medium", "high", "critical")
# Reasons that say little by themselves want a word more.
REASONS_WITH_COMMENT: Final = frozenset({Alert.Reason.OTHER, Alert.Reason.PERMITTED})


@dataclass(frozen=True)
class Assign:
    """Somebody (職員番号の内部の番号) is to see to it."""

    person_id: int


@dataclass(frozen=True)
class Take:
    """The one who acts sees to it now."""

    person_id: int


@dataclass(frozen=True)
class Close:
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class Reopen:
    comment: str


Event = Assign | Take | Close | Reopen


@dataclass(frozen=True)
class Outcome:
    """What the alert is then. ``assignee``: who sees to it."""

    status: Alert.Status
    assignee: int | None
    reason: str = ""


def transition(status: str, assignee: int | None, event: Event) -> Outcome:
    """Return what *event* makes of an alert. ``Invalid`` where it cannot be."""
    match event:
        case Reopen(comment):
            return _reopened(status, assignee, comment)
        case _ if status == CLOSED:
            raise Invalid("完了したアラートです。続けるには、先に再開してください。")
        case Assign(person):
            return Outcome(IN_HAND if status == IN_HAND else ASSIGNED, person)
        case Take(person):
            if status == IN_HAND and assignee == person:
                raise Invalid("あなたが対応中のアラートです。")
            return Outcome(IN_HAND, person)
        case Close(reason, comment):
            return _closed(assignee, reason, comment)


def _closed(assignee: int | None, reason: str, comment: str) -> Outcome:
    if reason not in Alert.Reason.values:
        raise Invalid("完了の理由を選んでください。", [Problem("選んでください。", "完了の理由", "reason")])
    if reason in REASONS_WITH_COMMENT and not comment.strip():
        message = f"「{Alert.Reason(reason).label}」のときは、内容も入力してください。"
        raise Invalid(message, [Problem(message, "内容", "comment")])
    return Outcome(CLOSED, assignee, reason)


def _reopened(status: str, assignee: int | None, comment: str) -> Outcome:
    if status != CLOSED:
        raise Invalid("完了していないアラートです。")
    if not comment.strip():
        raise Invalid("再開できません。", [Problem("再開する理由を入力してください。", "内容", "comment")])
    return Outcome(IN_HAND if assignee else NEW, assignee)


def severity_of(level: str) -> int:
    """Return how grave *level* is: 0 (参考) to 4 (緊急)."""
    return LEVELS.index(level)


def at_least(level: str, lowest: str) -> bool:
    """Tell whether *level* is *lowest* or graver; '' as *lowest*: none is."""
    return bool(lowest) and severity_of(level) >= severity_of(lowest)
