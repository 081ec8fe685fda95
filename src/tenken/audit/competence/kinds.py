"""Qualifications of auditors that the product knows. Data of ``audit/defaults/qualifications.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

OTHER = "other"
_FILE = Path(__file__).resolve().parent.parent / "defaults" / "qualifications.yaml"


@dataclass(frozen=True)
class QualificationKind:
    """A qualification. ``leads``: who holds it may lead an audit, after ``years`` of auditing since it was obtained."""

    code: str
    name: str
    body: str
    leads: bool
    years: int


@lru_cache(maxsize=1)
def qualification_kinds() -> dict[str, QualificationKind]:
    """Return the qualifications by code, in the order they are offered."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {row["code"]: QualificationKind(**row) for row in rows}


def qualification_name(kind: str, named: str = "") -> str:
    """Return what a qualification is called: *named* for one the product does not know."""
    known = qualification_kinds().get(kind)
    return named if kind == OTHER or known is None else known.name
