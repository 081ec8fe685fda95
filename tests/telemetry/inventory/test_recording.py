"""Taking in inventories: what stands afterwards, what is history, what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tenken.organization.models import City
from tenken.telemetry.inventory.report import AntivirusState, InstalledItem, Part
from tenken.telemetry.models import (
    DoubtfulMatch,
    InstalledSoftware,
    InventoryChange,
    SoftwareRelease,
    SoftwareTitle,
    Terminal,
    TerminalIdentity,
)
from tests.factories import make_city
from tests.telemetry.inventory.makers import NOON, PLAIN, UUIDS, inventory, machine, make_terminal, record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city() -> City:
    return make_city()


def installed(terminal: Terminal) -> set[tuple[str, str]]:
    rows = InstalledSoftware.objects.filter(terminal=terminal)
    return set(rows.values_list("release__title__name", "release__version"))


def test_everything_document_004_lists_is_kept(city: City) -> None:
    terminal = record(city)
    terminal.refresh_from_db()

    assert (terminal.number, terminal.computer_name, terminal.domain) == ("PC-0001", "PC-0001", "CITY")
    assert (terminal.model, terminal.serial, terminal.uuid) == ("OptiPlex 7080", "8XK2J93", UUIDS[0])
    assert (terminal.os_name, terminal.os_version) == ("Microsoft Windows 11 Pro", "10.0.22631")
    assert (terminal.antivirus, terminal.antivirus_updated_on) == ("Apex One", date(2026, 11, 1))
    assert terminal.patched_on == date(2026, 10, 14)
    assert terminal.kind == Terminal.Kind.DESKTOP
    assert not terminal.in_ledger
    assert terminal.last_seen == terminal.first_seen == terminal.inventoried_at == NOON
    assert installed(terminal) == {
        ("7-Zip", "23.01"),
        ("Microsoft Office Standard 2019", "16.0.10396"),
        ("Apex One Security Agent", "14.0"),
        ("KB5031455", ""),
    }
    assert terminal.report.parts == [["disk", "KIOXIA 256GB", "D1", ""], ["memory", "DDR4", "S1", "8192"]]
    assert list(InventoryChange.objects.values_list("what", flat=True)) == ["first"]


def test_an_equal_inventory_only_moves_last_seen(city: City, django_assert_max_num_queries: Any) -> None:
    record(city)
    later = inventory(reported_at=NOON + DAY)
    with django_assert_max_num_queries(6):  # two of them a savepoint's
        terminal = record(city, later, NOON + DAY)

    terminal.refresh_from_db()
    assert terminal.last_seen == NOON + DAY
    assert InventoryChange.objects.count() == 1


def test_what_was_installed_removed_and_changed_is_history(city: City) -> None:
    terminal = record(city)
    software = (
        InstalledItem("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov"),
        PLAIN.software[1],
        PLAIN.software[2],
        PLAIN.software[3],
        InstalledItem("LINE", "8.1"),
    )
    parts = (Part("memory", "DDR4", "S1", "8192"), Part("usb", "USB DISK", "U9"))
    changed = inventory(
        reported_at=NOON + DAY,
        software=software,
        parts=parts,
        computer_name="KIKAKU-01",
        os_version="10.0.26100",
    )
    assert record(city, changed, NOON + DAY) == terminal

    told = set(
        InventoryChange.objects.exclude(what="first").values_list(
            "what", "subject", "name", "before", "after"
        )
    )
    assert told == {
        ("changed", "computer_name", "computer_name", "PC-0001", "KIKAKU-01"),
        ("changed", "os_version", "os_version", "10.0.22631", "10.0.26100"),
        ("changed", "application", "7-Zip", "23.01", "24.08"),
        ("added", "application", "LINE", "", "8.1"),
        ("removed", "disk", "KIOXIA 256GB", "D1", ""),
        ("added", "usb", "USB DISK", "", "U9"),
    }
    assert set(InventoryChange.objects.values_list("source_code", flat=True)) == {"ocs"}


def test_a_partial_inventory_is_merged_never_replaces(city: City) -> None:
    terminal = record(city)
    before = installed(terminal)
    partial = inventory(
        reported_at=NOON + DAY,
        partial=True,
        sections=frozenset({"antivirus", "parts.memory", "computer_name"}),
        software=(),
        parts=(Part("memory", "DDR4", "S2", "16384"),),
        antivirus=(AntivirusState("Apex One", "14.0", True, True, "18.200", date(2026, 11, 3)),),
        os_name="",
        domain="",
        model="",
    )
    record(city, partial, NOON + DAY)

    terminal.refresh_from_db()
    assert installed(terminal) == before
    assert terminal.antivirus_updated_on == date(2026, 11, 3)
    assert (terminal.os_name, terminal.model) == (PLAIN.os_name, PLAIN.model)
    assert terminal.report.parts == [["disk", "KIOXIA 256GB", "D1", ""], ["memory", "DDR4", "S2", "16384"]]


def test_a_list_of_updates_alone_leaves_the_programs(city: City) -> None:
    terminal = record(city)
    updates = (InstalledItem("KB5044380", "", "", date(2026, 10, 30), "update"),)
    record(city, inventory(partial=True, sections=frozenset({"software"}), software=updates), NOON + DAY)

    terminal.refresh_from_db()
    assert {name for name, _ in installed(terminal)} == {
        "7-Zip",
        "Microsoft Office Standard 2019",
        "Apex One Security Agent",
        "KB5044380",
    }
    assert terminal.patched_on == date(2026, 10, 30)


def test_a_whole_inventory_equal_to_the_one_before_a_partial_one_counts(city: City) -> None:
    terminal = record(city)
    more = inventory(
        partial=True, sections=frozenset({"software"}), software=(*PLAIN.software, InstalledItem("LINE", "8"))
    )
    record(city, more, NOON + DAY)
    assert ("LINE", "8") in installed(terminal)

    record(city, inventory(reported_at=NOON + 2 * DAY), NOON + 2 * DAY)
    assert ("LINE", "8") not in installed(terminal)


def test_a_backlog_does_not_bring_back_what_was_removed(city: City) -> None:
    now = inventory(reported_at=NOON + DAY, software=PLAIN.software[1:])
    terminal = record(city, now, NOON + DAY)
    record(city, PLAIN, NOON + 2 * DAY)  # made the day before, received after

    terminal.refresh_from_db()
    assert ("7-Zip", "23.01") not in installed(terminal)
    assert terminal.last_seen == NOON + 2 * DAY


def test_a_clock_that_once_ran_ahead_does_not_silence_a_terminal(city: City) -> None:
    terminal = record(city, inventory(reported_at=NOON + 4000 * DAY))
    record(city, inventory(reported_at=NOON + DAY, software=PLAIN.software[1:]), NOON + DAY)
    assert ("7-Zip", "23.01") not in installed(terminal)


def test_no_software_at_all_is_an_agent_that_may_not_look(city: City) -> None:
    terminal = record(city)
    record(city, inventory(reported_at=NOON + DAY, software=(), domain="X"), NOON + DAY)
    assert len(installed(terminal)) == 4


def test_junk_serials_do_not_join_machines(city: City) -> None:
    junk = {"serial": "To be filled by O.E.M.", "uuid": "00000000-0000-0000-0000-000000000000"}
    first, second = record(city, machine(1, **junk)), record(city, machine(2, **junk))
    assert first != second
    assert first.serial == ""
    assert not DoubtfulMatch.objects.exists()


def test_the_citys_own_junk_counts_too(city: City) -> None:
    from tenken.telemetry.models import InventorySetting

    InventorySetting.objects.create(city=city, junk=["ABC-*"])
    first = record(city, machine(1, serial="abc-1", uuid=""))
    assert record(city, machine(2, serial="ABC-1", uuid="")) != first


def test_a_cloned_disk_is_another_machine_each_time(city: City) -> None:
    first = record(city)
    clone = machine(2, agent_id=PLAIN.agent_id)
    second = record(city, clone)
    assert second != first
    assert record(city, clone, NOON + DAY) == second
    assert record(city, PLAIN, NOON + DAY) == first
    assert Terminal.objects.count() == 2
    assert TerminalIdentity.objects.get(terminal=second).reason == "clone"


def test_a_reinstalled_machine_is_the_same(city: City) -> None:
    first = record(city)
    assert record(city, inventory(agent_id="other", computer_name="NEW-NAME"), NOON + DAY) == first
    assert TerminalIdentity.objects.filter(terminal=first).count() == 2


def test_clones_without_any_hardware_identity_are_told_apart_by_name(city: City) -> None:
    junk = {"serial": "None", "uuid": "", "agent_id": "same"}
    first = record(city, machine(1, **junk))
    second = record(city, machine(2, **junk))
    assert first != second
    assert record(city, machine(1, **junk), NOON + DAY) == first


def test_two_that_may_be_one_are_shown_and_never_made_again(city: City) -> None:
    first = record(city)
    half = inventory(agent_id="other", uuid=UUIDS[1])
    second = record(city, half)
    assert second != first
    doubt = DoubtfulMatch.objects.get()
    assert (doubt.terminal, doubt.other, doubt.reason, doubt.state) == (second, first, "serial_only", "open")

    record(city, half, NOON + DAY)
    assert (Terminal.objects.count(), DoubtfulMatch.objects.count()) == (2, 1)


def test_a_terminal_of_the_ledger_is_found_by_its_serial_number_or_name(city: City) -> None:
    by_serial = make_terminal(city, "N-1", serial="8xk2j93")
    by_tag = make_terminal(city, "N-2")
    by_name = make_terminal(city, "N-3", computer_name="PC-0003")
    assert record(city) == by_serial
    assert record(city, machine(2, tag="N-2")) == by_tag
    assert record(city, machine(3)) == by_name
    assert Terminal.objects.count() == 3


def test_another_city_is_never_looked_at(city: City) -> None:
    other = make_city("992011", "あおば市")
    assert record(city) != record(other)


def test_a_change_among_five_hundred_items_costs_few_queries(
    city: City, django_assert_max_num_queries: Any
) -> None:
    many = tuple(InstalledItem(f"アプリ {chr(65 + n % 26)}{n}", f"1.{n}.0") for n in range(500))
    record(city, machine(1, software=many))
    with django_assert_max_num_queries(22):  # a savepoint's two and the journal's four among them
        record(city, machine(2, software=many))
    upgraded = (
        *(InstalledItem(item.name, "2.0.1") for item in many[:100]),
        *many[100:-20],
        InstalledItem("LINE", "8"),
    )
    with django_assert_max_num_queries(15):  # a savepoint's two among them
        record(city, machine(1, software=upgraded), NOON + DAY)

    assert SoftwareTitle.objects.count() == 501
    assert SoftwareRelease.objects.count() == 601
    assert InventoryChange.objects.filter(what="changed").count() == 100
