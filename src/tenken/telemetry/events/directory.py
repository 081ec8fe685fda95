"""Who is who in a city, in memory: which terminal a name stands for, whose an account is, which section on which day."""

from __future__ import annotations

import threading
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

KEPT_SECONDS: Final = 15.0
_ANEW_SECONDS: Final = 1.0
_MOST_MISSED: Final = 10_000
# Days are counted as the store counts them: from 1970-01-01.
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_NEVER: Final = 2**31

K = TypeVar("K")


@dataclass(frozen=True)
class Stretch:
    """A value (a section's code, a person's number) that held from a day up to the day before ``ends``."""

    starts: int
    ends: int
    value: str


@dataclass(frozen=True)
class KnownTerminal:
    """What enrichment asks of a terminal. ``sections``: where it stood when; ``unit``: where it stands without such a
    record."""

    pk: int
    number: str
    segment: str
    unit: str
    sections: tuple[Stretch, ...] = ()

    def section(self, day: int) -> str:
        return held(self.sections, day) if self.sections else self.unit


@dataclass(frozen=True)
class Directory:
    """A city's terminals and people, as they stood when it was read."""

    terminals: Mapping[str, KnownTerminal] = field(default_factory=dict)
    accounts: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)

    def terminal(self, *names: str) -> KnownTerminal | None:
        """Return the terminal that the first of *names* that is known stands for: its number, what it is called
        (with or without its domain), or the id of its agent."""
        for name in names:
            key = fold(name)
            if key and (found := self.terminals.get(key) or self.terminals.get(key.split(".", 1)[0])):
                return found
        return None

    def person(self, account: str, day: int) -> str:
        """Return the number of the person whose *account* was on *day*, '' when nobody's: as named in
        ``AccountName``, else the person's own number, else the local part of their mail address."""
        name = fold_account(account)
        if not name:
            return ""
        if name in self.accounts:
            return held(self.accounts[name], day)
        return self.people.get(name, "")

    def section_of_person(self, number: str, day: int) -> str:
        """Return the code of the section that a person belonged to on *day*."""
        return held(self.sections.get(number, ()), day)


def held(stretches: Sequence[Stretch], day: int) -> str:
    """Return the value that held on *day* (since 1970), '' when none did."""
    return next((one.value for one in stretches if one.starts <= day < one.ends), "")


