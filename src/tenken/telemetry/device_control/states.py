"""The life of an approved device. Pure."""

from __future__ import annotations

from enum import StrEnum

from tenken.common.refusals import Stale
from tenken.telemetry.models.device_control import ApprovedDevice

State = ApprovedDevice.State


class Event(StrEnum):
    APPLY_AGAIN = "apply_again"
    DROP = "drop"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    RETURN = "return"
    WITHDRAW = "withdraw"


_NEXT = {
    (State.APPLIED, Event.APPROVE): State.APPROVED,
    (State.APPLIED, Event.SEND_BACK): State.SENT_BACK,
    (State.APPLIED, Event.DROP): State.DROPPED,
    (State.SENT_BACK, Event.APPLY_AGAIN): State.APPLIED,
    (State.SENT_BACK, Event.DROP): State.DROPPED,
    (State.APPROVED, Event.RETURN): State.RETURNED,
    (State.APPROVED, Event.WITHDRAW): State.WITHDRAWN,
}


def possible(state: str) -> set[Event]:
    """Return what can happen to a device in *state*."""
    return {event for (before, event) in _NEXT if before == state}


def after(state: str, event: Event) -> ApprovedDevice.State:
    """Return the state after *event*; ``Stale`` when it cannot happen (any more)."""
    try:
        return _NEXT[State(state), event]
    except KeyError:
        raise Stale(
            f"この媒体はいま「{State(state).label}」です。ページを開き直して、状態を確かめてください。"
        ) from None
