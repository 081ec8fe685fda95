"""Who holds which post from when to when: everybody is somewhere, and every April some move. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tenken.demo.data_files import digest

FIRST_NUMBER = 1_000_101
# Until here about one post in eight changes hands in an April; afterwards one in seven.
_EARLY_YEARS = (2014, 2015)


@dataclass(frozen=True)
class Seat:
    """One assignment. ``person`` counts from 0; ``until`` None: further notice. ``kind`` as the assignment's."""

    person: int
    post: str
    on: date
    until: date | None
    kind: str = "main"


@dataclass(frozen=True)
class Seating:
    """Every assignment of the demo, in the order of their beginning."""

    seats: tuple[Seat, ...]
    people: int

    @cached_property
    def _by_post(self) -> Mapping[str, list[Seat]]:
        found: dict[str, list[Seat]] = {}
        for seat in self.seats:
            found.setdefault(seat.post, []).append(seat)
        return found

    def holder(self, post: str, day: date) -> int:
        """Return who holds *post* on *day*."""
        seats = self._by_post[post]
        return seats[bisect_right([seat.on for seat in seats], day) - 1].person


def number_of(person: int) -> str:
    """Return the 職員番号 of a person of the plan."""
    return str(FIRST_NUMBER + 7 * person)


def seat_everyone(
    posts: Sequence[str],
    *,
    founded: date,
    last_year: int,
    settled: frozenset[str],
    ended: frozenset[str],
    concurrent: Mapping[str, tuple[str, str]],
) -> Seating:
    """Seat *posts* from *founded* on and move people every April up to that of *last_year*.

    *settled*: posts whose present holder has been there since April before last year's end and stays; *ended*: posts
    that go, never moved; *concurrent*: posts whose last holder leaves this April and that another's holder fills too.
    """
    holding = {post: person for person, post in enumerate(posts)}
    since = dict.fromkeys(posts, founded)
    people = len(posts)
    done: list[Seat] = []
    moving = [post for post in posts if post not in settled | ended | set(concurrent)]
    for year in range(founded.year + 1, last_year + 1):
        april = date(year, 4, 1)
        turn = [post for post in moving if _moves(post, year)]
        leaving = len(turn) // 5  # these leave or retire; as many are new
        arrivals = [holding[post] for post in turn[leaving:]]
        newcomers = list(range(people, people + len(turn) - len(arrivals)))
        if year == last_year - 1:
            turn += sorted(settled)
            newcomers += range(people + len(newcomers), people + len(newcomers) + len(settled))
        people += len(newcomers)
        for post, person in zip(turn, [*arrivals, *newcomers], strict=True):
            done.append(Seat(holding[post], post, since[post], april))
            holding[post], since[post] = person, april
    april = date(last_year, 4, 1)
    for post, (other, kind) in concurrent.items():
        done.append(Seat(holding.pop(post), post, since[post], april))
        done.append(Seat(holding[other], post, april, None, kind))
    done += [Seat(person, post, since[post], None) for post, person in holding.items()]
    return Seating(tuple(sorted(done, key=lambda seat: (seat.on, seat.person))), people)


def _moves(post: str, year: int) -> bool:
    if year < _EARLY_YEARS[0]:
        return False
    if year in _EARLY_YEARS:
        return digest("moves", post) % 8 == year % 2
    return (digest("moves", post) // 8 + year) % 7 == 0
