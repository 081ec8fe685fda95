"""The life of one section's line in a 追跡調査. Pure.

unanswered, returned, answered ──answer──▶ answered ──confirm──▶ confirmed
                                    └────return────▶ returned ◀──return── confirmed (while the trace runs)

該当なし needs a reason, 対策済 a proof (a duty roster, a work record …), 課題あり a finding: that line is confirmed only
when the finding is 改善済 or held down by a confirmed compensating measure. A trace ends when every line is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tenken.common.refusals import Stale
from tenken.findings.states import STATUS_LABELS, TREATED, VERIFIED

UNANSWERED, ANSWERED, RETURNED, CONFIRMED = "unanswered", "answered", "returned", "confirmed"
NOT_APPLICABLE, DONE, ISSUE = "not_applicable", "done", "issue"
WITH_SECTION = frozenset({UNANSWERED, RETURNED})
RUNNING, CLOSED = "running", "closed"

EVENT_LABELS = {
    "answered": "回答",
    "proof": "証拠を追加",
    "confirmed": "回答を確認",
    "returned": "差戻し",
}


@dataclass(frozen=True)
class Line:
    """What stands of a line: its status, its answer, the status of the finding behind it, and the trace's own."""

    status: str
    answer: str = ""
    finding_status: str = ""
    trace_status: str = RUNNING


def after_answer(line: Line) -> str:
    """Return the status once the section answers. ``Stale`` when the line is confirmed or the trace has ended."""
    _running(line)
    if line.status == CONFIRMED:
        raise Stale("事務局が確認した回答です。直すときは、事務局に差戻しを頼んでください。")
    return ANSWERED


def after_confirm(line: Line) -> str:
    """Return the status once the secretariat holds the answer for proved. ``Stale`` with what is missing."""
    _running(line)
    if line.status != ANSWERED:
        raise Stale("確認できるのは、回答が出ている課公所だけです。")
    if line.answer == ISSUE and line.finding_status not in (VERIFIED, TREATED):
        label = STATUS_LABELS.get(line.finding_status, "")
        raise Stale(f"課題が改善済になるまで確認できません（課題はいま「{label}」）。")
    return CONFIRMED


def after_return(line: Line) -> str:
    """Return the status once the secretariat sends the answer back."""
    _running(line)
    if line.status not in (ANSWERED, CONFIRMED):
        raise Stale("差し戻せるのは、回答が出ている課公所だけです。")
    return RETURNED


def may_close(statuses: Iterable[str]) -> bool:
    """Tell whether a trace with lines in these states may end: every line is confirmed, and there is one."""
    seen = list(statuses)
    return bool(seen) and all(status == CONFIRMED for status in seen)


def _running(line: Line) -> None:
    if line.trace_status != RUNNING:
        raise Stale("この追跡調査は終了しています。")
