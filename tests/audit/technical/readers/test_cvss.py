"""CVSS vectors: the examples of the standards, and text that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.technical.readers.cvss import rate


# The standards' own examples: v2 guide 3.3.1, v3.1 examples 1 and 25 (CVE-2013-1937, CVE-2014-0160), v4.0 examples.
@pytest.mark.parametrize(
    ("vector", "version", "score", "severity"),
    [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", "2.0", 7.8, "high"),
        ("CVSS2#AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0, "high"),
        ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", "2.0", 6.2, "medium"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.0", 6.1, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.1", 6.1, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", 7.5, "high"),
        ("cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:n/i:n/a:n", "3.1", 0.0, "info"),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8, "critical"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3, "critical"),
    ],
)
def test_scores(vector: str, version: str, score: float, severity: str) -> None:
    rating = rate(vector)
    assert (rating.version, rating.score, rating.severity, rating.agrees) == (version, score, severity, True)


def test_given_scores() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U"
    base = rate(vector).score
    assert base == 9.8
    assert rate(vector, 9.8).agrees
    temporal = rate(vector, 7.8)
    assert (temporal.score, temporal.severity, temporal.agrees) == (7.8, "high", True)
    wrong = rate(vector, 2.0)
    assert (wrong.score, wrong.agrees) == (9.8, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AV:N",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:9.9/AV:N",
        "AV:N/AV:N/AC:L/Au:N/C:N/I:N/A:C",
        "高",
        "A" * 999,
    ],
)
def test_what_is_no_vector_stays_text_and_yields_no_score(text: str) -> None:
    rating = rate(text)
    assert (rating.version, rating.score, rating.severity) == ("", None, "")
    assert rating.vector == text[:300]
    assert rate(text, 5.0).score == 5.0


@given(st.text(max_size=200) | st.from_regex(r"CVSS:[34]\.[01](/[A-Z]{1,3}:[A-Z]){1,14}", fullmatch=True))
def test_no_text_breaks_it(text: str) -> None:
    rating = rate(text)
    assert (rating.score is None) == (rating.version == "")
