"""Likeness, reminders, coverage and the life of a look across. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Stale
from tenken.findings.extent_states import (
    ANSWERED,
    CONFIRMED,
    EVENT_LABELS,
    FOUND,
    RETURNED,
    SENT,
    Standing,
    after_answer,
    after_close,
    after_confirm,
    after_return,
    after_send,
    after_withdraw,
)
from tenken.findings.models import ExtentCheck, ExtentTarget
from tenken.findings.queries.extents import COVERAGE_LABELS, coverage_of
from tenken.findings.rules.alike import (
    FACTS,
    SectionTraits,
    SystemTraits,
    section_reasons,
    system_reasons,
)
from tenken.findings.rules.reminding import reminder_is_due

ORIGIN = SystemTraits("system", ("Windows Server 2008 R2",), ("lgwan", "internet"), "みどり電算", "S", True)
STATUSES = st.sampled_from(ExtentTarget.Status.values)
ANSWERS = st.sampled_from(ExtentTarget.Answer.values)
CHECKS = st.sampled_from(ExtentCheck.Status.values)


def test_each_fact_of_a_section_says_why() -> None:
    section = SectionTraits(bureau_id=7, item_years=(2015, 2013, 2015), item_open=2, category_open=3)
    assert section_reasons(FACTS, 7, section) == (
        "同じ点検項目に、完了していない課題が2件ある",
        "同じ点検項目に課題があった（平成25年度・平成27年度）",
        "同じ調査項目に、完了していない課題が3件ある",
        "同じ局・区にある",
    )
    assert section_reasons(["bureau"], 8, section) == ()
    assert section_reasons(["bureau"], None, SectionTraits()) == ()
    assert section_reasons([], 7, section) == ()


@pytest.mark.parametrize(
    ("fact", "system", "reason"),
    [
        ("product", SystemTraits(products=("ＷＩＮＤＯＷＳ　Server 2008 R2",)), "同じ製品・同じ版"),
        ("network", SystemTraits(networks=("internet",)), "インターネット接続系"),
        ("vendor", SystemTraits(vendor="みどり電算"), "保守の事業者（みどり電算）"),
        ("public", SystemTraits(public=True), "公開"),
        ("classification", SystemTraits(classification="S"), "（S）"),
        ("kind", SystemTraits(kind="system"), "種類"),
    ],
)
def test_each_fact_of_a_system_says_why(fact: str, system: SystemTraits, reason: str) -> None:
    names = {"internet": "インターネット接続系"}
    (said,) = system_reasons([fact], ORIGIN, system, network_names=names)
    assert reason in said
    others = [one for one in FACTS if one != fact]
    assert system_reasons(others, ORIGIN, system) == ()
    assert system_reasons([fact], ORIGIN, SystemTraits()) == ()
    assert system_reasons([fact], None, system) == ()


def test_another_release_is_not_the_same_product_and_a_word_finds_it() -> None:
    other = SystemTraits(products=("Windows Server 2016",))
    assert system_reasons(["product"], ORIGIN, other) == ()
    assert system_reasons([], None, other, word="ｗｉｎｄｏｗｓ") == (
        "製品「Windows Server 2016」を使っている",
    )


# --- reminders --------------------------------------------------------------------------------------------

_DAYS = st.dates(date(2026, 4, 1), date(2027, 3, 31))


@given(due=_DAYS, start=st.integers(-30, 30))
def test_every_reminder_comes_once_on_weekdays(due: date, start: int) -> None:
    """Over any stretch of weekdays: at least one before the due date, and one each week after it."""
    days = [due + timedelta(days=start + step) for step in range(60)]
    openings = [day for day in days if day.weekday() < 5]
    told = [day for before, day in pairwise(openings) if reminder_is_due(due, day, before)]
    late = [day for day in told if day > due]
    assert all(2 <= (after - before).days <= 12 for before, after in pairwise(late))
    if start <= -15:
        assert 1 <= sum(day <= due for day in told) <= 2
        assert len(late) >= 3


def test_what_falls_on_a_weekend_is_told_on_monday() -> None:
    due = date(2026, 10, 30)  # a Friday
    monday, friday = date(2026, 11, 2), date(2026, 10, 30)
    assert reminder_is_due(due, monday, friday)
    assert not reminder_is_due(due, monday + timedelta(days=1), monday)
    assert not reminder_is_due(due, monday, monday)


# --- states -----------------------------------------------------------------------------------------------


@given(status=STATUSES, answer=ANSWERS, check=CHECKS)
def test_a_target_moves_only_while_its_check_runs(status: str, answer: str, check: str) -> None:
    target = Standing(status, answer, check)
    for move, allowed, becomes in (
        (after_answer, status != CONFIRMED, ANSWERED),
        (after_confirm, status == ANSWERED, CONFIRMED),
        (
            after_return,
            status == ANSWERED or (status == CONFIRMED and answer != FOUND),
            RETURNED,
        ),
    ):
        if check == SENT and allowed:
            assert move(target) == becomes
        else:
            with pytest.raises(Stale):
                move(target)


@given(status=CHECKS, targets=st.lists(STATUSES, max_size=4))
def test_a_check_is_sent_with_targets_and_ends_with_all_confirmed(status: str, targets: list[str]) -> None:
    def outcome(move: Any) -> str:
        try:
            return str(move())
        except Stale:
            return ""

    assert outcome(lambda: after_send(status, len(targets))) == (
        "sent" if status == "draft" and targets else ""
    )
    assert outcome(lambda: after_withdraw(status)) == ("withdrawn" if status == "draft" else "")
    done = all(one == CONFIRMED for one in targets)
    assert outcome(lambda: after_close(status, targets)) == ("closed" if status == SENT and done else "")


def test_the_words_fit_the_columns() -> None:
    assert max(map(len, EVENT_LABELS)) <= 14


# --- coverage ---------------------------------------------------------------------------------------------


@given(rows=st.lists(st.tuples(STATUSES, ANSWERS), max_size=30), late=st.booleans())
def test_coverage_adds_up(rows: list[tuple[str, str]], late: bool) -> None:
    today = date(2026, 10, 31) if late else date(2026, 10, 30)
    count = coverage_of(rows, date(2026, 10, 30), today)
    assert count.asked == len(rows) == count.answered + count.waiting
    assert count.answered == count.found + count.none + count.not_applicable
    assert count.answered == count.to_confirm + count.confirmed
    assert count.overdue == (count.waiting if late else 0)
    assert all(hasattr(count, name) for name in COVERAGE_LABELS)


def test_shares_are_of_those_asked() -> None:
    count = coverage_of(
        [("confirmed", "found"), ("waiting", ""), ("waiting", "")], date(2026, 1, 1), date(2026, 1, 2)
    )
    assert (count.percent("answered"), count.percent("overdue")) == ("33.3%", "66.7%")
    assert coverage_of([], date(2026, 1, 1), date(2026, 1, 2)).percent("found") == "－"
