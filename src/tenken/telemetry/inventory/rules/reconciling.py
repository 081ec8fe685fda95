"""How counts differ and what of it is explained. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """A count that was claimed, one that was counted, and how much of what lies between is explained.

    ``of_total``: the printed total against the sum of its own rows; else a row against the ledger.
    """

    label: str
    claimed: int
    counted: int
    explained: int
    of_total: bool = False

    @property
    def difference(self) -> int:
        return self.claimed - self.counted

    @property
    def unexplained(self) -> int:
        return self.difference - self.explained


def open_differences(differences: Sequence[Difference]) -> list[Difference]:
    """Return those that still stand in the way of closing: any that is not explained to the last one."""
    return [one for one in differences if one.unexplained]


def wrong_explanation(difference: Difference, count: int) -> str:
    """Return why *count* cannot explain some of *difference*, '' when it can."""
    if count == 0:
        return "0台では、差の説明になりません。"
    rest = difference.unexplained
    if rest == 0:
        return "この差は、すでにすべて説明されています。"
    if (count > 0) != (rest > 0) or abs(count) > abs(rest):
        return f"説明できていない差は{rest:+,}台です。それを超える台数は説明できません。"
    return ""
