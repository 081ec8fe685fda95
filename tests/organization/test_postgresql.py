"""What only PostgreSQL proves: constraints against overlap, and changes that wait for each other."""

from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from tenken.common.refusals import Invalid
from tenken.organization.models import Assignment, Post, UnitPlacement
from tenken.organization.operations import add_post, assign, move_unit
from tests.factories import FOUNDED, make_scenario

pytestmark = pytest.mark.postgres


@pytest.mark.django_db
def test_the_database_itself_refuses_overlaps(scenario):
    held = Assignment.objects.get(person=scenario.people["staff"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            person=held.person, post=held.post, valid_from=date(2011, 4, 1), valid_to=date(2012, 4, 1)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitPlacement.objects.create(
            unit=scenario.section_a1,
            parent=scenario.bureau_b,
            valid_from=date(2011, 4, 1),
            valid_to=date(2012, 4, 1),
        )


def _together(*actions):
    """Run the actions at once, each on its own connection; return what each raised, or None."""
    outcomes = [None] * len(actions)
    start = threading.Barrier(len(actions))

    def run(index, action):
        start.wait()
        try:
            action()
        except Invalid as refusal:
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_appointments_to_one_seat_at_once():
    scenario = make_scenario()
    post = add_post(
        by=scenario.by("secretariat"), unit=scenario.section_a1, code="P1", title="係長", on=FOUNDED
    )

    def appoint(role):
        assign(
            by=scenario.by("secretariat"),
            person=scenario.people[role],
            post=Post.objects.get(pk=post.pk),
            on=FOUNDED,
        )

    outcomes = _together(*(partial(appoint, role) for role in ("staff", "deputy", "auditor", "ciso")))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert Assignment.objects.filter(post=post).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_moves_that_would_make_a_ring_together():
    scenario = make_scenario()

    def move(unit, parent):
        move_unit(by=scenario.by("secretariat"), unit=unit, parent=parent, on=date(2014, 4, 1))

    outcomes = _together(
        partial(move, scenario.bureau_a, scenario.section_b1),
        partial(move, scenario.bureau_b, scenario.section_a1),
    )
    assert sum(outcome is None for outcome in outcomes) == 1
