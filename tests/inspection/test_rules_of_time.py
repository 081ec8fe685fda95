"""Due dates, the steps of the chase, standing by answers, what heirs take: pure rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.inspection.rules.carrying import Brought, taken
from tenken.inspection.rules.due import days_late, due_on
from tenken.inspection.rules.first_open_day import is_first_open_day
from tenken.inspection.rules.reminders_due import DEFAULT_STEPS, Chased, Due, Step, reminders_due
from tenken.inspection.rules.standing_by import Earlier, months_after, offered
from tenken.organization.opening_days import OpeningDays

DAYS = OpeningDays({date(2026, 8, 31): True})  # 市制記念日, a Monday
STEPS = [Step(key, days, who, weekly) for key, (days, who, weekly) in enumerate(DEFAULT_STEPS, start=1)]
DUE = date(2026, 9, 1)  # a Tuesday


# --- due dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "stage", "due"),
    [
        (None, date(2026, 8, 28), date(2026, 8, 28)),
        (
            None,
            date(2026, 8, 29),
            date(2026, 9, 1),
        ),  # Saturday → Monday, on which the city is closed → Tuesday
        (None, date(2026, 9, 21), date(2026, 9, 24)),  # three national holidays
        (date(2026, 9, 11), date(2026, 8, 28), date(2026, 9, 11)),
        (None, None, None),
    ],
)
def test_a_due_date_is_an_open_day(own: date | None, stage: date | None, due: date | None) -> None:
    assert due_on(own, stage, DAYS) == due


def test_lateness_counts_to_the_day_of_handing_in_or_to_today() -> None:
    assert days_late(DUE, None, DUE) == 0
    assert days_late(DUE, None, DUE + timedelta(days=3)) == 3
    assert days_late(DUE, DUE + timedelta(days=1), DUE + timedelta(days=30)) == 1
    assert days_late(DUE, DUE - timedelta(days=1), DUE + timedelta(days=30)) == 0
    assert days_late(None, None, DUE) == 0


# --- the chase ------------------------------------------------------------------------------------------------


def _walk(first: date, last: date, steps: list[Step] = STEPS) -> dict[date, list[str]]:
    """Run each day from *first* to *last*; return who was told when."""
    sent: set[tuple[int, int, date, int]] = set()
    told: dict[date, list[str]] = {}
    day = first
    while day <= last:
        due = reminders_due([Chased(1, DUE)], steps, sent, day, DAYS)
        if due:
            told[day] = [one.audience for one in due]
        sent |= {(one.step_id, one.sheet_id, one.due_on, one.round) for one in due}
        day += timedelta(days=1)
    return told


def test_the_deputy_first_then_the_manager_then_the_bureau_each_week() -> None:
    assert _walk(date(2026, 8, 1), date(2026, 9, 30)) == {
        date(2026, 8, 25): ["deputy"],
        date(2026, 9, 1): ["deputy", "section_manager"],  # the day before is closed
        date(2026, 9, 4): ["section_manager"],
        date(2026, 9, 8): ["section_manager", "bureau_manager"],
        date(2026, 9, 15): ["bureau_manager"],
        date(2026, 9, 24): ["bureau_manager"],  # 9/22 is a holiday, and so are the days after
        date(2026, 9, 29): ["bureau_manager"],
    }


def test_what_was_missed_does_not_come_in_a_burst() -> None:
    assert _walk(date(2026, 9, 9), date(2026, 9, 9)) == {
        date(2026, 9, 9): ["section_manager", "bureau_manager"]
    }


def test_nothing_goes_out_on_a_closed_day() -> None:
    assert reminders_due([Chased(1, DUE)], STEPS, set(), date(2026, 8, 31), DAYS) == []


def test_a_new_due_date_begins_the_chase_anew() -> None:
    step = Step(1, -7, "deputy")
    sent = {(1, 1, DUE, 0)}
    later = DUE + timedelta(days=7)
    assert reminders_due([Chased(1, DUE)], [step], sent, DUE, DAYS) == []
    assert reminders_due([Chased(1, later)], [step], sent, DUE, DAYS) == [Due(1, 1, later, 0, "deputy")]


@given(
    st.lists(
        st.tuples(st.integers(-20, 20), st.sampled_from(["deputy", "section_manager", "bureau_manager"])),
        max_size=5,
        unique=True,
    ),
    st.sets(st.integers(0, 59), max_size=40),
)
def test_no_step_tells_twice_and_none_on_a_closed_day(
    steps: list[tuple[int, str]], running: set[int]
) -> None:
    """Whichever days the machine runs on, each step and round goes once, and only on open days."""
    plan = [Step(key, days, who, weekly=days > 0) for key, (days, who) in enumerate(steps)]
    sent: set[tuple[int, int, date, int]] = set()
    for ahead in sorted(running):
        day = date(2026, 8, 10) + timedelta(days=ahead)
        due = [
            (one.step_id, one.sheet_id, one.due_on, one.round)
            for one in reminders_due([Chased(1, DUE)], plan, sent, day, DAYS)
        ]
        assert not due or DAYS.is_open(day)
        assert len(set(due)) == len(due)
        assert not sent & set(due)
        sent |= set(due)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 9, 2), False),
        (date(2026, 9, 7), True),
    ],
)
def test_the_first_open_day_of_a_week(day: date, first: bool) -> None:
    assert is_first_open_day(day, DAYS) is first


# --- standing by an answer --------------------------------------------------------------------------------------


def _earlier(
    unit: int = 1, verdict: str = "conforms", revision: int = 7, given: date = date(2025, 8, 20)
) -> Earlier:
    return Earlier(unit * 10, unit, revision, verdict, "", "", given)


def test_a_recent_answer_is_offered_until_it_runs_out() -> None:
    latest = {1: _earlier()}
    offer = offered(1, latest, {}, revision_id=7, valid_months=12, on=date(2026, 8, 20))
    assert offer is not None
    assert offer.valid_until == date(2026, 8, 20)
    assert offered(1, latest, {}, revision_id=7, valid_months=12, on=date(2026, 8, 21)) is None
    assert offered(1, latest, {}, revision_id=7, valid_months=0, on=date(2025, 8, 20)) is None


def test_an_issue_or_another_wording_is_never_offered() -> None:
    day = date(2025, 9, 1)
    assert offered(1, {1: _earlier(verdict="issue")}, {}, revision_id=7, valid_months=24, on=day) is None
    assert offered(1, {1: _earlier(revision=6)}, {}, revision_id=7, valid_months=24, on=day) is None


def test_what_a_section_came_from_speaks_for_it_when_all_say_the_same() -> None:
    before = {3: (1, 2)}
    both = {1: _earlier(1), 2: _earlier(2, given=date(2025, 7, 1))}
    offer = offered(3, both, before, revision_id=7, valid_months=12, on=date(2026, 6, 1))
    assert offer is not None
    assert offer.valid_until == date(2026, 7, 1)  # the older one counts
    differing = both | {2: _earlier(2, "not_applicable")}
    assert offered(3, differing, before, revision_id=7, valid_months=12, on=date(2026, 6, 1)) is None
    own = differing | {3: _earlier(3, "not_applicable")}
    offer = offered(3, own, before, revision_id=7, valid_months=12, on=date(2026, 6, 1))
    assert offer is not None
    assert offer.answer.unit_id == 3


def test_months_end_where_the_month_does() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 12, 15), 13) == date(2028, 1, 15)


# --- what heirs take --------------------------------------------------------------------------------------------


def test_the_heir_takes_what_its_predecessors_agree_on() -> None:
    a = Brought(1, "企画課", "issue", "鍵がない。", "")
    b = Brought(2, "調整課", "issue", "台帳がない。", "")
    both = taken([a, b])
    assert both is not None
    assert (both.verdict, both.reason) == ("issue", "企画課：鍵がない。\n調整課：台帳がない。")
    assert taken([a, Brought(2, "調整課", "conforms", "", "")]) is None
    alone = taken([a, Brought(2, "調整課", "", "書きかけ", "")])
    assert alone is not None
    assert (alone.reason, alone.answer_id) == ("鍵がない。", 1)


def test_words_too_long_to_stand_together_are_left_to_the_heir() -> None:
    long = [Brought(key, f"課{key}", "issue", str(key) * 1_500, "") for key in (1, 2)]
    assert taken(long) is None
