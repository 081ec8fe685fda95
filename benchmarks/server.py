"""The embedded server as a city runs it, and a browser's worth of HTTP to talk to it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Run ``tenken serve`` on *home* as a process of its own; yield its port once it answers."""
    port = free_port()
    program = Path(sys.executable).with_name("tenken")
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), "serve", "--port", str(port), "--receive-port", "0"],
            env={**os.environ, "TENKEN_HOME": str(home), "TENKEN_TRUSTED_PROXY": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, process, home)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def server_seconds() -> float:
    """Return the seconds of the processor that this process's servers have used (Linux; 0 elsewhere): on a machine that
    others use too, the clock says more of them than of the page."""
    total = 0.0
    for listed in Path("/proc/self/task").glob("*/children"):
        for process in listed.read_text("ascii").split():
            fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _wait(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{(home / 'server.log').read_text('utf-8')[-2000:]}")


class Visitor:
    """One person's browser: keeps its connection, its cookies and the page's CSRF token.

    *address*: the terminal's own, as a reverse proxy in front of the server would say it ('' says none).
    """

    def __init__(self, port: int, address: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._address = address
        self.token = ""
        self.seconds = 0.0

    def request(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> str:
        """Send one request and return the page; its time is in ``seconds``. ``RuntimeError`` for 400 and above."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if self._address:
            sent["X-Forwarded-For"] = self._address
        if method == "POST":
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self._connection.request(method, path, body or None, {**sent, **(headers or {})})
        response = self._connection.getresponse()
        data = response.read()
        self.seconds = time.perf_counter() - start
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        text = data.decode()
        if response.status >= 400:
            raise RuntimeError(
                f"{method} {path}: {response.status}; the server's log says more\n{text[:800]}"
            )
        return text

    def get(self, path: str) -> str:
        """Return a page and remember its token."""
        text = self.request("GET", path)
        if found := _TOKEN.search(text):
            self.token = found[1]
        return text

    def post(self, path: str, fields: Mapping[str, str], *, htmx: bool = False) -> str:
        """Send a form as the page would: with the token, and htmx's header when the page saves by itself."""
        headers = {"HX-Request": "true", "X-CSRFToken": self.token} if htmx else {}
        form = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        return self.request("POST", path, form, headers)

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the page people sign in by."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": username, "password": password})
        if _TOKEN.search(self.get("/inspection/")) is None or "sessionid" in self._cookies:
            raise RuntimeError(f"{username} was not signed in")
