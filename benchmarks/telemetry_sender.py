"""A forwarder that has much to say: sends the bodies of a folder to a receiver over some connections, each until it is
acknowledged. A process of its own, so that what it works is not the receiver's.

    python -m benchmarks.telemetry_sender HOST:PORT KEY FOLDER CONNECTIONS

It begins when a line comes in, and prints one when all are acknowledged.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path


def send(address: str, key: str, bodies: Iterator[bytes]) -> None:
    """Send *bodies* one after another over one connection."""
    connection = HTTPConnection(address, timeout=120)
    for body in bodies:
        post(connection, key, body)


def post(to: HTTPConnection, key: str, body: bytes) -> None:
    """Send *body* until it is acknowledged; come again when told to. ``RuntimeError`` when it is refused."""
    while True:
        to.request("POST", "/lines", body, {"X-Tenken-Key": key, "Content-Type": "application/x-ndjson"})
        answer = to.getresponse()
        said = answer.read()
        if answer.status == 200:
            return
        if answer.status != 503:
            raise RuntimeError(f"{answer.status}: {said[:300]!r}")
        time.sleep(min(0.05, float(answer.headers["Retry-After"])))


def main() -> None:
    address, key, folder, connections = sys.argv[1:]
    bodies = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    shared = iter(bodies)
    sys.stdin.readline()
    with ThreadPoolExecutor(int(connections)) as threads:
        for one in [threads.submit(send, address, key, shared) for _ in range(int(connections))]:
            one.result()
    print("sent", flush=True)


if __name__ == "__main__":
    main()
