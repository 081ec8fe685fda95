"""Codes as people type them, and the life of a version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.policy.rules.codes import name_code, split_codes, stable_code, stable_codes
from tenken.policy.states import Event, next_status


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("S3-1-2", "S3-1-2"), ("ｓ３－１－２", "S3-1-2"), (" m‐cd−01 ", "M-CD-01"), ("Ｓ３ー１", "S3-1")],
)
def test_a_code_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert stable_code(typed) == kept


@pytest.mark.parametrize("typed", ["", "3-1", "S3--1", "S3-", "条", "S3 1", "S" * 41])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="コードとして読めません"):
        stable_code(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_a_refusal_and_reading_twice_changes_nothing(typed: str) -> None:
    for read in (stable_code, name_code):
        try:
            kept = read(typed)
        except ValueError:
            continue
        assert kept.isascii()
        assert len(kept) <= 40
        assert read(kept) == kept


def test_codes_are_split_at_what_people_put_between() -> None:
    assert split_codes("S1、S2, S3\nS4　S1") == ["S1", "S2", "S3", "S4", "S1"]
    assert stable_codes(["s1", "Ｓ１", "S2"]) == ["S1", "S2"]


@pytest.mark.parametrize(
    ("status", "event", "needs_approval", "after"),
    [
        ("draft", Event.EDIT, False, "draft"),
        ("draft", Event.EDIT, True, "draft"),
        ("draft", Event.PUBLISH, False, "published"),
        ("draft", Event.SUBMIT, True, "in_approval"),
        ("in_approval", Event.WITHDRAW, True, "draft"),
        ("in_approval", Event.RETURN, True, "draft"),
        ("in_approval", Event.PUBLISH, True, "published"),
    ],
)
def test_the_steps_of_a_version(status: str, event: Event, needs_approval: bool, after: str) -> None:
    assert next_status(status, event, needs_approval=needs_approval) == after


@pytest.mark.parametrize("needs_approval", [True, False])
@pytest.mark.parametrize("event", list(Event))
def test_nothing_leads_out_of_published(event: Event, needs_approval: bool) -> None:
    with pytest.raises(Invalid, match="施行した版は変えられません"):
        next_status("published", event, needs_approval=needs_approval)


def test_the_road_depends_on_the_document() -> None:
    for status, event, needs_approval in (
        ("draft", Event.PUBLISH, True),
        ("draft", Event.SUBMIT, False),
        ("in_approval", Event.EDIT, True),
        ("draft", Event.RETURN, True),
    ):
        with pytest.raises(Invalid):
            next_status(status, event, needs_approval=needs_approval)
