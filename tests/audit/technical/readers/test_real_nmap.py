"""Nmap itself, run against a server of this test's own, on loopback."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.audit.technical.readers.reading import read_all


class _OldServer(SimpleHTTPRequestHandler):
    server_version = "Apache/2.4.29"
    sys_version = "(Ubuntu)"

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[int]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _OldServer)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running.server_port
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.programs
def test_nmap_against_a_server_of_our_own(server: int, tmp_path: Path) -> None:
    result = tmp_path / "scan.xml"
    command = ["nmap", "-oX", str(result), "-sT", "-sV", "-Pn", "-n", "-p", str(server), "127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    format, hosts, records = read_all(result)
    assert format == "nmap"
    assert [host.host for host in hosts] == ["127.0.0.1"]
    assert hosts[0].seen_at is not None
    (port,) = records
    assert (port.rule, port.port, port.severity, port.service) == (
        f"port:tcp/{server}",
        server,
        "info",
        "http",
    )
    assert port.output == "Apache httpd 2.4.29 (Ubuntu)"
