"""What every address has in common: who may send, how much, and what is said when not."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import zlib
from typing import Any

import pytest

from tests.receivers.conftest import Running

LINE = (
    '{"ts":"2026-11-20T09:00:00+09:00","op":"file_open","user":"yamada","path":"C:\\\\戸籍\\\\附票.xlsx"}\n'
)


def test_nobody_may_send_without_a_key(running: Running) -> None:
    running.source("lines-1", "jsonl")
    status, headers, body = running.post("/lines", LINE)
    assert status == 401
    assert headers["www-authenticate"].startswith('Basic realm="')
    assert "鍵がありません" in json.loads(body)["message"]
    assert running.post("/lines", LINE, {"X-Tenken-Key": "tnk_wrong"})[0] == 401
    assert running.rows("count() AS n") == [{"n": 0}]


@pytest.mark.parametrize("manner", ["header", "bearer", "basic", "path"])
def test_a_key_is_shown_in_any_of_four_places(running: Running, manner: str) -> None:
    running.source("lines-1", "jsonl")
    key = running.keys["lines-1"]
    basic = base64.b64encode(f"whoever:{key}".encode()).decode()
    headers: dict[str, dict[str, str]] = {
        "header": {"X-Tenken-Key": key},
        "bearer": {"Authorization": f"Bearer {key}"},
        "basic": {"Authorization": f"Basic {basic}"},
        "path": {},
    }
    path = f"/k/{key}/lines" if manner == "path" else "/lines"
    status, _, body = running.post(path, LINE, headers[manner])
    assert (status, json.loads(body)) == (200, {"accepted": 1, "quarantined": 0, "repeated": False})


def test_a_source_sends_in_its_own_protocol_alone_and_not_once_it_is_stopped(running: Running) -> None:
    from tenken.telemetry.reception.sources import switch_source

    source = running.source("lines-1", "jsonl")
    assert running.post("/ocsinventory", b"<REQUEST/>", key="lines-1")[0] == 403
    by = running.scenario.by("secretariat")
    switch_source(by=by, source_id=source.pk, version=1, enabled=False, reason="機器の入替え")
    book = running.receiver.intake.senders
    book._read_at -= 20  # as if 20 seconds had passed
    assert running.post("/lines", LINE, key="lines-1")[0] == 401


def test_the_same_bytes_twice_are_one(running: Running) -> None:
    running.source("lines-1", "jsonl")
    first = running.post("/lines", LINE, key="lines-1")
    again = running.post("/lines", LINE, key="lines-1")
    assert json.loads(first[2])["accepted"] == 1
    assert json.loads(again[2])["repeated"] is True
    assert running.rows("user, path, source, city") == [
        {"user": "yamada", "path": "C:\\戸籍\\附票.xlsx", "source": "lines-1", "city": "991015"}
    ]


def test_bodies_come_gzipped_deflated_and_chunked(running: Running) -> None:
    running.source("lines-1", "jsonl")
    for number, pack in enumerate((gzip.compress, zlib.compress)):
        body = pack(LINE.replace("yamada", f"u{number}").encode())
        assert running.post("/lines", body, {"Content-Encoding": "gzip"}, key="lines-1")[0] == 200
    with socket.create_connection(("127.0.0.1", running.port)) as one:
        one.sendall(
            b"POST /lines HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
            b"X-Tenken-Key: " + running.keys["lines-1"].encode() + b"\r\n\r\n"
        )
        for piece in (LINE[:30].encode(), LINE[30:].encode()):
            one.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        one.sendall(b"0\r\n\r\n")
        assert answer_of(one).startswith(b"HTTP/1.1 200 ")
    assert {row["user"] for row in running.rows("user")} == {"u0", "u1", "yamada"}


def test_a_bomb_is_answered_at_once(running: Running) -> None:
    running.source("lines-1", "jsonl")
    packer = zlib.compressobj(9)
    zeros = bytes(1024 * 1024)
    bomb = b"".join(packer.compress(zeros) for _ in range(1024)) + packer.flush()
    status, _, body = running.post("/lines", bomb, key="lines-1")
    assert status == 413
    assert "大きすぎます" in json.loads(body)["message"]
    assert running.post("/lines", b"", {"Content-Length": str(1 << 30)}, key="lines-1")[0] == 413


@pytest.mark.parametrize(
    "body", [b"\x1f\x8bbroken", b"x\x9cbroken", b"{", b"\xff\xfe\x00", b"[1]", b"null", b"\0" * 100]
)
@pytest.mark.parametrize("path", ["/lines", "/ocsinventory", "/v1/logs"])
def test_nonsense_is_refused_and_kept(running: Running, path: str, body: bytes) -> None:
    protocol = {"/lines": "jsonl", "/ocsinventory": "ocs", "/v1/logs": "otlp"}[path]
    running.source("one", protocol)
    status, _, _ = running.post(path, body, {"Content-Type": "application/json"}, key="one")
    kept = running.rows("source, reason, state", "quarantine")
    if status == 200:  # a line at a time: the answer said how many
        assert path == "/lines"
    else:
        assert status == 400
    assert kept
    assert all(row["state"] == "waiting" and row["reason"] for row in kept)


def test_there_is_no_other_address(running: Running) -> None:
    assert running.post("/", b"")[0] == 404
    assert running.post("/v1/traces", b"")[0] == 404
    with socket.create_connection(("127.0.0.1", running.port)) as one:
        one.sendall(b"GET /lines HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer_of(one).startswith(b"HTTP/1.1 405 ")


def test_wrong_keys_in_a_row_are_told_to_stay_away(running: Running) -> None:
    running.source("lines-1", "jsonl")
    seen = [running.post("/lines", LINE, {"X-Tenken-Key": f"tnk_{number}"})[0] for number in range(35)]
    assert seen.count(401) == 30
    assert set(seen[30:]) == {429}
    assert running.receiver.intake.wrong_keys.total == 35
    assert running.post("/lines", LINE, key="lines-1")[0] == 200, (
        "who has a key is not shut out by a neighbour"
    )


def test_a_source_above_its_rate_is_told_when_to_come_again(running: Running) -> None:
    running.source("lines-1", "jsonl", events_per_second=10)
    many = "".join(LINE.replace("yamada", f"u{number}") for number in range(500))
    assert running.post("/lines", many, key="lines-1")[0] == 200
    status, headers, _ = running.post("/lines", LINE, key="lines-1")
    assert status == 429
    assert 30 <= int(headers["retry-after"]) <= 130


def test_a_full_pipeline_says_when_to_come_again(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenken.telemetry.ingest.pipeline import Busy

    def full(parcel: Any) -> None:
        raise Busy(7.0)

    running.source("lines-1", "jsonl")
    monkeypatch.setattr(running.pipeline, "submit", full)
    status, headers, _ = running.post("/lines", LINE, key="lines-1")
    assert status == 503
    assert 7 <= int(headers["retry-after"]) <= 21


def answer_of(one: socket.socket) -> bytes:
    one.settimeout(30)
    answer = b""
    while piece := one.recv(65536):
        answer += piece
    return answer
