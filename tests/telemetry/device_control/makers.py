"""Terminals, policies, approved devices and what terminals report of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tenken.organization.models import Unit
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import (
    DeviceData,
    LineData,
    draft_policy,
    publish_policy,
    register_device,
    save_lines,
)
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import ApprovedDevice, DevicePolicy, Terminal
from tenken.telemetry.store import Store
from tests.factories import Scenario

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

STICK = DeviceData(
    kind=DeviceKind.USB_MEMORY,
    name="暗号化USBメモリ",
    starts_on=date(2026, 4, 1),
    ends_on=date(2027, 3, 31),
    purpose="現場写真の持ち帰り",
    vendor_id="0411",
    product_id="01E8",
    serial="A00123",
)
# What a city starts from, as tables have it.
LINES = (
    LineData(Access.FORBID, True),
    LineData(Access.READ, True, kind=DeviceKind.OPTICAL),
    LineData(Access.ALLOW, kind=DeviceKind.PRINT),
)


def make_terminal(unit: Unit, number: str, **fields: Any) -> Terminal:
    return Terminal.objects.create(
        city=unit.city, unit=unit, number=number, registered_on=date(2026, 4, 1), **fields
    )


def publish(scenario: Scenario, lines: tuple[LineData, ...] = LINES, on: date = TODAY) -> DevicePolicy:
    """Publish *lines* as the next version on a date."""
    by = scenario.by("secretariat", on)
    draft = draft_policy(by=by)
    draft = save_lines(by=by, policy=draft, lines=lines, note="改定", version=draft.version)
    return publish_policy(by=by, policy=draft, version=draft.version)


def register(scenario: Scenario, unit: Unit, data: DeviceData = STICK) -> ApprovedDevice:
    return register_device(by=scenario.by("secretariat", TODAY), unit=unit, data=data)


def report(store: Store, scenario: Scenario, *rows: dict[str, Any]) -> None:
    """Put events into the store as if they had been received and enriched."""
    given = [
        {"ts": NOON, "received": NOON, "city": scenario.city.code, "payload": 1, "seq": number} | row
        for number, row in enumerate(rows)
    ]
    store.insert("events", table_of(given))
