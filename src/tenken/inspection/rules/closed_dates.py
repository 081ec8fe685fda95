"""Stage dates that fall on a day the offices are closed, and the next day they are open. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Dated(Protocol):
    """A stage, planned or kept."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class ClosedDate:
    """One date of a stage on a closed day. ``field``: starts_on or ends_on; ``place``: of the stage, from 0."""

    place: int
    stage: str
    field: str
    day: date
    next_open: date

    @property
    def label(self) -> str:
        return "開始日" if self.field == "starts_on" else "終了日"


def closed_dates(stages: Sequence[Dated], open_day: Callable[[date], date]) -> list[ClosedDate]:
    """Return the dates of *stages* that *open_day* (the day itself when open, else the next one) would move."""
    return [
        ClosedDate(place, stage.name, field, day, moved)
        for place, stage in enumerate(stages)
        for field, day in (("starts_on", stage.starts_on), ("ends_on", stage.ends_on))
        if (moved := open_day(day)) != day
    ]
