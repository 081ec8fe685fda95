"""For whom settings are made, and what holds there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.rules.deciding import Verdict, most_open


@dataclass(frozen=True)
class Permitted:
    """An approved device: ids lower case; ``serial`` '' for every device of the model."""

    number: str
    kind: DeviceKind
    name: str
    vendor_id: str
    product_id: str
    serial: str
    access: Access

    @property
    def identified(self) -> bool:
        """Whether a tool can know it when it is plugged in."""
        return bool(self.vendor_id and self.product_id)


@dataclass(frozen=True)
class Target:
    """A group of terminals. ``policy``: its number, ``published_on``, ``sha256``; ``on``: the day devices count for."""

    city_code: str
    name: str
    policy: int
    published_on: date
    sha256: str
    on: date
    verdicts: Mapping[DeviceKind, Verdict]
    permitted: tuple[Permitted, ...] = ()

    def access(self, kind: DeviceKind) -> Access:
        """Return what holds for a device of *kind* that is not approved."""
        return self.verdicts[kind].access

    def shared(self, kinds: Iterable[DeviceKind]) -> Access:
        """Return the most open of what holds for *kinds*."""
        return most_open(*(self.access(kind) for kind in kinds))

    def excepted(self, kinds: Iterable[DeviceKind]) -> tuple[Permitted, ...]:
        """Return the approved devices of *kinds* that may do more than others and that a tool can know, by number."""
        wanted = set(kinds)
        return tuple(
            one
            for one in sorted(self.permitted, key=lambda one: one.number)
            if one.kind in wanted
            and one.identified
            and self.verdicts[one.kind].for_device(one.access) != self.access(one.kind)
        )

    def used_by_approved(self, kinds: Iterable[DeviceKind]) -> Access:
        """Return the most open of what holds for *kinds*, approved devices included (a tool that knows no exceptions)."""
        found = list(kinds)
        return most_open(self.shared(found), *(one.access for one in self.excepted(found)))
