"""The life of a sheet and of a programme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Stale
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.states import EDITABLE, HANDED_IN, programme_after, sheet_after

EVENTS = ("answer", "submit", "withdraw", "approve", "return", "accept")
POSSIBLE = {
    ("not_started", "answer"): "drafting",
    ("drafting", "answer"): "drafting",
    ("drafting", "submit"): "submitted",
    ("submitted", "withdraw"): "drafting",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned_by_manager",
    ("returned_by_manager", "answer"): "returned_by_manager",
    ("returned_by_manager", "submit"): "submitted",
    ("approved", "accept"): "accepted",
    ("approved", "return"): "returned_by_secretariat",
    ("returned_by_secretariat", "answer"): "returned_by_secretariat",
    ("returned_by_secretariat", "submit"): "submitted",
}


@pytest.mark.parametrize("status", Sheet.Status.values)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_in_every_status(status: str, event: str) -> None:
    if (status, event) in POSSIBLE:
        assert sheet_after(status, event) == POSSIBLE[status, event]
    else:
        with pytest.raises(Stale, match=r"。$"):
            sheet_after(status, event)


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_sequence_of_events_reaches_an_impossible_state(events: list[str]) -> None:
    status, approved, accepted = "not_started", 0, 0
    for event in events:
        before = status
        try:
            status = sheet_after(status, event)
        except Stale:
            continue
        assert status in Sheet.Status.values
        assert before != "accepted", "nothing moves an accepted sheet"
        assert (event == "answer") <= (before in EDITABLE), "only who holds the sheet writes in it"
        approved += event == "approve"
        accepted += event == "accept"
        assert accepted <= approved, "nothing is accepted that no manager approved"
        assert accepted <= 1
    assert (status in HANDED_IN) <= (approved > 0)


def test_an_unknown_event_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        sheet_after("drafting", "burn")


PROGRAMME_EVENTS = {
    ("planned", "change"): "planned",
    ("planned", "change_stages"): "planned",
    ("planned", "launch"): "launched",
    ("launched", "change_stages"): "launched",
    ("launched", "close"): "closed",
}


@pytest.mark.parametrize("status", Programme.Status.values)
@pytest.mark.parametrize("event", ["change", "change_stages", "launch", "close"])
def test_a_programme_goes_one_way(status: str, event: str) -> None:
    if (status, event) in PROGRAMME_EVENTS:
        assert programme_after(status, event) == PROGRAMME_EVENTS[status, event]
    else:
        with pytest.raises(Stale):
            programme_after(status, event)
