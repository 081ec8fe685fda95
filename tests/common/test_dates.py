"""Eras, fiscal years and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tenken.common import clock
from tenken.common.era import era_date, era_month, era_year, parse_date
from tenken.common.fiscal_year import FiscalYear

days = st.dates(min_value=date(1868, 1, 25), max_value=date(2117, 12, 31))


@given(days)
def test_a_date_written_by_era_is_read_back(day: date) -> None:
    assert parse_date(era_date(day)) == day


@given(days)
def test_short_forms_are_read_back(day: date) -> None:
    letter = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M"}[era_year(day)[:2]]
    number = era_year(day)[2:].replace("元", "1")
    for form in (
        f"{letter}{number}.{day.month}.{day.day}",
        f"{letter.lower()}{number}/{day.month}/{day.day}",
    ):
        assert parse_date(form) == day
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(2015, 7, 29), "平成27年7月29日"),
    ],
)
def test_the_first_and_last_days_of_eras(day: date, written: str) -> None:
    assert era_date(day) == written


@pytest.mark.parametrize(
    "typed",
    ["２０１４／７／１", "平成２６年７月１日", " H26.7.1 ", "平成26年 7月 1日", "2014.7.1", "h26-07-01"],
)
def test_as_people_type(typed: str) -> None:
    assert parse_date(typed) == date(2014, 7, 1)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "読めません"),
        ("7月1日", "読めません"),
        ("2014-7", "読めません"),
        ("20140701", "読めません"),
        ("2014-02-29", "ありません"),
        ("2014-13-01", "ありません"),
        ("0000-01-01", "ありません"),
        ("平成31年5月1日", "期間"),
        ("昭和64年1月8日", "期間"),
        ("平成元年1月7日", "期間"),
        ("平成0年1月1日", "期間"),
        ("明治元年1月1日", "古すぎ"),
        ("0214-07-01", "古すぎ"),
        ("令和99年12月31日x", "読めません"),
    ],
)
def test_what_is_no_date(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_date(typed)


@given(st.text())
def test_any_text_is_a_date_or_a_plain_refusal(text: str) -> None:
    try:
        parse_date(text)
    except ValueError as refusal:
        assert str(refusal).endswith("。")  # noqa: PT017 - either outcome is right


def test_before_the_eras() -> None:
    with pytest.raises(ValueError, match="1868-01-24"):
        era_date(date(1868, 1, 24))


def test_months() -> None:
    assert era_month(date(2014, 8, 31)) == "平成26年8月"


@given(days)
def test_a_day_lies_in_its_fiscal_year_only(day: date) -> None:
    year = FiscalYear.of(day)
    assert day in year
    assert year.starts_on <= day <= year.ends_on
    assert day not in year.previous
    assert year.previous < year


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (2014, "平成26年度"),
        (2018, "平成30年度"),
        (2019, "令和元年度"),
        (2020, "令和2年度"),
        (1989, "平成元年度"),
    ],
)
def test_labels_of_years(year: int, label: str) -> None:
    assert str(FiscalYear(year)) == label


def test_the_year_turns_on_the_first_of_april() -> None:
    assert FiscalYear.of(date(2015, 3, 31)) == FiscalYear(2014)
    assert FiscalYear.of(date(2015, 4, 1)) == FiscalYear(2015)


@time_machine.travel(datetime(2015, 3, 31, 15, 0, tzinfo=UTC), tick=False)
def test_today_is_japans() -> None:
    assert clock.today() == date(2015, 4, 1)
    assert clock.now() == datetime(2015, 3, 31, 15, 0, tzinfo=UTC)
