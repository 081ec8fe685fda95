"""A sender, an enrolled host and a part nobody understood, for the walk over every address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.factories import Scenario

from tenken.telemetry.models import EnrolledNode
from tenken.telemetry.reception.nodes import enroll_node
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tenken.telemetry.store import store

RECEIVED = datetime(2026, 11, 20, 1, 2, 3, 456000, tzinfo=UTC)
RAW = "2026/11/20,戸籍,山田\r\n".encode("cp932") + b"\x00\xff\x81"


def quarantine_row(city: str, **changes: Any) -> dict[str, Any]:
    """Return a row of the quarantine that waits."""
    row = {
        "city": city,
        "received": RECEIVED,
        "payload": 2**63 + 5,
        "part": 1,
        "source": "lines-1",
        "peer": "10.1.2.3",
        "place": "3行目",
        "reason": "JSONとして読み取れません。",
        "raw": RAW,
        "state": "waiting",
        "version": 1,
        "changed": RECEIVED,
    }
    return row | changes


def put_in_quarantine(*rows: dict[str, Any]) -> None:
    """Write *rows* as the pipeline does."""
    import pyarrow as pa

    from tenken.telemetry.ingest.writing import quarantine_schema

    store().insert("quarantine", pa.Table.from_pylist(list(rows), quarantine_schema()))


def source_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of the senders' addresses."""
    by = scenario.by("secretariat")
    source, _ = register_source(
        by=by, code="osquery-1", protocol="osquery", settings=SourceSettings(name="庁内端末")
    )
    enroll_node(source_id=source.pk, host_identifier="HOST-1", terminal_id=None, received=RECEIVED)
    put_in_quarantine(quarantine_row(by.city_code))
    return {
        "log_source": {"inside": (source.pk,)},
        "enrolled_node": {"inside": (EnrolledNode.objects.get().pk,)},
        "quarantined": {"inside": (f"{int(RECEIVED.timestamp() * 1000)}-{2**63 + 5}-1",)},
    }
