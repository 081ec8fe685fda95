"""Whose operations are played: terminals with their section and user, from the ledger or invented from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np

from tenken.organization.models import City
from tenken.telemetry.models import Terminal

LAST_HEARD: Final = 9
_SECTIONS: Final = [
    "戸籍住民課",
    "市民税課",
    "資産税課",
    "納税課",
    "保険年金課",
    "介護保険課",
    "障害福祉課",
    "子育て支援課",
    "保育課",
    "健康増進課",
    "環境政策課",
    "廃棄物対策課",
    "商工振興課",
    "観光課",
    "農政課",
    "道路整備課",
    "河川課",
    "建築指導課",
    "都市計画課",
    "公園緑地課",
    "下水道課",
    "財政課",
    "契約課",
    "人事課",
    "情報政策課",
    "広報課",
    "総務課",
    "選挙管理委員会事務局",
    "教育総務課",
    "学校教育課",
    "生涯学習課",
    "図書館",
    "消防総務課",
    "予防課",
    "議会事務局",
    "監査事務局",
]


@dataclass(frozen=True)
class Seat:
    """A terminal and who sits at it. ``account`` is '' for servers."""

    computer: str
    section: str
    section_name: str
    account: str
    address: str
    server: bool = False


@dataclass(frozen=True)
class Population:
    """The seats of a city, and its mail domain."""

    city: str
    seats: tuple[Seat, ...]
    domain: str

    @property
    def section_names(self) -> tuple[str, ...]:
        """Return the names of the sections, each once, in the order of their seats."""
        return tuple(dict.fromkeys(seat.section_name for seat in self.seats))


def is_silent(number: str) -> bool:
    """Tell whether the demo's terminal of this number has not been heard for weeks: about one in eighty."""
    return int(sha256(number.encode()).hexdigest()[:6], 16) % 83 == 7


def is_new(number: str) -> bool:
    """Tell whether the demo's terminal of this number came this week: it reports, nobody has worked at it yet."""
    return number.startswith("KB") and number > "KB0566"


def stopped_lately(number: str) -> bool:
    """Tell whether the demo's terminal of this number was last heard ``LAST_HEARD`` days ago: about one in two hundred."""
    return int(sha256(number.encode()).hexdigest()[:6], 16) % 211 == 3


def population_of(city: City, domain: str = "city.midori.lg.jp") -> Population:
    """Return the terminals in use of *city* that the ledger places somewhere, but for the silent and the new; a shared
    one has an account of its own."""
    rows = (
        Terminal.objects.filter(city=city, state=Terminal.State.IN_USE, unit__isnull=False)
        .exclude(computer_name="")
        .order_by("number")
        .values_list(
            "number", "computer_name", "unit__code", "unit__name", "person__number", "address", "kind"
        )
    )
    servers = {Terminal.Kind.SERVER, Terminal.Kind.VIRTUAL_SERVER}
    seats = tuple(
        Seat(
            computer,
            code,
            name,
            "" if kind in servers else number or f"k{place:05d}",
            address,
            kind in servers,
        )
        for place, (terminal, computer, code, name, number, address, kind) in enumerate(rows)
        if not (is_silent(terminal) or is_new(terminal))
    )
    return Population(city.code, seats, domain)


def invented(city: str, terminals: int, seed: int, domain: str = "city.example.lg.jp") -> Population:
    """Return a city of *terminals* seats: sections of 4 to 30 people, one server to fifty terminals."""
    random = np.random.default_rng(seed)
    seats: list[Seat] = []
    section = 0
    while len(seats) < terminals:
        section += 1
        kind, round_ = _SECTIONS[section % len(_SECTIONS)], section // len(_SECTIONS)
        name = f"第{round_ + 1}{kind}" if round_ else kind
        for _ in range(min(int(random.integers(4, 31)), terminals - len(seats))):
            number = len(seats) + 1
            server = number % 50 == 0
            seats.append(
                Seat(
                    computer=f"{'SV' if server else 'PC'}{number:06d}",
                    section=f"S{section:04d}",
                    section_name=name,
                    account="" if server else f"{100000 + number}",
                    address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
                    server=server,
                )
            )
    return Population(city, tuple(seats), domain)
