"""What terminals report, held against the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied
from tenken.telemetry.boards.seeing import Period
from tenken.telemetry.device_control.attached import attached
from tenken.telemetry.device_control.compliance import compliance
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import LineData
from tenken.telemetry.device_control.rules.judging import Drift
from tenken.telemetry.models import TerminalReport
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.device_control.makers import (
    LINES,
    NOON,
    STICK,
    TODAY,
    make_terminal,
    publish,
    register,
    report,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))
POLICY_DAY = date(2026, 11, 10)
IDS: dict[str, Any] = {
    "vendor_id": "0411",
    "product_id": "01e8",
    "device_serial": "A00123",
    "device_name": "USB",
}
CONNECT: dict[str, Any] = {"op": "device_connect", "device_class": "usb_memory"}
WRITE: dict[str, Any] = {"op": "file_copy", "drive": "removable", "size": 500}


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(scenario: Scenario, section: str = "a1", terminal: str = "PC-1", **said: Any) -> dict[str, Any]:
    unit = {"a1": scenario.section_a1, "b1": scenario.section_b1}[section]
    return {"section": unit.code, "device": terminal, **said}


def drifts(scenario: Scenario, role: str = "secretariat") -> list[tuple[Drift, str]]:
    found = compliance(scenario.by(role, TODAY), MONTH)
    return [(one.drift, one.terminal) for one in found.differences]


def test_approved_devices_agree_where_they_were_approved_and_nowhere_else(
    scenario: Scenario, event_store: Store
) -> None:
    publish(scenario, on=POLICY_DAY)
    register(scenario, scenario.section_a1)
    report(
        event_store,
        scenario,
        at(scenario, **CONNECT, **IDS),
        at(scenario, "b1", "PC-2", **CONNECT, **IDS),
        at(scenario, terminal="PC-3", **CONNECT, **(IDS | {"device_serial": "ZZZ"})),
        at(scenario, terminal="PC-4", op="device_connect", device_class="Keyboard"),
        at(scenario, terminal="PC-5", op="device_connect", device_class="CDROM"),
    )
    assert drifts(scenario) == [(Drift.ELSEWHERE, "PC-2"), (Drift.UNAPPROVED, "PC-3")]
    assert drifts(scenario, "section_manager") == [(Drift.UNAPPROVED, "PC-3")]
    with pytest.raises(Denied):
        drifts(scenario, "staff")


def test_a_write_goes_by_the_device_or_by_what_was_connected_that_day(
    scenario: Scenario, event_store: Store
) -> None:
    publish(scenario, on=POLICY_DAY)
    register(scenario, scenario.section_a1)
    register(scenario, scenario.section_a1, replace(STICK, serial="R1", access=Access.READ))
    report(
        event_store,
        scenario,
        at(scenario, **CONNECT, **IDS),
        at(scenario, **WRITE),
        at(scenario, terminal="PC-2", **CONNECT, **(IDS | {"device_serial": "R1"})),
        at(scenario, terminal="PC-2", **WRITE),
        at(scenario, terminal="PC-3", **WRITE),
        at(scenario, terminal="PC-4", op="file_copy", drive="optical", size=9),
        at(scenario, terminal="PC-4", op="file_copy", drive="fixed"),
    )
    assert drifts(scenario) == [(Drift.WRITTEN, terminal) for terminal in ("PC-2", "PC-3", "PC-4")]


def test_what_was_blocked_is_counted_and_is_no_difference(scenario: Scenario, event_store: Store) -> None:
    publish(scenario, on=POLICY_DAY)
    report(
        event_store,
        scenario,
        at(scenario, op="device_block", device_class="usb_memory", **IDS),
        at(scenario, **CONNECT, disposition="blocked"),
        at(scenario, **CONNECT),
    )
    found = compliance(scenario.by("secretariat", TODAY), MONTH)
    assert (found.connects, found.blocked, found.by_drift) == (1, 2, {Drift.UNAPPROVED: 1})
    assert [(row.name, row.blocked, row.total) for row in found.sections] == [("まちづくり局 企画課", 2, 1)]
    assert found.by_month == {"2026-11": {Drift.UNAPPROVED: 1}}


def test_each_day_is_held_against_the_version_of_that_day(scenario: Scenario, event_store: Store) -> None:
    publish(scenario, on=POLICY_DAY)
    publish(scenario, (*LINES, LineData(Access.ALLOW, unit=scenario.bureau_a.code)), on=date(2026, 11, 15))
    for day in (5, 12, 15):
        report(event_store, scenario, at(scenario, **CONNECT, ts=NOON.replace(day=day), payload=day))
    found = compliance(scenario.by("secretariat", TODAY), MONTH)
    assert [(one.day.day, one.policy) for one in found.differences] == [(12, 1)]
    assert found.unjudged == 1
    assert found.policy is not None
    assert found.policy.number == 2


def test_printing_segments_and_approvals_that_are_over(scenario: Scenario, event_store: Store) -> None:
    make_terminal(scenario.section_a1, "PC-1", segment="LGWAN")
    publish(
        scenario,
        (*LINES, LineData(Access.FORBID, kind=DeviceKind.PRINT, segment="LGWAN")),
        on=POLICY_DAY,
    )
    register(scenario, scenario.section_a1, replace(STICK, ends_on=date(2026, 11, 15)))
    report(
        event_store,
        scenario,
        at(scenario, op="print", segment="LGWAN", pages=3),
        at(scenario, op="print", segment="", pages=3, terminal="PC-2"),
        at(scenario, **CONNECT, **IDS, segment="LGWAN"),
        at(scenario, op="logon", segment="個人番号"),
        at(scenario, op="network_change", terminal="PC-9"),
    )
    found = compliance(scenario.by("secretariat", TODAY), MONTH)
    assert {(one.drift, one.terminal) for one in found.differences} == {
        (Drift.PRINTED, "PC-1"),
        (Drift.EXPIRED, "PC-1"),
    }
    assert [(one.terminal, one.segments, one.changes) for _, one in found.moved] == [
        ("PC-1", ("LGWAN", "個人番号"), 0),
        ("PC-9", (), 1),
    ]


def test_it_costs_the_same_however_much_there_is(
    scenario: Scenario, event_store: Store, django_assert_max_num_queries: object
) -> None:
    publish(scenario, on=POLICY_DAY)
    for number in range(30):
        register(scenario, scenario.section_a1, replace(STICK, serial=f"S{number}"))
    report(
        event_store,
        scenario,
        *(
            at(
                scenario,
                terminal=f"PC-{number}",
                **CONNECT,
                **(IDS | {"device_serial": f"S{number}"}),
                ts=NOON + timedelta(seconds=number),
            )
            for number in range(60)
        ),
    )
    by = scenario.by("secretariat", TODAY)
    compliance(by, MONTH)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert len(compliance(by, MONTH).differences) == 30


def test_devices_in_inventories_are_held_against_the_policy(scenario: Scenario) -> None:
    publish(scenario, on=POLICY_DAY)
    register(scenario, scenario.section_a1)
    for number, unit in (("PC-1", scenario.section_a1), ("PC-2", scenario.section_b1)):
        TerminalReport.objects.create(
            terminal=make_terminal(unit, number),
            source_code="ocs",
            received_at=NOON,
            parts=[
                ["usb", "Buffalo", "A00123", "BUFFALO 0411 01e8"],
                ["usb", "USB Keyboard", "", "Logitech 046d c31c"],
                ["disk", "KIOXIA 256GB", "D1", "NVMe"],
                ["disk", "USB DISK 3.0", "Q9", "removable"],
            ],
        )
    found = attached(scenario.by("secretariat", TODAY))
    assert [(one.terminal, one.name, one.verdict) for one in found] == [
        ("PC-1", "USB DISK 3.0", "許可のない媒体の接続"),
        ("PC-2", "Buffalo", "許可と違う課・端末・人の接続"),
        ("PC-2", "USB DISK 3.0", "許可のない媒体の接続"),
        ("PC-1", "Buffalo", ""),
    ]
    assert [one.terminal for one in attached(scenario.by("other_manager", TODAY))] == ["PC-2", "PC-2"]
