"""What a finding is as of a day, from its measures alone; and the words of a promise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.findings.rules.promise import promise_words, speaks_of_money
from tenken.findings.states import (
    CONSIDERING,
    CONTINUING,
    MEASURED,
    NOT_STARTED,
    NOTED,
    PROMISED,
    VERIFIED,
)
from tenken.findings.states.measures import (
    DONE,
    MeasureFacts,
    first_status,
    latest_as_of,
    next_stages,
    status_as_of,
    steps_back,
)

DAY = date(2021, 9, 30)
days = st.dates(date(2021, 1, 1), date(2023, 12, 31))


@st.composite
def lives(draw: st.DrawFn) -> list[MeasureFacts]:
    """Measures in any order; what is kept or confirmed is so on or after its day."""
    made = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        on = draw(days)
        status = draw(st.sampled_from([DONE, CONTINUING, CONSIDERING]))
        promises = status == DONE and draw(st.booleans())
        later = st.none() | st.dates(on, on + timedelta(days=400))
        kept = draw(later) if promises else None
        confirmed = draw(later) if status == DONE and (kept or not promises) else None
        made.append(
            MeasureFacts(
                status, on, number, promises, kept, max(confirmed, kept) if confirmed and kept else confirmed
            )
        )
    return draw(st.permutations(made))


@given(lives(), days)
def test_only_what_is_dated_up_to_the_day_counts(life: list[MeasureFacts], day: date) -> None:
    known = [one for one in life if one.on <= day]
    assert status_as_of(life, day) == status_as_of(known, day)
    assert (status_as_of(life, day) == NOT_STARTED) == (not known)


@given(lives(), days)
def test_the_status_is_that_of_the_latest_measure(life: list[MeasureFacts], day: date) -> None:
    last = latest_as_of(life, day)
    came = status_as_of(life, day)
    if last is None:
        return
    assert all((one.on, one.number) <= (last.on, last.number) for one in life if one.on <= day)
    expected = {
        CONSIDERING: {CONSIDERING},
        CONTINUING: {CONTINUING},
        DONE: {MEASURED, PROMISED, VERIFIED},
    }
    assert came in expected[last.status]
    if came == PROMISED:
        assert last.promises
        assert last.kept_on is None or last.kept_on > day
    if came == VERIFIED:
        assert last.confirmed_on is not None
        assert last.confirmed_on <= day
    if came == MEASURED and last.promises:
        assert last.kept_on is not None
        assert last.kept_on <= day


@given(lives())
def test_a_life_steps_back_exactly_when_something_after_a_done_one_is_not_done(
    life: list[MeasureFacts],
) -> None:
    ordered = [one.status for one in sorted(life, key=lambda one: (one.on, one.number))]
    after = ordered[ordered.index(DONE) :] if DONE in ordered else []
    assert (steps_back(life) is not None) == (set(after) - {DONE} != set())


def test_a_promise_waits_until_it_is_kept_and_then_to_be_confirmed() -> None:
    kept, confirmed = date(2022, 12, 1), date(2023, 1, 10)
    one = MeasureFacts(DONE, DAY, 1, True, kept, confirmed)
    assert [
        status_as_of([one], day)
        for day in (DAY - timedelta(days=1), DAY, kept - timedelta(days=1), kept, confirmed)
    ] == [NOT_STARTED, PROMISED, PROMISED, MEASURED, VERIFIED]


def test_what_wants_no_answer_is_noted() -> None:
    assert first_status("assessment") == first_status("good_practice") == NOTED
    assert first_status("opinion") == NOT_STARTED


def test_money_goes_forward_only() -> None:
    assert next_stages("") == ("requested", "voted", "contractor", "carried_out")
    assert next_stages("voted") == ("contractor", "carried_out")
    assert next_stages("carried_out") == ()


@pytest.mark.parametrize(
    "text",
    [
        "下期に第2回の委員会を開催する予定である。",
        "引き続き、研修を実施していく。",
        "令和4年度予算で要求する。",
        "組み入れることを検討していく。",
        "引き続き管理方法を検討する。",
        "令和4年度に業者選定を行う。",
        "令和５年度までに改定版を公開する。",
        "次年度に手順書を改めること。",
    ],
)
def test_words_of_a_promise_are_found(text: str) -> None:
    assert promise_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "鍵の保管場所を改めた。",
        "令和3年度に研修を実施した。",
        "検討した結果、運用基準を作成した。",
        "庁内の掲示板に公開し、職員に周知した。",
        "予算は議決され、工事は完了した。",
        "",
    ],
)
def test_what_was_done_is_no_promise(text: str) -> None:
    assert promise_words(text) == ()


def test_the_words_are_told_once_in_their_order() -> None:
    text = "予算が議決された。工事を行う予定であり、業者選定も予定し、周知していく。"
    assert promise_words(text) == ("予定", "ていく")
    assert speaks_of_money(text)
    assert not speaks_of_money("鍵の置き場を改めた。")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    words = promise_words(text)
    assert len(set(words)) == len(words)
    assert all(len(word) <= 24 for word in words)
