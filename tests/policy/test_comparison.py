"""Two versions side by side."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tenken.policy.comparison import ClauseText, compare, word_diff, words

ONE = ClauseText("S1", "1 総則", "1.1", "目的", "職員は、パスワードを守る。", ("staff",), "must")
TWO = replace(ONE, code="S2", number="1.2")


def test_clauses_are_joined_by_code_not_by_place() -> None:
    moved = replace(ONE, number="1.9", chapter="9 雑則")
    change = compare([ONE, TWO], [TWO, moved])
    assert (change.added, change.removed, change.unchanged) == ((), (), 1)
    assert change.changed[0].fields == ("chapter", "number")
    assert change.touched_codes == frozenset()


def test_added_removed_and_changed_are_told_apart() -> None:
    new = replace(ONE, code="S3")
    worded = replace(ONE, text="職員は、パスワードとIDを守る。")
    change = compare([ONE, TWO], [worded, new])
    assert [clause.code for clause in change.added] == ["S3"]
    assert [clause.code for clause in change.removed] == ["S2"]
    assert [one.code for one in change.changed] == ["S1"]
    assert change.touched_codes == {"S1", "S2"}
    assert [s.text for s in change.changed[0].text_after if s.kind == "added"] == ["とID"]
    assert not change.is_empty


def test_the_same_is_empty() -> None:
    assert compare([ONE, TWO], [ONE, TWO]).is_empty


def test_words_break_where_the_script_changes() -> None:
    assert words("USBメモリの台帳を2回") == ["USB", "メモリ", "の", "台帳", "を", "2", "回"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_segments_join_to_the_whole(before: str, after: str) -> None:
    left, right = word_diff(before, after)
    assert "".join(segment.text for segment in left) == before
    assert "".join(segment.text for segment in right) == after
    same = [[s.text for s in side if s.kind == "same"] for side in (left, right)]
    assert same[0] == same[1]
