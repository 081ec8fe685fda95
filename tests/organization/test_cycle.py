"""No sequence of changes puts a unit below itself, on any date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.organization.access import system_principal
from tenken.organization.models import City, Unit, UnitPlacement
from tenken.organization.operations import (
    NewUnit,
    abolish_unit,
    merge_units,
    move_unit,
    rename_unit,
    split_unit,
)
from tenken.organization.rules.cycle import Placed, first_cycle
from tenken.organization.tree import tree_of
from tests.factories import FOUNDED

DAY = date(2014, 4, 1)


def test_a_ring_is_found_on_the_date_it_begins():
    rows = [Placed(1, 2, DAY), Placed(2, 3, DAY), Placed(3, 1, date(2014, 10, 1), date(2014, 11, 1))]
    ring = first_cycle(rows, DAY)
    assert ring is not None
    assert ring.day == date(2014, 10, 1)
    assert set(ring.units) == {1, 2, 3}
    assert first_cycle(rows, date(2014, 11, 1)) is None


def test_no_ring_where_periods_do_not_meet():
    rows = [Placed(1, 2, DAY, date(2015, 4, 1)), Placed(2, 1, date(2015, 4, 1))]
    assert first_cycle(rows, DAY) is None


_PLACED = st.builds(
    lambda unit, parent, starts, length: Placed(
        unit, parent, DAY + timedelta(starts), None if length == 0 else DAY + timedelta(starts + length)
    ),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 20),
    st.integers(0, 10),
).filter(lambda row: row.unit != row.parent)


@given(st.lists(_PLACED, max_size=12))
def test_agrees_with_looking_at_every_day(rows):
    def ring_on(day: date) -> bool:
        edges = [(row.unit, row.parent) for row in rows if row.on(day)]
        reach = {unit: {parent for child, parent in edges if child == unit} for unit in range(6)}
        for _ in range(6):
            reach = {unit: ups.union(*(reach[up] for up in ups)) for unit, ups in reach.items()}
        return any(unit in ups for unit, ups in reach.items())

    days = [day for offset in range(32) if ring_on(day := DAY + timedelta(offset))]
    found = first_cycle(rows, DAY)
    assert (found.day if found else None) == (days[0] if days else None)


_UNIT = st.integers(0, 20)
_CHANGE = st.tuples(
    st.sampled_from(["move", "move", "move", "rename", "merge", "split", "abolish"]),
    _UNIT,
    _UNIT,
    st.integers(0, 3).map(lambda months: date(2014, 4 + months, 1)),
)


def _apply(change, number, city):
    what, first, second, day = change
    units = list(Unit.objects.filter(city=city).order_by("pk"))
    unit, other = units[first % len(units)], units[second % len(units)]
    by = system_principal(City.objects.get(pk=city.pk), "test", on=day)
    if what == "move":
        move_unit(by=by, unit=unit, parent=other, on=day)
    elif what == "rename":
        rename_unit(by=by, unit=unit, name=f"改称{number}", on=day)
    elif what == "merge":
        merge_units(by=by, units=[unit], into=other, on=day)
    elif what == "split":
        parts = [NewUnit(f"一{number}"), NewUnit(f"二{number}", code=f"S{number}", parent=other)]
        split_unit(by=by, unit=unit, parts=parts, on=day)
    else:
        abolish_unit(by=by, unit=unit, on=day)


def _assert_sound(city):
    """Every day: no ring; each standing unit but the city itself stands below one that stands."""
    rows = UnitPlacement.objects.filter(unit__city=city).select_related("unit", "parent")
    assert (
        first_cycle([Placed(r.unit_id, r.parent_id, r.valid_from, r.valid_to) for r in rows], FOUNDED) is None
    )
    version = City.objects.get(pk=city.pk)
    for month in range(3, 10):
        day = date(2014, month, 1)
        tree = tree_of(version, day)
        standing = {
            u.pk: u for u in Unit.objects.filter(city=city).select_related("kind") if u.is_valid_on(day)
        }
        for key, unit in standing.items():
            if unit.kind.rank:
                assert tree.parent.get(key) in standing, f"{unit} hangs in the air on {day}"
        assert set(tree.parent) <= set(standing)
        top = tree.below(key for key, unit in standing.items() if unit.kind.rank == 0)
        assert set(standing) <= top


@pytest.mark.django_db
@given(changes=st.lists(_CHANGE, min_size=1, max_size=6))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_no_sequence_of_changes_makes_a_ring_or_an_orphan(scenario, changes):
    with transaction.atomic():  # taken back after each example
        for number, change in enumerate(changes):
            try:
                _apply(change, number, scenario.city)
            except Invalid:
                continue
        _assert_sound(scenario.city)
        transaction.set_rollback(True)
