"""Until when makers mend their products: the dated tables shipped in ``assets/data``. What scanners found (``audit``) and what
agents report (``telemetry``) are held against the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import yaml

OPERATING_SYSTEM: Final = "os"
APPLICATION: Final = "application"
_FILES: Final = {
    OPERATING_SYSTEM: "end_of_support.yaml",
    APPLICATION: "applications_end_of_support.yaml",
}


@dataclass(frozen=True, slots=True)
class Support:
    """A product and the last day its maker mends it for everybody (``on``), and, where that can be bought, for
    those who pay (``extended_to``). ``source`` says who says so, ``checked_on`` when we held it against what is
    published (None: not yet). ``pattern``: a regular expression sought in what is said, whatever the case."""

    product: str
    pattern: str
    on: date
    extended_to: date | None
    source: str
    checked_on: date | None


@cache
def shipped(kind: str = OPERATING_SYSTEM) -> tuple[Support, ...]:
    """Return the shipped table of operating systems or applications; an earlier row goes before a later one, so that
    "2008 R2" is not taken for "2008"."""
    text = resources.files("tenken.assets").joinpath(f"data/{_FILES[kind]}").read_text("utf-8")
    return tuple(
        Support(
            product=row["product"],
            pattern=row["pattern"],
            on=row["on"],
            extended_to=row.get("extended_to"),
            source=row["source"],
            checked_on=row.get("checked_on"),
        )
        for row in yaml.safe_load(text)
    )


def support_of(said: str, rows: Iterable[Support]) -> Support | None:
    """Return the first of *rows* that *said* is of ("Microsoft Windows 11 Pro 22631"), None when none is."""
    return next((row for row in rows if _compiled(row.pattern).search(said)), None)


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
