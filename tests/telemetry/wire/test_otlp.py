"""OTLP logs in both encodings, as the SDK makes them and as anything else might."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from tenken.common.refusals import Invalid
from tenken.telemetry.wire.inflating import TooLarge
from tenken.telemetry.wire.otlp import otlp_reply, read_otlp
from tenken.telemetry.wire.values import MOST_EVENTS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROTOBUF, JSON = "application/x-protobuf", "Application/JSON; charset=utf-8"
NANOSECONDS = 1_763_600_523_123_456_789

_TEXT = {"stringValue": "x"}
REQUEST: dict[str, Any] = {
    "resourceLogs": [
        {
            "resource": {
                "attributes": [
                    {"key": "host.name", "value": {"stringValue": "PC-1"}},
                    {"key": "service.name", "value": {"stringValue": "窓口システム"}},
                    {"key": "deployment", "value": {"stringValue": "本番"}},
                ]
            },
            "scopeLogs": [
                {
                    "scope": {"name": "lib"},
                    "logRecords": [
                        {
                            "timeUnixNano": str(NANOSECONDS),
                            "severityText": "WARN",
                            "eventName": "view",
                            "traceId": "5b8efff798038103d269b633813fc60c",
                            "body": {"stringValue": "住民票を照会しました"},
                            "attributes": [
                                {"key": "op", "value": {"stringValue": "record_view"}},
                                {"key": "user.name", "value": {"stringValue": "taro"}},
                                {"key": "process.pid", "value": {"intValue": "42"}},
                                {"key": "city", "value": {"stringValue": "999999"}},
                                {
                                    "key": "list",
                                    "value": {"arrayValue": {"values": [{"intValue": "1"}, _TEXT]}},
                                },
                                {"key": "flag", "value": {"boolValue": True}},
                                {"key": "empty", "value": {}},
                            ],
                        },
                        {
                            "observedTimeUnixNano": str(NANOSECONDS),
                            "body": {
                                "kvlistValue": {
                                    "values": [
                                        {"key": "url.full", "value": {"stringValue": "https://example.jp/"}},
                                        {"key": "k", "value": {"doubleValue": 1.5}},
                                    ]
                                }
                            },
                        },
                        {},
                    ],
                }
            ],
        }
    ]
}


def _protobuf() -> bytes:
    from google.protobuf.json_format import ParseDict

    plain = json.loads(json.dumps(REQUEST).replace("5b8efff798038103d269b633813fc60c", ""))
    whole: bytes = ParseDict(plain, ExportLogsServiceRequest()).SerializeToString()
    return whole


def _rows(body: bytes, content_type: str) -> list[dict[str, Any]]:
    events = read_otlp(body, content_type=content_type, received=NOW).events
    found = [] if events is None else events.to_pylist()
    return [
        {
            name: dict(value) if name == "rest" else value
            for name, value in row.items()
            if value not in ("", 0, [])
        }
        for row in found
    ]


def test_json_and_protobuf_say_the_same() -> None:
    rows = _rows(json.dumps(REQUEST).encode(), JSON)
    assert rows == _rows(_protobuf(), PROTOBUF)
    when = datetime.fromtimestamp(NANOSECONDS // 10**9, UTC).replace(microsecond=123000)
    first, second, third = rows
    assert first == {
        "ts": when,
        "class": 1001,
        "op": "record_view",
        "user": "taro",
        "computer": "PC-1",
        "app": "窓口システム",
        "pid": 42,
        "message": "住民票を照会しました",
        "event_code": "view",
        "rest": {
            "severity": "WARN",
            "scope": "lib",
            "deployment": "本番",
            "city": "999999",
            "list": '[1,"x"]',
            "flag": "true",
        },
    }
    assert (second["ts"], second["url"], second["rest"]["k"]) == (when, "https://example.jp/", "1.5")
    assert third["ts"] == NOW


def test_a_windows_event_of_the_collector_is_one() -> None:
    def value(inner: Any) -> dict[str, Any]:
        if isinstance(inner, dict):
            return {
                "kvlistValue": {"values": [{"key": key, "value": value(one)} for key, one in inner.items()]}
            }
        return {"stringValue": inner}

    body = {
        "channel": "Security",
        "event_id": {"id": "4625"},
        "event_data": {"TargetUserName": "taro"},
        "system_time": "2026-11-20T01:02:03Z",
    }
    record = {"body": value(body)}
    resource = {"attributes": [{"key": "host.name", "value": {"stringValue": "PC-9"}}]}
    request = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}
    (row,) = _rows(json.dumps(request).encode(), JSON)
    assert (row["op"], row["user"], row["computer"], row["log_service"]) == (
        "logon_failure",
        "taro",
        "PC-9",
        "security",
    )


def test_what_the_sdk_sends() -> None:
    from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
    from opentelemetry.sdk.resources import Resource

    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(resource=Resource.create({"host.name": "PC-2", "service.name": "申請"}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("t").emit(
        timestamp=NANOSECONDS, body="保存しました", attributes={"op": "file_write", "file.path": "C:\\a.xlsx"}
    )
    body = encode_logs(exporter.get_finished_logs()).SerializeToString()
    provider.shutdown()
    (row,) = _rows(body, PROTOBUF)
    assert (row["op"], row["path"], row["computer"], row["app"]) == (
        "file_write",
        "C:\\a.xlsx",
        "PC-2",
        "申請",
    )


def test_replies_are_in_the_format_of_the_request() -> None:
    assert otlp_reply(JSON, 0, "") == b"{}"
    assert json.loads(otlp_reply(JSON, 2, "満杯です")) == {
        "partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "満杯です"}
    }
    assert otlp_reply(PROTOBUF, 0, "") == b""
    answer = ExportLogsServiceResponse.FromString(otlp_reply(PROTOBUF, 2, "満杯です"))
    assert answer.partial_success.rejected_log_records == 2
    assert answer.partial_success.error_message == "満杯です"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xff", PROTOBUF),
        (b"[]", JSON),
        (b"{", JSON),
        (b'{"resourceLogs":{}}', JSON),
        (b'{"resourceLogs":[1]}', JSON),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(Invalid):
        read_otlp(body, content_type=content_type, received=NOW)


def _sized(field: bytes, inner: bytes) -> bytes:
    size, length = b"", len(inner)
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return field + size + bytes([length]) + inner


@pytest.mark.parametrize("records", [MOST_EVENTS + 1, 9_000_000])
def test_more_records_than_a_payload_may_hold_are_refused(records: int) -> None:
    body = _sized(b"\x0a", _sized(b"\x12", b"\x12\x00" * records))
    with pytest.raises(TooLarge):
        read_otlp(body, content_type=PROTOBUF, received=NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**70) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["key", "value", "stringValue", "intValue", "kvlistValue", "arrayValue", "values", "attributes", "body", "timeUnixNano", "event_data"]
        ),
        inner,
        max_size=3,
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(_JSON, max_size=3))
@example([{"body": {"kvlistValue": {"values": [{"key": "event_data", "value": {"stringValue": "x"}}]}}}])
def test_any_records_are_read_or_refused(records: Any) -> None:
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()
    try:
        read_otlp(body, content_type=JSON, received=NOW)
    except Invalid:
        return


@given(st.binary(max_size=200))
@example(_protobuf()[:-7])
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for content_type in (PROTOBUF, JSON):
        try:
            read_otlp(body, content_type=content_type, received=NOW)
        except Invalid:
            continue
