"""Which hits are kept though their time is over, for the sake of what still refers to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST: Final = 500
ANY_RULE: Final = 0


@dataclass(frozen=True, order=True)
class Span:
    """The hits of a rule from *first* to *last*, both included."""

    rule: int
    first: datetime
    last: datetime


def merged(spans: Iterable[Span], most: int = MOST) -> list[Span]:
    """Return spans that cover *spans*, none of a rule overlapping another, at most *most*: above it one for each rule, or
    one for all of them (``ANY_RULE``). What is covered besides only stays longer."""
    found = _joined(sorted(spans))
    if len(found) > most:
        found = _joined(found, whole=True)
    if len(found) > most:
        found = [Span(ANY_RULE, min(one.first for one in found), max(one.last for one in found))]
    return found


def _joined(spans: Iterable[Span], *, whole: bool = False) -> list[Span]:
    found: list[Span] = []
    for one in spans:
        before = found[-1] if found and found[-1].rule == one.rule else None
        if before and (whole or one.first <= before.last):
            found[-1] = Span(one.rule, before.first, max(before.last, one.last))
        else:
            found.append(one)
    return found