def fold(name: str) -> str:
    """Return a name of a computer as it is compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def fold_account(account: str) -> str:
    r"""Return an account as it is compared: 「CITY\Yamada」「yamada@city.example.jp」 are "yamada"."""
    return fold(account).rpartition("\\")[2].partition("@")[0]


@dataclass(frozen=True)
class _Kept:
    """A directory, when it was read, and how long that took."""

    directory: Directory
    read_at: float
    took: float


_kept: dict[str, _Kept] = {}
# Names that were looked for in vain: they wait for the next reading like everything else.
_missed: dict[str, set[str]] = defaultdict(set)
_forgotten: dict[str, int] = defaultdict(int)
_lock = threading.Lock()


def directory(city_code: str) -> Directory:
    """Return the directory of a city, read at most ``KEPT_SECONDS`` ago. Six queries when read anew, none otherwise."""
    with _lock:
        standing = _kept.get(city_code)
    if standing and time.monotonic() - standing.read_at < KEPT_SECONDS:
        return standing.directory
    return _read_anew(city_code)


def directory_after_miss(city_code: str, names: Set[str]) -> Directory:
    """Return the directory of a city after *names* (folded) were not in it: read anew where one of them is new, at most
    once a second and a tenth of the time."""
    with _lock:
        standing = _kept.get(city_code)
        if standing:
            age = time.monotonic() - standing.read_at
            if names <= _missed[city_code] or age < max(_ANEW_SECONDS, 9 * standing.took):
                return standing.directory
    fresh = _read_anew(city_code)
    with _lock:
        if len(_missed[city_code]) > _MOST_MISSED:
            _missed[city_code].clear()
        _missed[city_code] |= names
    return fresh


def _read_anew(city_code: str) -> Directory:
    began, before = time.monotonic(), _forgotten[city_code]
    fresh = read_directory(city_code)
    with _lock:
        if _forgotten[city_code] == before:  # nothing became known while it was read
            _kept[city_code] = _Kept(fresh, time.monotonic(), time.monotonic() - began)
    return fresh


def forget_directory(city_code: str) -> None:
    """Let the next call of :func:`directory` in this process read a city anew: a terminal of it became known."""
    with _lock:
        _kept.pop(city_code, None)
        _missed.pop(city_code, None)
        _forgotten[city_code] += 1


def forget_directories() -> None:
    """Let the next call of :func:`directory` read anew."""
    for city_code in list(_forgotten.keys() | _kept.keys()):
        forget_directory(city_code)


def read_directory(city_code: str) -> Directory:
    """Return the directory as the database has it now. Of a computer name that several terminals bear, the terminal in
    use heard last has it."""
    from tenken.organization.models import Person
    from tenken.telemetry.models import AccountName

    accounts = _stretches(
        AccountName.objects.filter(city__code=city_code).values_list(
            "name", "valid_from", "valid_to", "person__number"
        )
    )
    people: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for number, email in Person.objects.filter(city__code=city_code).values_list("number", "email"):
        numbers[fold(number)] = number
        if email:
            people[fold_account(email)] = number
    return Directory(_terminals(city_code), accounts, people | numbers, _sections(city_code))


def _terminals(city_code: str) -> dict[str, KnownTerminal]:
    from tenken.telemetry.models import Terminal, TerminalAssignment, TerminalIdentity

    stood = _stretches(
        TerminalAssignment.objects.filter(terminal__city__code=city_code).values_list(
            "terminal_id", "valid_from", "valid_to", "unit__code"
        )
    )
    known: dict[str, KnownTerminal] = {}
    by_key: dict[int, KnownTerminal] = {}
    rows = Terminal.objects.filter(city__code=city_code).values_list(
        "pk", "number", "segment", "unit__code", "computer_name", "state", "last_seen"
    )
    in_use = Terminal.State.IN_USE
    heard = sorted(rows, key=lambda row: (row[5] == in_use, row[6].timestamp() if row[6] else 0.0))
    for pk, number, segment, unit, computer, _, _ in heard:
        by_key[pk] = KnownTerminal(pk, number, segment, unit or "", stood.get(pk, ()))
        if computer:
            known[fold(computer)] = by_key[pk]
    identities = (
        TerminalIdentity.objects.filter(city__code=city_code).exclude(agent_id="").order_by("last_seen")
    )
    agents = {fold(agent): by_key[pk] for agent, pk in identities.values_list("agent_id", "terminal_id")}
    return agents | known | {fold(one.number): one for one in by_key.values()}


def _sections(city_code: str) -> dict[str, tuple[Stretch, ...]]:
    """Return the sections of each person, the main post before concurrent ones."""
    from tenken.organization.models import Assignment

    rows = Assignment.objects.filter(person__city__code=city_code).values_list(
        "person__number", "valid_from", "valid_to", "post__unit__code", "kind"
    )
    ordered = sorted(rows, key=lambda row: row[4] != Assignment.Kind.MAIN)
    return _stretches(row[:4] for row in ordered)


def _stretches(rows: Iterable[tuple[K, date, date | None, str]]) -> dict[K, tuple[Stretch, ...]]:
    found: dict[K, list[Stretch]] = defaultdict(list)
    for key, starts, ends, value in rows:
        found[key].append(Stretch(day_number(starts), day_number(ends) if ends else _NEVER, value))
    return {key: tuple(some) for key, some in found.items()}


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to *day*."""
    return day.toordinal() - _FIRST_DAY
