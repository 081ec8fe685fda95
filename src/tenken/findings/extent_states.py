"""The life of a 横展開の確認 and of each of its targets. Pure.

check:   draft ──send──▶ sent ──close, all confirmed──▶ closed
         draft ──withdraw──▶ withdrawn
target:  waiting, returned, answered ──answer──▶ answered ──confirm──▶ confirmed
                                          └──return──▶ returned ◀──return── confirmed, unless a 課題 was opened on it

Targets move only while the check is sent; they are chosen and taken out only while it is a draft. 同種の課題あり opens its
finding when it is confirmed: from then on the finding goes its own way, and the check does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tenken.common.refusals import Stale

DRAFT, SENT, CLOSED, WITHDRAWN = "draft", "sent", "closed", "withdrawn"
WAITING, ANSWERED, RETURNED, CONFIRMED = "waiting", "answered", "returned", "confirmed"
FOUND, NONE, NOT_APPLICABLE = "found", "none", "not_applicable"
WITH_SECTION = frozenset({WAITING, RETURNED})

EVENT_LABELS = {
    "asked": "確認を依頼",
    "answered": "回答",
    "confirmed": "回答を確認",
    "returned": "差戻し",
}
_CHECK_LABELS = {DRAFT: "準備中", SENT: "確認中", CLOSED: "終了", WITHDRAWN: "取りやめ"}


@dataclass(frozen=True)
class Standing:
    """What stands of a target: its status, its answer, and the status of its check."""

    status: str
    answer: str = ""
    check_status: str = SENT


def after_answer(target: Standing) -> str:
    """Return the target's status once it is answered. ``Stale`` when it is confirmed or its check is not running."""
    _running(target.check_status)
    if target.status == CONFIRMED:
        raise Stale("事務局が確認した回答です。直すときは、事務局に差戻しを頼んでください。")
    return ANSWERED


def after_confirm(target: Standing) -> str:
    """Return the target's status once the secretariat accepts the answer."""
    _running(target.check_status)
    if target.status != ANSWERED:
        raise Stale("確認できるのは、回答が出ているところだけです。")
    return CONFIRMED


def after_return(target: Standing) -> str:
    """Return the target's status once the answer goes back. ``Stale`` when a finding was opened on it."""
    _running(target.check_status)
    if target.status == CONFIRMED and target.answer == FOUND:
        raise Stale("課題として登録した回答は、差し戻せません。課題の手続で進めてください。")
    if target.status not in (ANSWERED, CONFIRMED):
        raise Stale("差し戻せるのは、回答が出ているところだけです。")
    return RETURNED


def after_send(status: str, targets: int) -> str:
    """Return the check's status once it is sent to its *targets*."""
    preparing(status)
    if not targets:
        raise Stale("確認を依頼する相手がいません。対象を選んでください。")
    return SENT


def after_withdraw(status: str) -> str:
    """Return the check's status once it is given up before it was sent."""
    preparing(status)
    return WITHDRAWN


def after_close(status: str, targets: Iterable[str]) -> str:
    """Return the check's status once it ends: every one of its *targets* (their statuses) is confirmed."""
    _running(status)
    left = sum(one != CONFIRMED for one in targets)
    if left:
        raise Stale(f"確認が済んでいないところが{left}あります。全て確認してから終了してください。")
    return CLOSED


def preparing(status: str) -> None:
    """Raise ``Stale`` unless a check of this status is still being prepared."""
    if status != DRAFT:
        raise Stale(f"準備中の確認だけに行える手続です（いまは「{_CHECK_LABELS[status]}」）。")


def _running(status: str) -> None:
    if status != SENT:
        raise Stale(f"この確認は、いま「{_CHECK_LABELS[status]}」です。")
