"""Approved devices: applied for, decided on, returned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine

from tenken.approvals.queries import trail
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.telemetry.device_control.operations import (
    DeviceData,
    apply_again,
    apply_for_device,
    change_device,
    decide_device,
    drop_application,
    return_device,
    withdraw_approval,
)
from tenken.telemetry.device_control.operations.devices import SUBJECT
from tenken.telemetry.device_control.queries import approved_keys, choice_of, devices_for, usable_at
from tenken.telemetry.device_control.states import Event, after, possible
from tenken.telemetry.models import ApprovedDevice
from tests.factories import Scenario
from tests.telemetry.device_control.makers import NOON, STICK, TODAY, make_terminal, register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
State = ApprovedDevice.State


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def applied(scenario: Scenario, data: DeviceData = STICK) -> ApprovedDevice:
    by = scenario.by("section_manager", TODAY)
    return apply_for_device(by=by, unit=scenario.section_a1, data=data)


def test_a_section_applies_and_the_information_section_approves(scenario: Scenario) -> None:
    device = applied(scenario)
    assert (device.number, device.state, device.vendor_id, device.product_id) == (
        "M-00001",
        State.APPLIED,
        "0411",
        "01e8",
    )
    assert approved_keys("991015", TODAY) == ()
    by = scenario.by("network_manager", TODAY)
    device = decide_device(by=by, device=device, outcome="approved", version=device.version)
    assert (device.state, device.approved_on) == (State.APPROVED, TODAY)
    assert approved_keys("991015", TODAY) == ("0411:01e8:a00123",)
    assert approved_keys("991015", date(2027, 4, 1)) == ()
    assert approved_keys("992020", TODAY) == ()
    (request,) = trail((SUBJECT, device.pk))
    assert (request.status, request.decisions.get().acting) == ("approved", True)


def test_what_is_sent_back_is_put_up_again_and_may_be_dropped(scenario: Scenario) -> None:
    device = applied(scenario)
    by, manager = scenario.by("secretariat", TODAY), scenario.by("section_manager", TODAY)
    with pytest.raises(Invalid, match="差し戻す理由"):
        decide_device(by=by, device=device, outcome="returned", version=device.version)
    device = decide_device(
        by=by, device=device, outcome="returned", comment="期間を短く", version=device.version
    )
    assert device.state == State.SENT_BACK
    shorter = replace(STICK, ends_on=date(2026, 12, 31))
    device = apply_again(by=manager, device=device, data=shorter, version=device.version)
    assert (device.state, device.ends_on) == (State.APPLIED, date(2026, 12, 31))
    device = drop_application(by=manager, device=device, version=device.version)
    assert device.state == State.DROPPED
    assert [request.status for request in trail((SUBJECT, device.pk))] == ["returned", "withdrawn"]


def test_it_is_returned_by_the_section_or_the_approval_is_taken_away(scenario: Scenario) -> None:
    device = register(scenario, scenario.section_a1)
    with pytest.raises(Denied):
        return_device(by=scenario.by("other_manager", TODAY), device=device, version=device.version)
    device = return_device(by=scenario.by("section_manager", TODAY), device=device, version=device.version)
    assert (device.state, device.ended_on, approved_keys("991015", TODAY)) == (State.RETURNED, TODAY, ())
    lost = register(scenario, scenario.section_a1, replace(STICK, serial="A00124"))
    by = scenario.by("secretariat", TODAY)
    with pytest.raises(Invalid):
        withdraw_approval(by=by, device=lost, reason=" ", version=lost.version)
    lost = withdraw_approval(by=by, device=lost, reason="紛失のため", version=lost.version)
    assert (lost.state, lost.ended_because) == (State.WITHDRAWN, "紛失のため")
    with pytest.raises(Stale):
        withdraw_approval(by=by, device=lost, reason="もう一度", version=lost.version)


def test_who_may_do_what(scenario: Scenario) -> None:
    with pytest.raises(Denied):
        apply_for_device(by=scenario.by("deputy", TODAY), unit=scenario.section_a1, data=STICK)
    with pytest.raises(Denied):
        apply_for_device(by=scenario.by("other_manager", TODAY), unit=scenario.section_a1, data=STICK)
    device = applied(scenario)
    with pytest.raises(Denied):
        decide_device(
            by=scenario.by("section_manager", TODAY),
            device=device,
            outcome="approved",
            version=device.version,
        )
    assert not devices_for(scenario.by("other_manager", TODAY), TODAY).exists()
    assert devices_for(scenario.by("bureau_manager", TODAY), TODAY).get() == device


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "print"}, "kind"),
        ({"access": "forbid"}, "access"),
        ({"name": ""}, "name"),
        ({"purpose": "x" * 301}, "purpose"),
        ({"number": "媒体1"}, "number"),
        ({"vendor_id": "xyz"}, "vendor_id"),
        ({"product_id": ""}, "product_id"),
        ({"serial": "a:b"}, "serial"),
        ({"vendor_id": "", "product_id": ""}, "vendor_id"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": date(2026, 3, 31)}, "ends_on"),
        ({"ends_on": STICK.starts_on and STICK.starts_on + timedelta(days=1200)}, "ends_on"),
        ({"terminal": "PC-404"}, "terminal"),
        ({"person": "999999"}, "person"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    scenario: Scenario, said: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        applied(scenario, replace(STICK, **said))  # type: ignore[arg-type]
    assert [problem.field for problem in refused.value.problems] == [field]
    assert not ApprovedDevice.objects.exists()


def test_numbers_go_on_and_are_not_given_twice(scenario: Scenario) -> None:
    register(scenario, scenario.section_a1, replace(STICK, number="M-00041"))
    assert applied(scenario).number == "M-00042"
    with pytest.raises(Invalid, match="台帳"):
        register(scenario, scenario.section_b1, replace(STICK, number="M-00041"))


def test_a_device_of_a_model_has_a_star_and_one_without_ids_no_key(scenario: Scenario) -> None:
    register(scenario, scenario.section_a1, replace(STICK, serial=""))
    register(
        scenario,
        scenario.section_a1,
        replace(STICK, kind="dvd_ram", serial="", vendor_id="", product_id=""),
    )
    assert approved_keys("991015", TODAY) == ("0411:01e8:*",)


def test_where_a_device_may_be_used(scenario: Scenario) -> None:
    bound = make_terminal(scenario.section_a1, "PC-1")
    other = make_terminal(scenario.section_a1, "PC-2")
    register(scenario, scenario.section_a1, replace(STICK, terminal="PC-1"))
    by = scenario.by("secretariat", TODAY)

    def numbers(**where: object) -> list[str]:
        place = choice_of(by, **where).place  # type: ignore[arg-type]
        return [row.number for row in usable_at(by.city_id, by.tree, place, TODAY)]

    assert numbers(terminal=bound) == ["M-00001"]
    assert numbers(terminal=other) == numbers(unit=scenario.section_b1) == numbers() == []


def test_a_row_that_stands_is_corrected_by_who_manages_devices(scenario: Scenario) -> None:
    device = register(scenario, scenario.section_a1)
    by = scenario.by("secretariat", TODAY)
    device = change_device(
        by=by, device=device, data=replace(STICK, purpose="会議資料"), version=device.version
    )
    assert (device.purpose, device.number) == ("会議資料", "M-00001")
    with pytest.raises(Stale):
        change_device(by=by, device=device, data=STICK, version=1)


def test_states() -> None:
    assert possible(State.APPROVED) == {Event.RETURN, Event.WITHDRAW}
    assert all(possible(state) == set() for state in (State.DROPPED, State.RETURNED, State.WITHDRAWN))
    with pytest.raises(Stale, match="返却"):
        after(State.RETURNED, Event.APPROVE)
