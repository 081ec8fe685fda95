"""端末台帳: terminals entered, changed, assigned over time, put away, lost, retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Person, Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.ledger import TerminalData, data_of, terminal_problems
from tenken.telemetry.inventory.operations.assignments import NOT_KEPT, Assignments
from tenken.telemetry.inventory.operations.recognising import TERMINAL
from tenken.telemetry.inventory.states import Event, terminal_after
from tenken.telemetry.models import Terminal, TerminalAssignment
from tenken.telemetry.permissions import MANAGE_TERMINALS

CHANGED = "表示したあとに、ほかの人が変更しました。ページを開き直して、内容を確かめてください。"
RETIRED = "廃棄・返却した端末は配置できません。"
ADD, CHANGE, ASSIGN = "telemetry.terminal.add", "telemetry.terminal.change", "telemetry.terminal.assign"
# What a change writes of a row.
WRITTEN = (
    *(field.name for field in fields(TerminalData)),
    *("state", "unit", "person", "retired_on", "in_ledger", "former_number", "version"),
)
_OPERATIONS = {
    Event.USE: "telemetry.terminal.return",
    Event.PUT_AWAY: "telemetry.terminal.return",
    Event.LOSE: "telemetry.terminal.lose",
    Event.RETIRE: "telemetry.terminal.retire",
}


@transaction.atomic
def add_terminal(
    *,
    by: Principal,
    data: TerminalData,
    unit: Unit,
    person: Person | None = None,
    state: str = Terminal.State.IN_USE,
    on: date | None = None,
) -> Terminal:
    """Enter a terminal in the ledger, assigned to *unit* (and *person*) from a day on. ``Invalid`` names fields."""
    require(by, MANAGE_TERMINALS, unit=unit)
    day = on or by.on
    tidy = _checked(by, data, None)
    _check_place(by, unit, person, day)
    if state not in (Terminal.State.IN_USE, Terminal.State.SPARE):
        raise Invalid(NOT_KEPT, [Problem("「使用中」か「予備」にしてください。", "状態", "state")])
    terminal = Terminal(city=by.city, unit=unit, person=person, state=state, registered_on=day)
    fill(terminal, tidy)
    terminal.save(force_insert=True)
    TerminalAssignment.objects.create(terminal=terminal, unit=unit, person=person, valid_from=day)
    _note(by, ADD, terminal, {"after": told(terminal)}, day)
    return terminal


@transaction.atomic
def add_terminals(
    *,
    by: Principal,
    rows: Sequence[tuple[TerminalData, Unit, Person | None, str]],
    on: date | None = None,
) -> list[Terminal]:
    """Enter many terminals at once: (data, unit, person, state). All or none, one row in the journal."""
    day = on or by.on
    for unit in {unit.pk: unit for _, unit, _, _ in rows}.values():
        require(by, MANAGE_TERMINALS, unit=unit)
        _check_place(by, unit, None, day)
    standing = set(Terminal.objects.filter(city=by.city_id).values_list("number", flat=True))
    terminals = []
    for data, unit, person, state in rows:
        tidy = data.tidy()
        problems = terminal_problems(tidy)
        if tidy.number in standing:
            problems.append(
                Problem(f"端末機番号「{tidy.number}」は、すでにあります。", "端末機番号", "number")
            )
        if problems:
            raise Invalid(NOT_KEPT, problems)
        standing.add(tidy.number)
        terminal = Terminal(city=by.city, unit=unit, person=person, state=state, registered_on=day)
        fill(terminal, tidy)
        terminals.append(terminal)
    Terminal.objects.bulk_create(terminals, batch_size=500)
    TerminalAssignment.objects.bulk_create(
        (
            TerminalAssignment(terminal=one, unit_id=one.unit_id, person_id=one.person_id, valid_from=day)
            for one in terminals
            if one.unit_id is not None
        ),
        batch_size=500,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.terminal.import",
        subject=(TERMINAL, ""),
        changes={"added": [one.number for one in terminals]},
        business_date=day,
    )
    return terminals


@transaction.atomic
def change_terminal(
    *, by: Principal, terminal: Terminal, data: TerminalData, version: int, on: date | None = None
) -> Terminal:
    """Change what the ledger says. The number stays, except of a terminal that was only heard of until now: it is
    entered with this, and what it was called before stands beside (``former_number``)."""
    kept = locked_terminal(by, terminal, version)
    tidy = _checked(by, data, kept)
    if kept.in_ledger and tidy.number != kept.number:
        raise Invalid(
            NOT_KEPT,
            [Problem("台帳にある端末の番号は変えられません。", "端末機番号", "number")],
        )
    before = told(kept)
    if operation := take(kept, tidy):
        _save(by, kept, operation, before, on)
    return kept


@transaction.atomic
def assign_terminal(
    *,
    by: Principal,
    terminal: Terminal,
    unit: Unit,
    person: Person | None = None,
    version: int,
    on: date | None = None,
) -> Terminal:
    """Assign a terminal to *unit* (and *person*) from a day on; the right over the old and the new section is needed.
    ``Invalid`` before the assignment that runs began."""
    kept = locked_terminal(by, terminal, version)
    require(by, MANAGE_TERMINALS, unit=unit)
    day = on or by.on
    _check_place(by, unit, person, day)
    if kept.state == Terminal.State.RETIRED:
        raise Stale(RETIRED)
    if (kept.unit_id, kept.person_id) == (unit.pk, person and person.pk):
        return kept
    before = told(kept)
    move(kept, unit, person, day)
    _save(by, kept, ASSIGN, before, day)
    return kept


@transaction.atomic
def change_state(
    *,
    by: Principal,
    terminal: Terminal,
    event: Event,
    version: int,
    because: str = "",
    on: date | None = None,
) -> Terminal:
    """Put a terminal away, back into use, note that it is lost, or that it was given back or destroyed. The last two
    need a reason."""
    kept = locked_terminal(by, terminal, version)
    day = on or by.on
    before, standing = told(kept), Assignments([kept])
    operation = happen(kept, event, because, day, standing)
    standing.write()
    _save(by, kept, operation, before, day, because=because.strip())
    return kept


def locked_terminal(by: Principal, terminal: Terminal, version: int) -> Terminal:
    """Return the row locked, the right over its section checked; ``Missing`` when it is gone or counts as another."""
    kept = (
        Terminal.objects.select_for_update(of=("self",))
        .select_related("unit", "person")
        .filter(pk=terminal.pk, city=by.city_id, merged_into=None)
        .first()
    )
    if kept is None:
        raise Missing("この端末はないか、ほかの端末と同じものと判断されています。")
    require(by, MANAGE_TERMINALS, unit=kept.unit)
    if kept.version != version:
        raise Stale(CHANGED)
    return kept


def move(terminal: Terminal, unit: Unit, person: Person | None, day: date) -> None:
    """Let *terminal* stand in *unit* from *day* on, in memory and in its assignments. Part of a write."""
    standing = Assignments([terminal])
    standing.move(terminal, unit, person, day)
    standing.write()


def take(terminal: Terminal, data: TerminalData) -> str:
    """Let *terminal* say *data* (tidied), in memory; return which operation that is, '' where nothing changes."""
    entered, changed = not terminal.in_ledger, data_of(terminal) != data
    if entered and terminal.number != data.number:
        terminal.former_number = terminal.number
    fill(terminal, data)
    terminal.in_ledger = True
    return ADD if entered else CHANGE if changed else ""


def happen(terminal: Terminal, event: Event, because: str, day: date, standing: Assignments) -> str:
    """Let *event* happen to *terminal*, in memory; return which operation that is. ``Stale``, ``Invalid`` when it cannot."""
    after = terminal_after(terminal.state, event)
    if event in (Event.LOSE, Event.RETIRE) and not because.strip():
        raise Invalid(NOT_KEPT, [Problem("理由を入力してください。", "理由", "because")])
    if day < terminal.registered_on:
        raise Invalid(
            NOT_KEPT, [Problem(f"登録日（{terminal.registered_on}）以後にしてください。", "日付", "on")]
        )
    terminal.state = after
    if after == Terminal.State.RETIRED:
        terminal.retired_on = day
        standing.end(terminal, day)
    return _OPERATIONS[event]


def told(terminal: Terminal) -> dict[str, Any]:
    """Return what the ledger says, as the journal keeps it."""
    return {field.name: getattr(terminal, field.name) for field in fields(TerminalData)} | {
        "state": terminal.state,
        "unit": terminal.unit.code if terminal.unit else "",
        "person": terminal.person.number if terminal.person else "",
        "retired_on": terminal.retired_on and terminal.retired_on.isoformat(),
    }


def _checked(by: Principal, data: TerminalData, standing: Terminal | None) -> TerminalData:
    tidy = data.tidy()
    problems = terminal_problems(tidy)
    taken = Terminal.objects.filter(city=by.city_id, number=tidy.number)
    if standing is not None:
        taken = taken.exclude(pk=standing.pk)
    if (standing is None or tidy.number != data_of(standing).number) and taken.exists():
        problems.append(Problem("この端末機番号は、すでにあります。", "端末機番号", "number"))
    if problems:
        raise Invalid(NOT_KEPT, problems)
    return tidy


def _check_place(by: Principal, unit: Unit, person: Person | None, day: date) -> None:
    if not Unit.objects.filter(valid_on(day), pk=unit.pk, city=by.city_id).exists():
        raise Invalid(NOT_KEPT, [Problem("この日にある組織から選んでください。", "所属", "unit")])
    if person is not None and person.city_id != by.city_id:
        raise Invalid(NOT_KEPT, [Problem("この市の職員から選んでください。", "使用者", "person")])


def fill(terminal: Terminal, data: TerminalData) -> None:
    """Let *terminal* say *data*, in memory."""
    for field in fields(TerminalData):
        setattr(terminal, field.name, getattr(data, field.name))


def _save(
    by: Principal,
    terminal: Terminal,
    operation: str,
    before: dict[str, Any],
    day: date | None,
    **more: str,
) -> None:
    terminal.version += 1
    terminal.save(update_fields=WRITTEN)
    said = {name: value for name, value in more.items() if value}
    _note(by, operation, terminal, {"before": before, "after": told(terminal), **said}, day)


def _note(
    by: Principal, operation: str, terminal: Terminal, changes: dict[str, Any], day: date | None
) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(TERMINAL, terminal.pk),
        changes=changes,
        business_date=day or by.on,
    )
