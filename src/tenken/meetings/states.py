"""The life of a meeting. Pure."""

from __future__ import annotations

from tenken.common.refusals import Stale

PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"

_AFTER = {
    (PLANNED, "change"): PLANNED,
    (PLANNED, "hold"): HELD,
    (HELD, "hold"): HELD,  # the minutes put right
    (PLANNED, "cancel"): CANCELLED,
}
_REFUSED = {
    "change": "予定を変えられるのは、これから開く会議だけです。",
    "hold": "中止した会議の結果は記録できません。",
    "cancel": "中止できるのは、これから開く会議だけです。",
}


def meeting_after(status: str, event: str) -> str:
    """Return a meeting's status after *event* (change, hold, cancel); ``Stale`` when it is impossible in *status*."""
    following = _AFTER.get((status, event))
    if following is None:
        raise Stale(_REFUSED[event])
    return following
