"""The catalogue of threats: to what is kept in which form, how likely, and which check items stand against each.

Data of ``defaults/threats.yaml``; a test holds its items against the bank of ``policy``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parent / "defaults" / "threats.yaml"


@dataclass(frozen=True)
class Threat:
    """A threat. ``forms``: codes of ``assets.Storage``; ``likelihood`` 1 to 3 with its ``reason``; ``items``: bank codes."""

    code: str
    name: str
    forms: frozenset[str]
    likelihood: int
    reason: str
    items: tuple[str, ...]

    def applies_to(self, forms: list[str]) -> bool:
        """Tell whether it threatens what is kept in any of *forms*."""
        return not self.forms.isdisjoint(forms)


@cache
def threats() -> tuple[Threat, ...]:
    """Return every threat, in the order of the catalogue."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Threat(**row | {"forms": frozenset(row["forms"]), "items": tuple(row["items"])}) for row in rows
    )


@cache
def threats_by_code() -> dict[str, Threat]:
    """Return every threat by its code."""
    return {threat.code: threat for threat in threats()}


@cache
def countermeasure_codes() -> frozenset[str]:
    """Return the codes of all check items that stand against a threat."""
    return frozenset(code for threat in threats() for code in threat.items)
