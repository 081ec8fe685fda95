"""ClickHouse's HTTP interface over the embedded engine: for tests of the road over the wire where no server can be had.

    python -m tests.telemetry.clickhouse_http FOLDER [--user U --password P]

It prints its port. The engine, its SQL, formats and errors are ClickHouse's own; what is not here is a server's other
matters: replication, several nodes, quotas, TLS, memory shared by users. Faults are asked for by a GET: ``/fault/refuse/3``
(the next three requests answer 503), ``/fault/cut/1`` (the connection is cut before the answer), ``/fault/slow/2``
(two seconds later).
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hmac
import os
import re
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import LifoQueue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # as clickhouse-connect has it

_OURS = frozenset(
    [
        "query",
        "query_id",
        "database",
        "session_id",
        "session_timeout",
        "session_check",
        "default_format",
        "compress",
        "decompress",
        "quota_key",
        "role",
        "wait_end_of_query",
        "enable_http_compression",
        "client_protocol_version",
        "send_progress_in_http_headers",
        "buffer_size",
        "http_headers_progress_interval_ms",
        "cancel_http_readonly_queries_on_client_close",
    ]
)
_CODE = re.compile(r"^Code: (\d+)\.")
_INSERT = re.compile(rb"^\s*INSERT\s+INTO\s+(?P<into>.+?)\s+FORMAT\s+(?P<format>\w+)\s*\n?", re.I | re.S)


class Engine:
    """Connections to one folder; one request has one for itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: LifoQueue[Any] = LifoQueue()
        self._opening = threading.Lock()

    def run(self, sql: str, params: dict[str, str], settings: dict[str, str], database: str) -> bytes:
        connection = self._idle.get_nowait() if not self._idle.empty() else self._open()
        try:
            if database:
                connection.query(f"USE `{database}`")
            for name, value in settings.items():
                connection.query(f"SET {name} = '{value}'")
            try:
                return bytes(connection.query(sql, "TabSeparated", params=params).bytes() or b"")
            finally:
                for name in settings:
                    connection.query(f"SET {name} = DEFAULT")
        finally:
            self._idle.put(connection)

    def _open(self) -> Any:
        with self._opening:
            return chdb.connect(str(self._folder))


class Faults:
    """What the next requests suffer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = {"refuse": 0, "cut": 0, "slow": 0}

    def ask(self, kind: str, count: int) -> None:
        with self._lock:
            self._left[kind] = count

    def take(self, kind: str) -> bool:
        with self._lock:
            if self._left[kind] <= 0:
                return False
            self._left[kind] -= 1
            return True


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/fault/"):
            _, _, kind, count = parts.path.split("/")
            self.server.faults.ask(kind, int(count))
            return self._answer(200, b"Ok.\n")
        if parts.path == "/ping":
            return self._answer(200, b"Ok.\n")
        return self._ask(dict(parse_qsl(parts.query)), b"")

    def do_POST(self) -> None:
        self._ask(dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)), self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        how = self.headers.get("Content-Encoding", "")
        if how == "gzip":
            return gzip.decompress(body)
        if how == "zstd":
            return zstd.decompress(body)
        return lz4.frame.decompress(body) if how == "lz4" else body

    def _ask(self, asked: dict[str, str], body: bytes) -> None:
        if not self._known():
            return self._answer(403, b"Code: 516. DB::Exception: Authentication failed.", "516")
        if self.server.faults.take("refuse"):
            return self._answer(503, b"Service Unavailable")
        if self.server.faults.take("slow"):
            time.sleep(2)
        params = {
            name.removeprefix("param_"): value for name, value in asked.items() if name.startswith("param_")
        }
        settings = {
            name: value
            for name, value in asked.items()
            if name not in _OURS and not name.startswith("param_")
        }
        try:
            answer = self._run(asked, body, params, settings)
        except Exception as error:
            text = str(error)
            code = found[1] if (found := _CODE.match(text)) else "1000"
            return self._answer(500 if code != "60" else 404, text.encode(), code)
        if self.server.faults.take("cut"):
            self.close_connection = True
            self.connection.close()
            return None
        return self._answer(200, answer)

    def _run(
        self, asked: dict[str, str], body: bytes, params: dict[str, str], settings: dict[str, str]
    ) -> bytes:
        database = asked.get("database", "")
        text = asked.get("query", "").encode()
        whole = text + b"\n" + body if text else body
        if (insert := _INSERT.match(whole)) and insert["format"].upper() != b"VALUES":
            with tempfile.NamedTemporaryFile(suffix=".data") as file:
                file.write(whole[insert.end() :])
                file.flush()
                sql = (
                    f"INSERT INTO {insert['into'].decode()} FROM INFILE '{file.name}' "
                    f"FORMAT {insert['format'].decode()}"
                )
                return self.server.engine.run(sql, params, settings, database)
        return self.server.engine.run(whole.decode(), params, settings, database)

    def _known(self) -> bool:
        user, password = self.server.account
        if not user:
            return True
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return hmac.compare_digest(given.encode(), base64.b64encode(f"{user}:{password}".encode()))

    def _answer(self, status: int, body: bytes, code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        elif body:
            self.send_header("X-ClickHouse-Format", "TabSeparated")
        self.send_header("X-ClickHouse-Summary", "{}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, engine: Engine, account: tuple[str, str]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.engine, self.account, self.faults = engine, account, Faults()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--port", default=0, type=int)
    args = parser.parse_args()
    engine = Engine(args.folder)
    engine.run("SELECT 1", {}, {}, "")
    server = Server(args.port, engine, (args.user, args.password))
    print(server.server_port, flush=True)
    try:
        server.serve_forever()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
