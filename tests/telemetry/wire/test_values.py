"""Moments, days and numbers as senders write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.telemetry.wire.values import column_value, day, decoded, moment, whole

_SAME = datetime(2026, 11, 21, 4, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T04:35:00Z",
        "2026-11-21T13:35:00+09:00",
        "2026-11-21 13:35",
        "2026/11/21 13:35:00",
        "2026/11/21(土) 13:35:00.000",
        "2026年11月21日 13時35分",
        "令和8年11月21日 午後1時35分",
        "R8.11.21 13:35:00",
        "２０２６／１１／２１　１３：３５",
        "2026/11/21 1:35:00 PM",
        "20261121 133500",
        "20261121133500",
        1_795_235_700,
        1_795_235_700_000,
        1_795_235_700_000_000,
        1_795_235_700_000_000_000,
        "1795235700",
    ],
)
def test_moments(text: object) -> None:
    assert moment(text) == _SAME


@pytest.mark.parametrize(
    "text", ["", "きのう", "2026-13-01", "1601-01-01T00:00:00Z", "0", True, None, 1e300, "平成99年1月1日"]
)
def test_what_is_no_moment(text: object) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025/04/20 00:00:00", date(2025, 4, 20)),
        ("20250420", date(2025, 4, 20)),
        ("20/04/2025", date(2025, 4, 20)),
        ("4/20/2025", date(2025, 4, 20)),
        ("03/04/2025", date(2025, 4, 3)),
        ("Sun Apr 20 10:11:12 2025", date(2025, 4, 20)),
        ("Sun Apr 20 2025", date(2025, 4, 20)),
        ("Apr 20, 2025", date(2025, 4, 20)),
        ("20 April 2025", date(2025, 4, 20)),
        ("令和7年4月20日", date(2025, 4, 20)),
        ("1745107200", date(2025, 4, 20)),
        ("1970-00-01", None),
        ("0000-00-00", None),
        ("1970-01-01", None),
        ("N/A", None),
        (None, None),
    ],
)
def test_days(text: object, expected: date | None) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12", 12),
        ("１，２３４", 1234),
        ("0x1f4", 500),
        (3.9, 3),
        ("3.9", 3),
        (-1, 0),
        ("x", 0),
        (None, 0),
        (2**80, 2**32 - 1),
        (float("inf"), 0),
    ],
)
def test_numbers(value: object, expected: int) -> None:
    assert whole(value, 32) == expected


@given(st.text(max_size=30) | st.floats() | st.integers() | st.none() | st.booleans())
def test_anything_is_read_as_something(value: object) -> None:
    moment(value)
    day(value)
    for name in ("ts", "size", "mail_to", "user"):
        column_value(name, value)


@given(st.binary(max_size=40))
def test_any_bytes_are_text(raw: bytes) -> None:
    text, encoding = decoded(raw)
    text.encode("utf-8")
    assert encoding in ("utf-8", "cp932", "")
