"""The table of end-of-support dates as a city has it: its own rows before those shipped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tenken.assets.support import Support


def city_table(shipped: Sequence[Support], own: Iterable[tuple[Support, bool]]) -> tuple[Support, ...]:
    """Return *own* rows (each with whether it hides its product) before the *shipped* rows of other products."""
    rows = list(own)
    named = {row.product for row, _ in rows}
    kept = [row for row, hidden in rows if not hidden]
    return (*kept, *(row for row in shipped if row.product not in named))


def said_of_system(os_name: str, os_version: str, os_build: str = "") -> str:
    """Return an operating system as the patterns expect it: name, version, build ("Windows 11 Pro 10.0.22631")."""
    return " ".join(filter(None, (os_name, os_version, os_build)))


def said_of_software(name: str, version: str) -> str:
    """Return a piece of software as the patterns expect it: its name, and its version behind it."""
    return f"{name} {version}".strip()
