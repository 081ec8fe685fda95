"""Compressed bodies: what is bounded, damaged or cut short."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.telemetry.wire.inflating import TooLarge, deflate, inflate


@given(st.binary(max_size=2000), st.sampled_from(["zlib", "gzip"]))
def test_what_is_deflated_is_inflated(body: bytes, how: str) -> None:
    assert inflate(deflate(body, how), limit=2000) == (body, how)


@pytest.mark.parametrize("body", [b"<xml/>", b"{}", b"", b"x", b"xml", "漢字".encode("cp932")])
def test_plain_bodies_stay(body: bytes) -> None:
    assert inflate(body, limit=100) == (body, "")
    assert deflate(body, "") == body


def test_every_level_and_member_is_read() -> None:
    for level in range(10):
        assert inflate(zlib.compress(b"a" * 50, level), limit=50)[0] == b"a" * 50
    assert inflate(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", limit=9) == (b"ab", "gzip")


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_bombs_are_refused_without_being_inflated(pack: object) -> None:
    bomb = pack(b"\0" * 200_000_000)  # type: ignore[operator]
    tracemalloc.start()
    with pytest.raises(TooLarge) as refused:
        inflate(bomb, limit=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()
    assert refused.value.status == 413


def test_the_limit_is_of_all_members_and_of_plain_bodies() -> None:
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b"a" * 60) * 2, limit=100)
    with pytest.raises(TooLarge):
        inflate(b"a" * 101, limit=100)
    assert len(inflate(gzip.compress(b"a" * 50) * 2, limit=100)[0]) == 100


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_cut_damaged_and_followed_streams_are_refused(pack: object) -> None:
    whole: bytes = pack(b"inventory" * 100)  # type: ignore[operator]
    for body in (
        whole[:-1],
        whole[: len(whole) // 2],
        whole + b"more",
        whole[:12] + b"\xff\xff" + whole[14:],
    ):
        with pytest.raises(Invalid):
            inflate(body, limit=10_000)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"\x78\x9c", b"\x78\x01"]),
)
@example(b"", b"\x78\x9c")
def test_any_bytes_are_inflated_or_refused(body: bytes, start: bytes) -> None:
    try:
        inflated, _ = inflate(start + body, limit=1000)
    except Invalid:
        return
    assert len(inflated) <= 1000
