"""What every match of an expression contains, so that a rule is not asked where it cannot hit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.telemetry.detection.needles import plain_runs


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        (r"curl.{1,20}host5\.example", ["curl", "host5.example"]),
        (r"^https?://[^/]+\.example/", ["http", "://", ".example/"]),
        (r"ab*c+d", ["a", "c", "d"]),
        (r"ab{0,2}c", ["a", "c"]),
        (r"a(bc)?d", ["a", "d"]),
        (r"[]a]b[^\]c]d", ["b", "d"]),
        (r"\\Temp\\\w+\.exe$", ["\\Temp\\", ".exe"]),
        (r"one|two", []),
        (r"(?i)one", []),
        (r"\x41bc", []),
        (r"a{(b}c)?d", []),
    ],
)
def test_runs(expression: str, runs: list[str]) -> None:
    assert plain_runs(expression) == runs


_ATOMS = st.sampled_from(
    [
        "abc",
        "Z",
        "課",
        r"\.",
        r"\\",
        r"\d",
        r"\w",
        ".",
        "[a-c]",
        "[^]x]",
        "(de)",
        "(f[g)]h)",
        "^",
        "$",
        "{",
        "-",
    ]
)
_COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "*?", "{2}", "{0,3}", "{1,}"])


@given(st.lists(st.tuples(_ATOMS, _COUNTS), max_size=8), st.data())
def test_whatever_matches_contains_them(pieces: list[tuple[str, str]], data: st.DataObject) -> None:
    expression = "".join(atom + ("" if atom in "^${" else count) for atom, count in pieces)
    try:
        re.compile(expression)
    except re.error:
        return
    text = data.draw(st.from_regex(expression))
    for run in plain_runs(expression):
        assert run in text
