"""The machine: each step, each refusal, and no sequence that leaves an impossible row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.common.refusals import Invalid, Refusal, Stale
from tenken.findings.rules.review import review_is_due
from tenken.findings.states import (
    CANNOT_FIX,
    EVENT_LABELS,
    NOT_IMPROVED,
    OPEN,
    PLANNED,
    REASONS,
    REPORTED,
    STATUS_LABELS,
    TREATED,
    VERIFIED,
    WITHDRAWN,
    AddEvidence,
    CannotFix,
    Confirm,
    Event,
    NotImproved,
    Plan,
    Refuse,
    Reopen,
    Report,
    Return,
    Snapshot,
    StageClosed,
    Verify,
    Withdraw,
    after,
)

DAY = date(2026, 9, 1)
LATER = date(2026, 10, 1)
PLAN = Plan("書棚を増やす。", "髙橋", date(2026, 10, 15))
REPORT = Report("増やした。", date(2026, 9, 30))
NEW = Snapshot(OPEN, DAY)


def lived(*events: Event) -> Snapshot:
    standing = NEW
    for event in events:
        standing = after(standing, event, LATER).snapshot
    return standing


def test_the_straight_road_ends_improved() -> None:
    standing = lived(PLAN, REPORT, Verify())
    assert (standing.status, standing.closed_on, standing.since) == (VERIFIED, LATER, LATER)
    assert (standing.plan, standing.action_on) == ("書棚を増やす。", date(2026, 9, 30))


def test_a_returned_report_is_planned_again_and_keeps_its_words() -> None:
    standing = lived(PLAN, REPORT, Return("写真を付けてください。"))
    assert (standing.status, standing.action) == (PLANNED, "増やした。")
    assert after(standing, REPORT, LATER).snapshot.status == REPORTED


def test_a_plan_said_again_is_a_revision() -> None:
    assert after(NEW, PLAN, LATER).event == "planned"
    assert after(lived(PLAN), replace(PLAN, text="別の案"), LATER).event == "replanned"


@pytest.mark.parametrize("road", [(), (PLAN,), (PLAN, REPORT)])
def test_the_close_of_the_stage_takes_what_is_unfinished(road: tuple[Event, ...]) -> None:
    outcome = after(lived(*road), StageClosed("storage_space", "来年度に要求する。"), LATER)
    assert outcome.snapshot.status == NOT_IMPROVED
    assert outcome.snapshot.closed_as_not_improved
    assert outcome.comment == "収納スペース：来年度に要求する。"


def test_the_section_s_own_reason_stands_at_the_close() -> None:
    standing = lived(PLAN, NotImproved("budget"), StageClosed())
    assert (standing.not_improved_reason, standing.closed_as_not_improved) == ("budget", True)
    with pytest.raises(Stale, match="すでに記録"):
        after(standing, StageClosed("staff"), LATER)


def test_what_was_not_improved_may_be_improved_later_and_stays_counted() -> None:
    standing = lived(PLAN, StageClosed("budget"), REPORT)
    assert standing.status == REPORTED
    assert after(standing, Return("足りません。"), LATER).snapshot.status == NOT_IMPROVED
    done = after(standing, Verify(), date(2027, 2, 1)).snapshot
    assert (done.status, done.closed_as_not_improved, done.closed_on) == (VERIFIED, True, date(2027, 2, 1))


def test_a_plan_may_be_revised_while_not_improved() -> None:
    standing = lived(StageClosed("budget"), PLAN)
    assert (standing.status, standing.plan) == (NOT_IMPROVED, "書棚を増やす。")


@pytest.mark.parametrize(
    ("road", "event"),
    [
        ((), REPORT),
        ((), Verify()),
        ((), AddEvidence("写真.jpg")),
        ((PLAN,), Verify()),
        ((PLAN,), Return("なぜ")),
        ((PLAN, REPORT), PLAN),
        ((PLAN, REPORT), REPORT),
        ((PLAN, REPORT), NotImproved("budget")),
        ((PLAN, REPORT, Verify()), StageClosed("budget")),
        ((PLAN, REPORT, Verify()), Return("なぜ")),
        ((PLAN, REPORT, Verify()), AddEvidence("写真.jpg")),
        ((Withdraw("差戻し"),), Withdraw("差戻し")),
        ((Withdraw("差戻し"),), PLAN),
        ((Withdraw("差戻し"),), StageClosed("budget")),
    ],
)
def test_what_cannot_happen_says_so(road: tuple[Event, ...], event: Event) -> None:
    with pytest.raises(Stale, match=r"。$"):
        after(lived(*road), event, LATER)


@pytest.mark.parametrize(
    ("road", "event", "fields"),
    [
        ((), Plan(" ", "", None), ["text", "owner", "due_on"]),
        ((), replace(PLAN, due_on=date(2026, 9, 30)), ["due_on"]),
        ((), replace(PLAN, due_on=date(2099, 1, 1)), ["due_on"]),
        ((), replace(PLAN, text="長" * 4_001), ["text"]),
        ((), replace(PLAN, owner="長" * 101), ["owner"]),
        ((), replace(PLAN, text="制御\x07文字"), ["text"]),
        ((), NotImproved("", ""), ["reason"]),
        ((), NotImproved("unknown", ""), ["reason"]),
        ((), NotImproved("other", " "), ["note"]),
        ((PLAN,), Report("", None), ["action", "action_on"]),
        ((PLAN,), replace(REPORT, action_on=date(2026, 10, 2)), ["action_on"]),
        ((PLAN,), replace(REPORT, action_on=date(2015, 1, 1)), ["action_on"]),
        ((PLAN, REPORT), Return(" "), ["comment"]),
        ((PLAN,), StageClosed(), ["reason"]),
        ((PLAN,), Withdraw(""), ["reason"]),
    ],
)
def test_wrong_words_and_dates_are_named_by_field(
    road: tuple[Event, ...], event: Event, fields: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        after(lived(*road), event, LATER)
    assert [problem.field for problem in refusal.value.problems] == fields


def test_long_text_and_rare_characters_are_kept() -> None:
    text = "𠮷野・髙橋：" + "机" * 300
    assert lived(replace(PLAN, text=f"  {text}\r\n二行目 ")).plan == f"{text}\n二行目"


def test_nothing_is_dated_before_the_step_before() -> None:
    with pytest.raises(Invalid, match="業務日"):
        after(lived(PLAN), REPORT, DAY)


# --- what cannot be fixed ---------------------------------------------------------------------------------

CANNOT = CannotFix(
    "contract",
    "保守契約の範囲外。",
    "庁内LANから切り離す。",
    date(2027, 3, 31),
    "low",
    "媒体からの感染は残る。",
)
CONFIRM = Confirm("契約書を見た。", "1001", "髙橋")


def test_what_cannot_be_fixed_is_confirmed_and_comes_back_at_its_review() -> None:
    declared = lived(CANNOT)
    assert (declared.status, declared.confirmed_by) == (CANNOT_FIX, "")
    treated = after(declared, CONFIRM, LATER).snapshot
    assert (treated.status, treated.confirmed_on, treated.closed_on) == (TREATED, LATER, None)
    assert not review_is_due(treated.status, treated.review_on, date(2027, 3, 30))
    assert review_is_due(treated.status, treated.review_on, date(2027, 3, 31))
    assert not review_is_due(CANNOT_FIX, date(2027, 3, 31), date(2027, 4, 1))
    again = after(treated, replace(CANNOT, review_on=date(2028, 3, 31)), date(2027, 3, 31)).snapshot
    assert (again.status, again.confirmed_on, again.review_on) == (CANNOT_FIX, None, date(2028, 3, 31))


@pytest.mark.parametrize(
    ("road", "event", "status", "reason"),
    [
        ((CANNOT,), Refuse("直せます。"), OPEN, ""),
        ((PLAN, CANNOT), Refuse("直せます。"), PLANNED, ""),
        ((PLAN, CANNOT, CONFIRM), Reopen("更新できた。"), PLANNED, ""),
        ((StageClosed("budget"), CANNOT), Refuse("直せます。"), NOT_IMPROVED, "contract"),
    ],
)
def test_refused_or_reopened_goes_back_to_the_section(
    road: tuple[Event, ...], event: Event, status: str, reason: str
) -> None:
    standing = after(lived(*road), event, LATER).snapshot
    assert (standing.status, standing.not_improved_reason) == (status, reason)
    assert (standing.compensating_measure, standing.review_on, standing.confirmed_on) == ("", None, None)


@pytest.mark.parametrize("road", [(CANNOT,), (CANNOT, CONFIRM)])
def test_the_close_of_the_stage_counts_it_as_not_improved_and_keeps_its_status(
    road: tuple[Event, ...],
) -> None:
    before = lived(*road)
    closed = after(before, StageClosed(), LATER).snapshot
    assert (closed.status, closed.closed_as_not_improved) == (before.status, True)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (CannotFix("", "", "", None), ["reason", "note", "compensating_measure", "review_on"]),
        (replace(CANNOT, residual_risk="", residual_risk_note=""), ["residual_risk", "residual_risk_note"]),
        (replace(CANNOT, residual_risk="none"), ["residual_risk"]),
        (replace(CANNOT, review_on=DAY), ["review_on"]),
        (replace(CANNOT, review_on=date(2040, 1, 1)), ["review_on"]),
        (replace(PLAN, level="nonsense"), ["level"]),
        (replace(PLAN, level="environment"), ["level"]),
        (replace(PLAN, budget_yen=100), ["needs_budget"]),
        (replace(PLAN, needs_budget=True, budget_yen=0, budget_year=1990), ["budget_yen", "budget_year"]),
    ],
)
def test_wrong_words_of_plans_and_measures_are_named(event: Event, fields: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        after(lived(), event, LATER)
    assert [problem.field for problem in refusal.value.problems] == fields


# --- any sequence ---------------------------------------------------------------------------------------

_words = st.sampled_from(["対応した。", "髙𠮷" * 40, "見直した。", "", " ", "長" * 4_001])
_days = st.one_of(st.integers(-40, 400).map(lambda n: DAY + timedelta(days=n)), st.none())
_reasons = st.sampled_from(["", "nonsense", *REASONS])
_events = st.one_of(
    st.builds(
        Plan,
        _words,
        _words,
        _days,
        st.booleans(),
        st.sampled_from(["", "daily", "environment", "nonsense"]),
        st.sampled_from([None, 7]),
        st.sampled_from([None, 0, 1_200_000]),
        st.sampled_from([None, 1990, 2026]),
    ),
    st.builds(Report, _words, _days),
    st.builds(AddEvidence, st.just("写真.jpg")),
    st.builds(Verify, _words),
    st.builds(Return, _words),
    st.builds(NotImproved, _reasons, _words),
    st.builds(StageClosed, _reasons, _words),
    st.builds(Withdraw, _words),
    st.builds(CannotFix, _reasons, _words, _words, _days),
    st.builds(Confirm, _words, st.just("1001"), st.just("髙橋")),
    st.builds(Refuse, _words),
    st.builds(Reopen, _words),
)


def impossible(standing: Snapshot) -> list[str]:
    """What the database's constraints forbid, said again, and a little more."""
    wrong = []
    if (standing.status in (VERIFIED, WITHDRAWN)) != (standing.closed_on is not None):
        wrong.append("closed without a date, or dated without being closed")
    if (
        standing.status == NOT_IMPROVED or standing.closed_as_not_improved
    ) and not standing.not_improved_reason:
        wrong.append("not improved without a reason")
    if standing.not_improved_reason == "other" and not standing.not_improved_note:
        wrong.append("other reason without words")
    if standing.status in (REPORTED, VERIFIED) and not (standing.action and standing.action_on):
        wrong.append("reported without an action")
    if standing.status == PLANNED and not (standing.plan and standing.plan_owner and standing.plan_due_on):
        wrong.append("planned without a plan")
    if standing.status == OPEN and (standing.plan or standing.action):
        wrong.append("open with a plan")
    under = standing.status in (CANNOT_FIX, TREATED)
    if under != (standing.review_on is not None) or under != bool(standing.compensating_measure):
        wrong.append("a compensating measure and its review go with each other and with the status")
    if under and not (standing.not_improved_reason and standing.not_improved_note):
        wrong.append("cannot be fixed without a reason in words")
    said = [standing.confirmed_by, standing.confirmed_by_name, standing.confirmed_on, standing.confirmed_how]
    if any(said) != (standing.status == TREATED) or any(said) != all(said):
        wrong.append("confirmed in part, or what is not treated is confirmed")
    if (standing.measure_level == "environment") != (standing.measure_bureau_id is not None):
        wrong.append("an environment without a bureau")
    if standing.action_on and standing.action_on > standing.since:
        wrong.append("done in the future")
    return wrong


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_events, st.integers(-1, 40)), max_size=12))
def test_no_sequence_leaves_an_impossible_row(steps: list[tuple[Event, int]]) -> None:
    standing, day = NEW, DAY
    for event, days in steps:
        day += timedelta(days=days)
        before = standing
        try:
            outcome = after(standing, event, day)
        except Refusal:
            day = before.since
            continue
        standing = outcome.snapshot
        assert outcome.event in EVENT_LABELS
        assert standing.status in STATUS_LABELS
        assert impossible(standing) == []
        assert standing.since == day >= before.since
        assert before.status != WITHDRAWN
        if before.closed_as_not_improved:
            assert standing.closed_as_not_improved
