"""The door in processes of its own: whose folder it is, what a kill leaves, what ends when it is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenken.telemetry.store import Store, StoreUnavailable, TooMuchAsked

NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)
LATER = datetime(2020, 12, 2, 3, 0, tzinfo=UTC)
_SLOW = (
    "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number)) "
    "AND {city:String} != '' AND {since:DateTime64(3)} < {until:DateTime64(3)}"
)
_OWNER = """
import sys, time
from pathlib import Path
from datetime import UTC, datetime
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store
store = Store(folder=Path(sys.argv[1]))
store.insert("events", table_of([{"ts": datetime(2020, 12, 1, tzinfo=UTC), "city": "991015", "op": "logon"}]))
print("ready", flush=True)
time.sleep(60)
"""
_COUNT = """
import sys
from pathlib import Path
from tenken.telemetry.store import Store, StoreUnavailable
try:
    store = Store(folder=Path(sys.argv[1]))
except StoreUnavailable as error:
    print(error.message)
else:
    print(store.command("SELECT count() FROM events"))
    store.close()
"""


def _run(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_one_process_owns_the_folder_and_a_killed_one_leaves_it_usable(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        assert "別のプロセスが使用中" in _run(_COUNT, folder)
        os.kill(owner.pid, signal.SIGKILL)
    assert _run(_COUNT, folder) == "1"


def test_closing_stops_what_runs_and_the_process_ends_well(tmp_path: Path) -> None:
    program = f"""
import sys, threading, time
from datetime import UTC, datetime
from pathlib import Path
from tenken.telemetry.store import Store, StoreUnavailable
store = Store(folder=Path(sys.argv[1]))
said = []
def ask():
    try:
        store.query({_SLOW!r}, city="9", since=datetime(2020,1,1,tzinfo=UTC), until=datetime(2021,1,1,tzinfo=UTC))
    except StoreUnavailable as error:
        said.append(error.message)
threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
time.sleep(0.5)
started = time.monotonic()
store.close()
for thread in threads: thread.join(5)
print(len(said), "終了処理中" in said[0], time.monotonic() - started < 10)
"""
    assert _run(program, tmp_path / "events") == "3 True True"


def test_a_question_too_large_says_so(event_store: Store) -> None:
    started = time.monotonic()
    with pytest.raises(TooMuchAsked, match="期間を短く"):
        event_store.query(_SLOW, city="9", since=NOON, until=LATER, settings={"max_execution_time": 1})
    assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="応答しません"):
        Store(folder=tmp_path, url="http://127.0.0.1:9/")


def test_a_folder_that_cannot_be_made_is_the_disks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="ディスク"):
        Store(folder=tmp_path / "file" / "events")


def test_more_callers_than_connections_wait_their_turn(event_store: Store) -> None:
    sql = "SELECT {city:String} AS city, sleep(0.05), {since:DateTime64(3)} < {until:DateTime64(3)}"
    answers: list[str] = []

    def ask(number: int) -> None:
        rows = event_store.query(sql, city=str(number), since=NOON, until=NOON)
        answers.append(rows.column("city")[0].as_py())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=int) == [str(number) for number in range(24)]
