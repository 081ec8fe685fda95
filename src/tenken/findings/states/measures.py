"""Findings answered by dated measures. Pure: the measures that stand + a day → what the finding is on that day.

nothing → not_started;  検討中 → considering;  継続努力 → continuing
措置済 → promised while it promises what is not kept yet → measured → verified once the secretariat confirmed it

The latest measure by date and number counts. After a 措置済 there is no way back: what turns out not to be done is a new
finding that follows this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tenken.findings.states.words import (
    CONSIDERING,
    CONTINUING,
    MEASURED,
    NOT_STARTED,
    NOTED,
    PROMISED,
    VERIFIED,
)

DONE: Final = "done"
MEASURE_LABELS: Final = {DONE: "措置済", CONTINUING: "継続努力", CONSIDERING: "検討中"}
# The stages of money in their order (document 002: 要求し、議決された; 業者選定を行い、実施していく).
REQUESTED, VOTED, CONTRACTOR, CARRIED_OUT = "requested", "voted", "contractor", "carried_out"
BUDGET_STAGES: Final = {REQUESTED: "要求", VOTED: "議決", CONTRACTOR: "業者選定", CARRIED_OUT: "実施"}
# What wants no answer (document 004: 評価; document 001: 優良事例).
WITHOUT_ANSWER: Final = frozenset({"assessment", "good_practice"})


@dataclass(frozen=True)
class MeasureFacts:
    """What counts of one decided measure."""

    status: str
    on: date
    number: int
    promises: bool = False
    kept_on: date | None = None
    confirmed_on: date | None = None


def latest_as_of(measures: Iterable[MeasureFacts], day: date) -> MeasureFacts | None:
    """Return the measure that counts on *day*: the latest dated up to it, of one day the one numbered last."""
    return max((one for one in measures if one.on <= day), key=_place, default=None)


def status_as_of(measures: Iterable[MeasureFacts], day: date) -> str:
    """Return the status of a finding with these measures at the end of *day*."""
    last = latest_as_of(measures, day)
    if last is None:
        return NOT_STARTED
    if last.status != DONE:
        return CONSIDERING if last.status == CONSIDERING else CONTINUING
    if last.confirmed_on is not None and last.confirmed_on <= day:
        return VERIFIED
    if last.promises and (last.kept_on is None or last.kept_on > day):
        return PROMISED
    return MEASURED


def first_status(kind: str) -> str:
    """Return the status of a finding of *kind* nobody has answered yet; 評価 and 優良事例 want no answer."""
    return NOTED if kind in WITHOUT_ANSWER else NOT_STARTED


def steps_back(measures: Sequence[MeasureFacts]) -> MeasureFacts | None:
    """Return the first measure that takes a 措置済 back, in the order of dates and numbers; None when none does."""
    done = False
    for one in sorted(measures, key=_place):
        if done and one.status != DONE:
            return one
        done = done or one.status == DONE
    return None


def next_stages(stage: str) -> tuple[str, ...]:
    """Return the budget stages that may come after *stage* ('' before the first); stages may be passed over."""
    stages = tuple(BUDGET_STAGES)
    return stages[stages.index(stage) + 1 :] if stage else stages


def _place(one: MeasureFacts) -> tuple[date, int]:
    return one.on, one.number
