"""The life of a visit. Pure: what stands + what happens -> what stands then, or a refusal with its sentence.

planned --notify--> notified --record--> in_progress --finish--> visited --report--> reported --meet--> follow_up
planned, notified --cancel--> cancelled
reported, follow_up --close, once every finding is settled--> closed
"""

from __future__ import annotations

from tenken.common.refusals import Stale

PLANNED = "planned"
NOTIFIED = "notified"
IN_PROGRESS = "in_progress"
VISITED = "visited"
REPORTED = "reported"
FOLLOW_UP = "follow_up"
CLOSED = "closed"
CANCELLED = "cancelled"

# Somebody was there.
TOOK_PLACE = frozenset({VISITED, REPORTED, FOLLOW_UP, CLOSED})
# What was found is said for good: its findings stand in the section's list.
SAID = frozenset({REPORTED, FOLLOW_UP, CLOSED})
# What was seen may still be written down or put right.
OPEN_TO_RECORDS = frozenset({NOTIFIED, IN_PROGRESS, VISITED})

_VISIT: dict[tuple[str, str], str] = {
    (PLANNED, "change"): PLANNED,
    (NOTIFIED, "change"): NOTIFIED,
    (PLANNED, "notify"): NOTIFIED,
    (NOTIFIED, "notify"): NOTIFIED,
    # The first thing seen begins the visit; until the report it may be put right.
    (NOTIFIED, "record"): IN_PROGRESS,
    (IN_PROGRESS, "record"): IN_PROGRESS,
    (VISITED, "record"): VISITED,
    (IN_PROGRESS, "finish"): VISITED,
    (VISITED, "ask_facts"): VISITED,
    (VISITED, "answer_facts"): VISITED,
    (VISITED, "report"): REPORTED,
    (REPORTED, "meet"): FOLLOW_UP,
    (FOLLOW_UP, "meet"): FOLLOW_UP,
    (REPORTED, "close"): CLOSED,
    (FOLLOW_UP, "close"): CLOSED,
    (PLANNED, "cancel"): CANCELLED,
    (NOTIFIED, "cancel"): CANCELLED,
}
_REFUSED = {
    "change": "始まった訪問調査の計画は変えられません。",
    "notify": "始まった訪問調査の通知は出し直せません。",
    "record": "いまは訪問調査の結果を記録できません。通知のあとから、報告するまでの間に記録します。",
    "finish": "実施中の訪問調査だけを終えられます。",
    "ask_facts": "事実の確認を求められるのは、訪問を終えてから報告するまでの間です。",
    "answer_facts": "事実の確認に答えられるのは、訪問を終えてから報告するまでの間です。",
    "report": "訪問を終えた訪問調査だけを報告できます。",
    "meet": "報告した訪問調査だけを、報告会にかけられます。",
    "close": "報告した訪問調査だけを終了できます。",
    "cancel": "始まった訪問調査は取りやめられません。",
}


def visit_after(status: str, event: str) -> str:
    """Return a visit's status after *event* (change, notify, record, finish, ask_facts, answer_facts, report,
    meet, close, cancel). ``Stale`` when it is impossible in *status*; ``KeyError`` for an unknown event."""
    following = _VISIT.get((status, event))
    if following is None:
        raise Stale(_REFUSED[event])
    return following


DRAWN = "drawn"
ADOPTED = "adopted"
DISCARDED = "discarded"

_SELECTION = {
    (DRAWN, "change"): DRAWN,
    (DRAWN, "adopt"): ADOPTED,
    (DRAWN, "discard"): DISCARDED,
}


def selection_after(status: str, event: str) -> str:
    """Return a selection's status after *event* (change, adopt, discard); ``Stale`` when it is decided already."""
    following = _SELECTION.get((status, event))
    if following is None:
        raise Stale("この選定は、すでに決まっています。変えるときは、新しく選定してください。")
    return following
