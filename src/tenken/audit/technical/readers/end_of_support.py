"""Whether an operating system was still supported on a day, by the dated table of ``assets.support``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from tenken.assets.support import Support, shipped, support_of
from tenken.audit.technical.records import ScanRecord

# The scanners' own checks for operating systems out of support: Nessus' for Unix and for Windows, GVM's for all.
_CHECKS = frozenset({("nessus", "33850"), ("nessus", "108797"), ("gvm", "1.3.6.1.4.1.25623.1.0.103674")})


def says_unsupported(record: ScanRecord) -> bool:
    """Tell whether *record* is a scanner's own word that the host's operating system is out of support."""
    return (record.tool, record.rule) in _CHECKS


# Where one name ends and the next begins in a scanner's guess.
_BETWEEN = re.compile(
    r"\n|\s+or\s+|,\s*(?:or\s+)?(?=Microsoft|Windows|Linux|Red Hat|CentOS|Ubuntu|Debian|VMware)|\s+-\s+"
)
_BARE_VERSION = re.compile(r"(?:\d{1,2}(?:\.\d)?)(?:\s.*)?")


def support_ended(operating_system: str, on: date, rows: tuple[Support, ...] | None = None) -> Support | None:
    """Return the row of *operating_system* when its ordinary support had ended on *on*, None when it had not or is unknown.

    *operating_system* is what a scanner says ("Microsoft Windows Server 2008 R2 Standard Service Pack 1"). Where it names
    several, as a guess of Nmap's does ("Windows 7 or Windows 8.1"), the last to end counts, and one we know nothing of
    leaves all of it open: nothing is claimed that may be false. *rows*: the table (that shipped unless given).
    """
    found = _matching(operating_system[:500], shipped() if rows is None else rows)
    last = max(found, key=lambda row: row.on, default=None)
    return last if last is not None and last.on < on else None


@lru_cache(maxsize=4_096)
def _matching(operating_system: str, table: tuple[Support, ...]) -> tuple[Support, ...]:
    """Return the row of each system named; none at all when one has no row."""
    found: dict[Support, None] = {}
    for name in _names(operating_system):
        row = support_of(name, table)
        if row is None:
            return ()
        found[row] = None
    return tuple(found)


def _names(operating_system: str) -> list[str]:
    """Return the systems named: "Windows 10 1607 - 11 23H2" are two, the 1909 of "Windows 10 1709 - 1909" is none."""
    names = []
    for name in map(str.strip, _BETWEEN.split(operating_system)):
        if _BARE_VERSION.fullmatch(name) and "windows" in operating_system.lower():
            names.append(f"Windows {name}")
        elif re.search(r"[A-Za-z]{2}", name):
            names.append(name)
    return names
