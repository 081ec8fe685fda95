"""What a network does to a receiver: garbage, silence, hanging up, everybody at once; and what it must not lose."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenken.receivers import bodies, protocol
from tenken.telemetry.ingest.pipeline import Busy
from tenken.telemetry.models import ReceiverState, SourceDay
from tests.receivers.agents import until
from tests.receivers.certificates import make_certificates
from tests.receivers.conftest import Running

LINE = '{"ts":"2026-11-20T09:00:00+09:00","op":"file_open","user":"%s","path":"C:\\\\戸籍\\\\附票.xlsx"}\n'


def connected(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.settimeout(20)
    return one


def all_of(one: socket.socket) -> bytes:
    answer = b""
    try:
        while piece := one.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


def head(key: str, length: int) -> bytes:
    return (
        f"POST /lines HTTP/1.1\r\nHost: x\r\nX-Tenken-Key: {key}\r\nContent-Length: {length}\r\n\r\n".encode()
    )


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",
        b"POST /lines HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /lines HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /lines HTTP/1.1\r\nX: " + b"a" * 100_000,
        b"\r\n\r\n\r\n\0\0\0\0\r\n\r\n",
    ],
    ids=["tls", "negative", "both lengths", "path", "version", "endless head", "nothing"],
)
def test_garbage_is_answered_with_4xx_or_cut_off(running: Running, garbage: bytes) -> None:
    running.source("lines-1", "jsonl")
    with connected(running.port) as one:
        with contextlib.suppress(OSError):  # it may have hung up before all of it came
            one.sendall(garbage)
            one.shutdown(socket.SHUT_WR)
        answer = all_of(one)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:100]
    assert running.post("/lines", LINE % "yamada", key="lines-1")[0] == 200


def test_a_head_that_does_not_come_is_not_waited_for(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    with connected(running.port) as silent, connected(running.port) as slow:
        slow.sendall(b"POST /lines HTTP/1.1\r\nHo")
        assert all_of(silent) == b""
        assert all_of(slow) == b""


def test_a_body_that_does_not_come_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENT_SECONDS", 0.3)
    running.source("lines-1", "jsonl")
    with connected(running.port) as one:
        one.sendall(head(running.keys["lines-1"], 1000) + b'{"op"')
        assert all_of(one).startswith(b"HTTP/1.1 408 ")
    free = running.receiver.intake.known
    assert until(lambda: free.free == free.total)


def test_who_hangs_up_leaves_nothing_behind(running: Running) -> None:
    running.source("lines-1", "jsonl")
    for _ in range(20):
        one = connected(running.port)
        one.sendall(head(running.keys["lines-1"], 1_000_000) + (LINE % "half").encode() * 100)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        one.close()
    known = running.receiver.intake.known
    assert until(lambda: known.free == known.total)
    assert running.post("/lines", LINE % "yamada", key="lines-1")[0] == 200
    assert running.rows("user") == [{"user": "yamada"}]


def test_stopping_finishes_what_was_acknowledged(start: Callable[..., Running]) -> None:
    running = start()
    running.source("lines-1", "jsonl")
    acknowledged: list[str] = []
    lock = threading.Lock()

    def send(name: str) -> None:
        for number in range(200):
            user = f"{name}-{number}"
            try:
                status, _, body = running.post("/lines", LINE % user, key="lines-1")
            except (OSError, http.client.HTTPException):
                return
            if status == 200 and json.loads(body)["accepted"] == 1:
                with lock:
                    acknowledged.append(user)

    threads = [threading.Thread(target=send, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: len(acknowledged) >= 8)
    running.receiver.stop()
    for thread in threads:
        thread.join(30)
    stored = [row["user"] for row in running.rows("user")]
    assert sorted(set(stored)) == sorted(stored), "nothing is doubled"
    assert set(acknowledged) <= set(stored), "nothing acknowledged is lost"
    assert ReceiverState.objects.get().stopped_at


def test_what_came_in_is_counted_by_source_and_day(running: Running) -> None:
    source = running.source("lines-1", "jsonl")
    running.post("/lines", LINE % "yamada" + "{\n", key="lines-1")
    running.post("/lines", LINE % "yamada" + "{\n", key="lines-1")
    running.post("/lines", b"\x1f\x8bbroken", key="lines-1")
    running.tell()
    day = SourceDay.objects.get(source=source)
    assert (day.payloads, day.events, day.repeated, day.quarantined, day.refused) == (3, 1, 1, 2, 1)
    assert day.last_peer == "127.0.0.1"
    state = ReceiverState.objects.get().state
    assert state["addresses"]["port"] == running.port
    assert state["pipeline"]["events"] == 1


def test_a_client_certificate_is_a_key(start: Callable[..., Running], tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    running = start(certificate=made.server, key=made.server_key, client_ca=made.authority)
    running.source("lines-1", "jsonl", certificate=made.client_text)
    context = ssl.create_default_context(cafile=str(made.authority))

    def post() -> int:
        connection = http.client.HTTPSConnection("127.0.0.1", running.port, context=context, timeout=20)
        connection.request("POST", "/lines", (LINE % "yamada").encode())
        status = connection.getresponse().status
        connection.close()
        return status

    assert post() == 401
    context.load_cert_chain(made.client, made.client_key)
    assert post() == 200


class TestSyslog:
    def test_an_unknown_address_is_cut_off_and_counted(self, start: Callable[..., Running]) -> None:
        running = start(syslog_port=0)
        running.source("fw-1", "syslog", networks=("10.0.0.0/8",))
        with connected(running.addresses["syslog_port"]) as one:
            one.sendall(b"<13>Nov 20 09:00:00 fw1 kernel: hello\n")
            assert all_of(one) == b""
        assert until(lambda: running.receiver.intake.wrong_keys.total == 1)
        assert running.rows("count() AS n") == [{"n": 0}]

    def test_no_line_is_lost_whatever_its_form(self, start: Callable[..., Running]) -> None:
        running = start(syslog_port=0)
        running.source("fw-1", "syslog", networks=("127.0.0.1",))
        new = b"<134>1 2026-11-20T09:00:00+09:00 sv1 app 1 - - counted\n"
        pieces = [
            b"<13>Nov 20 09:00:00 fw1 kernel: old\n",
            b"%d %s" % (len(new), new),
            "<13>Nov 20 09:00:01 fw1 app: 戸籍\n".encode("cp932"),
            b"no priority at all\n",
            b"<13>Nov 20 09:00:02 fw1 kernel: old\n",
            b"<13>Nov 20 09:00:02 fw1 kernel: old\n",
            b"<13>Nov 20 09:00:03 fw1 kernel: without an end",
        ]
        with connected(running.addresses["syslog_port"]) as one:
            for byte in b"".join(pieces):
                one.sendall(bytes([byte]))
        rows = until(lambda: (found := running.rows("message")) and len(found) == 6 and found)
        assert sorted(row["message"] for row in rows) == sorted(
            ["old", "old", "old", "counted", "戸籍", "without an end"]
        )
        kept = until(lambda: running.rows("raw", "quarantine"))
        assert kept == [{"raw": "no priority at all"}]

    def test_who_cannot_be_served_waits(
        self, start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = start(syslog_port=0)
        running.source("fw-1", "syslog", networks=("127.0.0.1",))
        monkeypatch.setattr("tenken.receivers.intake.spread", lambda seconds: 1)
        submit, times = running.pipeline.submit, [0]

        def sometimes(parcel: Any) -> Any:
            times[0] += 1
            if times[0] % 2:
                raise Busy(0.1)
            return submit(parcel)

        monkeypatch.setattr(running.pipeline, "submit", sometimes)
        with connected(running.addresses["syslog_port"]) as one:
            for number in range(30_000):
                one.sendall(b"<13>Nov 20 09:00:00 fw1 app: line %d of many, long enough to be one\n" % number)
        rows = until(lambda: running.rows("count() AS n, uniqExact(message) AS u")[0]["n"] >= 30_000, 60)
        assert rows
        assert running.rows("count() AS n, uniqExact(message) AS u") == [{"n": 30_000, "u": 30_000}]
        assert times[0] >= 4

    def test_stopping_keeps_what_was_read(self, start: Callable[..., Running]) -> None:
        running = start(syslog_port=0)
        running.source("fw-1", "syslog", networks=("127.0.0.1",))
        with connected(running.addresses["syslog_port"]) as one:
            for number in range(1000):
                one.sendall(b"<13>Nov 20 09:00:00 fw1 app: %d\n" % number)
            time.sleep(0.2)
            running.receiver.stop()
        assert running.rows("uniqExact(message) AS u") == [{"u": 1000}]
