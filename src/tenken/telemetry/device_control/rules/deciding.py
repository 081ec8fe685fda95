"""Which line of the policy holds at a place: the one that says most exactly where.

Compared in this order: names the terminal; names the network segment; the nearest section (a section before its
bureau, any before the whole city); names the kind. What no line speaks of is forbidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tenken.telemetry.device_control.kinds import Access, DeviceKind


@dataclass(frozen=True)
class Line:
    """A line of the policy; '' and None stand for all."""

    order: int
    access: str
    approved_excepted: bool = False
    kind: str = ""
    unit: int | None = None
    unit_name: str = ""
    segment: str = ""
    terminal: int | None = None
    terminal_name: str = ""

    @property
    def where(self) -> str:
        """What the line speaks of, in words."""
        place = (self.terminal_name and f"端末{self.terminal_name}") or self.unit_name or "全庁"
        segment = f"・{self.segment}" if self.segment else ""
        kind = DeviceKind(self.kind).label if self.kind else "すべての種類"
        return f"{place}{segment}・{kind}"

    @property
    def says(self) -> str:
        """What the line says, in words."""
        label = Access(self.access).label
        return f"{label}（許可した媒体を除く）" if self.approved_excepted else label


@dataclass(frozen=True)
class Place:
    """Where something is connected: ``units``: the section and those above it, nearest first."""

    units: tuple[int, ...] = ()
    segment: str = ""
    terminal: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What holds, and because of which line (None: no line speaks of it)."""

    access: Access
    approved_excepted: bool
    line: Line | None

    @property
    def reason(self) -> str:
        if self.line is None:
            return "定めた行がないため、使用不可です。"
        return f"{self.line.order}行目（{self.line.where}）によります。"

    def for_device(self, approved: str | None) -> Access:
        """Return what a device may do; *approved*: the access it is approved for, None when it is not approved."""
        if approved is not None and self.approved_excepted:
            return most_open(self.access, Access(approved))
        return self.access


_ORDER = (Access.FORBID, Access.READ, Access.ALLOW)


def most_open(*accesses: Access) -> Access:
    """Return the one that allows most."""
    return max(accesses, key=_ORDER.index)


def decide(lines: Iterable[Line], kind: DeviceKind, place: Place) -> Verdict:
    """Return what holds for *kind* at *place*. The order of *lines* does not matter."""
    speaking = [line for line in lines if _speaks(line, kind, place)]
    if not speaking:
        return Verdict(Access.FORBID, False, None)
    line = max(speaking, key=lambda one: (*_exactness(one, place), -one.order))
    # To print is to take out: where nothing but reading is allowed, nothing is printed.
    printing = kind == DeviceKind.PRINT and line.access == Access.READ
    return Verdict(Access.FORBID if printing else Access(line.access), line.approved_excepted, line)


def _speaks(line: Line, kind: DeviceKind, place: Place) -> bool:
    return (
        line.kind in ("", kind)
        and (line.unit is None or line.unit in place.units)
        and line.segment in ("", place.segment)
        and line.terminal in (None, place.terminal)
    )


def _exactness(line: Line, place: Place) -> tuple[bool, bool, int, bool]:
    nearness = -1 - len(place.units) if line.unit is None else -place.units.index(line.unit)
    return line.terminal is not None, bool(line.segment), nearness, bool(line.kind)


def unspoken_kinds(lines: Iterable[Line]) -> list[DeviceKind]:
    """Return the kinds for which no line holds in the whole city: a policy says something of each."""
    everywhere = [line for line in lines if line.unit is None and not line.segment and line.terminal is None]
    return [kind for kind in DeviceKind if not any(line.kind in ("", kind) for line in everywhere)]
