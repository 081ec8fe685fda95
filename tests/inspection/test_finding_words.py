from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenken.inspection.finding_words import finding_words

QUESTION = "離席のときは、書類をしまっている。"


def test_the_title_is_what_the_section_wrote_and_the_detail_what_was_asked() -> None:
    assert finding_words(QUESTION, "書庫が足りない。\n机に残る。") == (
        "書庫が足りない。",
        f"点検項目：{QUESTION}\n机に残る。",
    )


def test_a_long_first_line_is_cut_and_kept_whole_in_the_detail() -> None:
    title, detail = finding_words(QUESTION, "あ" * 300)
    assert (len(title), title[-1]) == (120, "…")
    assert "あ" * 300 in detail


def test_without_words_the_title_says_that_it_is_not_so() -> None:
    assert finding_words(QUESTION, "")[0] == f"「{QUESTION}」ができていない"


@given(st.text(max_size=4_000))
def test_no_words_are_lost_and_the_title_fits(words: str) -> None:
    title, detail = finding_words(QUESTION, words)
    assert 0 < len(title) <= 500
    for line in words.strip().splitlines():
        assert line.strip() in f"{title}\n{detail}"
