"""The life of an import. Pure.

received ──read──▶ reading ──found──▶ ready ──apply──▶ applied
                      │ └─fail──▶ refused   ▲
                      └────── read again ───┘
everything but applied ──discard──▶ discarded
"""

from __future__ import annotations

from typing import Final

from tenken.common.refusals import Stale

RECEIVED: Final = "received"
READING: Final = "reading"
READY: Final = "ready"
APPLIED: Final = "applied"
REFUSED: Final = "refused"
DISCARDED: Final = "discarded"

READ: Final = "read"
FOUND: Final = "found"
FAIL: Final = "fail"
APPLY: Final = "apply"
DISCARD: Final = "discard"

_STEPS: Final = {
    READ: (frozenset({RECEIVED, READING, READY, REFUSED}), READING),
    FOUND: (frozenset({READING}), READY),
    FAIL: (frozenset({READING}), REFUSED),
    APPLY: (frozenset({READY}), APPLIED),
    DISCARD: (frozenset({RECEIVED, READING, READY, REFUSED}), DISCARDED),
}


def after(status: str, event: str) -> str:
    """Return the status after *event*. ``Stale`` when it cannot happen any more."""
    come_from, comes_to = _STEPS[event]
    if status in come_from:
        return comes_to
    if status == APPLIED:
        raise Stale("この診断結果は、すでに取り込まれています。")
    if status == DISCARDED:
        raise Stale("この取込みは、取りやめになっています。")
    raise Stale("この取込みは、いまその手続ができる状態ではありません。ページを開き直してください。")
