"""syslog: frames in both framings, split anywhere; messages of RFC 5424, of RFC 3164, and of neither."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.telemetry.wire.syslog import Framer, read_syslog

NOW = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)

_MESSAGES = st.lists(
    st.binary(max_size=60).map(
        lambda text: b"<13>" + text.replace(b"\n", b" ").replace(b"\r", b" ").rstrip(b"\0")
    ),
    max_size=8,
)
_FRAMINGS = st.lists(
    st.sampled_from(["line", "crlf", "counted", "counted with a line feed"]), min_size=8, max_size=8
)


def _framed(message: bytes, how: str) -> bytes:
    if how == "line":
        return message + b"\n"
    if how == "crlf":
        return message + b"\r\n"
    body = message + b"\n" if how.endswith("feed") else message
    return b"%d %s" % (len(body), body)


def _pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    return [stream[start:end] for start, end in pairwise(places)]


@given(_MESSAGES, _FRAMINGS, st.lists(st.integers(0, 10_000), max_size=12))
def test_frames_are_the_same_however_they_are_split(
    messages: list[bytes], framings: list[str], cuts: list[int]
) -> None:
    stream = b"".join(_framed(message, how) for message, how in zip(messages, framings, strict=False))
    framer = Framer()
    frames = [frame for piece in _pieces(stream, cuts) for frame in framer.feed(piece)]
    assert frames == messages
    assert framer.rest() == b""


@given(st.binary(max_size=400), st.lists(st.integers(0, 1000), max_size=12), st.sampled_from([4, 16, 64]))
@example(b"999999999 <13>a\n<13>b\n", [3, 9, 11], 16)
@example(b"20 <13>abcdefghijklmnop\n<13>b\n", [5], 4)
@example(b"1234567890 x\n", [9], 64)
def test_any_bytes_split_anywhere_give_the_same_frames(stream: bytes, cuts: list[int], limit: int) -> None:
    at_once, split = Framer(limit), Framer(limit)
    whole = at_once.feed(stream)
    assert [frame for piece in _pieces(stream, cuts) for frame in split.feed(piece)] == whole
    assert at_once.rest() == split.rest()
    assert all(len(frame) <= limit for frame in whole)


def test_one_byte_at_a_time_costs_no_more_than_it_must() -> None:
    framer = Framer()
    line = b"<13>" + b"a" * 60_000 + b"\n"
    frames = [frame for place in range(len(line)) for frame in framer.feed(line[place : place + 1])]
    assert frames == [line[:-1]]


def test_a_frame_beyond_the_limit_is_cut_and_the_stream_goes_on() -> None:
    framer = Framer(limit=10)
    stream = b"30 <13>" + b"a" * 26 + b"<13>" + b"b" * 50 + b"\n<13>c\n7 <13>ddd"
    assert framer.feed(stream) == [b"<13>aaaaaa", b"<13>bbbbbb", b"<13>c", b"<13>ddd"]


def test_memory_stays_bounded_whatever_comes() -> None:
    framer = Framer(limit=1000)
    for _ in range(100):
        framer.feed(b"x" * 1000)
    assert len(framer.rest()) <= 1001
    framer.feed(b"999999999 <")
    for _ in range(100):
        framer.feed(b"y" * 1000)
    assert len(framer.rest()) <= 1001


def test_garbage_ends_at_the_next_line_feed() -> None:
    framer = Framer()
    assert framer.feed(b"\x16\x03\x01 GET / HTTP/1.1\r\n12 34 <13>\n<13>good\n9 <13>goodx") == [
        b"\x16\x03\x01 GET / HTTP/1.1",
        b"12 34 <13>",
        b"<13>good",
        b"<13>goodx",
    ]


def test_what_is_unfinished_is_left_at_the_end() -> None:
    framer = Framer()
    assert framer.feed(b"<13>unfinish") == []
    assert framer.rest() == b"<13>unfinish"
    assert framer.feed(b"<13>next\n") == [b"<13>next"]


def _row(frame: bytes) -> dict[str, Any]:
    parsed = read_syslog([frame], received=NOW)
    assert parsed.events is not None
    (row,) = parsed.events.to_pylist()
    return {"computer": "", "app": "", "pid": 0, **row, "rest": dict(row["rest"])}


def test_rfc_5424_with_everything() -> None:
    frame = (
        '<165>1 2026-01-01T09:10:11.123456+09:00 web01 httpd 88 ID47 [a@1 k="v\\"\\\\\\]" e=""][b@1 k="w"] \ufeff本文です'
    ).encode()
    row = _row(frame)
    assert row["ts"] == datetime(2026, 1, 1, 0, 10, 11, 123000, UTC)
    assert (row["computer"], row["app"], row["pid"], row["event_code"]) == ("web01", "httpd", 88, "ID47")
    assert row["message"] == "本文です"
    assert row["rest"] == {
        "facility": "local4",
        "severity": "notice",
        "a@1.k": 'v"\\]',
        "a@1.e": "",
        "b@1.k": "w",
    }


def test_nothing_but_nil_values() -> None:
    row = _row(b"<34>1 - - - - - -")
    assert (row["ts"], row["computer"], row["message"], row["log_service"]) == (NOW, "", "", "auth")


def test_cp932_is_read_and_said() -> None:
    row = _row(
        b'<14>1 - pc app - - [x@1 f="' + "表ソ能".encode("cp932") + b'"] ' + "髙橋が印刷".encode("cp932")
    )
    assert (row["message"], row["rest"]["x@1.f"], row["rest"]["encoding"]) == (
        "髙橋が印刷",
        "表ソ能",
        "cp932",
    )


@pytest.mark.parametrize(
    ("frame", "when", "computer", "app", "pid", "message"),
    [
        (b"<13>Dec 31 23:59:59 pc01 sshd[77]: hi", "2025-12-31T14:59:59", "pc01", "sshd", 77, "hi"),
        (b"<13>Jan  1 09:29:00 pc01 kernel: up", "2026-01-01T00:29:00", "pc01", "kernel", 0, "up"),
        (b"<13>Jan  1 2020 09:00:00 pc01 x: y", "2020-01-01T00:00:00", "pc01", "x", 0, "y"),
        (b"<13>2026-01-01T00:00:00Z pc01 x[1]: y", "2026-01-01T00:00:00", "pc01", "x", 1, "y"),
        (b"<189>42: *Dec  1 18:46:11.123: %SYS-5: ok", "2025-12-01T09:46:11", "", "%SYS-5", 0, "ok"),
        (b"<13>Feb 30 09:00:00 pc01 x: y", "2026-01-01T00:30:00", "pc01", "x", 0, "y"),
        (b"<13>just words", "2026-01-01T00:30:00", "", "", 0, "just words"),
    ],
)
def test_rfc_3164_and_less(frame: bytes, when: str, computer: str, app: str, pid: int, message: str) -> None:
    row = _row(frame)
    assert row["ts"] == datetime.fromisoformat(f"{when}+00:00")
    assert (row["computer"], row["app"], row["pid"], row["message"]) == (computer, app, pid, message)


@pytest.mark.parametrize(
    ("text", "op", "user", "address"),
    [
        (b"Accepted publickey for root from 10.0.0.9 port 1 ssh2", "logon", "root", "10.0.0.9"),
        (b"Failed password for invalid user bob from 10.0.0.9 port 1", "logon_failure", "bob", "10.0.0.9"),
        (b"Connection closed by 10.0.0.9", "log", "", ""),
    ],
)
def test_logons_of_sshd(text: bytes, op: str, user: str, address: str) -> None:
    row = _row(b"<38>Jan  1 09:00:00 pc01 sshd[1]: " + text)
    assert (row["op"], row.get("user", ""), row.get("address", "")) == (op, user, address)


def test_frames_without_a_priority_are_rejects() -> None:
    parsed = read_syslog([b"<13>a", b"nothing", b"<192>b", b"<>c", b"", b"<13>d"], received=NOW)
    assert parsed.events is not None
    assert parsed.events["message"].to_pylist() == ["a", "d"]
    assert [reject.place for reject in parsed.rejects] == ["2件目", "3件目", "4件目", "5件目"]


@given(
    st.lists(
        st.binary(max_size=80) | st.binary(max_size=80).map(lambda text: b"<13>1 - - - - - [" + text),
        max_size=4,
    )
)
@example([b'<13>1 - - - - - [a b="' + b"\\" * 2000])
@example([b"<13>1 - - - - - " + b'[a b="c"]' * 3000 + b"[x"])
@example([b"<13>Jan  1 99:99:99 x y"])
def test_any_frames_are_read(frames: list[bytes]) -> None:
    parsed = read_syslog(frames, received=NOW)
    read = parsed.events.num_rows if parsed.events is not None else 0
    assert read + len(parsed.rejects) == len(frames)
