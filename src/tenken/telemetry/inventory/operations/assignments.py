"""Where terminals stand over time, reckoned in memory for one or for thousands, then written in few statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.common.many_rows import insert_many, update_many
from tenken.common.refusals import Invalid, Problem
from tenken.organization.models import Person, Unit
from tenken.telemetry.models import Terminal, TerminalAssignment

NOT_KEPT = "端末台帳に書けませんでした。"


class Assignments:
    """What becomes of the assignments of *terminals*, whose rows are locked or not written yet. Part of a write."""

    def __init__(self, terminals: Iterable[Terminal]) -> None:
        keys = [terminal.pk for terminal in terminals if terminal.pk is not None]
        running = TerminalAssignment.objects.filter(terminal__in=keys, valid_to=None)
        self._running = {row.terminal_id: row for row in running}
        self._changed: dict[int, TerminalAssignment] = {}
        self._made: dict[int, TerminalAssignment] = {}
        self._gone: list[int] = []

    def begin(self, terminal: Terminal, unit: Unit, person: Person | None, day: date) -> None:
        """Let a terminal that stands nowhere stand in *unit* from *day* on."""
        made = TerminalAssignment(terminal=terminal, unit=unit, person=person, valid_from=day)
        self._made[id(made)] = made
        if terminal.pk is not None:
            self._running[terminal.pk] = made

    def move(self, terminal: Terminal, unit: Unit, person: Person | None, day: date) -> None:
        """Let *terminal* stand in *unit* from *day* on. ``Invalid`` before the assignment that runs began."""
        running = self._running.get(terminal.pk)
        if running is not None and day < running.valid_from:
            raise Invalid(
                NOT_KEPT,
                [Problem(f"今の配置の開始日（{running.valid_from}）以後にしてください。", "配置の日", "on")],
            )
        if running is not None and running.valid_from == day:
            running.unit, running.person = unit, person
            self._note(running)
        else:
            if running is not None:
                running.valid_to = day
                self._note(running)
            self.begin(terminal, unit, person, day)
        terminal.unit, terminal.person = unit, person

    def end(self, terminal: Terminal, day: date) -> None:
        """Let *terminal* stand nowhere from *day* on."""
        running = self._running.pop(terminal.pk, None)
        if running is None:
            return
        if running.valid_from < day:
            running.valid_to = day
            self._note(running)
        elif self._made.pop(id(running), None) is None:
            self._gone.append(running.pk)  # laid down for that day or later: it never counted
            self._changed.pop(running.pk, None)

    def write(self) -> None:
        """Write all of it; terminals made meanwhile have their keys by now."""
        if self._gone:
            TerminalAssignment.objects.filter(pk__in=self._gone).delete()
        # What ends does so first: one assignment of a terminal runs at a time.
        update_many(
            TerminalAssignment,
            ("unit", "person", "valid_to"),
            [(row.unit_id, row.person_id, row.valid_to, row.pk) for row in self._changed.values()],
        )
        insert_many(
            TerminalAssignment,
            ("terminal", "unit", "person", "valid_from"),
            [(row.terminal.pk, row.unit_id, row.person_id, row.valid_from) for row in self._made.values()],
        )

    def _note(self, row: TerminalAssignment) -> None:
        if row.pk is not None:
            self._changed[row.pk] = row
