"""Whether what a terminal reported agrees with the policy, and if not, in what way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tenken.telemetry.device_control.kinds import Access, DeviceKind, device_key
from tenken.telemetry.device_control.rules.deciding import Place, Verdict, most_open

CONNECTS = ("device_connect",)
WRITES = ("file_copy", "file_move", "file_create", "file_write")
PRINTS = ("print",)
BLOCKS = ("device_block",)


class Drift(StrEnum):
    """In what way a report differs from the policy."""

    FORBIDDEN = "forbidden"
    UNAPPROVED = "unapproved"
    EXPIRED = "expired"
    ELSEWHERE = "elsewhere"
    WRITTEN = "written"
    PRINTED = "printed"


LABELS = {
    Drift.FORBIDDEN: "使用不可の媒体の接続",
    Drift.UNAPPROVED: "許可のない媒体の接続",
    Drift.EXPIRED: "許可の期間外の接続",
    Drift.ELSEWHERE: "許可と違う課・端末・人の接続",
    Drift.WRITTEN: "書き込めない媒体への書き込み",
    Drift.PRINTED: "使用不可の印刷",
}


@dataclass(frozen=True)
class Approval:
    """An approved device as the rule sees it. ``units``: the section and what became of it; ``last``: its last day."""

    number: str
    vendor_id: str
    product_id: str
    serial: str
    access: Access
    units: frozenset[int]
    terminal: str
    person: str
    first: date
    last: date

    def is_of(self, vendor: str, product: str, serial: str) -> bool:
        """Tell whether a reported device is this one: by model and serial; by serial alone where no model is told."""
        if not self.vendor_id:
            return False
        if not (vendor or product):
            return bool(serial) and serial.casefold() == self.serial.casefold()
        reported = device_key(vendor, product, serial)
        return reported == device_key(self.vendor_id, self.product_id, self.serial or serial)

    def holds_at(self, place: Place, terminal: str, person: str) -> bool:
        return (
            bool(self.units.intersection(place.units))
            and self.terminal in ("", terminal)
            and self.person in ("", person)
        )


@dataclass(frozen=True)
class Seen:
    """What was reported: an operation, the device it concerned, where, by whom, when."""

    op: str
    kind: DeviceKind
    vendor_id: str
    product_id: str
    serial: str
    place: Place
    terminal: str
    person: str
    day: date

    @property
    def identified(self) -> bool:
        return bool(self.serial or self.vendor_id)


def approved_access(seen: Seen, approvals: Iterable[Approval]) -> Access | None:
    """Return what the device may do by its approval on that day, there, for that person; None without one."""
    found = [
        one.access
        for one in approvals
        if one.is_of(seen.vendor_id, seen.product_id, seen.serial)
        and one.first <= seen.day <= one.last
        and one.holds_at(seen.place, seen.terminal, seen.person)
    ]
    return most_open(*found) if found else None


def judge(
    seen: Seen, verdict: Verdict, approvals: Iterable[Approval], connected: Access | None = None
) -> Drift | None:
    """Return in what way *seen* differs from *verdict*; None when it agrees.

    *connected*: the most that an approved device connected to the terminal that day may do; it counts for a write that
    does not say to which device.
    """
    known = list(approvals)
    approved = approved_access(seen, known) if seen.identified else connected
    access = verdict.for_device(approved)
    if seen.op in PRINTS:
        return Drift.PRINTED if access == Access.FORBID else None
    if seen.op in WRITES:
        return None if access == Access.ALLOW else Drift.WRITTEN
    if seen.op not in CONNECTS or access != Access.FORBID:
        return None
    if not verdict.approved_excepted:
        return Drift.FORBIDDEN
    same = [one for one in known if one.is_of(seen.vendor_id, seen.product_id, seen.serial)]
    if not same:
        return Drift.UNAPPROVED
    return Drift.ELSEWHERE if any(one.first <= seen.day <= one.last for one in same) else Drift.EXPIRED
