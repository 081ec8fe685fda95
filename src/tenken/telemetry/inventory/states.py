"""What may happen to a terminal of the ledger. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tenken.common.refusals import Stale
from tenken.telemetry.models import Terminal

State = Terminal.State


class Event(StrEnum):
    USE = "use"
    PUT_AWAY = "put_away"
    LOSE = "lose"
    RETIRE = "retire"


EVENTS: Final = {
    Event.USE: "使用中にする",
    Event.PUT_AWAY: "予備にする",
    Event.LOSE: "所在不明と記録する",
    Event.RETIRE: "廃棄・返却を記録する",
}
_AFTER: Final = {
    (State.SPARE, Event.USE): State.IN_USE,
    (State.LOST, Event.USE): State.IN_USE,
    (State.IN_USE, Event.PUT_AWAY): State.SPARE,
    (State.LOST, Event.PUT_AWAY): State.SPARE,
    (State.IN_USE, Event.LOSE): State.LOST,
    (State.SPARE, Event.LOSE): State.LOST,
    (State.IN_USE, Event.RETIRE): State.RETIRED,
    (State.SPARE, Event.RETIRE): State.RETIRED,
    (State.LOST, Event.RETIRE): State.RETIRED,
}


def terminal_after(state: str, event: Event) -> str:
    """Return the state after *event*; ``Stale`` when it cannot happen in *state*. What is retired stays retired."""
    after = _AFTER.get((State(state), event))
    if after is None:
        raise Stale(f"「{State(state).label}」の端末は、{EVENTS[event]}ことができません。")
    return after


def events_in(state: str) -> list[Event]:
    """Return what may happen to a terminal in *state*."""
    return [event for event in Event if (State(state), event) in _AFTER]
