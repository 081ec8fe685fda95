"""The work of each day: once a day and city, tried again when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest
import time_machine

from tenken.jobs import schedule
from tenken.jobs.models import DailyRun
from tenken.jobs.schedule import claim, register_daily, run_daily

pytestmark = pytest.mark.django_db
Done = list[tuple[str, date]]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    monkeypatch.setattr(schedule, "_works", {})
    return []


def _register(done: Done, function: Callable[[str, date], object] | None = None) -> None:
    register_daily(
        "test.work",
        at=time(8, 30),
        cities=lambda day: ["011002", "012025"] if day.weekday() < 5 else [],
        function=function or (lambda city, day: done.append((city, day))),
    )


def test_it_is_done_once_for_each_city(done: Done) -> None:
    _register(done)
    with time_machine.travel("2026-07-15T08:29:00+09:00", tick=False):
        assert run_daily() == 0
    with time_machine.travel("2026-07-15T08:30:00+09:00", tick=False):
        assert run_daily() == 2
        assert run_daily() == 0
    assert done == [("011002", date(2026, 7, 15)), ("012025", date(2026, 7, 15))]
    with time_machine.travel("2026-07-18T12:00:00+09:00", tick=False):
        assert run_daily() == 0
    with time_machine.travel("2026-07-20T08:30:00+09:00", tick=False):
        assert run_daily() == 2


def test_what_fails_leaves_nothing_and_is_tried_again(done: Done) -> None:
    broken = {"011002"}

    def work(city: str, day: date) -> None:
        claim("test.part", city, day)
        if city in broken:
            raise ZeroDivisionError
        done.append((city, day))

    _register(done, work)
    with time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        assert run_daily() == 1
        assert DailyRun.objects.filter(city_code="011002").count() == 0
        broken.clear()
        assert run_daily() == 1
    assert [city for city, _ in done] == ["012025", "011002"]


def test_a_kind_is_registered_once(done: Done) -> None:
    _register(done)
    with pytest.raises(ValueError, match="twice"):
        _register(done)


def test_a_claim_is_given_once() -> None:
    day = date(2026, 7, 15)
    assert [claim("test.part", "011002", day) for _ in range(2)] == [True, False]
    assert claim("test.part", "012025", day)
