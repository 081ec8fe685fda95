"""Inventories and terminals for the tests of this room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tenken.organization.models import City, Unit
from tenken.telemetry.inventory.operations import record_inventory
from tenken.telemetry.inventory.report import AntivirusState, InstalledItem, Inventory, Part
from tenken.telemetry.models import Terminal

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
UUIDS = tuple(f"4c4c4544-0031-4a10-8052-b4c04f3a{n:04x}" for n in range(1, 10))

PLAIN = Inventory(
    agent_id="PC-0001-2026-01-05-09-00-00",
    reported_at=NOON,
    computer_name="PC-0001",
    domain="CITY",
    manufacturer="Dell Inc.",
    model="OptiPlex 7080",
    serial="8XK2J93",
    uuid=UUIDS[0],
    chassis="Desktop",
    os_name="Microsoft Windows 11 Pro",
    os_version="10.0.22631",
    addresses=("10.1.2.3",),
    macs=("00:1a:2b:3c:4d:5e",),
    software=(
        InstalledItem("7-Zip 23.01 (x64)", "23.01", "Igor Pavlov"),
        InstalledItem("Microsoft Office Standard 2019", "16.0.10396", "Microsoft Corporation", kind="office"),
        InstalledItem("Apex One Security Agent", "14.0", "Trend Micro", kind="antivirus"),
        InstalledItem("Update for Windows (KB5031455)", "", "Microsoft", date(2026, 10, 14), "update"),
    ),
    antivirus=(AntivirusState("Apex One", "14.0", True, True, "18.123", date(2026, 11, 1)),),
    parts=(Part("memory", "DDR4", "S1", "8192"), Part("disk", "KIOXIA 256GB", "D1")),
)


def inventory(**fields: Any) -> Inventory:
    return replace(PLAIN, **fields)


def machine(number: int, **fields: Any) -> Inventory:
    """Return the inventory of another machine altogether."""
    own = {
        "agent_id": f"PC-{number:04d}-2026-01-05-09-00-00",
        "computer_name": f"PC-{number:04d}",
        "serial": f"SER{number:05d}",
        "uuid": f"4c4c4544-0031-4a10-8052-{number:012x}",
        "macs": (f"00:1a:2b:00:{number // 256:02x}:{number % 256:02x}",),
    }
    return replace(PLAIN, **(own | fields))


def record(city: City, said: Inventory = PLAIN, at: datetime = NOON) -> Terminal:
    return record_inventory(city=city, source_code="ocs", inventory=said, received=at)


def make_terminal(city: City, number: str = "PC-0001", unit: Unit | None = None, **fields: Any) -> Terminal:
    """A terminal of the ledger as it stands; the ledger's own tests write it through the operations."""
    return Terminal.objects.create(
        city=city,
        number=number,
        unit=unit,
        registered_on=fields.pop("registered_on", date(2024, 4, 1)),
        **fields,
    )
