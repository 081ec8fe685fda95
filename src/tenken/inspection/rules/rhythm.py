"""From the rhythm of a series to the programmes of a fiscal year: which, under what name, on what days. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models.series import Rhythm

YEAR = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
USUAL_MONTHS: Mapping[str, tuple[int, ...]] = {
    Rhythm.YEARLY: (7,),
    Rhythm.QUARTERLY: (4, 7, 10, 1),
    Rhythm.MONTHLY: YEAR,
    Rhythm.CHOSEN: (),
}
_HOW_MANY: Mapping[str, tuple[int, int]] = {
    Rhythm.YEARLY: (1, 1),
    Rhythm.QUARTERLY: (4, 4),
    Rhythm.MONTHLY: (12, 12),
    Rhythm.CHOSEN: (1, 12),
}


@dataclass(frozen=True)
class Later:
    """A stage that follows: ``days`` calendar days from the day after the one before."""

    kind: str
    name: str
    days: int


@dataclass(frozen=True)
class Term:
    """A stage on its days."""

    kind: str
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Turn:
    """One programme of the year. ``terms``: the self-inspection, then what follows it."""

    code: str
    name: str
    month: int
    intensified: bool
    terms: tuple[Term, ...]


def month_problem(rhythm: str, months: Sequence[int]) -> str:
    """Return what is wrong with the months of a rhythm as a sentence, '' when nothing is."""
    least, most = _HOW_MANY[rhythm]
    if len(set(months)) != len(months) or any(month not in YEAR for month in months):
        return "月は1〜12の、重ならない数字で入力してください。"
    if not least <= len(months) <= most:
        return (
            f"この周期では、開始する月を{least}つ選んでください。"
            if least == most
            else "開始する月を1つ以上選んでください。"
        )
    return ""


def turns_of(
    *,
    code: str,
    name: str,
    rhythm: str,
    months: Sequence[int],
    intensified_months: Sequence[int],
    opens_on_day: int,
    days_to_answer: int,
    later: Sequence[Later],
    year: FiscalYear,
    open_day: Callable[[date], date],
) -> list[Turn]:
    """Return the programmes of *year* in order. *open_day* moves a day forward to one the offices are open on.

    Codes: that of the series; -q1 … by quarter's place, -m04 by month. *days_to_answer* are calendar days from the
    opening; what falls on a closed day moves to the next open one, and what follows moves with it.
    """
    turns = []
    for place, month in enumerate(sorted(months, key=YEAR.index), start=1):
        suffix, title = _called(rhythm, place, month)
        intensified = month in intensified_months
        opens = open_day(date(year.year + (month < 4), month, opens_on_day))
        due = open_day(opens + timedelta(days=days_to_answer))
        turns.append(
            Turn(
                code=f"{code}{suffix}",
                name=f"{year}　{title}{name}{'（強化月間）' if intensified else ''}",
                month=month,
                intensified=intensified,
                terms=(Term("self_inspection", "自己点検", opens, due), *_later_terms(later, due, open_day)),
            )
        )
    return turns


def _called(rhythm: str, place: int, month: int) -> tuple[str, str]:
    if rhythm == Rhythm.YEARLY:
        return "", ""
    if rhythm == Rhythm.QUARTERLY:
        return f"-q{place}", f"第{place}回　"
    return f"-m{month:02}", f"{month}月　" if rhythm == Rhythm.MONTHLY else f"第{place}回　"


def _later_terms(later: Sequence[Later], due: date, open_day: Callable[[date], date]) -> list[Term]:
    terms, before = [], due
    for stage in later:
        starts = open_day(before + timedelta(days=1))
        before = open_day(starts + timedelta(days=stage.days - 1))
        terms.append(Term(stage.kind, stage.name, starts, before))
    return terms
