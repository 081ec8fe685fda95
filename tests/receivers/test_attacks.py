"""What a sender with a key, or a stranger without one, may try."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tenken.receivers import logs, osquery
from tenken.receivers.limits import MB
from tenken.telemetry.reception import nodes
from tests.receivers.conftest import Running

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
_LEVELS = 100_000


def test_a_sender_says_nothing_about_what_is_made_here(running: Running) -> None:
    running.source("lines-1", "jsonl")
    forged = {
        "op": "web",
        "city": "992020",
        "section": "S-FORGED",
        "source": "other",
        "retention": "restored",
        "received": "2001-01-01T00:00:00Z",
        "payload": 7,
        "seq": 9,
        "class": 1001,
        "off_hours": 0,
        "device_approved": 1,
        "host_approved": 1,
        "app_approved": 1,
        "clock_suspect": 1,
        "unapproved_recipients": 0,
    }
    for body in (json.dumps(forged), json.dumps([forged, {"op": "web", "rest": forged}])):
        assert running.post("/lines", body, key="lines-1")[0] == 200
    told = running.rows(
        "DISTINCT city, source, retention, class, section, device_approved, clock_suspect, payload = 7 AS forged"
    )
    assert told == [
        {
            "city": running.scenario.city.code,
            "source": "lines-1",
            "retention": "operation",
            "class": 4002,
            "section": "",
            "device_approved": 0,
            "clock_suspect": 0,
            "forged": 0,
        }
    ]


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_no_depth_ends_the_process(running: Running, opening: bytes, closing: bytes) -> None:
    running.source("lines-1", "jsonl")
    deep = b'{"op":"web","x":' + opening * _LEVELS + b"1" + closing * _LEVELS + b"}\n"
    status, _, answer = running.post(
        "/lines", b'{"op":"web"}\n' + deep + b'{"op":"print"}\n', {"Content-Encoding": "identity"}, "lines-1"
    )
    assert (status, json.loads(answer)["accepted"], json.loads(answer)["quarantined"]) == (200, 2, 1)


_ODD: tuple[bytes, ...] = (
    b"",
    b"\0" * 100,
    b"{}",
    b"[]",
    b"null",
    b"{" * _LEVELS,
    b'{"deviceid":"a\\u0000","action":"inventory","content":{"hardware":{"name":"\\u0000PC\\u0000","uuid":"\\u0000"}}}',
    b'{"deviceid":"' + b"x" * 10_000 + b'","content":{"hardware":{"name":"' + b"y" * 10_000 + b'"}}}',
    b'{"deviceid":"d","content":{"softwares":[{"name":"n","install_date":"9999-99-99"},{"name":1e400},{"name":[{}]}]}}',
    b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"99999999999999999999","body":{"intValue":"-9999999999999999999"}}]}]}]}',
    b'{"resourceLogs":' + b'[{"scopeLogs":' * 5000,
    b'{"op":"web","size":1e999,"pid":-1,"pages":99999999999999999999999,"ts":"+275760-09-13T00:00:00Z"}',
    b'{"op":"web","ts":"2200-01-01T00:00:00Z"}\n{"op":"web","ts":"1960-01-01T00:00:00Z"}\n{"op":"web","ts":1e300}',
    b'{"op":"a\\u0000b","user":"\\u0000","path":"\\ud800","mail_to":[null,1,{"a":[]}]}',
    b"\xff\xfe" + '<?xml version="1.0"?><REQUEST/>'.encode("utf-16-le"),
    b"<REQUEST><QUERY>INVENTORY</QUERY><DEVICEID>d</DEVICEID><CONTENT>" + b"<a>" * 50_000,
    b'<!DOCTYPE x [<!ENTITY a "b">]><REQUEST>&a;</REQUEST>',
    b"\x1f\x8b" + b"\0" * 50,
    gzip.compress(b"{}\n" * 300_000),
    gzip.compress(b"\0" * 80_000_000),
    b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x0a\x02\x12\x00" * 1000,
)


def test_nothing_that_is_sent_is_a_defect(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.source("lines-1", "jsonl")
    running.source("windows-1", "jsonl", dialect="windows")
    running.source("glpi-1", "glpi")
    running.source("ocs-1", "ocs")
    running.source("otlp-1", "otlp")
    running.source("osquery-1", "osquery")
    _, _, answer = running.post(
        "/osquery/enroll", {"enroll_secret": running.keys["osquery-1"], "host_identifier": "h\0\ud7ff"}
    )
    node = {"Authorization": f"NodeKey {json.loads(answer)['node_key']}"}
    ways: tuple[tuple[str, dict[str, str], str], ...] = (
        ("/lines", {}, "lines-1"),
        ("/lines", {}, "windows-1"),
        ("/inventory", {}, "glpi-1"),
        ("/inventory", {"GLPI-Agent-ID": "\x01\xff" * 400}, "glpi-1"),
        ("/inventory", {}, "ocs-1"),
        ("/v1/logs", PROTOBUF, "otlp-1"),
        ("/v1/logs", JSON, "otlp-1"),
        ("/osquery/enroll", {}, ""),
        ("/osquery/config", {}, ""),
        ("/osquery/log", node, ""),
        ("/osquery/distributed/write", node, ""),
    )

    def refused(sent: tuple[bytes, tuple[str, dict[str, str], str]]) -> tuple[str, bytes, int] | None:
        odd, (path, headers, key) = sent
        status = running.post(path, odd, headers, key)[0]
        return (path, odd[:60], status) if status >= 500 else None

    # Each waits half a second until it is durable: many at once, but for those that fill the room for inflated bodies.
    inflating = [odd for odd in _ODD if odd.startswith(b"\x1f\x8b")]
    with ThreadPoolExecutor(16) as senders:
        plain = senders.map(refused, product([odd for odd in _ODD if odd not in inflating], ways))
        assert not list(filter(None, plain))
    assert not list(filter(None, map(refused, product(inflating, ways))))
    assert not [one.getMessage() for one in caplog.records if one.exc_info]
    assert running.post("/lines", '{"op":"logon"}', key="lines-1")[0] == 200


def test_strangers_keep_nobody_with_a_key_waiting(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.source("lines-1", "jsonl")
    free = threading.Event()

    def slow(body: bytes) -> Any:
        free.wait(30)
        return ""

    monkeypatch.setattr(osquery, "read_node_key", slow)
    with ThreadPoolExecutor(8) as strangers:
        waiting = [strangers.submit(running.post, "/osquery/log", b"{}") for _ in range(8)]
        try:
            assert running.post("/lines", '{"op":"logon"}', key="lines-1")[0] == 200
            assert not any(one.done() for one in waiting)
        finally:
            free.set()


class _Memory(threading.Thread):
    """The most memory this process had while the block ran, in MB above what it had before."""

    def __enter__(self) -> _Memory:
        self._before = self._most = self._resident()
        self._over = threading.Event()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @staticmethod
    def _resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def run(self) -> None:
        while not self._over.wait(0.005):
            self._most = max(self._most, self._resident())

    @property
    def grown(self) -> float:
        return (self._most - self._before) / MB


def test_bodies_that_inflate_at_once_take_a_bounded_memory_and_come_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.source("lines-1", "jsonl")
    intake = running.receiver.intake
    read = logs.read_json_lines

    def unhurried(body: bytes, **how: Any) -> Any:
        """Hold the first until another has come: they are there at once."""
        until = time.monotonic() + 30
        while len(body) > MB and not intake.tallies.turned_away and time.monotonic() < until:
            time.sleep(0.01)
        return read(body, **how)

    monkeypatch.setattr(logs, "read_json_lines", unhurried)

    def bomb(number: int) -> bytes:
        line = b'{"op":"logon","user":"u%d","message":"%s"}\n' % (number, b"a" * 20_000)
        return gzip.compress(line * 3_000, 1)  # 60 MB of at most 64

    running.post("/lines", gzip.compress(b'{"op":"logon"}'), key="lines-1")
    bombs = [bomb(number) for number in range(4)]
    with _Memory() as memory, ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda one: running.post("/lines", one, key="lines-1"), bombs))
    refused = [headers for status, headers, _ in answers if status == 503]
    assert {status for status, _, _ in answers} == {200, 503}
    assert all(int(headers["retry-after"]) >= 20 for headers in refused)
    assert memory.grown < 650  # without a bound 722
    again = next(one for one, (status, _, _) in zip(bombs, answers, strict=True) if status == 503)
    assert running.post("/lines", again, key="lines-1")[0] == 200
    taken = len(answers) - len(refused) + 1
    assert running.rows("count() AS n")[0]["n"] == taken * 3_000 + 1
    assert intake.inflated.free == intake.inflated.total


def test_keys_made_up_cost_few_queries_and_hold_up_no_true_one(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.source("osquery-1", "osquery")
    secret = running.keys["osquery-1"]
    asked: list[int] = []
    find = nodes.find_nodes
    monkeypatch.setattr(nodes, "find_nodes", lambda hashes: asked.append(len(hashes)) or find(hashes))
    _, _, answer = running.post("/osquery/enroll", {"enroll_secret": secret, "host_identifier": "h"})
    key = json.loads(answer)["node_key"]
    asked.clear()

    def shown(one: str) -> int:
        return running.post("/osquery/config", {"node_key": one})[0]

    with ThreadPoolExecutor(16) as strangers:
        statuses = list(strangers.map(shown, (f"made-up-{number}" for number in range(320))))
        assert shown(key) == 200
    assert sum(asked) == 320
    assert len(asked) < 160, "together"
    assert statuses.count(429) == 320 - 30
    assert shown("made-up-1") == 429
    assert sum(asked) == 320, "not looked for again"
    assert json.loads(running.post("/osquery/config", {"node_key": key})[2])["node_invalid"] is False
