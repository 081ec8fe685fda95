"""The life of what the rotation decides. Pure. Selections move as ``audit.states.selection_after`` says.

draft --change--> draft --adopt--> adopted
"""

from __future__ import annotations

from tenken.common.refusals import Stale

DRAFT, ADOPTED = "draft", "adopted"


def plan_after(status: str, event: str) -> str:
    """Return a plan's status after *event* (change, adopt); ``Stale`` when it is adopted, ``KeyError`` for another event."""
    following = {"change": DRAFT, "adopt": ADOPTED}[event]
    if status != DRAFT:
        raise Stale("決定した計画は変えられません。変えるときは、新しい計画を作ってください。")
    return following
