"""The life of an audit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.engagement_states import EVENTS, LIVE, SAID, engagement_after, may
from tenken.audit.models import Engagement
from tenken.common.refusals import Stale

ORDER = ["planned", "notified", "fieldwork", "drafted", "issued", "closed"]


def test_the_whole_road() -> None:
    status = "planned"
    for event in ("notify", "begin", "send", "answer", "reply", "issue", "close"):
        status = engagement_after(status, event)
    assert status == "closed"


def test_every_state_of_the_model_is_known() -> None:
    assert set(Engagement.Status.values) == {*ORDER, "cancelled"} == LIVE | SAID | {"cancelled"}


@given(events=st.lists(st.sampled_from(sorted(EVENTS)), max_size=40))
def test_nothing_leads_back_and_what_is_said_stays_said(events: list[str]) -> None:
    status = "planned"
    for event in events:
        if not may(status, event):
            with pytest.raises(Stale):
                engagement_after(status, event)
            continue
        following = engagement_after(status, event)
        if following == "cancelled":
            assert status in ("planned", "notified", "fieldwork")
            assert not any(may(following, one) for one in EVENTS)
            return
        assert ORDER.index(following) in (ORDER.index(status), ORDER.index(status) + 1)
        if status in SAID:
            assert event == "close"
        status = following


def test_an_unknown_event_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        engagement_after("planned", "x")
