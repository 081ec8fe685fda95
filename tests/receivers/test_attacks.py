"""What a sender with a key, or a stranger without one, may try."""

from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tenken.receivers import osquery
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
    wrong = [
        (path, headers, odd[:60], status)
        for odd in _ODD
        for path, headers, key in ways
        for status in [running.post(path, odd, headers, key)[0]]
        if status >= 500
    ]
    assert not wrong
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
