"""A process that receives: ``python -m tests.telemetry.ingest.receiving`` reads numbers from its standard input, submits
the parcel of each, and writes the number back when the parcel is acknowledged. ``check`` writes what the store holds.

Batches follow each other without a pause, so that a kill finds the store at work.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

CITY = "991015"
EVENTS = 6


def parcel_of(number: int) -> Any:
    """Return parcel *number*: six events in three months, so of several partitions; every third has a part that nobody
    understands."""
    from tenken.telemetry.ingest.parcels import Reject
    from tests.telemetry.ingest.parcels import make_parcel

    began = datetime.fromisoformat(os.environ["TENKEN_TEST_BEGAN"])
    rows = [
        {
            "ts": datetime(2026, 9 + at // 2, 1 + number % 28, at, tzinfo=UTC),
            "op": "file_open",
            "path": f"{number}",
        }
        for at in range(EVENTS - 1)
    ]
    rows.append({"ts": began - timedelta(days=1), "op": "logon", "path": f"{number}"})
    rejects = (Reject("1行目", "読めません", b"?"),) if number % 3 == 0 else ()
    return make_parcel(number, rows, rejects=rejects, received=datetime.now(UTC), retention="ab"[number % 2])


def receive() -> None:
    """Submit what is read until the input ends, then stop in an orderly way."""
    from tenken.telemetry.ingest import pipeline, writing
    from tests.telemetry.ingest.test_writing import _hit_each

    pipeline.GATHER_SECONDS = 0.01  # type: ignore[misc]
    writing.evaluate = _hit_each  # type: ignore[assignment]
    made = pipeline.pipeline()
    made.start()
    told = threading.Lock()

    def tell(number: int, future: Future[Any]) -> None:
        if future.exception() is None:
            with told:
                print(number, flush=True)

    print("ready", flush=True)
    for line in sys.stdin:
        number = int(line)
        parcel = parcel_of(number)
        while True:
            try:
                future = made.submit(parcel)
            except pipeline.Busy:
                time.sleep(0.05)
            else:
                break
        future.add_done_callback(lambda done, number=number: tell(number, done))
    made.stop()


def check() -> None:
    """Write as JSON, of each number: events, distinct events, hits and quarantined parts; and what was counted."""
    from tenken.telemetry.store import store
    from tests.telemetry.ingest.parcels import held

    opened = store()
    by_payload = {parcel_of(number).payload: number for number in range(int(sys.argv[2]))}
    events = held(opened, "payload, count() AS n, uniqExact(seq) AS seqs", "events", end="GROUP BY payload")
    hits = held(opened, "payload, count() AS n", "hits FINAL", end="GROUP BY payload")
    quarantined = held(opened, "payload, count() AS n", "quarantine FINAL", end="GROUP BY payload")
    sums = [held(opened, "sum(events) AS n", table)[0]["n"] for table in ("counts", "device_days")]
    found = {
        "events": {by_payload[row["payload"]]: [row["n"], row["seqs"]] for row in events},
        "hits": {by_payload[row["payload"]]: row["n"] for row in hits},
        "quarantined": {by_payload[row["payload"]]: row["n"] for row in quarantined},
        "sums": sums,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    import django

    django.setup()
    check() if sys.argv[1:2] == ["check"] else receive()
