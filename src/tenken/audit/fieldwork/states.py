"""What follows what in questions, requests for material and reconciliations. Pure."""

from __future__ import annotations

from typing import Final

from tenken.common.refusals import Stale

# Statuses of an audit in which its fieldwork may still be written, and in which a section may be asked.
OPEN_TO_PAPERS: Final = frozenset({"planned", "notified", "fieldwork", "drafted", "issued"})
OPEN_TO_QUESTIONS: Final = frozenset({"notified", "fieldwork", "drafted"})

_QUESTION: Final = {
    ("asked", "answer"): "answered",
    ("asked", "draft"): "asked",
    ("asked", "extend"): "asked",
    ("asked", "withdraw"): "withdrawn",
    ("answered", "follow_up"): "asked",
    ("answered", "close"): "closed",
    ("closed", "follow_up"): "asked",
}
_QUESTION_REFUSED: Final = {
    "answer": "この質問には、すでに回答しています。",
    "draft": "この質問には、すでに回答しています。",
    "extend": "回答を待っている質問だけ、期限を変えられます。",
    "withdraw": "回答を待っている質問だけを取り下げられます。",
    "follow_up": "回答のあった質問にだけ、追加の質問ができます。",
    "close": "回答のあった質問だけを確認済にできます。",
}

_REQUEST: Final = {
    ("requested", "receive"): "received",
    ("received", "receive"): "received",
    ("not_available", "receive"): "received",
    ("requested", "decline"): "not_available",
}
_REQUEST_REFUSED: Final = {
    "receive": "この資料は受け取れません。",
    "decline": "依頼中の資料だけ、提出できないと答えられます。",
}

_RECONCILIATION: Final = {
    ("open", "ask"): "open",
    ("open", "explain"): "explained",
    ("explained", "explain"): "explained",
    ("explained", "ask"): "explained",
    ("explained", "accept"): "accepted",
    ("open", "stand"): "unexplained",
    ("explained", "stand"): "unexplained",
    ("accepted", "reopen"): "open",
    ("unexplained", "reopen"): "open",
}
_RECONCILIATION_REFUSED: Final = {
    "ask": "判断の終わった照合について、課に照会することはできません。",
    "explain": "判断の終わった照合に、説明を加えることはできません。",
    "accept": "説明のある照合だけを了承できます。",
    "stand": "この照合は、すでに判断が終わっています。",
    "reopen": "判断の終わった照合だけを、もう一度開けます。",
}


def question_after(status: str, event: str) -> str:
    """Return a question's status after *event* (draft, answer, extend, withdraw, follow_up, close); ``Stale`` when it is
    impossible in *status*, ``KeyError`` for an unknown event."""
    return _after(_QUESTION, _QUESTION_REFUSED, status, event)


def request_after(status: str, event: str) -> str:
    """Return a request's status after *event* (receive, decline); ``Stale`` when it is impossible."""
    return _after(_REQUEST, _REQUEST_REFUSED, status, event)


def reconciliation_after(status: str, event: str) -> str:
    """Return a reconciliation's status after *event* (ask, explain, accept, stand, reopen); ``Stale`` when impossible."""
    return _after(_RECONCILIATION, _RECONCILIATION_REFUSED, status, event)


def _after(table: dict[tuple[str, str], str], refused: dict[str, str], status: str, event: str) -> str:
    following = table.get((status, event))
    if following is None:
        raise Stale(refused[event])
    return following
