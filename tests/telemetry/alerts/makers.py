"""Rules and hits for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tenken.organization.models import City
from tenken.telemetry.models import DetectionRule

if TYPE_CHECKING:
    import pyarrow as pa

NOON = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)  # 12:00 in Japan


def make_rule(city: City, code: str = "test-rule", **more: Any) -> DetectionRule:
    """Make a rule that is on, without the engine."""
    values: dict[str, Any] = {
        "title": code,
        "title_ja": "指定フォルダへのアクセス",
        "text": f"title: {code}\n",
        "level": "high",
        "state": DetectionRule.State.ON,
        "created_at": NOON,
        "changed_at": NOON,
    }
    return DetectionRule.objects.create(city=city, code=code, **(values | more))


def hit(rule: DetectionRule, seq: int = 1, *, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """Return a row of the table ``hits``."""
    ts = NOON + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "city": rule.city.code,
        "rule": rule.pk,
        "ts": ts,
        "received": ts + timedelta(seconds=1),
        "payload": 7,
        "seq": seq,
        "section": "",
        "person": "",
        "user": "yamada",
        "device": "PC-0001",
        "computer": "MIDORI-0001",
        "fields": {},
    }
    return values | more


def table(*rows: dict[str, Any]) -> pa.Table:
    """Return *rows* as the store gives them."""
    import pyarrow as pa

    time = pa.timestamp("ms", tz="UTC")
    text = pa.string()
    schema = pa.schema(
        [
            ("city", text),
            ("rule", pa.uint32()),
            ("ts", time),
            ("received", time),
            ("payload", pa.uint64()),
            ("seq", pa.uint32()),
            ("section", text),
            ("person", text),
            ("user", text),
            ("device", text),
            ("computer", text),
            ("fields", pa.map_(text, text)),
        ]
    )
    given = [{**row, "fields": list(row["fields"].items())} for row in rows]
    return pa.Table.from_pylist(given, schema=schema)
