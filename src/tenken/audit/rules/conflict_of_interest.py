"""Nobody audits their own section: who holds a post there on the day, or managed it within the year before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.era import era_date


@dataclass(frozen=True)
class Tie:
    """What bound a person to units for a time: a post in them (``managed`` False), or the management of them.

    ``units``: those that stand or stood for the visited section; ``ends``: the first day without it, None: still.
    """

    units: frozenset[int]
    title: str
    managed: bool
    starts: date
    ends: date | None


def conflict(ties: Iterable[Tie], visited: frozenset[int], on: date) -> str:
    """Return why the person with *ties* may not audit *visited* (a section, what it came from and became, what stands
    below it) on a date; '' when they may."""
    year_before = _year_before(on)
    for tie in ties:
        if not tie.units & visited or tie.starts > on:
            continue
        if tie.ends is None or tie.ends > on:
            return f"{tie.title}として、訪問する課公所に属しています。"
        if tie.managed and tie.ends > year_before:
            return f"{tie.title}として、{era_date(tie.ends)}まで訪問する課公所を管理していました（1年以内）。"
    return ""


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
