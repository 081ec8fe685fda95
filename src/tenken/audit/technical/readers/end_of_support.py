"""Whether an operating system was still supported on a day, by the dated table in ``audit/technical/data``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Support:
    """An operating system and the last day its maker mends it for everybody (``on``), and, where that can be bought, for
    those who pay (``extended_to``). ``source`` and ``checked_on`` say who says so and when we looked."""

    product: str
    pattern: str
    on: date
    extended_to: date | None
    source: str
    checked_on: date


def support_ended(operating_system: str, on: date) -> Support | None:
    """Return the row of *operating_system* when its ordinary support had ended on *on*, None when it had not or is unknown.

    *operating_system* is what a scanner says ("Microsoft Windows Server 2008 R2 Standard Service Pack 1"). Where it names
    several, as a guess of Nmap's does ("Windows 7 or Windows 8.1"), the last to end counts: nothing is claimed that may be false.
    """
    rows = _matching(operating_system[:500])
    last = max(rows, key=lambda row: row.on, default=None)
    return last if last is not None and last.on < on else None


@lru_cache(maxsize=4_096)
def _matching(operating_system: str) -> tuple[Support, ...]:
    """Return the first row that fits each system named."""
    names = [name for name in re.split(r"\n|\s+or\s+|\s+-\s+|,", operating_system) if name.strip()]
    found = (
        next((row for row in table() if re.search(row.pattern, name, re.IGNORECASE)), None) for name in names
    )
    return tuple(row for row in found if row is not None)


@cache
def table() -> tuple[Support, ...]:
    """Return the table; an earlier row goes before a later one, so that "2008 R2" is not taken for "2008"."""
    text = resources.files("tenken.audit.technical").joinpath("data/end_of_support.yaml").read_text("utf-8")
    return tuple(
        Support(
            product=row["product"],
            pattern=row["pattern"],
            on=row["ended_on"],
            extended_to=row.get("extended_to"),
            source=row["source"],
            checked_on=row["checked_on"],
        )
        for row in yaml.safe_load(text)
    )
