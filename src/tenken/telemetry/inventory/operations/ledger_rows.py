"""Thousands of rows of 端末台帳 in one short transaction: read at once, reckoned in memory, written in few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common.many_rows import update_many
from tenken.common.refusals import Invalid, Problem, Refusal, Stale
from tenken.journal.operations import Note, record_many
from tenken.organization.access import Principal, require
from tenken.organization.models import Person, Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.ledger import TerminalData, terminal_problems
from tenken.telemetry.inventory.operations.assignments import NOT_KEPT, Assignments
from tenken.telemetry.inventory.operations.ledger import (
    ADD,
    ASSIGN,
    CHANGED,
    RETIRED,
    WRITTEN,
    fill,
    happen,
    take,
    told,
)
from tenken.telemetry.inventory.operations.recognising import TERMINAL
from tenken.telemetry.inventory.states import Event
from tenken.telemetry.models import Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS

_BATCH = 1_000  # of thirty values each


@dataclass(frozen=True)
class LedgerRow:
    """What one row does. ``place``: of the row, as refusals name it; ``terminal``: as it was shown, None for one that is
    entered, in ``state``; ``data``: tidied; ``event``: what happens to it besides, ``because`` of what; ``day``: from when."""

    place: str
    data: TerminalData
    unit: Unit
    person: Person | None
    day: date
    terminal: Terminal | None = None
    state: str = Terminal.State.IN_USE
    event: Event | None = None
    because: str = ""


@transaction.atomic
def write_rows(
    *, by: Principal, rows: Sequence[LedgerRow], heard: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Enter, change, assign and put away terminals as *rows* say: all or none, each with its own rows in the journal, as
    ``add_terminal``, ``change_terminal``, ``assign_terminal`` and ``change_state`` would. *heard* is told how many are
    reckoned. ``Stale`` and ``Invalid`` name the rows; ``Denied`` for a section without the right."""
    for unit in {row.unit.pk: row.unit for row in rows}.values():
        require(by, MANAGE_TERMINALS, unit=unit)
    heard(0, len(rows))
    writing = _Writing(by, rows)
    problems: list[Problem] = []
    refused: type[Refusal] | None = None
    for done, row in enumerate(rows, 1):
        try:
            writing.reckon(row)
        except (Invalid, Stale) as refusal:
            refused = refused or type(refusal)
            said = [str(problem) for problem in refusal.problems] or [refusal.message]
            problems += [Problem(one, row.place) for one in said]
        if done < len(rows):
            heard(done, len(rows))
    if refused is not None:
        raise refused(NOT_KEPT, problems)
    writing.write()


class _Writing:
    """The rows of the database that a write decides on, locked, and what becomes of them."""

    def __init__(self, by: Principal, rows: Sequence[LedgerRow]) -> None:
        self.by = by
        standing = [row.terminal.pk for row in rows if row.terminal is not None]
        self.locked = {
            terminal.pk: terminal
            for terminal in Terminal.objects.select_for_update(of=("self",))
            .select_related("unit", "person")
            .filter(pk__in=standing, city=by.city_id, merged_into=None)
            .order_by("pk")
        }
        self.assignments = Assignments(self.locked.values())
        self.taken = _taken(by, {row.data.number for row in rows if row.terminal is None})
        self.open_units = {
            day: set(Unit.objects.filter(valid_on(day), city=by.city_id).values_list("pk", flat=True))
            for day in {row.day for row in rows}
        }
        for unit in {one.unit_id: one.unit for one in self.locked.values()}.values():
            require(by, MANAGE_TERMINALS, unit=unit)
        self.added: list[Terminal] = []
        self.changed: dict[int, Terminal] = {}
        self.said: list[tuple[Terminal, str, dict[str, Any], date]] = []

    def reckon(self, row: LedgerRow) -> None:
        """Let *row* be so in memory. ``Stale`` and ``Invalid`` when it cannot."""
        if problems := terminal_problems(row.data):
            raise Invalid(NOT_KEPT, problems)
        if row.terminal is None:
            return self._add(row)
        terminal = self.locked.get(row.terminal.pk)
        if terminal is None:
            raise Stale("この端末はないか、ほかの端末と同じものと判断されています。")
        if terminal.version != row.terminal.version:
            raise Stale(CHANGED)
        if terminal.number != row.data.number:
            raise Invalid(
                NOT_KEPT, [Problem("台帳にある端末の番号は変えられません。", "端末機番号", "number")]
            )
        before = told(terminal)
        if operation := take(terminal, row.data):
            before = self._note(terminal, operation, before, row.day)
        if (row.unit.pk, row.person and row.person.pk) != (terminal.unit_id, terminal.person_id):
            self._check_place(row)
            if terminal.state == Terminal.State.RETIRED:
                raise Stale(RETIRED)
            self.assignments.move(terminal, row.unit, row.person, row.day)
            before = self._note(terminal, ASSIGN, before, row.day)
        if row.event is not None:
            operation = happen(terminal, row.event, row.because, row.day, self.assignments)
            self._note(terminal, operation, before, row.day, row.because.strip())
        return None

    def _add(self, row: LedgerRow) -> None:
        self._check_place(row)
        if row.data.number in self.taken:
            raise Invalid(NOT_KEPT, [Problem("この端末機番号は、すでにあります。", "端末機番号", "number")])
        if row.state not in (Terminal.State.IN_USE, Terminal.State.SPARE):
            raise Invalid(NOT_KEPT, [Problem("「使用中」か「予備」にしてください。", "状態", "state")])
        self.taken.add(row.data.number)
        terminal = Terminal(
            city=self.by.city, unit=row.unit, person=row.person, state=row.state, registered_on=row.day
        )
        fill(terminal, row.data)
        self.added.append(terminal)
        self.assignments.begin(terminal, row.unit, row.person, row.day)
        self.said.append((terminal, ADD, {"after": told(terminal)}, row.day))

    def _check_place(self, row: LedgerRow) -> None:
        if row.unit.pk not in self.open_units[row.day]:
            raise Invalid(NOT_KEPT, [Problem("この日にある組織から選んでください。", "所属", "unit")])
        if row.person is not None and row.person.city_id != self.by.city_id:
            raise Invalid(NOT_KEPT, [Problem("この市の職員から選んでください。", "使用者", "person")])

    def _note(
        self, terminal: Terminal, operation: str, before: dict[str, Any], day: date, because: str = ""
    ) -> dict[str, Any]:
        """Note a step and return what the ledger says after it."""
        terminal.version += 1
        self.changed[terminal.pk] = terminal
        after = told(terminal)
        said = {"before": before, "after": after} | ({"because": because} if because else {})
        self.said.append((terminal, operation, said, day))
        return after

    def write(self) -> None:
        """Write all of it."""
        Terminal.objects.bulk_create(self.added, batch_size=_BATCH)
        columns = [field.attname for field in Terminal._meta.fields if field.name in WRITTEN]
        rows = [[getattr(one, name) for name in (*columns, "pk")] for one in self.changed.values()]
        update_many(Terminal, columns, rows)
        self.assignments.write()
        record_many(
            by=self.by,
            city_code=self.by.city_code,
            notes=(
                Note(operation, (TERMINAL, terminal.pk), said, day)
                for terminal, operation, said, day in self.said
            ),
        )


def _taken(by: Principal, numbers: set[str]) -> set[str]:
    """Return which of *numbers* the city's terminals have."""
    return set(Terminal.objects.filter(city=by.city_id, number__in=numbers).values_list("number", flat=True))
