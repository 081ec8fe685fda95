"""What becomes of the answers of sections that were merged, renamed or split while they filled in a sheet. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 2_000


@dataclass(frozen=True)
class Brought:
    """One answer that a section brings to its heir."""

    answer_id: int
    unit_name: str
    verdict: str
    reason: str
    comment: str


@dataclass(frozen=True)
class Taken:
    """What the heir's sheet gets."""

    verdict: str
    reason: str
    comment: str
    answer_id: int


def taken(brought: Sequence[Brought]) -> Taken | None:
    """Return the answer that *brought* come to, or None where the heir must decide.

    Of the same result their words are put together, each after its section's name where they differ; different
    results, or words too long to stand together, are for the heir to settle.
    """
    given = [one for one in brought if one.verdict]
    if not given or len({one.verdict for one in given}) > 1:
        return None
    reason = _together([(one.unit_name, one.reason) for one in given])
    comment = _together([(one.unit_name, one.comment) for one in given])
    if max(len(reason), len(comment)) > LIMIT:
        return None
    return Taken(given[0].verdict, reason, comment, given[0].answer_id)


def _together(said: Sequence[tuple[str, str]]) -> str:
    if len({text for _, text in said}) == 1:
        return said[0][1]
    return "\n".join(f"{unit}：{text}" for unit, text in said if text)
