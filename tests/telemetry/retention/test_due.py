from __future__ import annotations

from datetime import date

import pytest

from tenken.telemetry.retention.rules.due import (
    Due,
    Rule,
    due_archives,
    due_deletions,
    expired,
    month_bounds,
    months_later,
)

OPERATION = {"operation": Rule(keep_months=13, archive=True)}
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def test_a_month_lasts_as_japan_counts_it() -> None:
    since, until = month_bounds(date(2026, 12, 1))
    assert (since.isoformat(), until.isoformat()) == (
        "2026-12-01T00:00:00+09:00",
        "2027-01-01T00:00:00+09:00",
    )


@pytest.mark.parametrize(("count", "month"), [(1, "2027-01-01"), (-12, "2025-12-01"), (13, "2028-01-01")])
def test_months_are_counted_over_the_year(count: int, month: str) -> None:
    assert months_later(date(2026, 12, 1), count) == date.fromisoformat(month)


def test_a_month_is_laid_aside_ten_days_after_its_end_and_again_when_rows_came_late() -> None:
    present = {("operation", SEPTEMBER): 10, ("operation", OCTOBER): 10}
    assert due_archives(present, {}, OPERATION, date(2026, 11, 10)) == [Due("operation", SEPTEMBER)]
    assert due_archives(present, {}, OPERATION, date(2026, 11, 11)) == [
        Due("operation", SEPTEMBER),
        Due("operation", OCTOBER),
    ]
    laid = {("operation", SEPTEMBER): 10, ("operation", OCTOBER): 9}
    assert due_archives(present, laid, OPERATION, date(2026, 11, 11)) == [Due("operation", OCTOBER)]


def test_a_class_without_archives_and_an_unknown_one_are_not_laid_aside() -> None:
    present = {("inventory", SEPTEMBER): 10, ("restored", SEPTEMBER): 10}
    rules = {"inventory": Rule(keep_months=13, archive=False)}
    assert due_archives(present, {}, rules, date(2027, 1, 1)) == []


def test_a_month_goes_when_its_months_are_over_and_its_archive_is_whole() -> None:
    present = {("operation", SEPTEMBER): 10}
    whole = {("operation", SEPTEMBER): 10}
    assert due_deletions(present, whole, OPERATION, date(2027, 10, 31)) == []
    assert due_deletions(present, whole, OPERATION, date(2027, 11, 1)) == [Due("operation", SEPTEMBER)]
    assert due_deletions(present, {}, OPERATION, date(2027, 11, 1)) == []
    assert due_deletions(present, {("operation", SEPTEMBER): 9}, OPERATION, date(2027, 11, 1)) == []


def test_an_archive_is_over_after_its_years_counted_from_the_months_end() -> None:
    months = [("operation", SEPTEMBER)]
    assert expired(months, {"operation": 5}, date(2031, 9, 30)) == []
    assert expired(months, {"operation": 5}, date(2031, 10, 1)) == months
    assert expired(months, {}, date(2050, 1, 1)) == []
