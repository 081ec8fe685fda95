"""osquery's TLS remote API: enrolment, results of scheduled queries, answers to distributed ones.

Every value of a row is text. Which table a query asks is told by its name, as the packs that come with osquery name
them; a query of another name is kept as it is (``op`` log, its columns in ``rest``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.identity import payload_number
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.wire.glpi import json_object
from tenken.telemetry.wire.inventories import inventory_of
from tenken.telemetry.wire.values import events_table, moment, plain_rest, text_of, whole
from tenken.telemetry.wire.windows_events import windows_event

Row = Mapping[str, Any]


@dataclass(frozen=True)
class EnrollRequest:
    """``details``: osquery's ``host_details``: rows of os_version, system_info … by table."""

    secret: str = field(repr=False)
    host_identifier: str
    details: Mapping[str, Row]


def read_enroll(body: bytes) -> EnrollRequest:
    """Return the enrolment in *body*. ``Invalid`` when it is none or names no host."""
    message = json_object(body)
    host = text_of(message.get("host_identifier")).strip()
    if not host:
        raise Invalid("osqueryの登録に、端末の名前（host_identifier）がありません。")
    details = message.get("host_details")
    rows = (
        {str(name): row for name, row in details.items() if isinstance(row, Mapping)}
        if isinstance(details, Mapping)
        else {}
    )
    return EnrollRequest(text_of(message.get("enroll_secret")), host[:200], MappingProxyType(rows))


def enrolled_inventory(request: EnrollRequest, *, received: datetime) -> Inventory:
    """Return what an enrolment says of its machine, as a partial inventory."""
    snapshots = {name: [row] for name, row in request.details.items()}
    return _inventory(snapshots, agent_id=request.host_identifier, received=received)


def read_node_key(body: bytes) -> str:
    """Return the node key of any other request, '' when it bears none (newer osquery sends it in a header)."""
    return text_of(json_object(body).get("node_key"))


def read_log(body: bytes, *, device: str, received: datetime) -> tuple[str, Parsed]:
    """Return the node key and what a log request holds. *device*: the terminal's number where the node's is known, or ''.

    Snapshots of tables that describe the machine become one partial inventory; all else events. What is not acknowledged
    comes again with other lines beside it, so each line has its own number (``payload``) and its rows are counted.
    """
    message = json_object(body)
    items = message.get("data")
    if not isinstance(items, list):
        raise Invalid("osqueryの記録に、データ（data）がありません。")
    reading = _Reading(device, received)
    for number, item in enumerate(items, 1):
        if not isinstance(item, Mapping):
            reading.refuse(number, item, "オブジェクトではありません。")
        elif message.get("log_type") == "status":
            reading.status(item)
        else:
            reading.result(number, item)
    return text_of(message.get("node_key")), reading.parsed()


def read_distributed_write(
    body: bytes, *, device: str, received: datetime, host: str = ""
) -> tuple[str, Parsed]:
    """Return the node key and the answers to distributed queries, read as snapshots taken now."""
    message = json_object(body)
    answers = message.get("queries")
    if not isinstance(answers, Mapping):
        raise Invalid("osqueryの回答に、結果（queries）がありません。")
    reading = _Reading(device, received)
    for number, (name, rows) in enumerate(answers.items(), 1):
        item = {"name": name, "action": "snapshot", "snapshot": rows, "hostIdentifier": host}
        reading.result(number, item)
    return text_of(message.get("node_key")), reading.parsed()


