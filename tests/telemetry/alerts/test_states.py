"""The life of an alert: every event in every state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tenken.common.refusals import Invalid
from tenken.telemetry.alerts.states import (
    ASSIGNED,
    CLOSED,
    IN_HAND,
    NEW,
    OPEN,
    Assign,
    Close,
    Event,
    Outcome,
    Reopen,
    Take,
    at_least,
    transition,
)


@pytest.mark.parametrize(
    ("status", "assignee", "event", "after"),
    [
        (NEW, None, Assign(7), Outcome(ASSIGNED, 7)),
        (ASSIGNED, 7, Assign(8), Outcome(ASSIGNED, 8)),
        (IN_HAND, 7, Assign(8), Outcome(IN_HAND, 8)),
        (NEW, None, Take(7), Outcome(IN_HAND, 7)),
        (IN_HAND, 7, Take(8), Outcome(IN_HAND, 8)),
        (NEW, None, Close("test"), Outcome(CLOSED, None, "test")),
        (IN_HAND, 7, Close("permitted", "課長の許可"), Outcome(CLOSED, 7, "permitted")),
        (CLOSED, None, Reopen("まだ続く"), Outcome(NEW, None)),
        (CLOSED, 7, Reopen("まだ続く"), Outcome(IN_HAND, 7)),
    ],
)
def test_what_can_be(status: str, assignee: int | None, event: Event, after: Outcome) -> None:
    assert transition(status, assignee, event) == after


@pytest.mark.parametrize(
    ("status", "assignee", "event"),
    [
        (CLOSED, None, Assign(7)),
        (CLOSED, None, Take(7)),
        (IN_HAND, 7, Take(7)),
        (CLOSED, None, Close("test")),
        (NEW, None, Close("")),
        (NEW, None, Close("whatever")),
        (NEW, None, Close("other", " ")),
        (NEW, None, Close("permitted")),
        (NEW, None, Reopen("まだ続く")),
        (CLOSED, None, Reopen(" ")),
    ],
)
def test_what_cannot(status: str, assignee: int | None, event: Event) -> None:
    with pytest.raises(Invalid):
        transition(status, assignee, event)


class Life(RuleBasedStateMachine):
    """Whatever is asked in whatever order, an alert stays whole: closed with a reason, in hand with somebody."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Outcome(NEW, None)

    def _try(self, event: Event) -> None:
        try:
            self.now = transition(self.now.status, self.now.assignee, event)
        except Invalid:
            return

    @rule(person=st.integers(1, 3))
    def assign(self, person: int) -> None:
        self._try(Assign(person))

    @rule(person=st.integers(1, 3))
    def take(self, person: int) -> None:
        self._try(Take(person))

    @rule(
        reason=st.sampled_from(["test", "other", "false_positive", ""]), comment=st.sampled_from(["", "語"])
    )
    def close(self, reason: str, comment: str) -> None:
        self._try(Close(reason, comment))

    @rule(comment=st.sampled_from(["", "語"]))
    def reopen(self, comment: str) -> None:
        self._try(Reopen(comment))

    @invariant()
    def whole(self) -> None:
        assert (self.now.status == CLOSED) == bool(self.now.reason)
        assert self.now.status in OPEN or self.now.status == CLOSED
        if self.now.status in (ASSIGNED, IN_HAND):
            assert self.now.assignee is not None
        if self.now.status == NEW:
            assert self.now.assignee is None


TestLife = Life.TestCase


@given(st.sampled_from(["low", "high", "critical"]))
def test_never_is_never(level: str) -> None:
    assert not at_least(level, "")
    assert at_least(level, "low")
    assert at_least(level, "high") == (level != "low")
