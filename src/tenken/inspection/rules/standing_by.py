"""Whether an earlier answer may be stood by instead of being asked anew. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Earlier:
    """The latest accepted answer of one unit to one item. ``given_on``: the day its first giving was accepted."""

    answer_id: int
    unit_id: int
    revision_id: int
    verdict: str
    reason: str
    comment: str
    given_on: date

    @property
    def words(self) -> tuple[str, str, str]:
        return self.verdict, self.reason, self.comment


@dataclass(frozen=True)
class Offer:
    """An answer that may be stood by until ``valid_until``."""

    answer: Earlier
    valid_until: date


def months_after(day: date, months: int) -> date:
    """Return the same day *months* later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def offered(
    unit_id: int,
    latest: Mapping[int, Earlier],
    predecessors: Mapping[int, Sequence[int]],
    *,
    revision_id: int,
    valid_months: int,
    on: date,
) -> Offer | None:
    """Return what a section may stand by for one question, or None.

    *latest*: by unit. Where the section has not answered itself, every section it came from speaks for it, and all must
    say the same. 課題あり is never offered, nor an answer to another wording, nor one older than *valid_months*.
    """
    answers = _of_lineage(unit_id, latest, predecessors, frozenset())
    if not answers or len({one.words for one in answers}) > 1:
        return None
    if any(one.verdict == "issue" or one.revision_id != revision_id for one in answers):
        return None
    first = min(answers, key=lambda one: one.given_on)
    until = months_after(first.given_on, valid_months)
    return Offer(first, until) if valid_months and until >= on else None


def _of_lineage(
    unit_id: int,
    latest: Mapping[int, Earlier],
    predecessors: Mapping[int, Sequence[int]],
    seen: frozenset[int],
) -> list[Earlier]:
    if unit_id in latest:
        return [latest[unit_id]]
    return [
        answer
        for before in predecessors.get(unit_id, ())
        if before not in seen
        for answer in _of_lineage(before, latest, predecessors, seen | {unit_id})
    ]
