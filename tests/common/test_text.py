"""Japanese text, codes, cells and refusals."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.common.identifiers import is_local_government_code, local_government_check_digit
from tenken.common.japanese_text import cp932_problem, half_width_digits, parse_count, search_key
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Refusal, Stale
from tenken.common.spreadsheets import cp932_csv, safe_cell, xml_text

# These are written as their look-alikes: 〜 comes back as ～, as it does from every Windows program.
CP932 = st.characters(codec="cp932", exclude_characters="¢£¬‖−〜")


@given(st.text())
@example("U¯")
def test_a_search_key_is_its_own_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("髙橋 一郎", "高橋一郎"),
        ("𠮷田", "吉田"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("がいど", "ガイド"),
        ("ＵＳＢ", "usb"),
        ("渡邊", "渡辺"),
        ("山﨑　さくら", "山崎サクラ"),
        ("か\u3099いど", "ガイド"),
    ],
)
def test_what_is_searched_is_found(typed: str, wanted: str) -> None:
    assert search_key(typed) == search_key(wanted)


def test_typed_digits() -> None:
    assert half_width_digits("第１２条Ａ") == "第12条Ａ"
    assert [parse_count(text) for text in ("１，２３４", "1,234", " 12 ", "０")] == [1234, 1234, 12, 0]
    for bad in ("", "-1", "1.5", "一", "1" * 16, "²x"):
        with pytest.raises(ValueError, match="数として"):
            parse_count(bad)


@given(st.text(CP932))
def test_what_cp932_holds_is_no_problem(text: str) -> None:
    assert cp932_problem(text) is None


def test_what_cp932_cannot_hold_is_named() -> None:
    assert cp932_problem("髙橋𠮷") == "𠮷"
    assert cp932_problem("①Ⅲ㈱") is None


@given(st.integers(0, 99_999))
def test_every_code_has_one_right_check_digit(number: int) -> None:
    five = f"{number:05d}"
    right = five + local_government_check_digit(five)
    assert [digit for digit in "0123456789" if is_local_government_code(five + digit)] == [right[5]]


@pytest.mark.parametrize("code", ["041009", "242021", "422029", "131016", "011002", "991015"])
def test_codes_of_real_cities(code: str) -> None:
    """仙台市・四日市市・佐世保市・千代田区・札幌市, and the specimen."""
    assert is_local_government_code(code)


@pytest.mark.parametrize("code", ["", "04100", "041008", "04100９", "0410090", "04100a"])
def test_what_is_no_code(code: str) -> None:
    assert not is_local_government_code(code)


def test_five_digits_are_asked_for() -> None:
    with pytest.raises(ValueError, match="5桁"):
        local_government_check_digit("0410")


class TestSafeCell:
    @given(
        st.one_of(st.text(), st.sampled_from(["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1", "\0=1"]))
    )
    def test_no_text_becomes_a_formula(self, text: str) -> None:
        cell = safe_cell(text)
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert cell == xml_text(cell)
        assert len(cell) <= 32_767
        assert safe_cell(cell) == cell

    @pytest.mark.parametrize("value", [None, 0, -5, 1.5, True, date(2014, 7, 1)])
    def test_what_is_no_text_passes(self, value: Any) -> None:
        assert safe_cell(value) is value

    def test_times_are_japans(self) -> None:
        assert safe_cell(datetime(2014, 7, 1, 15, tzinfo=UTC)).isoformat() == "2014-07-02T00:00:00"

    def test_no_number(self) -> None:
        assert safe_cell(float("nan")) is None
        assert safe_cell(float("inf")) is None

    def test_long_text_is_cut(self) -> None:
        assert len(safe_cell("=" * 40_000)) == 32_767


class TestCsv:
    @given(st.lists(st.lists(st.text(CP932), min_size=2, max_size=2), max_size=5))
    def test_what_goes_out_is_read_back(self, rows: list[list[str]]) -> None:
        text = cp932_csv(["a", "b"], rows).decode("cp932")
        back = list(csv.reader(io.StringIO(text, newline="")))
        assert back == [["a", "b"], *[[safe_cell(cell) for cell in row] for row in rows]]

    def test_the_place_of_what_cannot_be_held(self) -> None:
        with pytest.raises(Invalid) as refused:
            cp932_csv(["番号", "氏名"], [[1, "髙橋"], [2, "𠮷田"], [3, "a", "😀"]])
        assert [problem.place for problem in refused.value.problems] == ["3行「氏名」列", "4行「」列"]
        assert "U+20BB7" in refused.value.problems[0].message

    def test_form(self) -> None:
        data = cp932_csv(["a"], [[None], [True], [date(2014, 7, 1)], ["=1"], ['"x",y']])
        assert data == b'a\r\n""\r\nTrue\r\n2014-07-01\r\n\'=1\r\n"""x"",y"\r\n'


def test_refusals_and_their_status() -> None:
    statuses = {Denied: 403, Missing: 404, Stale: 409, Invalid: 422, Refusal: 400}
    for kind, status in statuses.items():
        assert kind("x").status == status
    refusal = Invalid("だめです。", [Problem("空です。", "1行"), Problem("全体")])
    assert (refusal.message, [str(problem) for problem in refusal.problems]) == (
        "だめです。",
        ["1行：空です。", "全体"],
    )
