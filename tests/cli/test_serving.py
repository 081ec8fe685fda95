"""The embedded server: too large is said in Japanese, forwarded headers are believed of the proxy alone, a stop is clean."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tenken.cli.background import Periodic
from tenken.cli.serving import _proxy, bounded
from tenken.cli.stopping import stops_on_signals


def answered(path: str, length: str, limit: int = 40 * 1024 * 1024) -> tuple[str, str, str]:
    started: list[Any] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"inside"]

    environ = {"PATH_INFO": path, "CONTENT_LENGTH": length}
    body = b"".join(
        bounded(application, limit)(environ, lambda status, headers: started.append((status, headers)))
    )
    return started[0][0], dict(started[0][1])["Content-Type"], body.decode()


def test_a_body_within_the_limit_goes_in() -> None:
    for length in ("", "0", "41943040", "nonsense"):
        assert answered("/", length)[2] == "inside"


def test_a_body_too_large_is_answered_in_japanese() -> None:
    status, kind, body = answered("/evidence/", "52428800")
    assert (status[:3], kind) == ("413", "text/html; charset=utf-8")
    assert "合計40MB" in body
    status, kind, body = answered("/api/sheets", "52428800")
    assert (status[:3], kind) == ("413", "application/json; charset=utf-8")
    assert "合計40MB" in body


def test_forwarded_headers_are_believed_of_the_named_proxy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENKEN_TRUSTED_PROXY", raising=False)
    assert _proxy() == {"clear_untrusted_proxy_headers": True}
    monkeypatch.setenv("TENKEN_TRUSTED_PROXY", "10.0.0.1")
    assert _proxy()["trusted_proxy"] == "10.0.0.1"
    assert "x-forwarded-host" not in _proxy()["trusted_proxy_headers"]


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_the_background_is_tried_again(caplog: Any) -> None:
    done = threading.Event()
    calls: list[int] = []

    def sometimes() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("disk")
        done.set()

    one = Periodic("test", 0.01, sometimes)
    one.start()
    assert done.wait(5)
    one.stop()
    one.join(5)
    assert not one.is_alive()
    assert "trying again" in caplog.text


def test_the_first_signal_stops_and_the_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stopped = threading.Event()
    with stops_on_signals(stopped.set):
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped.wait(5)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_real_server_from_an_empty_folder_to_a_clean_stop(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "TENKEN_DATABASE_URL"}
    environment |= {"TENKEN_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tenken.cli", "serve", "--port", "0"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        port = wait_for_port(server)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        first = connection.getresponse()
        first.read()
        assert first.status in (200, 302)
        connection.request("POST", "/", body=b"\0" * (50 * 1024 * 1024))
        large = connection.getresponse()
        assert large.status == 413
        assert "合計40MB" in large.read().decode()
        connection.close()
        assert (tmp_path / "tenken.sqlite3").stat().st_mode & 0o077 == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert server.stderr is not None
        assert "終わりました。" in server.stderr.read()
    finally:
        server.kill()
        server.wait()
        if server.stderr:
            server.stderr.close()


def wait_for_port(server: subprocess.Popen[str]) -> int:
    assert server.stderr is not None
    until = time.monotonic() + 120
    while time.monotonic() < until and (line := server.stderr.readline()):
        if match := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return int(match[1])
    raise AssertionError("the server did not come up")
