"""Terminals of sections that ended go to what became of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models import Q

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.operations.ledger import move
from tenken.telemetry.inventory.operations.recognising import TERMINAL
from tenken.telemetry.models import Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS


@transaction.atomic
def follow_reorganisation(*, by: Principal, on: date | None = None) -> int:
    """Assign the terminals of sections that have ended to the one section that follows; return how many.

    Each goes from the day its section ended. Where a section was split, or abolished without a successor, nothing is
    guessed: its terminals stay in it and stand in the list 「配置先を決める」. Done again, it finds nothing to do.
    """
    require(by, MANAGE_TERMINALS)
    day = on or by.on
    rows = (
        Terminal.objects.select_for_update(of=("self",))
        .filter(city=by.city_id, merged_into=None, unit__isnull=False, unit__valid_to__lte=day)
        .filter(~Q(state=Terminal.State.RETIRED))
        .select_related("unit", "person")
    )
    by_unit: dict[int, list[Terminal]] = defaultdict(list)
    for row in rows:
        assert row.unit_id is not None
        by_unit[row.unit_id].append(row)
    tree = by.tree
    heirs = {unit: tree.lineage_forward([unit]) - {unit} for unit in by_unit}
    standing = {
        unit.pk: unit
        for unit in Unit.objects.filter(
            valid_on(day), pk__in={heir for some in heirs.values() for heir in some}
        )
    }
    moved: dict[str, int] = {}
    for unit, terminals in by_unit.items():
        followers = [standing[heir] for heir in heirs[unit] if heir in standing]
        if len(followers) != 1:
            continue
        for terminal in terminals:
            old = terminal.unit
            assert old is not None
            assert old.valid_to is not None
            _follow(terminal, followers[0], old.valid_to)
            moved[old.code] = moved.get(old.code, 0) + 1
    if moved:
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.terminal.follow",
            subject=(TERMINAL, ""),
            changes={"moved": moved},
            business_date=day,
        )
    return sum(moved.values())


def _follow(terminal: Terminal, unit: Unit, ended_on: date) -> None:
    running = terminal.assignments.filter(valid_to=None).first()
    move(terminal, unit, terminal.person, max(ended_on, running.valid_from if running else ended_on))
    terminal.version += 1
    terminal.save(update_fields=["unit", "person", "version"])
