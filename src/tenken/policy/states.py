"""The life of a version: draft → (in approval →) published. Pure."""

from __future__ import annotations

from enum import StrEnum

from tenken.common.refusals import Invalid


class Event(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    PUBLISH = "publish"


_DRAFT, _IN_APPROVAL, _PUBLISHED = "draft", "in_approval", "published"
_REASONS = {
    _DRAFT: "この版は案です。決裁に出していません。",
    _IN_APPROVAL: "この版は決裁中です。引き戻すか、決裁が終わってから操作してください。",
    _PUBLISHED: "施行した版は変えられません。新しい版の案を作ってください。",
}


def next_status(status: str, event: Event, *, needs_approval: bool) -> str:
    """Return the status of a version after *event*.

    A procedure of a system *needs_approval*: it is published out of the approval only; other documents are published
    from the draft by the secretariat. ``Invalid`` with the reason for everything else.
    """
    allowed = {
        (_DRAFT, Event.EDIT): _DRAFT,
        (_IN_APPROVAL, Event.WITHDRAW): _DRAFT,
        (_IN_APPROVAL, Event.RETURN): _DRAFT,
        (_IN_APPROVAL if needs_approval else _DRAFT, Event.PUBLISH): _PUBLISHED,
    }
    if needs_approval:
        allowed[_DRAFT, Event.SUBMIT] = _IN_APPROVAL
    if (status, event) in allowed:
        return allowed[status, event]
    if status == _DRAFT and event is Event.PUBLISH:
        raise Invalid("システムの実施手順は、局（区）情報管理者の承認を受けてから施行します。")
    if status == _DRAFT and event is Event.SUBMIT:
        raise Invalid("この規程は決裁ルートに出しません。内容を確かめて施行してください。")
    raise Invalid(_REASONS[status])
