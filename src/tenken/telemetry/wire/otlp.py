"""OpenTelemetry's logs over HTTP: ``ExportLogsServiceRequest`` in protobuf or in JSON.

Attributes fill columns by OpenTelemetry's semantic conventions, or under our own column names; all others go to
``rest`` (those of the resource too). A body that is a Windows event, as the collector's receiver makes them, is read
as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.wire.glpi import json_object
from tenken.telemetry.wire.inflating import TooLarge
from tenken.telemetry.wire.values import (
    MOST_EVENTS,
    OWN_COLUMNS,
    bounded,
    column_value,
    events_table,
    moment,
    plain_rest,
    text_of,
)
from tenken.telemetry.wire.windows_events import windows_event

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

ATTRIBUTES: Final = MappingProxyType(
    {
        "host.name": "computer",
        "service.name": "app",
        "event.name": "event_code",
        "user.name": "user",
        "enduser.id": "user",
        "client.address": "address",
        "process.executable.path": "process",
        "process.executable.name": "process",
        "process.command_line": "command_line",
        "process.pid": "pid",
        "file.path": "path",
        "file.size": "size",
        "url.full": "url",
        "server.address": "host",
        "http.request.method": "method",
        "http.request.body.size": "bytes_out",
        "http.response.body.size": "bytes_in",
    }
)

# A message of two bytes takes 140 in memory: less than other bodies.
_MOST_PROTOBUF: Final = 16 * 1024 * 1024
_INTEGER: Final = re.compile(r"-?\d{1,19}", re.ASCII)


def read_otlp(body: bytes, *, content_type: str, received: datetime) -> Parsed:
    """Return the log records of *body* (inflated) as events. ``Invalid`` for what is no such request, ``TooLarge`` for more
    than a payload may hold."""
    records = _json_records(body) if is_json(content_type) else _protobuf_records(body)
    rows = [_row(record, received) for record in islice(records, MOST_EVENTS + 1)]
    bounded(len(rows))
    return Parsed(events=events_table(rows))


def otlp_reply(content_type: str, rejected: int, message: str) -> bytes:
    """Return the answer in the request's format; *rejected* records were not taken, *message* says why ('' and 0: all were)."""
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

    if is_json(content_type):
        import orjson

        partial = {"rejectedLogRecords": str(rejected), "errorMessage": message}
        return orjson.dumps({"partialSuccess": partial} if rejected or message else {})
    response = ExportLogsServiceResponse()
    if rejected or message:
        response.partial_success.rejected_log_records = rejected
        response.partial_success.error_message = message
    return response.SerializeToString()


def is_json(content_type: str) -> bool:
    """Return whether a body of *content_type* is JSON; protobuf otherwise."""
    return content_type.partition(";")[0].strip().lower() in ("application/json", "text/json")


Record = tuple[Mapping[str, Any], str, Mapping[str, Any], object, int, str, str]
"""Attributes of the resource, the scope, attributes, body, nanoseconds since 1970, severity, event name."""


def _row(record: Record, received: datetime) -> dict[str, Any]:
    resource, scope, attributes, body, when, severity, name = record
    row: dict[str, Any] = {"ts": moment(when) if when else received, "op": "log"}
    rest: dict[str, object] = {"severity": severity, "scope": scope}
    for source in (resource, attributes):
        for key, value in source.items():
            _put(key, value, row, rest)
    if isinstance(body, dict) and ("event_data" in body or "EventID" in body):
        return _windows(body, resource, row["ts"] or received)
    if isinstance(body, Mapping):
        for key, value in body.items():
            _put(key, value, row, rest)
    elif body not in (None, ""):
        row["message"] = text_of(body)
    if name:
        row["event_code"] = name
    row["ts"] = row["ts"] or received
    row["rest"] = plain_rest(rest.items())
    return row


def _windows(body: Mapping[str, Any], resource: Mapping[str, Any], when: datetime) -> dict[str, Any]:
    try:
        row = windows_event(body, when)
    except ValueError:
        return {"ts": when, "op": "log", "rest": plain_rest(body.items())}
    row["computer"] = row["computer"] or text_of(resource.get("host.name"))
    return row


def _put(key: str, value: object, row: dict[str, Any], rest: dict[str, object]) -> None:
    column = ATTRIBUTES.get(key, key)
    if column in BY_NAME and column not in OWN_COLUMNS and (fits := column_value(column, value)):
        row[column] = fits
    else:
        rest[key] = value


def _protobuf_records(body: bytes) -> Iterator[Record]:
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    if len(body) > _MOST_PROTOBUF:
        raise TooLarge(f"データが大きすぎます（展開後{_MOST_PROTOBUF:,}バイトまで）。分けて送ってください。")
    request = ExportLogsServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        raise Invalid("OTLP（protobuf）として読み取れません。") from None
    for resource_logs in request.resource_logs:
        resource = _pairs(resource_logs.resource.attributes)
        for scope_logs in resource_logs.scope_logs:
            for record in scope_logs.log_records:
                yield (
                    resource,
                    scope_logs.scope.name,
                    _pairs(record.attributes),
                    _value(record.body),
                    record.time_unix_nano or record.observed_time_unix_nano,
                    record.severity_text,
                    record.event_name,
                )


def _pairs(pairs: Iterator[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _pairs(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    return getattr(value, kind)


def _json_records(body: bytes) -> Iterator[Record]:
    for resource_logs in _items(json_object(body), "resourceLogs"):
        resource = _json_pairs(_part(resource_logs, "resource").get("attributes"))
        for scope_logs in _items(resource_logs, "scopeLogs"):
            scope = text_of(_part(scope_logs, "scope").get("name"))
            for record in _items(scope_logs, "logRecords"):
                yield (
                    resource,
                    scope,
                    _json_pairs(record.get("attributes")),
                    _json_value(record.get("body")),
                    _nanoseconds(record.get("timeUnixNano"))
                    or _nanoseconds(record.get("observedTimeUnixNano")),
                    text_of(record.get("severityText")),
                    text_of(record.get("eventName")),
                )


def _items(message: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = message.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise Invalid(f"OTLP（JSON）の{name}が配列ではありません。")
    return items


def _part(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = message.get(name)
    return part if isinstance(part, Mapping) else {}


def _json_pairs(pairs: object) -> dict[str, Any]:
    if not isinstance(pairs, list):
        return {}
    return {
        text_of(pair.get("key")): _json_value(pair.get("value"))
        for pair in pairs
        if isinstance(pair, Mapping)
    }


def _json_value(value: object) -> object:
    if not isinstance(value, Mapping):
        return None
    for kind, inner in value.items():
        if kind == "arrayValue":
            items = _part(value, kind).get("values")
            return [_json_value(item) for item in items] if isinstance(items, list) else []
        if kind == "kvlistValue":
            return _json_pairs(_part(value, kind).get("values"))
        # JSON has no 64-bit numbers: protobuf writes them as text.
        return int(inner) if kind == "intValue" and _INTEGER.fullmatch(str(inner)) else inner
    return None


def _nanoseconds(value: object) -> int:
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else 0
