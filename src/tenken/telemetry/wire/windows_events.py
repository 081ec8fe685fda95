"""Windows events as forwarders write them in JSON: Sysmon, Security, PrintService and all others.

Shapes: Windows' own XML turned to JSON (``Event``/``System``/``EventData``), Winlogbeat (``winlog.event_data``), NXLog and
Fluent Bit (flat), the OpenTelemetry collector (``event_data``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tenken.telemetry.wire.values import moment, text_of
from tenken.telemetry.wire.windows_fields import WINDOWS_FIELDS, log_source
from tenken.telemetry.wire.windows_operations import derive

# Header's fields under the names of the shapes, besides Windows' own.
_CODE: Final = ("EventID", "event_id", "EventId", "eventid", "Id")
_CHANNEL: Final = ("Channel", "channel", "LogName", "log_name")
_COMPUTER: Final = ("Computer", "computer_name", "ComputerName", "MachineName", "Hostname", "computer")
_PROVIDER: Final = ("Provider_Name", "provider_name", "SourceName", "ProviderName", "provider")
_WHEN: Final = (
    "SystemTime",
    "TimeCreated",
    "EventTime",
    "@timestamp",
    "system_time",
    "TimeGenerated",
    "ts",
    "date",
)
_MESSAGE: Final = ("Message", "message")
_KEPT: Final = {"Provider_Name": _PROVIDER, "Keywords": ("Keywords",), "Level": ("Level",)}
_HEADER: Final = frozenset(
    {*_CODE, *_CHANNEL, *_COMPUTER, *_PROVIDER, *_WHEN, *_MESSAGE, "Keywords", "Level"}
)
# Their rendered text repeats their fields in the words of whatever language Windows has.
_SAID_BY_FIELDS: Final = frozenset({"sysmon", "security", "printservice-operational"})


def windows_event(found: Mapping[str, Any], received: datetime) -> dict[str, Any]:
    """Return *found* as an event. ``ValueError`` (Japanese) when it bears no event id."""
    header, data = _parts(found)
    code = _code(_one(header, _CODE))
    if not code:
        raise ValueError("Windowsイベントの番号（EventID）がありません。")
    channel = _one(header, _CHANNEL) or _channel(_one(header, _PROVIDER))
    category, service = log_source(channel, code, text_of(data.get("EventType")))
    row: dict[str, Any] = {
        "event_code": code,
        "computer": _one(header, _COMPUTER),
        "log_product": "windows",
        "log_category": category,
        "log_service": service,
    }
    rest: dict[str, str] = {}
    if channel:
        rest["Channel"] = channel
    for name, names in _KEPT.items():
        if text := _one(header, names):
            rest[name] = text
    for name, value in data.items():
        text = value if type(value) is str else text_of(value)
        if not text or text == "-":
            continue
        column = WINDOWS_FIELDS.get(name)
        if column and column not in row:
            row[column] = text
        else:
            rest[name] = text
    if "message" not in row and service not in _SAID_BY_FIELDS and (text := _one(header, _MESSAGE)):
        row["message"] = text
    row["op"] = "log"
    row["ts"] = _when(header, data, service) or received
    derive(service, code, data, row)
    row["rest"] = rest
    return row


def _parts(found: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the header's fields and the event's own fields of any shape."""
    event = found.get("Event")
    event = event if isinstance(event, dict) else found
    winlog = event.get("winlog")
    if isinstance(winlog, dict):
        header: dict[str, Any] = {**event, **winlog}
    else:
        header = dict(event)
    system = event.get("System")
    if isinstance(system, dict):
        header |= _system(system)
    data: dict[str, Any] = {}
    nested = False
    for name in ("EventData", "UserData", "event_data", "user_data"):
        if isinstance(section := header.get(name), dict):
            data |= _data(section)
            nested = True
    if not nested:
        data = {
            name: value
            for name, value in header.items()
            if name not in _HEADER and not isinstance(value, dict)
        }
    return header, data


def _system(system: Mapping[str, Any]) -> dict[str, Any]:
    flat = dict(system)
    for name, inner, renamed in (
        ("Provider", "Name", "Provider_Name"),
        ("TimeCreated", "SystemTime", "SystemTime"),
    ):
        part = system.get(name)
        if isinstance(part, dict):
            flat[renamed] = part.get(inner) or part.get(f"@{inner}") or _inside(part, "#attributes", inner)
            flat.pop(name, None)
    return flat


def _inside(part: Mapping[str, Any], name: str, inner: str) -> object:
    section = part.get(name)
    return section.get(inner) if isinstance(section, dict) else None


def _data(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of EventData: by name, or a list of ``{"@Name": …, "#text": …}``; of UserData, one level below."""
    data: dict[str, Any] = {}
    for name, value in section.items():
        if name == "Data" and isinstance(value, list):
            for part in value:
                if isinstance(part, dict) and (label := part.get("@Name") or part.get("Name")):
                    data[text_of(label)] = part.get("#text") or part.get("Value") or part.get("text")
        elif isinstance(value, dict):
            data |= _data(value)
        else:
            data[name] = value
    return data


def _one(header: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = header.get(name)
        if value is None:
            continue
        if isinstance(value, dict):
            value = next(
                (value[inner] for inner in ("#text", "id", "name", "Name") if value.get(inner)), None
            )
        if text := (value if type(value) is str else text_of(value)).strip():
            return text
    return ""


def _code(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) <= 6 else ""


def _channel(provider: str) -> str:
    """Return the channel that a provider writes to, for shapes without one."""
    return {
        "Microsoft-Windows-Sysmon": "Microsoft-Windows-Sysmon/Operational",
        "Microsoft-Windows-Security-Auditing": "Security",
        "Microsoft-Windows-PrintService": "Microsoft-Windows-PrintService/Operational",
        "Microsoft-Windows-PowerShell": "Microsoft-Windows-PowerShell/Operational",
    }.get(provider, "")


def _when(header: Mapping[str, Any], data: Mapping[str, Any], service: str) -> datetime | None:
    # Sysmon says the moment itself, without a zone, in UTC; the header's is when the event was written.
    if service == "sysmon" and (text := text_of(data.get("UtcTime"))):
        return moment(f"{text.strip()}Z")
    for name in _WHEN:
        if (value := header.get(name)) and (found := moment(value)):
            return found
    return None
