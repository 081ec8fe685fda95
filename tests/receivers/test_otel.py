"""OpenTelemetry's own SDK sends protobuf to a server that runs as a city runs it: ``tenken serve``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrated import copy_migrated

_SET_UP = """
import django; django.setup()
from tenken.organization.access import system_principal
from tenken.organization.operations import found_city
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tests.factories import FOUNDED, SetUp
city = found_city(by=SetUp(), code="991015", name="みどり市", on=FOUNDED)
by = system_principal(city, "test")
for code, protocol in (("otel-1", "otlp"), ("lines-1", "jsonl")):
    print(code, register_source(by=by, code=code, protocol=protocol, settings=SourceSettings(name=code))[1])
"""
_LOOK = """
import django; django.setup()
import json
from tenken.telemetry.store import store
rows = store().stage_query("SELECT message, computer, app, user FROM events ORDER BY message", stage="events")
print(json.dumps(rows.to_pylist()))
"""


class Served:
    """A server in a folder of its own."""

    def __init__(self, home: Path) -> None:
        kept = {key: value for key, value in os.environ.items() if key != "TENKEN_DATABASE_URL"}
        root = str(Path(__file__).resolve().parents[2])
        self._environment = kept | {
            "TENKEN_HOME": str(home),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": root,
            "DJANGO_SETTINGS_MODULE": "tenken.config.settings",
        }
        copy_migrated(home / "tenken.sqlite3")
        self.keys = dict(line.split() for line in self.run("-c", _SET_UP).splitlines())
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tenken.cli", "serve", "--port", "0"],
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = self._wait()

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], env=self._environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _wait(self) -> int:
        assert self.server.stderr is not None
        until = time.monotonic() + 120
        while time.monotonic() < until and (line := self.server.stderr.readline()):
            if match := re.search(r"受信：http://127\.0\.0\.1:(\d+)/", line):
                return int(match[1])
        raise AssertionError("the receiver did not come up")

    def stop(self) -> int:
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(60)

    def close(self) -> None:
        self.server.kill()
        self.server.wait()
        if self.server.stderr:
            self.server.stderr.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path)
    yield one
    one.close()


def test_the_sdk_sends_to_a_running_server(served: Served) -> None:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create({"service.name": "戸籍システム", "host.name": "SV-KOSEKI"})
    provider = LoggerProvider(resource)
    exporter = OTLPLogExporter(
        endpoint=f"http://127.0.0.1:{served.port}/v1/logs",
        headers={"Authorization": f"Bearer {served.keys['otel-1']}"},
        compression=Compression.Gzip,
    )
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("tests")
    for number in range(300):
        logger.emit(
            timestamp=time.time_ns(), body=f"附票を表示 {number:03d}", attributes={"enduser.id": "yamada"}
        )
    provider.shutdown()
    assert served.stop() == 0
    rows = json.loads(served.run("-c", _LOOK))
    assert [row["message"] for row in rows] == [f"附票を表示 {number:03d}" for number in range(300)]
    assert {(row["computer"], row["app"], row["user"]) for row in rows} == {
        ("SV-KOSEKI", "戸籍システム", "yamada")
    }
