"""Where the city's policy stands against what a guideline asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

COVERED, REVIEW, MISSING, EXCUSED, RECOMMENDED = "covered", "review", "missing", "excused", "recommended"
LABELS = {
    MISSING: "対応する条がない（必須）",
    REVIEW: "改定後に確かめていない（必須）",
    RECOMMENDED: "対応する条がない（任意）",
    EXCUSED: "対応しない（理由あり）",
    COVERED: "対応済",
}
MANDATORY_DIFFERENCES = frozenset({MISSING, REVIEW})


@dataclass(frozen=True)
class Asked:
    """What an edition asks, and when the requirement was last changed by an edition (its publication)."""

    mandatory: bool
    last_changed_on: date


@dataclass(frozen=True)
class Answered:
    """What the city says of it: the clauses, or why none; held against them on ``reviewed_on``."""

    clause_codes: Sequence[str]
    not_needed_because: str
    reviewed_on: date


def gap(asked: Asked, answered: Answered | None, in_force: Mapping[str, date]) -> str:
    """Return where one requirement stands. *in_force*: each clause in force, and since when its wording stands.

    A clause that is no longer in force answers nothing. What an edition changed must have been looked at since: by a
    review of the mapping, or because the wording of one of its clauses is newer.
    """
    living = [code for code in answered.clause_codes if code in in_force] if answered else []
    if not living:
        if answered and answered.not_needed_because:
            return EXCUSED
        return MISSING if asked.mandatory else RECOMMENDED
    assert answered is not None
    newest = max(in_force[code] for code in living)
    if asked.mandatory and max(newest, answered.reviewed_on) < asked.last_changed_on:
        return REVIEW
    return COVERED
