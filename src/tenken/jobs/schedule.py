"""The work of each day: registered by rooms, done once a day and city, whichever process comes first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time

from django.db import IntegrityError, transaction

from tenken.common import clock
from tenken.jobs.models import DailyRun

logger = logging.getLogger("tenken.jobs")


@dataclass(frozen=True)
class DailyWork:
    """``at``: the time in Japan from which it is done; ``cities``: codes of those it is to be done for on a day."""

    kind: str
    at: time
    cities: Callable[[date], Iterable[str]]
    function: Callable[[str, date], object]


_works: dict[str, DailyWork] = {}


def register_daily(
    kind: str,
    *,
    at: time,
    cities: Callable[[date], Iterable[str]],
    function: Callable[[str, date], object],
) -> None:
    """Let *function* (city code, day) be called once each day from *at* on, for each of *cities* (given the day).

    It runs inside the transaction that notes it as done: what fails leaves nothing and is tried again minutes later.
    ``ValueError`` when the kind is taken.
    """
    if kind in _works:
        raise ValueError(f"daily work {kind} is registered twice")
    _works[kind] = DailyWork(kind, at, cities, function)


def run_daily() -> int:
    """Do what today still asks for; return how much was done. Meant to be called every few minutes by whatever runs.

    Only today's work: a day on which nothing ran is not made up for later.
    """
    moment = clock.now().astimezone(clock.JAPAN)
    done = 0
    for work in _works.values():
        if moment.time() >= work.at:
            done += _run(work, moment.date())
    return done


def _run(work: DailyWork, day: date) -> int:
    before = set(DailyRun.objects.filter(kind=work.kind, day=day).values_list("city_code", flat=True))
    done = 0
    for city in work.cities(day):
        if city not in before and _run_for(work, city, day):
            done += 1
    return done


def claim(kind: str, city_code: str, day: date) -> bool:
    """Note that *kind* is done for a city on a day, inside the caller's transaction; False when it was done already."""
    try:
        with transaction.atomic():
            DailyRun.objects.create(kind=kind, city_code=city_code, day=day, done_at=clock.now())
    except IntegrityError:
        return False
    return True


def is_done(kind: str, city_code: str, day: date) -> bool:
    """Tell whether *kind* was done for a city on a day."""
    return DailyRun.objects.filter(kind=kind, city_code=city_code, day=day).exists()


def _run_for(work: DailyWork, city: str, day: date) -> bool:
    try:
        with transaction.atomic():
            if not claim(work.kind, city, day):  # another process was first
                return False
            work.function(city, day)
    except Exception:  # one city's trouble does not stop another's
        logger.exception("daily work %s for %s failed; trying again", work.kind, city)
        return False
    return True
