"""What a Windows event means: the operation, and the columns made of several of its fields.

Sources: Microsoft's "Windows security audit events" and the Sysmon documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tenken.telemetry.wire.hardware_ids import device_of
from tenken.telemetry.wire.values import text_of, whole

Data = Mapping[str, Any]
Row = dict[str, Any]

# Logons of services, tasks and Windows itself: nobody sat there.
_MACHINE_LOGONS: Final = frozenset({"0", "4", "5"})
_REMOTE_LOGON: Final = "10"
_MACHINE_ACCOUNTS: Final = frozenset({"SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON"})
_READ, _WRITE, _DELETE = 0x1, 0x2 | 0x4, 0x10000  # of a file's access mask


def derive(service: str, code: str, data: Data, row: Row) -> None:
    """Set ``op`` and the derived columns of *row*; an event that is none of the known stays ``log``."""
    if found := _MEANINGS.get((service, code)):
        op, fill = found
        row["op"] = op
        if fill is not None:
            fill(data, row)


def _account(data: Data, who: str) -> str:
    name, domain = text_of(data.get(f"{who}UserName")), text_of(data.get(f"{who}DomainName"))
    if name in ("", "-"):
        return ""
    return f"{domain}\\{name}" if domain not in ("", "-") else name


def _by_subject(data: Data, row: Row) -> None:
    row["user"] = _account(data, "Subject")


def _sysmon_process(data: Data, row: Row) -> None:
    row["pid"] = whole(data.get("ProcessId"), 32)


def _sysmon_network(data: Data, row: Row) -> None:
    row["host"] = text_of(data.get("DestinationHostname")).strip("-") or text_of(data.get("DestinationIp"))
    row["address"] = text_of(data.get("SourceIp"))
    _sysmon_process(data, row)


def _logon(data: Data, row: Row) -> None:
    row |= {"user": _account(data, "Target"), "status": "success", "address": _address(data)}
    kind = text_of(data.get("LogonType"))
    if kind in _MACHINE_LOGONS or _of_machine(data):
        row["op"] = "log"
    elif kind == _REMOTE_LOGON:
        row["op"] = "remote_session"


def _logon_failure(data: Data, row: Row) -> None:
    row |= {"user": _account(data, "Target"), "status": "failure", "address": _address(data)}


def _logoff(data: Data, row: Row) -> None:
    row["user"] = _account(data, "Target") or _account(data, "Subject")
    if text_of(data.get("LogonType")) in _MACHINE_LOGONS or _of_machine(data):
        row["op"] = "log"


def _of_machine(data: Data) -> bool:
    name = text_of(data.get("TargetUserName")).upper()
    return name.endswith("$") or name in _MACHINE_ACCOUNTS or name.startswith(("DWM-", "UMFD-"))


def _address(data: Data) -> str:
    address = text_of(data.get("IpAddress")).removeprefix("::ffff:")
    return "" if address in ("-", "::1", "127.0.0.1") else address


def _other_account(data: Data, row: Row) -> None:
    row["user"] = _account(data, "Target") or _account(data, "Subject")


def _security_process(data: Data, row: Row) -> None:
    row["user"] = _account(data, "Target") or _account(data, "Subject")
    row["pid"] = whole(text_of(data.get("NewProcessId") or data.get("ProcessId")), 32)


def _object_access(data: Data, row: Row) -> None:
    _by_subject(data, row)
    row["pid"] = whole(text_of(data.get("ProcessId")), 32)
    if text_of(data.get("ObjectType")) == "Key":
        row["op"] = "registry"
        return
    mask = whole(text_of(data.get("AccessMask")))
    if mask & _DELETE:
        row["op"] = "file_delete"
    elif mask & _WRITE:
        row["op"] = "file_write"
    elif mask & _READ:
        row["op"] = "file_open"


def _device(data: Data, row: Row) -> None:
    _by_subject(data, row)
    instance = text_of(data.get("DeviceId") or data.get("InstanceId"))
    row |= device_of(instance, text_of(data.get("ClassName")), text_of(data.get("DeviceDescription")))


def _driver_framework(data: Data, row: Row) -> None:
    row |= device_of(text_of(data.get("InstanceId") or data.get("instance")))


def _blocked_device(data: Data, row: Row) -> None:
    _device(data, row)
    row["disposition"] = "blocked"


def _print(data: Data, row: Row) -> None:
    """The fields of 307 are Param1 … Param8: job, document, user, client, printer, port, bytes, pages."""
    values = [text_of(data.get(f"Param{number}") or data.get(f"param{number}")) for number in range(1, 9)]
    _, document, user, client, printer, _, size, pages = values
    row |= {
        "document": document,
        "user": user,
        "printer": printer,
        "size": whole(size),
        "pages": whole(pages, 32),
    }
    if client.startswith("\\\\"):
        row["computer"] = client.removeprefix("\\\\")


def _cleared(data: Data, row: Row) -> None:
    _by_subject(data, row)
    row["message"] = "監査ログが消去されました。"


def _malware(data: Data, row: Row) -> None:
    row |= {
        "user": text_of(data.get("Detection User")),
        "path": text_of(data.get("Path")).removeprefix("file:_"),
        "title": text_of(data.get("Threat Name")),
        "disposition": "blocked" if "Quarantine" in text_of(data.get("Action Name")) else "",
    }


def _remote_desktop(data: Data, row: Row) -> None:
    row |= {"user": text_of(data.get("User")), "address": text_of(data.get("Address"))}


_SYSMON: Final[Mapping[str, tuple[str, Callable[[Data, Row], None] | None]]] = {
    "1": ("process_start", _sysmon_process),
    "2": ("file_write", _sysmon_process),
    "3": ("network", _sysmon_network),
    "5": ("process_end", _sysmon_process),
    "11": ("file_create", _sysmon_process),
    "12": ("registry", _sysmon_process),
    "13": ("registry", _sysmon_process),
    "14": ("registry", _sysmon_process),
    "15": ("file_create", _sysmon_process),
    "22": ("network", _sysmon_process),
    "23": ("file_delete", _sysmon_process),
    "26": ("file_delete", _sysmon_process),
}
_SECURITY: Final[Mapping[str, tuple[str, Callable[[Data, Row], None] | None]]] = {
    "1102": ("log", _cleared),
    "4624": ("logon", _logon),
    "4625": ("logon_failure", _logon_failure),
    "4634": ("logoff", _logoff),
    "4647": ("logoff", _logoff),
    "4648": ("log", _by_subject),
    "4657": ("registry", _object_access),
    "4663": ("log", _object_access),
    "4688": ("process_start", _security_process),
    "4689": ("process_end", _security_process),
    "4720": ("log", _by_subject),
    "4722": ("log", _by_subject),
    "4723": ("password_change", _other_account),
    "4724": ("password_change", _other_account),
    "4725": ("log", _by_subject),
    "4726": ("log", _by_subject),
    "4728": ("log", _by_subject),
    "4732": ("log", _by_subject),
    "4740": ("log", _other_account),
    "4756": ("log", _by_subject),
    "5140": ("log", _by_subject),
    "5145": ("log", _object_access),
    "6416": ("device_connect", _device),
    "6419": ("log", _device),
    "6423": ("device_block", _blocked_device),
}
_MEANINGS: Final = {
    **{("sysmon", code): meaning for code, meaning in _SYSMON.items()},
    **{("security", code): meaning for code, meaning in _SECURITY.items()},
    ("printservice-operational", "307"): ("print", _print),
    ("driver-framework", "2003"): ("device_connect", _driver_framework),
    ("driver-framework", "2102"): ("device_disconnect", _driver_framework),
    ("windefend", "1116"): ("malware", _malware),
    ("windefend", "1117"): ("malware", _malware),
    ("terminalservices-localsessionmanager", "21"): ("remote_session", _remote_desktop),
    ("terminalservices-localsessionmanager", "25"): ("remote_session", _remote_desktop),
}
