"""A receiver of its own for each test that asks, over loopback, with sources of みどり市."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tenken.receivers.listening import Listening
from tenken.receivers.server import Receiver
from tenken.telemetry.events.directory import forget_directories
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import Source
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tenken.telemetry.store import Store
from tests.factories import Scenario, make_scenario
from tests.telemetry.conftest import event_store

__all__ = ["event_store"]


@dataclass
class Running:
    """A receiver that runs. ``keys``: of the sources registered, by code."""

    receiver: Receiver
    pipeline: Pipeline
    store: Store
    scenario: Scenario
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.receiver.sockets.port

    @property
    def addresses(self) -> dict[str, Any]:
        return self.receiver.sockets.addresses()

    def source(self, code: str, protocol: str, **settings: Any) -> Source:
        """Register a source and keep its key."""
        made, key = register_source(
            by=self.scenario.by("secretariat"),
            code=code,
            protocol=protocol,
            settings=SourceSettings(name=code, **settings),
        )
        self.keys[code] = key
        return made

    def post(
        self,
        path: str,
        body: bytes | str | dict[str, Any],
        headers: dict[str, str] | None = None,
        key: str = "",
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and body of one POST."""
        data = (
            json.dumps(body).encode()
            if isinstance(body, dict)
            else body.encode()
            if isinstance(body, str)
            else body
        )
        sent = {"X-Tenken-Key": self.keys[key]} if key else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, data, {**sent, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def tell(self) -> None:
        """Let the receiver write down what it counted, now instead of within five seconds."""
        asyncio.run_coroutine_threadsafe(self.receiver.reporter.tell(), self.receiver.loop).result(30)

    def rows(self, columns: str, table: str = "events", where: str = "1") -> list[dict[str, Any]]:
        """Return rows of the store."""
        return self.store.stage_query(f"SELECT {columns} FROM {table} WHERE {where}", stage=table).to_pylist()


@pytest.fixture
def start(transactional_db: None, event_store: Store) -> Iterator[Callable[..., Running]]:
    """Return a function that starts a receiver; what it started ends with the test."""
    started: list[Running] = []
    forget_directories()
    forget_snapshots()

    def run(**where: Any) -> Running:
        running_pipeline = Pipeline(event_store)
        running_pipeline.start()
        receiver = Receiver(Listening(**{"port": 0, **where}), running_pipeline)
        receiver.start()
        started.append(Running(receiver, running_pipeline, event_store, make_scenario()))
        return started[-1]

    yield run
    for one in started:
        one.receiver.stop()
        one.pipeline.stop()


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    """A receiver on a port of its own, HTTP alone."""
    return start()
