"""What must hold of a line before it is handed in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenken.inspection.rules import (
    RULES,
    Line,
    every_question_answered,
    issue_says_what,
    not_applicable_says_why,
)

LINE = Line(
    question_id=7,
    number="1-2",
    category="クリアデスク",
    required=True,
    verdict="conforms",
    reason="",
    comment="",
)


def test_a_conforming_line_breaks_no_rule() -> None:
    assert [rule(LINE) for rule in RULES] == [None, None, None]


def test_a_required_question_needs_a_verdict() -> None:
    problem = every_question_answered.check(replace(LINE, verdict=""))
    assert problem is not None
    assert (problem.place, problem.field) == ("設問1-2（クリアデスク）", "question-7")
    assert "どれかを選んで" in problem.message


def test_an_optional_question_may_stay_open() -> None:
    assert every_question_answered.check(replace(LINE, verdict="", required=False)) is None


@pytest.mark.parametrize(("reason", "comment"), [("書棚が足りない", ""), ("", "書棚が足りない")])
def test_an_issue_may_be_told_in_either_field(reason: str, comment: str) -> None:
    line = replace(LINE, verdict="issue", reason=reason, comment=comment)
    assert issue_says_what.check(line) is None


def test_an_issue_without_words_is_refused() -> None:
    problem = issue_says_what.check(replace(LINE, verdict="issue", reason="　 ", comment="\n"))
    assert problem is not None
    assert problem.field == "reason-7"


def test_other_verdicts_need_no_issue() -> None:
    assert issue_says_what.check(replace(LINE, verdict="not_applicable")) is None


def test_not_applicable_needs_its_reason_and_a_comment_is_none() -> None:
    problem = not_applicable_says_why.check(replace(LINE, verdict="not_applicable", comment="媒体がない"))
    assert problem is not None
    assert problem.field == "reason-7"
    assert not_applicable_says_why.check(replace(LINE, verdict="not_applicable", reason="媒体がない")) is None


def test_other_verdicts_need_no_reason() -> None:
    assert not_applicable_says_why.check(replace(LINE, verdict="issue")) is None
