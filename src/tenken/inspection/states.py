"""The life of a sheet and of a programme. Pure."""

from __future__ import annotations

from tenken.common.refusals import Stale

NOT_STARTED = "not_started"
DRAFTING = "drafting"
SUBMITTED = "submitted"
RETURNED_BY_MANAGER = "returned_by_manager"
APPROVED = "approved"
RETURNED_BY_SECRETARIAT = "returned_by_secretariat"
ACCEPTED = "accepted"
EXEMPTED = "exempted"

# With whom the sheet is.
EDITABLE = frozenset({NOT_STARTED, DRAFTING, RETURNED_BY_MANAGER, RETURNED_BY_SECRETARIAT})
HANDED_IN = frozenset({APPROVED, ACCEPTED})
NOT_HANDED_IN = EDITABLE | {SUBMITTED}

_SHEET: dict[tuple[str, str], str] = {
    (NOT_STARTED, "answer"): DRAFTING,
    (DRAFTING, "answer"): DRAFTING,
    (RETURNED_BY_MANAGER, "answer"): RETURNED_BY_MANAGER,
    (RETURNED_BY_SECRETARIAT, "answer"): RETURNED_BY_SECRETARIAT,
    (DRAFTING, "submit"): SUBMITTED,
    (RETURNED_BY_MANAGER, "submit"): SUBMITTED,
    (RETURNED_BY_SECRETARIAT, "submit"): SUBMITTED,
    (SUBMITTED, "withdraw"): DRAFTING,
    (SUBMITTED, "approve"): APPROVED,
    (SUBMITTED, "return"): RETURNED_BY_MANAGER,
    (APPROVED, "accept"): ACCEPTED,
    (APPROVED, "return"): RETURNED_BY_SECRETARIAT,
    **{(status, "exempt"): EXEMPTED for status in EDITABLE},
    (EXEMPTED, "restore"): NOT_STARTED,
    **{(status, "extend"): status for status in NOT_HANDED_IN},
}
_REFUSED = {
    "answer": "提出したあとは記入できません。直すときは、引き戻すか、差戻しを受けてください。",
    "submit": "いまは提出できません。ページを開き直して、状態を確かめてください。",
    "withdraw": "いまは引き戻せません。ページを開き直して、状態を確かめてください。",
    "approve": "いまは承認できません。ページを開き直して、状態を確かめてください。",
    "accept": "いまは受け付けられません。ページを開き直して、状態を確かめてください。",
    "return": "いまは差し戻せません。ページを開き直して、状態を確かめてください。",
    "exempt": "提出された点検シートは、対象外にできません。差し戻すか、引き戻してからにしてください。",
    "restore": "対象外の点検シートだけを、対象に戻せます。",
    "extend": "提出された点検シートと対象外の点検シートの期限は、変えられません。",
}

_EXEMPTED = "対象外となっている点検シートです。事務局が対象に戻すまで、記入や提出はできません。"


def sheet_after(status: str, event: str) -> str:
    """Return a sheet's status after *event* (answer, submit, withdraw, approve, return, accept, exempt,
    restore, extend).

    ``Stale`` with a Japanese sentence when the event is impossible in *status*; ``KeyError`` for an unknown event.
    """
    following = _SHEET.get((status, event))
    if following is None:
        raise Stale(_EXEMPTED if status == EXEMPTED else _REFUSED[event])
    return following


_PROGRAMME: dict[tuple[str, str], str] = {
    ("planned", "change"): "planned",
    ("planned", "launch"): "launched",
    ("launched", "change_stages"): "launched",
    ("planned", "change_stages"): "planned",
    ("launched", "close"): "closed",
}


def programme_after(status: str, event: str) -> str:
    """Return a programme's status after *event* (change, change_stages, launch, close); ``Stale`` when impossible."""
    following = _PROGRAMME.get((status, event))
    if following is None:
        raise Stale(
            {
                "change": "開始した点検の設問は変えられません。",
                "change_stages": "終了した点検は変えられません。",
                "launch": "この点検はすでに開始しています。",
                "close": "実施中の点検だけを終了できます。",
            }[event]
        )
    return following


_SELF_CHECK: dict[tuple[str, str], str] = {
    ("not_started", "answer"): "drafting",
    ("drafting", "answer"): "drafting",
    ("drafting", "submit"): "submitted",
    ("not_started", "submit"): "submitted",
    ("submitted", "withdraw"): "drafting",
}


def self_check_after(status: str, event: str) -> str:
    """Return a self-check's status after *event* (answer, submit, withdraw); ``Stale`` when impossible."""
    following = _SELF_CHECK.get((status, event))
    if following is None:
        raise Stale(
            "対象外となっている自己チェックです。"
            if status == EXEMPTED
            else {
                "answer": "提出したあとは変えられません。直すときは、引き戻してください。",
                "submit": "すでに提出されています。",
                "withdraw": "提出した自己チェックだけを、引き戻せます。",
            }[event]
        )
    return following
