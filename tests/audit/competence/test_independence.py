"""Nobody audits what they belong to, managed, look after, or declared an interest in; the refusal says why, with dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.rules.conflict_of_interest import (
    Audited,
    Declared,
    Standing,
    Tie,
    conflict,
    same_company,
    years_before,
)

DAY = date(2026, 11, 10)
HERE = Audited(frozenset({1, 2}), "株式会社みどり情報")


def member(starts: date, ends: date | None, *, unit: int = 2) -> Tie:
    return Tie(frozenset({unit}), "主事", False, starts, ends, "総務課")


def manager(starts: date, ends: date | None) -> Tie:
    return Tie(frozenset({1, 2}), "総務課長（情報管理者）", True, starts, ends, "総務課")


def why(*ties: Tie, years: int = 2, until: date | None = None) -> str:
    return conflict(Standing(ties), HERE, DAY, years=years, until=until)


def test_the_refusal_says_from_when_to_when() -> None:
    said = why(member(date(2023, 4, 1), date(2025, 4, 1)))
    assert said == "令和5年4月1日から令和7年3月31日まで総務課に所属していました（2年以内）。"
    assert why(manager(date(2023, 4, 1), date(2025, 4, 1))) == (
        "令和5年4月1日から令和7年3月31日まで総務課長（情報管理者）として総務課を管理していました（2年以内）。"
    )
    assert why(member(date(2023, 4, 1), None)) == "令和5年4月1日から総務課に所属しています。"


@pytest.mark.parametrize(
    ("tie", "years", "refused"),
    [
        (member(date(2020, 4, 1), date(2024, 11, 11)), 2, True),
        (member(date(2020, 4, 1), date(2024, 11, 10)), 2, False),
        (member(date(2020, 4, 1), date(2024, 11, 11)), 1, False),
        (member(date(2020, 4, 1), date(2026, 11, 10)), 0, False),
        (member(date(2020, 4, 1), date(2026, 11, 11)), 0, True),
        (member(date(2020, 4, 1), None, unit=3), 2, False),
        (member(date(2026, 11, 11), None), 2, False),
        (manager(date(2020, 4, 1), date(2024, 11, 11)), 2, True),
        (manager(date(2020, 4, 1), date(2024, 11, 10)), 2, False),
    ],
)
def test_the_years_are_counted_to_the_day(tie: Tie, years: int, refused: bool) -> None:
    assert bool(why(tie, years=years)) is refused


def test_a_transfer_that_is_known_counts_for_an_audit_that_outlasts_it() -> None:
    transfer = member(date(2027, 4, 1), None)
    assert why(transfer) == ""
    assert "令和9年4月1日から" in why(transfer, until=date(2027, 4, 1))


def test_the_vendor_of_the_system_does_not_audit_it() -> None:
    standing = Standing(organization="（株）みどり　情報")
    assert "事業者です" in conflict(standing, HERE, DAY, years=2)
    assert conflict(standing, Audited(HERE.units), DAY, years=2) == ""
    assert not same_company("", "")


@pytest.mark.parametrize(
    ("declared", "refused"),
    [
        (Declared(frozenset({2}), "", "親族", date(2026, 1, 1), None), True),
        (Declared(frozenset({2}), "", "親族", date(2026, 1, 1), DAY), True),
        (Declared(frozenset({2}), "", "親族", date(2026, 1, 1), DAY - timedelta(days=1)), False),
        (Declared(frozenset({3}), "", "親族", date(2026, 1, 1), None), False),
        (Declared(frozenset(), "みどり情報", "株主", date(2026, 1, 1), None), True),
        (Declared(frozenset(), "ほかの会社", "株主", date(2026, 1, 1), None), False),
    ],
)
def test_a_declared_interest_counts_for_its_time(declared: Declared, refused: bool) -> None:
    said = conflict(Standing(declared=(declared,)), HERE, DAY, years=2)
    assert bool(said) is refused
    assert not refused or declared.reason in said


@given(
    starts=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    stayed=st.integers(1, 5000),
    years=st.integers(0, 20),
    on=st.dates(date(2000, 1, 1), date(2035, 12, 31)),
    managed=st.booleans(),
)
def test_independent_means_away_for_all_those_years(
    starts: date, stayed: int, years: int, on: date, managed: bool
) -> None:
    """The rule said another way: some day of the years up to and with *on* was spent there."""
    ends = starts + timedelta(days=stayed)
    tie = Tie(frozenset({1}), "職", managed, starts, ends, "総務課")
    refused = bool(conflict(Standing((tie,)), HERE, on, years=years))
    assert refused == (starts <= on and (ends > on or ends > years_before(on, years)))
    if refused:  # a longer rule never lets through whom a shorter one refuses
        assert conflict(Standing((tie,)), HERE, on, years=years + 1)


def test_the_year_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)
