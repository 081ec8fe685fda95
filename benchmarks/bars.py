"""A figure beside its bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, in its unit; ``bar`` is the most it may be (None: shown for comparison only)."""

    name: str
    figure: float
    unit: str
    bar: float | None = None

    @property
    def short(self) -> bool:
        return self.bar is not None and self.figure > self.bar

    def line(self) -> str:
        """Return the line printed for it."""
        bar = f"< {self.bar:g} {self.unit}" if self.bar is not None else "-"
        said = "-" if self.bar is None else ("short" if self.short else "met")
        return f"{self.name:<58} {self.figure:>10.4g} {self.unit:<6} {bar:>12}  {said}"


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile (nearest rank) of *seconds*, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[math.ceil(0.95 * len(ordered)) - 1]
