"""Rows of osquery's tables: as events, and where they describe the machine, as an inventory.

Source: osquery's schema (osquery.io/schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.wire.glpi import json_object
from tenken.telemetry.wire.inventories import inventory_of
from tenken.telemetry.wire.values import moment, text_of, whole
from tenken.telemetry.wire.windows_events import windows_event

Row = Mapping[str, Any]

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


def table_of(query: str) -> str:
    """Return the table that a query's name names (``pack/it-compliance/usb_devices``), '' for none."""
    plain = re.sub(r"[^a-z0-9]+", "_", query.lower())
    for table in _TABLE_NAMES:
        if re.search(rf"(?:^|_){table}(?:$|_)", plain):
            return table
    return ""


def is_whole(query: str) -> bool:
    """Return whether a snapshot of *query* is all of a table that describes the machine: its name is just the table's
    (「pack/inventory/programs」), not that of a choice of its rows (「programs_unwanted」)."""
    return re.split(r"[/:]", query.lower())[-1].removesuffix("_snapshot") in _MACHINE_TABLES


def event_of(table: str, action: str, row: Row, received: datetime) -> tuple[dict[str, Any], frozenset[str]]:
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


def inventory_of_tables(
    tables: Mapping[str, Iterable[Row]], *, agent_id: str, received: datetime
) -> Inventory:
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
