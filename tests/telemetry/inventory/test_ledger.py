"""端末台帳: entering, changing, assigning over time, what may happen to a terminal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.organization.operations import merge_units, split_unit
from tenken.organization.operations.reorganization import NewUnit
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import (
    add_terminal,
    add_terminals,
    assign_terminal,
    change_state,
    change_terminal,
    follow_reorganisation,
)
from tenken.telemetry.inventory.states import Event, events_in, terminal_after
from tenken.telemetry.models import Terminal, TerminalAssignment
from tests.factories import Scenario, make_scenario
from tests.telemetry.inventory.makers import make_terminal, record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def test_a_terminal_is_entered_and_assigned(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    person = scenario.people["staff"]
    terminal = add_terminal(
        by=by, data=TerminalData("ＰＣ－１", serial=" abc 123 "), unit=scenario.section_a1, person=person
    )
    assert (terminal.number, terminal.serial, terminal.unit) == ("PC-1", "ABC123", scenario.section_a1)
    row = TerminalAssignment.objects.get()
    assert (row.unit, row.person, row.valid_from, row.valid_to) == (scenario.section_a1, person, TODAY, None)
    entry = Entry.objects.latest("pk")
    assert (entry.operation, entry.subject_id) == ("telemetry.terminal.add", str(terminal.pk))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (TerminalData(""), "number"),
        (TerminalData("x" * 41), "number"),
        (TerminalData("PC-0001"), "number"),
        (TerminalData("n", kind="robot"), "kind"),
        (TerminalData("n", uuid="not a uuid"), "uuid"),
        (TerminalData("n", note="x" * 301), "note"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(scenario: Scenario, data: TerminalData, field: str) -> None:
    make_terminal(scenario.city, "PC-0001")
    with pytest.raises(Invalid) as refusal:
        add_terminal(by=scenario.by("secretariat", TODAY), data=data, unit=scenario.section_a1)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert Terminal.objects.count() == 1


def test_section_managers_may_not_write(scenario: Scenario) -> None:
    with pytest.raises(Denied):
        add_terminal(
            by=scenario.by("section_manager", TODAY), data=TerminalData("n"), unit=scenario.section_a1
        )


def test_the_number_stays_once_it_stands_in_the_ledger(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    heard = record(scenario.city)
    heard.refresh_from_db()
    entered = change_terminal(by=by, terminal=heard, data=TerminalData("N-77"), version=heard.version)
    assert (entered.number, entered.former_number, entered.in_ledger) == ("N-77", "PC-0001", True)
    with pytest.raises(Invalid):
        change_terminal(by=by, terminal=entered, data=TerminalData("N-78"), version=entered.version)
    with pytest.raises(Stale):
        change_terminal(by=by, terminal=entered, data=TerminalData("N-77"), version=1)


def test_assignments_follow_each_other(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    terminal = add_terminal(by=by, data=TerminalData("n"), unit=scenario.section_a1, on=date(2026, 4, 1))
    moved = assign_terminal(
        by=by, terminal=terminal, unit=scenario.section_b1, version=1, on=date(2026, 10, 1)
    )
    rows = TerminalAssignment.objects.order_by("valid_from").values_list("unit", "valid_from", "valid_to")
    assert list(rows) == [
        (scenario.section_a1.pk, date(2026, 4, 1), date(2026, 10, 1)),
        (scenario.section_b1.pk, date(2026, 10, 1), None),
    ]
    with pytest.raises(Invalid):
        assign_terminal(
            by=by, terminal=moved, unit=scenario.section_a1, version=moved.version, on=date(2026, 9, 1)
        )
    same_day = assign_terminal(
        by=by, terminal=moved, unit=scenario.section_a2, version=moved.version, on=date(2026, 10, 1)
    )
    assert same_day.unit == scenario.section_a2
    assert TerminalAssignment.objects.count() == 2


def test_retiring_ends_the_assignment_and_needs_a_reason(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    terminal = add_terminal(by=by, data=TerminalData("n"), unit=scenario.section_a1, on=date(2026, 4, 1))
    with pytest.raises(Invalid):
        change_state(by=by, terminal=terminal, event=Event.RETIRE, version=1)
    gone = change_state(by=by, terminal=terminal, event=Event.RETIRE, version=1, because="返却")
    assert (gone.state, gone.retired_on) == ("retired", TODAY)
    assert TerminalAssignment.objects.get().valid_to == TODAY
    with pytest.raises(Stale):
        change_state(by=by, terminal=gone, event=Event.USE, version=gone.version)


@pytest.mark.parametrize("state", Terminal.State.values)
@pytest.mark.parametrize("event", Event)
def test_what_may_happen_is_what_is_offered(state: str, event: Event) -> None:
    if event in events_in(state):
        assert terminal_after(state, event) != state
    else:
        with pytest.raises(Stale):
            terminal_after(state, event)


def test_many_are_entered_at_once_or_none(scenario: Scenario, django_assert_max_num_queries: Any) -> None:
    by = scenario.by("secretariat", TODAY)
    rows = [(TerminalData(f"N{n:04d}"), scenario.section_a1, None, "in_use") for n in range(1200)]
    with django_assert_max_num_queries(20):
        add_terminals(by=by, rows=rows)
    assert (Terminal.objects.count(), TerminalAssignment.objects.count()) == (1200, 1200)
    with pytest.raises(Invalid):
        add_terminals(by=by, rows=[(TerminalData("X"), scenario.section_a1, None, "in_use"), rows[0]])
    assert not Terminal.objects.filter(number="X").exists()


def test_terminals_follow_their_section(scenario: Scenario) -> None:
    by = scenario.by("secretariat", date(2026, 4, 1))
    for unit in (scenario.section_a1, scenario.section_a2, scenario.section_b1):
        add_terminal(by=by, data=TerminalData(f"N-{unit.code}"), unit=unit)
    merged = merge_units(
        by=by,
        units=[scenario.section_a1, scenario.section_a2],
        new=NewUnit(code="U9000", name="統合課"),
        on=date(2026, 10, 1),
    )
    split_unit(
        by=by,
        unit=scenario.section_b1,
        parts=[NewUnit(code="U9001", name="一課"), NewUnit(code="U9002", name="二課")],
        on=date(2026, 10, 1),
    )
    after = scenario.by("secretariat", date(2026, 10, 5))
    assert follow_reorganisation(by=after) == 2
    assert follow_reorganisation(by=after) == 0
    assert Terminal.objects.filter(unit=merged).count() == 2
    assert Terminal.objects.get(number=f"N-{scenario.section_b1.code}").unit == scenario.section_b1
    moved = TerminalAssignment.objects.filter(unit=merged).values_list("valid_from", flat=True)
    assert set(moved) == {date(2026, 10, 1)}


def test_another_citys_terminal_is_not_there(scenario: Scenario) -> None:
    from tests.factories import make_city

    other = make_terminal(make_city("992011", "あおば市"))
    with pytest.raises(Missing):
        change_terminal(
            by=scenario.by("secretariat", TODAY), terminal=other, data=TerminalData("PC-0001"), version=1
        )


def test_a_new_terminal_cannot_begin_before_it_was_entered(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    terminal = add_terminal(by=by, data=TerminalData("n"), unit=scenario.section_a1)
    with pytest.raises(Invalid):
        change_state(
            by=by,
            terminal=terminal,
            event=Event.LOSE,
            version=1,
            because="x",
            on=TODAY - timedelta(days=1),
        )
