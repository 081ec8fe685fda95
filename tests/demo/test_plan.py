"""The plan before anything is written: who holds what, which section has which issue."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from tenken.common.identifiers import is_local_government_code
from tenken.demo import plan
from tenken.demo.data_files import CategoryPlan, categories
from tenken.demo.issues import lay_out
from tenken.demo.names import FAMILY, name_of
from tenken.demo.seats import Seat, number_of, seat_everyone
from tenken.demo.sheets import between
from tenken.demo.this_year import stage_days_around
from tenken.demo.years import issues_of


def test_the_city_is_nowhere_in_japan() -> None:
    code = plan.city_data()["city"]["code"]
    assert is_local_government_code(code)
    assert int(code[:2]) > 47


@pytest.mark.parametrize(
    ("day", "sections"),
    [
        (date(2013, 7, 1), 424),
        (date(2014, 3, 31), 424),
        (date(2014, 4, 1), 422),
        (date(2015, 3, 31), 422),
        (date(2015, 4, 1), 420),
    ],
)
def test_sections_that_answer(day: date, sections: int) -> None:
    assert len(plan.answering_on(day)) == sections


def test_names_are_many_and_keep_their_characters() -> None:
    names = [name_of(number)[0] for number in range(1_300)]
    assert len(set(names)) == len(names)
    assert any("髙" in name for name in names)
    assert any("𠮷" in name for name in names)
    assert all(kana and family for family, kana in FAMILY)


def test_every_seat_is_held_by_one_person_at_a_time_and_transfers_come_in_april() -> None:
    seating = seat_everyone(
        ["a", "b", "c", "d", "settled", "gone", "shared"],
        founded=date(2012, 4, 1),
        last_year=2026,
        settled=frozenset({"settled"}),
        ended=frozenset({"gone"}),
        concurrent={"shared": ("settled", "acting")},
    )
    by_post: dict[str, list[Seat]] = defaultdict(list)
    for seat in seating.seats:
        by_post[seat.post].append(seat)
        assert (seat.on.month, seat.on.day) == (4, 1)
    for seats in by_post.values():
        assert seats[0].on == date(2012, 4, 1)
        assert [one.until for one in seats[:-1]] == [two.on for two in seats[1:]]
        assert seats[-1].until is None
    assert len(by_post["gone"]) == 1
    assert by_post["shared"][-1].kind == "acting"
    assert seating.holder("shared", date(2026, 4, 1)) == seating.holder("settled", date(2026, 4, 1))
    assert seating.holder("settled", date(2025, 3, 31)) != seating.holder("settled", date(2025, 4, 1))
    assert number_of(0) != number_of(1)


def test_issues_follow_the_reorganised_section() -> None:
    before, after = issues_of(2013), issues_of(2014)
    merged = next(change for change in plan.changes() if change.what == "merge" and change.on.year == 2014)
    assert (merged.units[0], "M-CD-01") in before.items
    assert (merged.units[0], "M-CD-01") in after.items
    relapsed = set(before.items) & set(after.items)
    assert len(relapsed) >= sum(row.relapsed for row in categories(2014))


def test_numbers_that_cannot_be_met_are_refused() -> None:
    row = CategoryPlan("clear_desk", issues=3, not_improved=1, relapsed=0, items={"M-CD-01": 3})
    with pytest.raises(ValueError, match="sections"):
        lay_out([row], ["a", "b", "c"], total=4, not_improved=1, year=2014, first={})
    with pytest.raises(ValueError, match="without an issue"):
        lay_out([row], ["a", "b", "c", "d"], total=4, not_improved=1, year=2014, first={})
    with pytest.raises(ValueError, match="未改善"):
        lay_out([row], ["a", "b", "c"], total=3, not_improved=2, year=2014, first={})


def test_days_are_opening_days_within_their_bounds() -> None:
    first, last = date(2014, 7, 16), date(2014, 7, 20)  # Sunday; the Monday after is a holiday
    days = {between(first, last, number) for number in range(40)}
    assert days == {date(2014, 7, 16), date(2014, 7, 17), date(2014, 7, 18)}
    assert between(date(2014, 7, 19), date(2014, 7, 21), "closed") == date(2014, 7, 19)


@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2026, 11, 21), date(2028, 2, 29)])
def test_the_self_inspection_is_open_around_today_and_the_stages_follow(today: date) -> None:
    days = stage_days_around(today)
    first, last = days["self_inspection"]
    assert first < today < last
    starts = [days[kind][0] for kind in ("self_inspection", "improvement", "visit", "follow_up")]
    assert starts == sorted(starts)
    assert all(first <= last for first, last in days.values())
