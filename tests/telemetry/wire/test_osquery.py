"""osquery's requests: enrolment, results, status lines, answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.inventory.report import AntivirusState, InstalledItem
from tenken.telemetry.wire.osquery import (
    enrolled_inventory,
    read_distributed_write,
    read_enroll,
    read_log,
    read_node_key,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WHEN = 1_763_600_523


def _rows(parsed: Parsed) -> list[dict[str, Any]]:
    found = [] if parsed.events is None else parsed.events.to_pylist()
    return [
        {
            name: dict(value) if name == "rest" else value
            for name, value in row.items()
            if value not in ("", 0, [])
        }
        for row in found
    ]


def _read(*items: Any, log_type: str = "result", device: str = "T-1") -> Parsed:
    body = json.dumps({"node_key": "k", "log_type": log_type, "data": items}).encode()
    key, parsed = read_log(body, device=device, received=NOW)
    assert key == "k"
    return parsed


def _result(name: str, columns: dict[str, str], action: str = "added") -> dict[str, Any]:
    return {"name": name, "hostIdentifier": "pc-1", "unixTime": WHEN, "action": action, "columns": columns}


def _snapshot(name: str, *rows: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "hostIdentifier": "pc-1",
        "unixTime": WHEN,
        "action": "snapshot",
        "snapshot": list(rows),
    }


_SYSTEM = {"computer_name": "PC-1", "hardware_serial": "S1", "hardware_vendor": "DELL", "uuid": "U1"}


def test_enrolment_says_who_and_what() -> None:
    body = {
        "enroll_secret": "secret",
        "host_identifier": "pc-1",
        "host_details": {
            "system_info": _SYSTEM,
            "os_version": {"name": "Windows 10", "version": "10.0.19045"},
        },
    }
    request = read_enroll(json.dumps(body).encode())
    assert (request.secret, request.host_identifier) == ("secret", "pc-1")
    assert "secret" not in repr(request)
    found = enrolled_inventory(request, received=NOW)
    assert (found.agent_id, found.computer_name, found.serial, found.uuid, found.os_name) == (
        "pc-1",
        "PC-1",
        "S1",
        "U1",
        "Windows 10",
    )
    assert found.partial
    assert "system" in found.sections


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"enroll_secret":"a"}'])
def test_what_is_no_enrolment_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_enroll(body)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (_result("pack_it_process_events", {"path": "/usr/bin/ls", "cmdline": "ls -l", "pid": "7", "time": "1763600000", "uid": "0"}), {"op": "process_start", "process": "/usr/bin/ls", "command_line": "ls -l", "pid": 7, "log_product": "linux", "log_category": "process_creation", "ts": datetime.fromtimestamp(1763600000, UTC), "rest": {"pid": "7", "time": "1763600000", "uid": "0"}}),
        (_result("process_etw_events", {"path": "C:\\a.exe", "type": "ProcessStop"}), {"op": "process_end", "log_product": "windows"}),
        (_result("file_events", {"target_path": "/etc/x", "action": "DELETED", "sha256": "AA", "size": "5"}), {"op": "file_delete", "path": "/etc/x", "hash": "AA", "size": 5}),
        (_result("ntfs_journal_events", {"path": "D:\\b", "old_path": "D:\\a", "action": "FileRename_NewName"}), {"op": "file_rename", "path": "D:\\a", "destination": "D:\\b", "log_product": "windows"}),
        (_result("pack/x/usb_devices", {"vendor": "BUFFALO", "model": "Flash", "vendor_id": "0x411", "model_id": "01EE", "serial": "A"}), {"op": "device_connect", "device_name": "BUFFALO Flash", "vendor_id": "0411", "product_id": "01ee", "device_serial": "A"}),
        (_result("usb_devices", {"serial": "A"}, "removed"), {"op": "device_disconnect"}),
        (_result("programs", {"name": "Zoom", "version": "6"}), {"op": "software_install", "app": "Zoom", "rest": {"version": "6"}}),
        (_result("programs", {"name": "Zoom"}, "removed"), {"op": "software_remove"}),
        (_result("socket_events", {"path": "/usr/bin/curl", "remote_address": "192.0.2.9"}), {"op": "network", "host": "192.0.2.9", "log_category": "network_connection"}),
        (_result("logged_in_users", {"user": "taro", "host": "pc"}), {"op": "logon", "user": "taro"}),
        (_result("user_events", {"username": "taro", "message": "op=login res=failed"}), {"op": "logon_failure", "status": "failure"}),
        (_result("something_else", {"a": "b"}), {"op": "log", "event_code": "something_else", "rest": {"a": "b"}}),
        (_result("windows_events", {"source": "Security", "eventid": "4625", "datetime": "2026-11-20T01:02:03Z", "data": '{"EventData":{"TargetUserName":"taro"}}'}), {"op": "logon_failure", "user": "taro", "event_code": "4625", "log_service": "security"}),
        (_snapshot("programs_unwanted", {"name": "Zoom"}), {"op": "software_install", "app": "Zoom"}),
    ],
)  # fmt: skip
def test_rows_become_events(item: dict[str, Any], expected: dict[str, Any]) -> None:
    (row,) = _rows(_read(item))
    assert {name: row.get(name, "") for name in expected} == expected
    assert (row["device"], row["computer"]) == ("T-1", "pc-1")


def test_snapshots_of_the_machine_are_one_partial_inventory() -> None:
    parsed = _read(
        _snapshot("system_info", _SYSTEM),
        _snapshot("pack/inventory/programs", {"name": "Excel", "version": "16", "install_date": "20260401"}),
        _snapshot("patches", {"hotfix_id": "KB5032189", "installed_on": "11/14/2026"}),
        _snapshot("windows_security_products", {"type": "Antivirus", "name": "Defender", "state": "On", "signatures_up_to_date": "1"}, {"type": "Firewall", "name": "F"}),
        _snapshot("interface_addresses", {"interface": "3", "address": "10.0.0.5"}, {"interface": "1", "address": "127.0.0.1"}),
    )  # fmt: skip
    assert parsed.events is None
    (found,) = parsed.inventories
    assert (found.agent_id, found.partial, found.computer_name) == ("pc-1", True, "PC-1")
    assert found.software == (
        InstalledItem("Excel", "16", installed_on=date(2026, 4, 1)),
        InstalledItem("KB5032189", installed_on=date(2026, 11, 14), kind="update"),
    )
    assert found.antivirus == (AntivirusState("Defender", enabled=True, up_to_date=True),)
    assert found.addresses == ("10.0.0.5",)
    assert {"system", "application", "update", "antivirus"} <= found.sections


def test_a_host_reports_no_other_machine_and_hides_no_others_lines() -> None:
    item = {**_snapshot("programs", {"name": "Zoom"}), "hostIdentifier": "victim"}
    body = json.dumps({"data": [item, _result("programs", {"name": "x"})]}).encode()
    own, other = (read_log(body, device="T-1", received=NOW, host=host)[1] for host in ("own", "other"))
    assert [one.agent_id for one in own.inventories] == ["own"]
    assert own.events is not None
    assert other.events is not None
    assert own.events["payload"] != other.events["payload"], "the same line of two hosts is two"


def test_an_empty_snapshot_says_that_nothing_is_there() -> None:
    parsed = _read(_snapshot("patches"))
    assert [inventory.software for inventory in parsed.inventories] in ([()], [])


def test_differences_in_one_batch() -> None:
    item = {
        "name": "programs",
        "hostIdentifier": "pc-1",
        "unixTime": WHEN,
        "diffResults": {"added": [{"name": "A"}], "removed": ""},
    }
    (row,) = _rows(_read(item))
    assert (row["op"], row["app"]) == ("software_install", "A")


def test_lines_keep_their_numbers_when_they_come_again_among_others() -> None:
    first, second = _result("programs", {"name": "A"}), _result("programs", {"name": "B"})
    before = {row["app"]: row["payload"] for row in _rows(_read(first))}
    after = {row["app"]: row["payload"] for row in _rows(_read(second, first))}
    assert before["A"] == after["A"]
    assert after["A"] != after["B"]
    equal = _rows(_read(first, first))
    assert equal[0]["payload"] != equal[1]["payload"]


def test_status_lines_and_bad_ones() -> None:
    (row,) = _rows(_read({"severity": "2", "message": "disk", "unixTime": str(WHEN)}, log_type="status"))
    assert (row["message"], row["app"], row["rest"]["severity"]) == ("disk", "osquery", "2")
    assert row["ts"] == datetime.fromtimestamp(WHEN, UTC)
    parsed = _read(1, {"name": "x", "columns": 3}, {"columns": {}})
    assert [reject.place for reject in parsed.rejects] == ["1件目", "2件目", "3件目"]


def test_answers_to_distributed_queries() -> None:
    body = {
        "node_key": "k",
        "queries": {"os_version": [{"name": "Debian", "version": "12"}], "who": [{"a": "1"}]},
    }
    key, parsed = read_distributed_write(json.dumps(body).encode(), device="", received=NOW, host="pc-1")
    assert key == "k"
    assert parsed.inventories[0].os_name == "Debian"
    assert _rows(parsed)[0]["rest"] == {"a": "1"}
    assert read_node_key(json.dumps(body).encode()) == "k"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        "programs",
        "patches",
        "usb_devices",
        "process_events",
        "file_events",
        "system_info",
        "windows_events",
        "x",
        "os_version",
        "interface_addresses",
        "logged_in_users",
    ]
)
_COLUMNS = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "path",
            "time",
            "pid",
            "serial",
            "vendor_id",
            "data",
            "eventid",
            "source",
            "address",
            "user",
            "install_date",
        ]
    ),
    _JSON,
    max_size=5,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": _NAMES},
            optional={
                "columns": _COLUMNS | _JSON,
                "snapshot": st.lists(_COLUMNS, max_size=2) | _JSON,
                "action": st.sampled_from(["added", "removed", "snapshot", ""]) | _JSON,
                "unixTime": _JSON,
                "hostIdentifier": _JSON,
                "decorations": _JSON,
                "diffResults": _JSON,
            },
        ),
        max_size=3,
    )
)  # fmt: skip
def test_any_results_are_read_or_rejected(items: Any) -> None:
    for log_type in ("result", "status"):
        body = json.dumps({"node_key": "k", "log_type": log_type, "data": items}).encode()
        read_log(body, device="", received=NOW)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (read_enroll, read_node_key, lambda raw: read_log(raw, device="", received=NOW)):
        try:
            read(body)
        except Invalid:
            continue
