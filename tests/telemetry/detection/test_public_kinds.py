"""Rules in the ways public collections write them, kind by kind, on events as their senders send them: what must fire
and what must not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tenken.telemetry.store import Store
from tenken.telemetry.wire.json_lines import WINDOWS, read_json_lines
from tests.telemetry.detection.evaluating import CITY, NOON, evaluated, rule_text

_SYSMON = "Microsoft-Windows-Sysmon/Operational"
_POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
_RECEIVED = datetime(2020, 12, 1, 4, 0, tzinfo=UTC)

# category or service → channel, event id, detection, an event that must fire, those that must not
WINDOWS_KINDS: dict[str, tuple[str, int, dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {
    "process_creation": (
        _SYSMON,
        1,
        {
            "selection_img": [
                {"Description|contains": "7-Zip"},
                {"Image|endswith": ["\\7z.exe", "\\7za.exe"]},
                {"OriginalFileName": ["7z.exe", "7za.exe"]},
            ],
            "selection_cli": {"CommandLine|contains": [" -p", " /p"]},
            "filter_main_add": {"CommandLine|contains|all": [" route ", " ADD "]},
            "filter_optional_parent": {"ParentImage|startswith": "C:\\Program Files\\"},
            "condition": "all of selection_* and not 1 of filter_main_* and not 1 of filter_optional_*",
        },
        {"Image": "C:\\Temp\\x.exe", "OriginalFileName": "7Z.EXE", "CommandLine": "x a -pSecret o.7z"},
        [
            {"Image": "C:\\Temp\\7z.exe", "CommandLine": "7z a o.7z"},
            {"Image": "C:\\Temp\\7z.exe", "CommandLine": "7z route add -p"},
            {"Image": "D:\\7z.exe", "CommandLine": "7z -p", "ParentImage": "c:\\program files\\a.exe"},
        ],
    ),
    "registry_event": (
        _SYSMON,
        13,
        {
            "selection": [
                {"TargetObject|contains|all": ["SYSTEM\\", "ControlSet", "\\Control\\Lsa"], "Details": ["DWORD (0x00000000)"]},
                {"NewName": "HKLM\\SYSTEM\\CurrentControlSet\\Control\\MiniNt"},
            ],
            "condition": "selection",
        },
        {"EventType": "SetValue", "TargetObject": "HKLM\\System\\CurrentControlSet\\Control\\Lsa\\LmCompat", "Details": "DWORD (0x00000000)"},
        [{"EventType": "SetValue", "TargetObject": "HKLM\\System\\CurrentControlSet\\Control\\Lsa\\LmCompat", "Details": "DWORD (0x00000003)"}],
    ),
    "registry_delete": (
        _SYSMON,
        12,
        {
            "selection": {"TargetObject|endswith": "\\shell\\open\\command"},
            "filter_optional_temp": [
                {"Image|contains|all": ["AppData\\Local\\Temp", "\\setup.exe"]},
                {"Image|contains|all": ["\\Temp\\is-", "\\target.tmp"]},
            ],
            "condition": "selection and not 1 of filter_*",
        },
        {"EventType": "DeleteValue", "Image": "C:\\x.exe", "TargetObject": "HKCR\\a\\Shell\\Open\\Command"},
        [
            {"EventType": "DeleteValue", "Image": "C:\\Temp\\is-1\\target.tmp", "TargetObject": "HKCR\\a\\shell\\open\\command"},
            {"EventType": "CreateKey", "Image": "C:\\x.exe", "TargetObject": "HKCR\\a\\shell\\open\\command"},
        ],
    ),
    "network_connection": (
        _SYSMON,
        3,
        {
            "selection": {"Initiated": "true", "DestinationPort": [4444, 8080]},
            "filter_local": {"DestinationIp|cidr": ["10.0.0.0/8", "::1/128", "fc00::/7"]},
            "filter_null": {"Image": None},
            "filter_empty": {"Image": ""},
            "condition": "selection and not 1 of filter_*",
        },
        {"Initiated": "true", "DestinationPort": "4444", "DestinationIp": "203.0.113.9", "Image": "C:\\a.exe"},
        [
            {"Initiated": "true", "DestinationPort": "4444", "DestinationIp": "10.1.2.3", "Image": "C:\\a.exe"},
            {"Initiated": "true", "DestinationPort": "4444", "DestinationIp": "fd00::1", "Image": "C:\\a.exe"},
            {"Initiated": "true", "DestinationPort": "4444", "DestinationIp": "203.0.113.9"},
            {"Initiated": "false", "DestinationPort": "4444", "DestinationIp": "203.0.113.9", "Image": "C:\\a.exe"},
        ],
    ),
    "dns_query": (
        _SYSMON,
        22,
        {"selection": {"QueryName|endswith": [".onion.example", "paste.example"]}, "filter": {"Image|endswith": "\\chrome.exe"}, "condition": "selection and not filter"},
        {"QueryName": "a.Onion.example", "Image": "C:\\a.exe"},
        [{"QueryName": "a.onion.example", "Image": "C:\\chrome.exe"}, {"QueryName": "onion.example.jp", "Image": "C:\\a.exe"}],
    ),
    "image_load": (
        _SYSMON,
        7,
        {
            "selection": {"Image|endswith": "\\rundll32.exe", "Hashes|contains": ["IMPHASH=eed93054cb555f3de70eaa9787f32ebb"]},
            "filter": {"ImageLoaded|endswith": "\\comsvcs.dll"},
            "condition": "selection and not filter",
        },
        {"Image": "C:\\rundll32.exe", "ImageLoaded": "C:\\a.dll", "Hashes": "MD5=00,IMPHASH=EED93054CB555F3DE70EAA9787F32EBB"},
        [{"Image": "C:\\rundll32.exe", "ImageLoaded": "C:\\comsvcs.dll", "Hashes": "IMPHASH=EED93054CB555F3DE70EAA9787F32EBB"}],
    ),
    "ps_script": (
        _POWERSHELL,
        4104,
        {"selection": {"ScriptBlockText|re": "(?i).*&&set.*(\\{\\d\\}){2,}\\\\\\\"\\s+?\\-f.*&&.*cmd.*\\/c"}, "condition": "selection"},
        {"ScriptBlockText": "a&&SET x={0}{1}\\\" -f y&&cmd /c"},
        [{"ScriptBlockText": "a&&set x={0}\\\" -f y&&cmd /c"}],
    ),
    "ps_module": (
        _POWERSHELL,
        4103,
        {"selection": {"Payload|contains|all": ["Get-Clipboard", "Out-"]}, "other": {"ContextInfo": "*"}, "condition": "1 of *"},
        {"Payload": "get-clipboard | out-file"},
        [{"Payload": "Get-Clipboard"}],
    ),
    "security": (
        "Security",
        4662,
        {
            "selection": {"EventID": [4662, 4663], "ObjectType|contains": "bf967aba", "AccessMask": ["0x40", "40", "0x1f0fff"]},
            "filter": [{"SubjectUserName|endswith": "$"}, {"SubjectUserName|startswith": "MSOL_"}],
            "condition": "selection and not filter",
        },
        {"ObjectType": "%{bf967aba-0de6}", "AccessMask": "0x40", "SubjectUserName": "sato"},
        [
            {"ObjectType": "%{bf967aba-0de6}", "AccessMask": "0x40", "SubjectUserName": "PC-1$"},
            {"ObjectType": "%{bf967aba-0de6}", "AccessMask": "0x140", "SubjectUserName": "sato"},
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WINDOWS_KINDS)
def test_windows_rules_on_events_as_they_are_sent(kind: str, session_store: Store) -> None:
    channel, code, detection, fires, silent = WINDOWS_KINDS[kind]
    source = {"product": "windows", "service" if kind == "security" else "category": kind}
    lines = [
        json.dumps({"System": {"EventID": code, "Channel": channel, "Computer": "PC-1"}, "EventData": data})
        for data in (fires, *silent)
    ]
    parsed = read_json_lines("\n".join(lines).encode(), dialect=WINDOWS, received=_RECEIVED)
    rows = [{**row, "ts": NOON, "received": NOON, "city": CITY} for row in parsed.events.to_pylist()]
    assert len(rows) == 1 + len(silent)
    assert evaluated(session_store, [rule_text(detection, source)], [_row(row) for row in rows]) == {(0, 0)}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: dict(value) if key == "rest" else value
        for key, value in row.items()
        if value is not None and key not in ("payload", "seq")
    }


OTHER_KINDS: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = {
    "auditd": (
        {"product": "linux", "service": "auditd"},
        {
            "files": {"type": "PATH", "name": ["/etc/login.defs", "/etc/shadow"]},
            "chage": {"type": "EXECVE", "a0": "chage", "a1": ["--list", "-l"]},
            "cmd1": {"a1|startswith": "--cpu-priority"},
            "keywords": ["--to-ports 42", "--to-ports 43"],
            "condition": "files or chage or 1 of cmd* or keywords",
        },
        {"rest": {"type": "EXECVE", "a0": "chage", "a1": "-l"}},
        [{"rest": {"type": "EXECVE", "a0": "chage", "a1": "-d"}}, {"rest": {"type": "SYSCALL", "name": "/etc/shadow"}}],
    ),
    "proxy": (
        {"category": "proxy"},
        {
            "selection": {"c-uri|contains": "/download", "c-useragent": ""},
            "hosts": {"cs-host|endswith": [".example", ".test"], "cs-method": "POST"},
            "condition": "selection and hosts",
        },
        {"url": "http://a.example/Download", "host": "a.example", "method": "POST"},
        [
            {"url": "http://a.example/download", "host": "a.example", "method": "POST", "rest": {"c-useragent": "curl"}},
            {"url": "http://a.example/download", "host": "a.example", "method": "GET"},
        ],
    ),
    "webserver": (
        {"category": "webserver"},
        {"keywords": ["=select", "=union", "UNION ALL"], "select": {"cs-method": "GET"}, "filter": {"sc-status": 404}, "condition": "select and keywords and not filter"},
        {"url": "/a?b=union", "method": "GET", "rest": {"sc-status": "200"}},
        [{"url": "/a?b=union", "method": "GET", "rest": {"sc-status": "404"}}, {"url": "/a?b=1", "method": "GET"}],
    ),
    "cloudtrail": (
        {"product": "aws", "service": "cloudtrail"},
        {
            "selection": {"eventSource": "s3.amazonaws.com", "eventName|startswith": "List", "userIdentity.type": "IAMUser"},
            "filter": {"userIdentity.arn|contains": ":assumed-role/", "errorCode|exists": True},
            "condition": "selection and not filter",
        },
        {"rest": {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "userIdentity.type": "IAMUser"}},
        [{"rest": {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "userIdentity.type": "IAMUser"}}],
    ),
    "a service alone": (
        {"service": "apache"},
        {"keywords": ["exit signal Segmentation Fault"], "condition": "keywords"},
        {"message": "child pid 1 exit signal segmentation fault (11)"},
        [{"message": "caught SIGTERM"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_rules_on_events_of_their_source(kind: str, session_store: Store) -> None:
    source, detection, fires, silent = OTHER_KINDS[kind]
    said = {f"log_{name}": value for name, value in source.items()}
    rows = [{"ts": NOON, "received": NOON, "city": CITY, **said, **one} for one in (fires, *silent)]
    elsewhere = {**rows[0], **dict.fromkeys(said, "elsewhere")}
    assert evaluated(session_store, [rule_text(detection, source)], [*rows, elsewhere]) == {(0, 0)}
