from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.plans.rules.day_lists import read_days, read_months, write_days, write_months

DAYS = st.lists(st.dates(date(1990, 1, 1), date(2090, 12, 31)), max_size=12)


def test_days_say_only_what_differs() -> None:
    days = [date(2015, 8, 6), date(2015, 6, 25), date(2015, 6, 26), date(2015, 8, 5)]
    assert write_days(days) == "平成27年6月25日、26日、8月5日、6日"
    assert write_days([date(2015, 12, 24), date(2016, 1, 8)]) == "平成27年12月24日、平成28年1月8日"
    assert write_days([date(2019, 4, 30), date(2019, 5, 1)]) == "平成31年4月30日、令和元年5月1日"
    assert write_days([]) == ""


@given(DAYS)
def test_what_is_written_is_read_back(days: list[date]) -> None:
    assert read_days(write_days(days)) == sorted(set(days))


def test_days_as_people_type_them() -> None:
    assert read_days("Ｈ２７.６.２５，　２６日\n2015-08-05、６日") == [
        date(2015, 6, 25),
        date(2015, 6, 26),
        date(2015, 8, 5),
        date(2015, 8, 6),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [("26日", "年から書いて"), ("平成27年6月25日、31日", "という日付はありません"), ("来週", "読めません")],
)
def test_what_is_no_day_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_days(text)


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        found = read_days(text)
    except ValueError:
        return
    assert found == sorted(set(found))


def test_months_run_with_the_fiscal_year() -> None:
    assert write_months([1, 3, 4, 6, 9, 11]) == "4月、6月、9月、11月、1月、3月"
    assert read_months("１月、３月、4、6,9月、11") == [4, 6, 9, 11, 1, 3]
    with pytest.raises(ValueError, match="13月"):
        read_months("13月")