class _Reading:
    """What one request held, as it is read item by item."""

    def __init__(self, device: str, received: datetime) -> None:
        self._device, self._received = device, received
        self._rows: list[dict[str, Any]] = []
        self._rejects: list[Reject] = []
        self._snapshots: dict[str, dict[str, list[Row]]] = {}
        self._seen: Counter[bytes] = Counter()

    def parsed(self) -> Parsed:
        inventories = tuple(
            _inventory(tables, agent_id=host, received=self._received)
            for host, tables in self._snapshots.items()
        )
        return Parsed(events_table(self._rows), inventories, tuple(self._rejects))

    def refuse(self, number: int, item: object, reason: str) -> None:
        import orjson

        self._rejects.append(Reject(f"{number}件目", reason, orjson.dumps(item)))

    def status(self, item: Row) -> None:
        event = {"op": "log", "app": "osquery", "message": text_of(item.get("message"))}
        rest = {name: item.get(name) for name in ("severity", "filename", "line", "version")}
        self._add(item, "osquery_status", self._number(item), [(event, rest)])

    def result(self, number: int, item: Row) -> None:
        name = text_of(item.get("name"))
        action = text_of(item.get("action")) or ("snapshot" if "snapshot" in item else "added")
        batches = _batches(item, action)
        if batches is None or not name:
            self.refuse(number, item, "osqueryの結果の形式ではありません。")
            return
        table = _table_of(name)
        host = text_of(item.get("hostIdentifier")) or self._device
        found: list[tuple[dict[str, Any], Row]] = []
        for batch_action, rows in batches:
            if batch_action == "snapshot" and host and _is_whole(name):
                self._snapshots.setdefault(host, {}).setdefault(table, []).extend(rows)
                continue
            for row in rows:
                event, used = _event(table, batch_action, row, self._received)
                found.append((event, {key: value for key, value in row.items() if key not in used}))
        if found:
            self._add(item, name, self._number(item), found)

    def _number(self, item: Row) -> int:
        """Return the number of a line; equal lines of one request are told apart by their order."""
        import orjson

        line = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
        self._seen[line] += 1
        return payload_number(f"osquery/{self._seen[line]}", line)

    def _add(self, item: Row, name: str, number: int, found: list[tuple[dict[str, Any], Row]]) -> None:
        decorations = item.get("decorations")
        decorations = decorations if isinstance(decorations, Mapping) else {}
        computer = text_of(decorations.get("hostname") or item.get("hostIdentifier"))
        told = moment(item.get("unixTime")) or self._received
        for place, (event, rest) in enumerate(found):
            event["ts"] = event.get("ts") or told
            event |= {
                "event_code": event.get("event_code") or name,
                "computer": computer or event.get("computer", ""),
                "payload": number,
                "seq": place,
                "rest": {**event.get("rest", {}), **plain_rest(rest.items())},
            }
            if self._device:
                event["device"] = self._device
            self._rows.append(event)


def _batches(item: Row, action: str) -> list[tuple[str, list[Row]]] | None:
    """Return the rows of a result by action: one row, a snapshot, or the batch format's differences."""
    found: list[tuple[str, object]]
    if "snapshot" in item:
        found = [("snapshot", item["snapshot"])]
    elif isinstance(differences := item.get("diffResults"), Mapping):
        found = [(name, differences.get(name) or []) for name in ("removed", "added")]
    else:
        found = [(action, [item.get("columns")])]
    batches: list[tuple[str, list[Row]]] = []
    for name, rows in found:
        rows = [] if rows == "" else rows  # osquery writes an empty difference as ''
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            return None
        batches.append((name, rows))
    return batches


# Tables that describe the machine as it is: their snapshots are an inventory.
_SOFTWARE_TABLES: Final = (
    "programs",
    "deb_packages",
    "rpm_packages",
    "apps",
    "patches",
    "windows_optional_features",
    "chocolatey_packages",
    "homebrew_packages",
)
_MACHINE_TABLES: Final = frozenset(
    {
        *_SOFTWARE_TABLES,
        "os_version",
        "system_info",
        "interface_addresses",
        "interface_details",
        "windows_security_products",
        "usb_devices",
        "disk_info",
        "bitlocker_info",
    }
)
_EVENT_TABLES: Final = (
    "process_etw_events",
    "process_events",
    "es_process_events",
    "bpf_process_events",
    "file_events",
    "es_process_file_events",
    "ntfs_journal_events",
    "process_file_events",
    "socket_events",
    "bpf_socket_events",
    "process_open_sockets",
    "dns_lookup_events",
    "hardware_events",
    "user_events",
    "logged_in_users",
    "logon_sessions",
    "windows_events",
    "last",
    "users",
)
_TABLE_NAMES: Final = tuple(sorted({*_MACHINE_TABLES, *_EVENT_TABLES}, key=len, reverse=True))


def _table_of(query: str) -> str:
    """Return the table that a query's name names (``pack/it-compliance/usb_devices``), '' for none."""
    plain = re.sub(r"[^a-z0-9]+", "_", query.lower())
    for table in _TABLE_NAMES:
        if re.search(rf"(?:^|_){table}(?:$|_)", plain):
            return table
    return ""


def _is_whole(query: str) -> bool:
    """Return whether a snapshot of *query* is all of a table that describes the machine: its name is just the table's
    (「pack/inventory/programs」), not that of a choice of its rows (「programs_unwanted」)."""
    return re.split(r"[/:]", query.lower())[-1].removesuffix("_snapshot") in _MACHINE_TABLES


