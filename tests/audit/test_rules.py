"""The lot, the shares, what is worth looking at, the life of a visit."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.rules.draw import draw, draw_stratified, in_words, shares
from tenken.audit.rules.worth_looking_at import Line, worth_looking_at
from tenken.audit.states import selection_after, visit_after
from tenken.common.refusals import Stale

CODES = [f"S{number:03d}" for number in range(422)]


# --- the lot ---------------------------------------------------------------------------------------------------


def test_the_draw_is_what_its_words_say() -> None:
    lots = Random(20141104)
    numbers = {code: lots.random() for code in sorted(CODES)}
    assert draw(CODES, 20141104, 5) == sorted(sorted(CODES, key=numbers.__getitem__)[:5])


def test_the_same_seed_draws_the_same_whatever_the_order_given() -> None:
    assert draw(CODES[::-1], 7, 5) == draw(CODES, 7, 5)
    assert draw(CODES, 7, 5) != draw(CODES, 8, 5)


def test_this_seed_draws_these_sections_for_ever() -> None:
    """Frozen: a change of the algorithm would make every recorded draw unverifiable."""
    assert draw(CODES, 12345678, 5) == ["S179", "S275", "S321", "S376", "S420"]


@given(
    sizes=st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.integers(1, 60), min_size=1),
    wanted=st.integers(0, 80),
)
def test_shares_add_up_and_never_exceed_a_stratum(sizes: dict[str, int], wanted: int) -> None:
    found = shares(sizes, wanted)
    total = sum(sizes.values())
    assert sum(found.values()) == min(wanted, total)
    for stratum, size in sizes.items():
        quota = min(wanted, total) * size / total
        assert int(quota) <= found[stratum] <= min(size, int(quota) + 1)


def test_equal_remainders_go_to_the_larger_then_the_lower_code() -> None:
    assert shares({"B": 10, "A": 10, "C": 20}, 2) == {"B": 0, "A": 1, "C": 1}


@given(seed=st.integers(0, 10**8 - 1), wanted=st.integers(1, 30))
def test_each_stratum_gets_its_share(seed: int, wanted: int) -> None:
    strata = {code: f"B{int(code[1:]) % 7}" for code in CODES[:70]}
    drawn = draw_stratified(strata, seed, wanted)
    assert len(drawn) == len(set(drawn)) == wanted
    for stratum, places in shares({f"B{number}": 10 for number in range(7)}, wanted).items():
        assert sum(strata[code] == stratum for code in drawn) == places


def test_a_draw_by_lot_says_how_to_run_it_again() -> None:
    said = in_words("random", 42, 5, 422)
    assert "種42" in said
    assert "random.Random(42)" in said
    assert "422件" in said
    assert "局・区ごとに" in in_words("stratified", 42, 5, 422)
    assert in_words("by_hand", None, None, 422) == ""


# --- what to look at --------------------------------------------------------------------------------------------


def test_the_strongest_reason_is_told() -> None:
    assert worth_looking_at(Line("issue", earlier=True)) == "課題ありと回答"
    assert (
        worth_looking_at(Line("conforms", earlier=True, improved_before=True)) == "以前に改善した課題がある"
    )
    assert worth_looking_at(Line("conforms", among_the_worst=True)) == "全庁で課題が多い"
    assert worth_looking_at(Line("")) == "回答がない"
    assert worth_looking_at(Line("conforms")) == ""


# --- the life ---------------------------------------------------------------------------------------------------

ROAD = ("notify", "record", "finish", "ask_facts", "answer_facts", "report", "meet", "close")


def test_the_whole_road() -> None:
    status = "planned"
    for event in ROAD:
        status = visit_after(status, event)
    assert status == "closed"


@given(events=st.lists(st.sampled_from((*ROAD, "change", "cancel")), max_size=30))
def test_nothing_leads_back_from_the_report(events: list[str]) -> None:
    order = ["planned", "notified", "in_progress", "visited", "reported", "follow_up", "closed"]
    status = "planned"
    for event in events:
        try:
            following = visit_after(status, event)
        except Stale:
            continue
        assert following == "cancelled" or order.index(following) >= order.index(status)
        if following == "cancelled":
            assert status in ("planned", "notified")
            break
        status = following


@pytest.mark.parametrize("status", ["adopted", "discarded"])
@pytest.mark.parametrize("event", ["change", "adopt", "discard"])
def test_a_decided_selection_stays(status: str, event: str) -> None:
    with pytest.raises(Stale):
        selection_after(status, event)
