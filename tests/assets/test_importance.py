"""What makes an information system important (document 003, (3)2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.assets.rules.importance import Criterion, Handling, criteria, verdicts

HANDLINGS = st.builds(
    Handling,
    other_users=st.integers(0, 400),
    used_by_all=st.booleans(),
    classification=st.sampled_from(["", "S", "1", "2", "3"]),
    stored_in_class_s=st.integers(0, 50),
    outage_is_grave=st.booleans(),
    named_because=st.text(max_size=20),
)


def test_each_criterion_alone_is_enough_and_none_is_not() -> None:
    assert criteria(Handling(classification="1")) == ()
    for handling, criterion in (
        (Handling(other_users=1), Criterion.SEVERAL_SECTIONS),
        (Handling(used_by_all=True), Criterion.SEVERAL_SECTIONS),
        (Handling(classification="S"), Criterion.CLASS_S),
        (Handling(stored_in_class_s=1), Criterion.CLASS_S),
        (Handling(outage_is_grave=True), Criterion.OUTAGE),
        (Handling(named_because="窓口が止まる。"), Criterion.NAMED),
    ):
        assert criteria(handling) == (criterion,)


def test_they_are_the_four_of_the_document_in_its_order() -> None:
    assert [criterion.label[:6] for criterion in Criterion] == [
        "複数の課公所",
        "重要性分類Ｓ",
        "一週間以上停",
        "情報管理者が",
    ]


@given(HANDLINGS)
def test_every_verdict_says_why_and_those_that_hold_are_the_criteria(handling: Handling) -> None:
    found = verdicts(handling)
    assert [verdict.criterion for verdict in found] == list(Criterion)
    assert all(verdict.because for verdict in found)
    assert criteria(handling) == tuple(verdict.criterion for verdict in found if verdict.holds)


@given(HANDLINGS)
def test_more_of_anything_never_takes_a_criterion_away(handling: Handling) -> None:
    more = replace(
        handling,
        other_users=handling.other_users + 1,
        stored_in_class_s=handling.stored_in_class_s + 1,
        outage_is_grave=True,
    )
    assert set(criteria(handling)) <= set(criteria(more))
    assert set(criteria(more)) >= {Criterion.SEVERAL_SECTIONS, Criterion.CLASS_S, Criterion.OUTAGE}


@pytest.mark.parametrize("own", ["", "1", "2", "3"])
def test_a_lower_class_is_not_class_s(own: str) -> None:
    assert Criterion.CLASS_S not in criteria(Handling(classification=own))
