"""The life of an approval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.approvals.states import Position, after
from tenken.common.refusals import Stale

STEPS = (1, 2, 5)


def test_each_step_approves_in_its_order() -> None:
    position = Position("pending", 1)
    for expected in (Position("pending", 2), Position("pending", 5), Position("approved", None)):
        position = after(position, "approved", STEPS)
        assert position == expected


@pytest.mark.parametrize(("outcome", "status"), [("returned", "returned"), ("withdrawn", "withdrawn")])
def test_a_return_or_withdrawal_ends_it_at_any_step(outcome: str, status: str) -> None:
    for step in STEPS:
        assert after(Position("pending", step), outcome, STEPS) == Position(status, None)


@pytest.mark.parametrize("status", ["approved", "returned", "withdrawn"])
def test_what_has_ended_stays_so(status: str) -> None:
    with pytest.raises(Stale):
        after(Position(status, None), "approved", STEPS)


def test_an_unknown_outcome_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="shredded"):
        after(Position("pending", 1), "shredded", STEPS)


@given(
    st.lists(st.sampled_from(["approved", "returned", "withdrawn"]), max_size=12),
    st.lists(st.integers(1, 20), min_size=1, max_size=6, unique=True),
)
def test_no_sequence_of_outcomes_leaves_the_route(outcomes: list[str], steps: list[int]) -> None:
    position = Position("pending", min(steps))
    approvals = 0
    for outcome in outcomes:
        try:
            position = after(position, outcome, tuple(steps))
        except Stale:
            assert position.status != "pending"
            continue
        approvals += outcome == "approved"
        assert (position.step is None) == (position.status != "pending")
        assert position.step is None or position.step in steps
    assert (position.status == "approved") == (approvals == len(steps))
