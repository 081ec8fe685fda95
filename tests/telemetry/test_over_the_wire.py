"""The road over ClickHouse's HTTP interface: what goes well, and what goes wrong on the way."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store, StoreUnavailable

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_PATHS = (
    "SELECT path FROM events WHERE city = {city:String} AND ts >= {since:DateTime64(3)} "
    "AND ts < {until:DateTime64(3)} ORDER BY ts"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = [
        sys.executable,
        "-m",
        "tests.telemetry.clickhouse_http",
        str(tmp_path_factory.mktemp("engine")),
    ]
    with subprocess.Popen(
        [*program, "--user", "tenken", "--password", "ひみつ"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture
def fault(server: str) -> Callable[[str, int], None]:
    def ask(kind: str, count: int) -> None:
        urllib.request.urlopen(f"http://{server}/fault/{kind}/{count}").close()

    return ask


@pytest.fixture
def remote(server: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store(
        folder=tmp_path / "none", url=f"http://tenken:%E3%81%B2%E3%81%BF%E3%81%A4@{server}/default"
    )
    opened.command("TRUNCATE TABLE events")
    yield opened
    opened.close()
    assert not (tmp_path / "none").exists()


def _fill(store: Store, count: int = 3) -> None:
    rows = [
        {
            "ts": NOON + timedelta(seconds=n),
            "city": "991015",
            "op": "file_open",
            "path": f"戸籍{n}.xlsx",
            "seq": n,
        }
        for n in range(count)
    ]
    store.insert("events", table_of(rows))


def _paths(store: Store) -> list[str]:
    return (
        store.query(_PATHS, city="991015", since=NOON, until=NOON + timedelta(days=1))
        .column("path")
        .to_pylist()
    )


def test_rows_go_and_come_over_the_wire(remote: Store) -> None:
    _fill(remote, 5000)
    assert _paths(remote)[:2] == ["戸籍0.xlsx", "戸籍1.xlsx"]
    found = remote.stepping(
        "path",
        city="991015",
        since=NOON,
        until=NOON + timedelta(days=30),
        where="search LIKE {word:String}",
        parameters={"word": "%戸籍42%"},
        size=3,
    )
    assert found.column("path").to_pylist() == ["戸籍4299.xlsx", "戸籍4298.xlsx", "戸籍4297.xlsx"]


def test_a_value_is_never_a_statement(remote: Store) -> None:
    _fill(remote)
    found = remote.query(
        _PATHS.replace("ORDER", "AND path = {path:String} ORDER"),
        city="991015",
        since=NOON,
        until=NOON + timedelta(days=1),
        parameters={"path": "' OR 1 = 1 --\\'\n\t髙"},
    )
    assert found.num_rows == 0


def test_a_wrong_password_is_told(server: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Store(folder=tmp_path, url=f"http://tenken:wrong@{server}/default")


def test_nobody_answers(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable):
        Store(folder=tmp_path, url="http://127.0.0.1:9/default")
    assert time.monotonic() - begun < 20


def test_a_busy_server_is_asked_again(remote: Store, fault: Callable[[str, int], None]) -> None:
    _fill(remote)
    _paths(remote)
    fault("refuse", 1)
    assert len(_paths(remote)) == 3


def test_a_server_that_stays_busy_is_unavailable(remote: Store, fault: Callable[[str, int], None]) -> None:
    fault("refuse", 50)
    with pytest.raises(StoreUnavailable):
        _paths(remote)
    fault("refuse", 0)
    assert _paths(remote) == []


def test_an_answer_that_is_cut_off_is_no_acknowledgement(
    remote: Store, fault: Callable[[str, int], None]
) -> None:
    """The rows may be there; whoever inserted them is not told that they are."""
    fault("cut", 50)
    with pytest.raises(StoreUnavailable):
        _fill(remote)
    fault("cut", 0)
    assert len(_paths(remote)) % 3 == 0


def test_a_slow_answer_is_waited_for(remote: Store, fault: Callable[[str, int], None]) -> None:
    _fill(remote)
    fault("slow", 1)
    assert len(_paths(remote)) == 3


def test_a_mistake_in_a_statement_is_not_called_unavailable(remote: Store) -> None:
    with pytest.raises(Exception, match="nowhere") as raised:
        remote.query(
            _PATHS.replace("SELECT path", "SELECT nowhere"),
            city="991015",
            since=NOON,
            until=NOON + timedelta(1),
        )
    assert not isinstance(raised.value, StoreUnavailable)
