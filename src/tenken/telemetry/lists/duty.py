"""Whether a moment falls into a section's hours of duty. Pure; Japan's time has no summer time since 1951."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

import jpholiday

MINUTES: Final = 24 * 60
HOLIDAY: Final = 7
_JAPAN_MINUTES: Final = 9 * 60
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_MOST_KEPT: Final = 50_000


@dataclass(frozen=True, order=True)
class Stretch:
    """One stretch of duty: ``day`` 0 (Monday) … 6, 7 on holidays; minutes of the day. ``ends`` not after ``starts``: it
    ends the next day."""

    day: int
    starts: int
    ends: int


Week = tuple[Stretch, ...]

# 8:30–17:15 on weekdays: what most city offices have, and what stands where the city itself has said nothing.
ORDINARY_WEEK: Final[Week] = tuple(Stretch(day, 8 * 60 + 30, 17 * 60 + 15) for day in range(5))


def minute_of(moment: time) -> int:
    """Return the minute of the day."""
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True)
class DutyCalendar:
    """The weeks of a city's sections. ``sections``: section code → place in ``weeks``; those not in it have the first.

    ``settled``: the city's own days, True where closed, over national holidays. A day the city opens on a weekend has
    Monday's hours where the section has none for that weekday.
    """

    weeks: tuple[Week, ...] = (ORDINARY_WEEK,)
    sections: Mapping[str, int] = field(default_factory=dict)
    settled: Mapping[date, bool] = field(default_factory=dict)
    _days: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False, compare=False)
    _masks: dict[bytes, bytes] = field(default_factory=dict, repr=False, compare=False)

    def off_hours(self, section_code: str, moment: datetime) -> bool:
        """Tell whether *moment* (aware) is outside the section's hours."""
        return bool(self.off_hours_many([section_code], [int(moment.astimezone(UTC).timestamp() * 1000)])[0])

    def off_hours_many(self, section_codes: Sequence[str], milliseconds: Sequence[int]) -> bytes:
        """Return for each pair of section and moment (milliseconds since 1970, UTC) 1 outside the hours, else 0.

        A day of a section is worked out once and kept: 50,000 moments take some ten milliseconds.
        """
        places, days = self.sections, self._days
        out = bytearray(len(milliseconds))
        for at, (code, moment) in enumerate(zip(section_codes, milliseconds, strict=True)):
            day, minute = divmod(moment // 60_000 + _JAPAN_MINUTES, MINUTES)
            key = (places.get(code, 0), day)
            mask = days.get(key) or self._day(key)
            out[at] = mask[minute]
        return bytes(out)

    def _day(self, key: tuple[int, int]) -> bytes:
        """Work out a day (number since 1970) of a week: a byte a minute, 1 outside the hours."""
        place, number = key
        mask = bytearray(b"\1" * MINUTES)
        for stretch in self._of_day(place, number):
            end = stretch.ends if stretch.ends > stretch.starts else MINUTES
            mask[stretch.starts : end] = bytes(end - stretch.starts)
        for stretch in self._of_day(place, number - 1):
            if stretch.ends <= stretch.starts:
                mask[: stretch.ends] = bytes(stretch.ends)
        if len(self._days) >= _MOST_KEPT:
            self._days.clear()
        kept = self._masks.setdefault(bytes(mask), bytes(mask))  # most days look alike
        self._days[key] = kept
        return kept

    def _of_day(self, place: int, number: int) -> Iterable[Stretch]:
        day = date.fromordinal(_FIRST_DAY + number)
        kind, week = self._kind_of(day), self.weeks[place]
        stretches = [stretch for stretch in week if stretch.day == kind]
        if not stretches and kind in (5, 6) and self.settled.get(day) is False:
            return [stretch for stretch in week if stretch.day == 0]
        return stretches

    def _kind_of(self, day: date) -> int:
        closed = self.settled.get(day)
        if closed is None:
            closed = bool(jpholiday.is_holiday(day))
        return HOLIDAY if closed else day.weekday()
