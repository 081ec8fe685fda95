"""Thousands of rows at once do what the operations on one terminal do, in few statements, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.journal.verification import verify
from tenken.telemetry.inventory.ledger import TerminalData, data_of
from tenken.telemetry.inventory.operations import (
    LedgerRow,
    add_terminal,
    add_terminals,
    assign_terminal,
    change_state,
    change_terminal,
    write_rows,
)
from tenken.telemetry.inventory.states import Event
from tenken.telemetry.models import Terminal, TerminalAssignment
from tests.factories import Scenario, make_scenario
from tests.telemetry.inventory.makers import record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
APRIL = date(2026, 4, 1)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def fill(scenario: Scenario, count: int, on: date = APRIL) -> list[Terminal]:
    rows = [(TerminalData(f"N{n:05d}"), scenario.section_a1, None, "in_use") for n in range(count)]
    add_terminals(by=scenario.by("secretariat", on), rows=rows, on=on)
    return list(Terminal.objects.select_related("unit__city", "person").order_by("number"))


def noted(terminal: Terminal, **more: Any) -> LedgerRow:
    """Return the row that notes an inventory of *terminal*."""
    data = replace(data_of(terminal), note="棚卸済み")
    assert terminal.unit is not None
    row = LedgerRow(terminal.number, data, terminal.unit, terminal.person, TODAY, terminal)
    return replace(row, **more)


def standing() -> tuple[list[Any], list[Any]]:
    names = [field.attname for field in Terminal._meta.fields if field.name != "id"]
    held = ("terminal__number", "unit", "person", "valid_from", "valid_to")
    return (
        list(Terminal.objects.order_by("number").values_list(*names)),
        list(TerminalAssignment.objects.order_by("terminal__number", "valid_from").values_list(*held)),
    )


def journal(after: int) -> list[Any]:
    found = Entry.objects.filter(pk__gt=after).order_by("sequence")
    return [(one.operation, one.subject_id, one.business_date, read_payload(one)) for one in found]


def write_singly(scenario: Scenario, rows: Sequence[LedgerRow]) -> None:
    by = scenario.by("secretariat", TODAY)
    for row in rows:
        where: dict[str, Any] = {"unit": row.unit, "person": row.person, "on": row.day}
        if row.terminal is None:
            add_terminal(by=by, data=row.data, state=row.state, **where)
            continue
        kept = change_terminal(
            by=by, terminal=row.terminal, data=row.data, version=row.terminal.version, on=row.day
        )
        kept = assign_terminal(by=by, terminal=kept, version=kept.version, **where)
        if row.event:
            told: dict[str, Any] = {"event": row.event, "because": row.because, "on": row.day}
            change_state(by=by, terminal=kept, version=kept.version, **told)


def test_rows_do_what_the_operations_on_one_do(scenario: Scenario) -> None:
    terminals = fill(scenario, 9)
    today = fill_today(scenario)
    heard = record(scenario.city)
    heard.refresh_from_db()
    other, person = scenario.section_b1, scenario.people["staff"]
    gone = {"event": Event.RETIRE, "because": " リース満了 "}
    rows = [
        noted(terminals[0]),
        noted(terminals[1], unit=other, person=person),
        noted(terminals[2], data=data_of(terminals[2]), unit=other),
        noted(terminals[3], **gone),
        noted(terminals[4], unit=other, **gone),
        noted(terminals[5], event=Event.PUT_AWAY),
        noted(terminals[6], event=Event.LOSE, because="棚卸で見つからない", day=date(2026, 5, 1)),
        noted(today[0], unit=other),
        noted(today[1], **gone),
        noted(today[2], unit=other, **gone),
        LedgerRow("x", data_of(heard), other, person, TODAY, heard),
        LedgerRow("y", TerminalData("NEW-1", note="新"), other, person, TODAY, state="spare"),
    ]
    last = Entry.objects.latest("pk").pk
    savepoint = transaction.savepoint()
    write_singly(scenario, rows)
    expected, said = standing(), journal(last)
    transaction.savepoint_rollback(savepoint)
    write_rows(by=scenario.by("secretariat", TODAY), rows=rows)
    assert standing() == expected
    written = journal(last)
    assert [one[0::2] for one in written] == [one[0::2] for one in said]
    assert [one[3] for one in written] == [one[3] for one in said]
    assert [one[1] for one in written[:-1]] == [one[1] for one in said[:-1]]  # a new terminal has a new key
    assert verify(scenario.city.code).whole


def fill_today(scenario: Scenario) -> list[Terminal]:
    by = scenario.by("secretariat", TODAY)
    return [
        add_terminal(by=by, data=TerminalData(f"T{n}"), unit=scenario.section_a1, on=TODAY) for n in range(3)
    ]


def test_a_thousand_rows_take_as_many_statements_as_ten(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    by, other = scenario.by("secretariat", TODAY), scenario.section_b1
    rows = [noted(one, unit=other) for one in fill(scenario, 900)]
    rows += [LedgerRow(f"{n}", TerminalData(f"X{n}"), other, None, TODAY) for n in range(100)]
    with django_assert_max_num_queries(15):
        write_rows(by=by, rows=rows)
    assert Terminal.objects.filter(unit=other).count() == 1000
    assert TerminalAssignment.objects.filter(unit=other, valid_from=TODAY, valid_to=None).count() == 1000
    assert Entry.objects.filter(operation="telemetry.terminal.assign").count() == 900
    one = Terminal.objects.get(number="N00899")
    found = Entry.objects.filter(subject_type="telemetry.terminal", subject_id=one.pk)
    assert [entry.operation for entry in found.order_by("sequence")] == [
        "telemetry.terminal.change",
        "telemetry.terminal.assign",
    ]


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        (Stale, {"terminal": None, "data": None}),
        (Invalid, {"day": date(2026, 3, 1), "unit": "b1"}),
        (Invalid, {"event": Event.LOSE}),
        (Invalid, {"data": TerminalData("N99999")}),
        (Invalid, {"data": TerminalData("N00002", uuid="x")}),
    ],
)
def test_what_is_wrong_is_said_of_every_row_and_nothing_is_written(
    scenario: Scenario, kind: type[Stale | Invalid], broken: dict[str, Any]
) -> None:
    rows = [noted(one) for one in fill(scenario, 5)]
    before = standing()
    if "terminal" in broken:
        Terminal.objects.filter(number__in=("N00002", "N00004")).update(version=7)
        before = standing()
    else:
        if broken.get("unit"):
            broken = broken | {"unit": scenario.section_b1}
        rows[2], rows[4] = (replace(rows[at], **broken) for at in (2, 4))
    count = Entry.objects.count()
    with pytest.raises(kind) as refused:
        write_rows(by=scenario.by("secretariat", TODAY), rows=rows)
    assert [problem.place for problem in refused.value.problems] == ["N00002", "N00004"]
    assert (standing(), Entry.objects.count()) == (before, count)


def test_a_number_is_entered_once(scenario: Scenario) -> None:
    fill(scenario, 1)
    new = LedgerRow("2行", TerminalData("X"), scenario.section_a1, None, TODAY)
    rows = [new, replace(new, place="3行"), replace(new, place="4行", data=TerminalData("N00000"))]
    with pytest.raises(Invalid) as refused:
        write_rows(by=scenario.by("secretariat", TODAY), rows=rows)
    assert [problem.place for problem in refused.value.problems] == ["3行", "4行"]


def test_the_right_over_the_old_and_the_new_section_is_needed(scenario: Scenario) -> None:
    (terminal,) = fill(scenario, 1)
    with pytest.raises(Denied):
        write_rows(by=scenario.by("section_manager", TODAY), rows=[noted(terminal)])
