"""The life of an audit. Pure: what stands + what happens -> what stands then, or a refusal with its sentence.

planned --notify--> notified --begin--> fieldwork --send--> drafted --issue--> issued --close--> closed
planned, notified, fieldwork --cancel--> cancelled
"""

from __future__ import annotations

from tenken.common.refusals import Stale

PLANNED = "planned"
NOTIFIED = "notified"
FIELDWORK = "fieldwork"
DRAFTED = "drafted"
ISSUED = "issued"
CLOSED = "closed"
CANCELLED = "cancelled"

# The audited section has been written to, and the audit is not called off.
TOLD = frozenset({NOTIFIED, FIELDWORK, DRAFTED, ISSUED, CLOSED})
# Work on it is under way: who audits it has to be independent.
LIVE = frozenset({PLANNED, NOTIFIED, FIELDWORK, DRAFTED})
# What is said is said for good.
SAID = frozenset({ISSUED, CLOSED})
# What the report will say may still be written.
OPEN_TO_ITEMS = frozenset({NOTIFIED, FIELDWORK, DRAFTED})

_AFTER: dict[tuple[str, str], str] = {
    (PLANNED, "change"): PLANNED,
    (NOTIFIED, "change"): NOTIFIED,
    (PLANNED, "appoint"): PLANNED,
    (NOTIFIED, "appoint"): NOTIFIED,
    (FIELDWORK, "appoint"): FIELDWORK,
    (DRAFTED, "appoint"): DRAFTED,
    (PLANNED, "notify"): NOTIFIED,
    (NOTIFIED, "notify"): NOTIFIED,
    (NOTIFIED, "begin"): FIELDWORK,
    # The first thing written down begins the fieldwork; until the report it may be put right.
    (NOTIFIED, "record"): FIELDWORK,
    (FIELDWORK, "record"): FIELDWORK,
    (DRAFTED, "record"): DRAFTED,
    (FIELDWORK, "send"): DRAFTED,
    (DRAFTED, "send"): DRAFTED,
    (DRAFTED, "answer"): DRAFTED,
    (DRAFTED, "reply"): DRAFTED,
    (DRAFTED, "issue"): ISSUED,
    (ISSUED, "close"): CLOSED,
    (PLANNED, "cancel"): CANCELLED,
    (NOTIFIED, "cancel"): CANCELLED,
    (FIELDWORK, "cancel"): CANCELLED,
}
_REFUSED = {
    "change": "始まった監査の計画は変えられません。",
    "appoint": "報告した監査と取りやめた監査の監査人は変えられません。",
    "notify": "始まった監査の通知は出し直せません。",
    "begin": "通知した監査だけを始められます。",
    "record": "監査の結果を記録できるのは、通知してから報告するまでの間です。",
    "send": "報告書案を送れるのは、監査を始めてから報告するまでの間です。",
    "answer": "報告書案に回答できるのは、事実確認中の監査だけです。",
    "reply": "相違に対応できるのは、事実確認中の監査だけです。",
    "issue": "事実確認をした監査だけを報告できます。",
    "close": "報告した監査だけを終了できます。",
    "cancel": "報告書案を送った監査は取りやめられません。",
}
EVENTS = frozenset(_REFUSED)


def engagement_after(status: str, event: str) -> str:
    """Return an audit's status after *event* (one of :data:`EVENTS`). ``Stale`` when it is impossible in *status*;
    ``KeyError`` for an unknown event."""
    following = _AFTER.get((status, event))
    if following is None:
        raise Stale(_REFUSED[event])
    return following


def may(status: str, event: str) -> bool:
    """Tell whether *event* is possible in *status*."""
    return (status, event) in _AFTER
