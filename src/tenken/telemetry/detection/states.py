"""How a rule's state changes. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RuleEvent(StrEnum):
    SAVE = "save"  # its text changed
    SWITCH_ON = "switch_on"
    SWITCH_OFF = "switch_off"
    FAIL = "fail"


_NEXT: Final = {
    ("draft", RuleEvent.SAVE): "draft",
    ("off", RuleEvent.SAVE): "off",
    ("on", RuleEvent.SAVE): "on",
    # What failed has a new text now, and waits for a person to switch it on.
    ("failed", RuleEvent.SAVE): "off",
    ("draft", RuleEvent.SWITCH_ON): "on",
    ("off", RuleEvent.SWITCH_ON): "on",
    ("failed", RuleEvent.SWITCH_ON): "on",
    ("on", RuleEvent.SWITCH_OFF): "off",
    ("failed", RuleEvent.SWITCH_OFF): "off",
    ("on", RuleEvent.FAIL): "failed",
    ("off", RuleEvent.FAIL): "failed",
    ("draft", RuleEvent.FAIL): "failed",
}
_WHY_NOT: Final = {
    RuleEvent.SWITCH_ON: "このルールは、もう有効です。",
    RuleEvent.SWITCH_OFF: "このルールは、有効ではありません。",
    RuleEvent.FAIL: "このルールは、もう異常で止まっています。",
}


def next_state(state: str, event: RuleEvent) -> tuple[str, str]:
    """Return the state after *event* and ''; or the state as it is and why not."""
    if (after := _NEXT.get((state, event))) is not None:
        return after, ""
    return state, _WHY_NOT[event]
