"""External devices that stand in terminals' inventories, held against the policy in force: what no event told of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import Unit
from tenken.telemetry.device_control.compliance import approvals_in
from tenken.telemetry.device_control.kinds import DeviceKind, kind_of
from tenken.telemetry.device_control.queries import lines_of, place_of, policy_in_force
from tenken.telemetry.device_control.rules.deciding import decide
from tenken.telemetry.device_control.rules.judging import CONNECTS, LABELS, Approval, Seen, judge
from tenken.telemetry.models.inventory import TerminalReport
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import VIEW_DEVICES
from tenken.telemetry.search.scope import family

# "… 0951 1666": how an agent's vendor and product ids end the detail of a USB device.
_IDS: Final = re.compile(r"\b(?:0x)?([0-9a-f]{4})\b\W+(?:0x)?([0-9a-f]{4})\b\W*$", re.IGNORECASE)
_SPOKEN_OF: Final = ("usb", "disk", "volume")


@dataclass(frozen=True)
class Attached:
    """A device in a terminal's last inventory. ``verdict``: in what way it differs from the policy, '' where it agrees."""

    terminal: str
    section: str
    kind: str
    name: str
    identity: str
    seen_at: datetime
    verdict: str


@dataclass(frozen=True)
class _Part:
    kind: DeviceKind
    name: str
    vendor_id: str
    product_id: str
    serial: str


def attached(by: Principal, unit: Unit | None = None) -> list[Attached]:
    """Return the external devices in the last inventories of the terminals in sight, those that differ first. A handful
    of queries, however many terminals."""
    rows = Terminal.objects.restrict(by, VIEW_DEVICES).filter(
        state=Terminal.State.IN_USE, merged_into__isnull=True
    )
    if unit is not None:
        rows = rows.filter(unit__in=family(by.city, unit.pk, by.on))
    lines = lines_of(policy_in_force(by.city_id))
    approvals = approvals_in(by.city_id, by.tree)
    directory = directory_of(by.city)
    reports = TerminalReport.objects.filter(terminal__in=rows).order_by("terminal__number")
    found = []
    for pk, number, unit_id, segment, parts, received in reports.values_list(
        "terminal_id",
        "terminal__number",
        "terminal__unit_id",
        "terminal__segment",
        "parts",
        "received_at",
    ):
        place = place_of(by.tree, unit=unit_id, segment=segment, terminal=pk)
        for part in _external(parts, approvals):
            seen = Seen(
                CONNECTS[0],
                part.kind,
                part.vendor_id,
                part.product_id,
                part.serial,
                place,
                number,
                "",
                by.on,
            )
            drift = judge(seen, decide(lines, part.kind, place), approvals) if lines else None
            found.append(
                Attached(
                    number,
                    directory.name(unit_id, by.on) if unit_id else "所属なし",
                    part.kind.label,
                    part.name,
                    ":".join(text for text in (part.vendor_id, part.product_id, part.serial) if text),
                    received,
                    LABELS[drift] if drift else "",
                )
            )
    return sorted(found, key=lambda one: (not one.verdict, one.terminal, one.name))


def _external(parts: Sequence[Sequence[Any]], approvals: Sequence[Approval]) -> Iterator[_Part]:
    """Yield the parts that are external devices: by what they are called, or known by an approval. Keyboards, built-in
    disks and network adaptors are not."""
    for kind, name, serial, detail in parts:
        if kind not in _SPOKEN_OF:
            continue
        ids = _IDS.search(detail) if kind == "usb" else None
        vendor, product = (ids[1].casefold(), ids[2].casefold()) if ids else ("", "")
        called = f"{name} {detail}" if kind != "usb" else name
        if kind == "disk" and "usb" not in called.casefold():
            continue
        if kind == "volume" and "removable" not in called.casefold():
            continue
        what = kind_of(called)
        if what is None and any(one.is_of(vendor, product, serial) for one in approvals):
            what = DeviceKind.USB_MEMORY
        if what is not None and what != DeviceKind.PRINT:
            yield _Part(what, name, vendor, product, serial)