def _event(table: str, action: str, row: Row, received: datetime) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the columns that *row* fills and the names it used up."""
    if table.endswith("process_events") or table == "process_etw_events":
        return _process(row)
    if table in ("file_events", "ntfs_journal_events", "process_file_events", "es_process_file_events"):
        return _file(row)
    if table in ("socket_events", "bpf_socket_events", "process_open_sockets", "dns_lookup_events"):
        return _network(row)
    if table in ("usb_devices", "hardware_events"):
        return _device(action, row)
    if table in _SOFTWARE_TABLES:
        return _software(action, row)
    if table in ("user_events", "logged_in_users", "logon_sessions", "last"):
        return _logon(action, row)
    if table == "windows_events" and (event := _windows_event(row, received)):
        return event, frozenset(row)
    return {"op": "log"}, frozenset()


def _windows_event(row: Row, received: datetime) -> dict[str, Any] | None:
    """Return an event of Windows' log that osquery passes on; its fields stand as JSON in ``data``."""
    try:
        fields = json_object(text_of(row.get("data")).encode())
    except Invalid:
        return None
    data = fields.get("EventData") or fields.get("UserData") or fields
    found = {
        "Channel": row.get("source"),
        "EventID": row.get("eventid"),
        "Provider_Name": row.get("provider_name"),
        "SystemTime": row.get("datetime"),
        "EventData": data if isinstance(data, dict) else {},
    }
    try:
        return windows_event(found, received)
    except ValueError:
        return None


def _taken(row: Row, names: Mapping[str, str]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the columns that fields of *row* fill as they are (column → field), and the fields used."""
    used = {column: name for column, name in names.items() if row.get(name) not in (None, "")}
    return {column: text_of(row[name]) for column, name in used.items()}, frozenset(used.values())


def _process(row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    ended = text_of(row.get("event_type") or row.get("type")).lower() in ("exit", "processstop")
    event, used = _taken(
        row,
        {"process": "path", "command_line": "cmdline", "user": "username", "parent_process": "parent_path"},
    )
    windows = "\\" in event.get("process", "")
    event |= {
        "op": "process_end" if ended else "process_start",
        "pid": whole(row.get("pid"), 32),
        "ts": moment(row.get("time")),
        "log_product": "windows" if windows else "linux",
        "log_category": "process_termination" if ended else "process_creation",
    }
    return event, used


_FILE_ACTIONS: Final = MappingProxyType(
    {
        "CREATED": "file_create",
        "CREATE": "file_create",
        "FILECREATE": "file_create",
        "UPDATED": "file_write",
        "WRITE": "file_write",
        "FILEWRITE": "file_write",
        "ATTRIBUTES_MODIFIED": "file_write",
        "DELETED": "file_delete",
        "UNLINK": "file_delete",
        "FILEDELETE": "file_delete",
        "MOVED_FROM": "file_move",
        "MOVED_TO": "file_move",
        "RENAME": "file_rename",
        "FILERENAME_NEWNAME": "file_rename",
        "OPENED": "file_open",
        "ACCESSED": "file_open",
        "OPEN": "file_open",
    }
)


def _file(row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    op = _FILE_ACTIONS.get(text_of(row.get("action") or row.get("event_type")).upper(), "file_write")
    path = next((name for name in ("target_path", "path", "filename") if row.get(name)), "path")
    event, used = _taken(
        row,
        {
            "path": path,
            "destination": "dest_path",
            "user": "username",
            "process": "executable",
            "hash": "sha256",
        },
    )
    if old := text_of(row.get("old_path")):
        event |= {"destination": event.get("path", ""), "path": old}
        used |= {"old_path"}
    windows = "\\" in event.get("path", "")
    category = {"file_delete": "file_delete", "file_rename": "file_rename"}.get(op, "file_event")
    event |= {
        "op": op,
        "size": whole(row.get("size")),
        "ts": moment(row.get("time")),
        "log_product": "windows" if windows else "linux",
        "log_category": category,
    }
    return event, used


def _network(row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    event, used = _taken(row, {"process": "path", "command_line": "cmdline", "user": "username"})
    host = next((name for name in ("name", "remote_address") if row.get(name)), "")
    windows = "\\" in event.get("process", "")
    event |= {
        "op": "network",
        "host": text_of(row.get(host)),
        "pid": whole(row.get("pid"), 32),
        "ts": moment(row.get("time")),
        "log_product": "windows" if windows else "linux",
        "log_category": "dns_query" if host == "name" else "network_connection",
    }
    return event, used | ({host} if host else frozenset())


def _device(action: str, row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    name = " ".join(text for part in ("vendor", "model") if (text := text_of(row.get(part)).strip()))
    added = text_of(row.get("action") or action).lower() in ("add", "added", "snapshot")
    event, used = _taken(row, {"device_serial": "serial", "vendor_id": "vendor_id", "product_id": "model_id"})
    for column in ("vendor_id", "product_id"):
        event[column] = (
            event.get(column, "").lower().removeprefix("0x").rjust(4, "0")[-4:] if column in event else ""
        )
    event |= {
        "op": "device_connect" if added else "device_disconnect",
        "device_name": name,
        "device_class": text_of(row.get("class") or row.get("type")),
        "ts": moment(row.get("time")),
    }
    return event, used | {"vendor", "model"}


def _software(action: str, row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    event, used = _taken(row, {"app": "name"})
    if not event and row.get("hotfix_id"):
        event, used = {"app": text_of(row["hotfix_id"])}, frozenset({"hotfix_id"})
    event["op"] = "software_remove" if action == "removed" else "software_install"
    return event, used


def _logon(action: str, row: Row) -> tuple[dict[str, Any], frozenset[str]]:
    user = "username" if row.get("username") else "user"
    event, used = _taken(row, {"user": user, "address": "address", "host": "host", "message": "message"})
    event |= {
        "op": "logoff" if action == "removed" else "logon",
        "status": "failure" if text_of(row.get("message")).endswith("res=failed") else "success",
        "ts": moment(row.get("time")) if action != "removed" else None,
    }
    if event["status"] == "failure":
        event["op"] = "logon_failure"
    return event, used


def _inventory(tables: Mapping[str, Iterable[Row]], *, agent_id: str, received: datetime) -> Inventory:
    """Return snapshots of *tables* in the words of the agents' common inventory."""
    content: dict[str, list[dict[str, Any]]] = {}
    for table, rows in tables.items():
        for row in rows:
            for section, values in _sections(table, row):
                content.setdefault(section, []).append(values)
    for name in ("hardware", "operatingsystem", "bios"):
        if name in content:
            content[name] = [{key: value for part in content[name] for key, value in part.items()}]
    kinds = {
        kind
        for table in tables
        if table in _SOFTWARE_TABLES
        for kind in (("update",) if table == "patches" else ("application", "office"))
    }
    return inventory_of(
        content, agent_id=agent_id, received=received, partial=True, software_kinds=frozenset(kinds)
    )


def _sections(table: str, row: Row) -> list[tuple[str, dict[str, Any]]]:
    get = row.get
    if table in _SOFTWARE_TABLES:
        name = get("name") or get("hotfix_id") or get("caption")
        return [
            (
                "softwares",
                {
                    "name": name,
                    "version": get("version") or get("bundle_short_version"),
                    "publisher": get("publisher") or get("maintainer") or get("vendor"),
                    "install_date": get("install_date") or get("install_time") or get("installed_on"),
                    "system_category": "update" if table == "patches" else "",
                },
            )
        ]
    if table == "os_version":
        return [
            (
                "operatingsystem",
                {
                    "full_name": get("name"),
                    "version": get("version"),
                    "install_date": get("install_date"),
                    "kernel_version": f"{get('major', '')}.{get('minor', '')}.{get('build', '')}",
                },
            )
        ]
    if table == "system_info":
        return [
            ("hardware", {"name": get("computer_name") or get("hostname"), "uuid": get("uuid")}),
            (
                "bios",
                {
                    "smanufacturer": get("hardware_vendor"),
                    "smodel": get("hardware_model"),
                    "ssn": get("hardware_serial"),
                },
            ),
            ("cpus", {"name": get("cpu_brand"), "core": get("cpu_physical_cores")}),
        ]
    if table in ("interface_addresses", "interface_details"):
        return [
            (
                "networks",
                {
                    "description": get("interface") or get("friendly_name"),
                    "ipaddress": text_of(get("address")).partition("%")[0],
                    "macaddr": get("mac"),
                },
            )
        ]
    if table == "windows_security_products":
        if text_of(get("type")).lower() != "antivirus":
            return []
        return [
            (
                "antivirus",
                {
                    "name": get("name"),
                    "enabled": text_of(get("state")).lower() == "on",
                    "uptodate": get("signatures_up_to_date"),
                },
            )
        ]
    if table == "usb_devices":
        return [
            (
                "usbdevices",
                {
                    "name": get("model"),
                    "manufacturer": get("vendor"),
                    "vendorid": get("vendor_id"),
                    "productid": get("model_id"),
                    "serial": get("serial"),
                },
            )
        ]
    if table == "disk_info":
        return [
            (
                "storages",
                {
                    "name": get("name"),
                    "model": get("hardware_model"),
                    "serialnumber": get("serial"),
                    "disksize": get("disk_size"),
                    "manufacturer": get("manufacturer"),
                },
            )
        ]
    return []
