"""The rules that come with the product, each against events that it must and must not hit, through the real engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.engine import correlate, evaluate, forget
from tenken.telemetry.detection.operations import install_shipped
from tenken.telemetry.detection.shipped import shipped_files
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.lists.operations import NewEntry, add_entry
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import Alert, DetectionRule
from tenken.telemetry.store import Store
from tenken.telemetry.store.tables import stage_statement
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
Row = dict[str, Any]
NOON = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
HIT, MISS = True, False

# rule → (event, whether it must hit)
CASES: dict[str, list[tuple[Row, bool]]] = {
    "unapproved_application_installed": [
        ({"op": "software_install", "app": "AnyDesk", "app_approved": 2}, HIT),
        ({"op": "software_install", "app": "一太郎", "app_approved": 1}, MISS),
        ({"op": "software_install", "app": "AnyDesk", "app_approved": 0}, MISS),
        ({"op": "software_remove", "app": "AnyDesk", "app_approved": 2}, MISS),
    ],
    "unapproved_application_started": [
        ({"op": "process_start", "process": "C:\\Tools\\anydesk.exe", "app_approved": 2}, HIT),
        ({"op": "process_start", "process": "C:\\WINDOWS\\system32\\svchost.exe", "app_approved": 2}, MISS),
        ({"op": "process_start", "process": "C:\\Tools\\excel.exe", "app_approved": 1}, MISS),
    ],
    "unapproved_site_browsed": [
        ({"op": "web", "host": "shop.example.com", "host_approved": 2}, HIT),
        ({"op": "web_override", "host": "shop.example.com", "host_approved": 2}, HIT),
        ({"op": "web", "host": "www.city.lg.jp", "host_approved": 1}, MISS),
        (
            {"op": "web", "host": "shop.example.com", "host_approved": 2, "disposition": "Blocked"},
            MISS,
        ),
    ],
    "designated_folder": [
        ({"op": "file_open", "path": "\\\\FS01\\人事評価\\令和8年度.xlsx"}, HIT),
        ({"op": "file_copy", "path": "C:\\a.xlsx", "destination": "\\\\fs01\\人事評価\\a.xlsx"}, HIT),
        ({"op": "file_open", "path": "\\\\fs01\\総務\\人事評価の手引.docx"}, MISS),
        ({"op": "process_start", "path": "\\\\fs01\\人事評価\\a.exe"}, MISS),
    ],
    "keyword": [
        ({"op": "file_rename", "path": "C:\\a.docx", "destination": "C:\\【極秘】a.docx"}, HIT),
        ({"op": "print", "document": "極秘_一覧.xlsx"}, HIT),
        ({"op": "mail_send", "attachments": ["案内.pdf", "極秘資料.zip"]}, HIT),
        ({"op": "file_open", "path": "C:\\公開\\案内.pdf", "message": "極秘"}, MISS),
    ],
    "off_hours": [
        ({"op": "file_open", "user": "yamada", "off_hours": 1}, HIT),
        ({"op": "file_open", "user": "yamada", "off_hours": 0}, MISS),
        ({"op": "logon", "user": "PC-0001$", "off_hours": 1}, MISS),
        ({"op": "logon", "user": "", "off_hours": 1}, MISS),
        ({"op": "inventory", "user": "yamada", "off_hours": 1}, MISS),
    ],
    "unapproved_device": [
        ({"op": "device_connect", "device_class": "usb_memory", "device_approved": 2}, HIT),
        ({"op": "device_connect", "drive": "removable", "device_approved": 2}, HIT),
        ({"op": "file_copy", "drive": "optical", "device_approved": 2}, HIT),
        ({"op": "device_connect", "device_class": "usb_memory", "device_approved": 1}, MISS),
        ({"op": "device_connect", "device_class": "keyboard", "device_approved": 2}, MISS),
        ({"op": "file_copy", "drive": "network", "device_approved": 2}, MISS),
        (
            {
                "op": "device_connect",
                "device_class": "optical",
                "device_approved": 2,
                "disposition": "blocked",
            },
            MISS,
        ),
    ],
    "unapproved_recipient": [
        ({"op": "mail_send", "unapproved_recipients": 1}, HIT),
        ({"op": "mail_send", "unapproved_recipients": 0}, MISS),
        ({"op": "mail_receive", "unapproved_recipients": 1}, MISS),
        ({"op": "mail_send", "unapproved_recipients": 2, "disposition": "blocked"}, MISS),
    ],
    "unapproved_upload": [
        ({"op": "web_upload", "host_approved": 2}, HIT),
        ({"op": "web", "method": "POST", "bytes_out": 2_000_000, "host_approved": 2}, HIT),
        ({"op": "web_upload", "host_approved": 1}, MISS),
        ({"op": "web", "method": "POST", "bytes_out": 900, "host_approved": 2}, MISS),
        ({"op": "web", "method": "GET", "bytes_out": 2_000_000, "host_approved": 2}, MISS),
    ],
    "screen_capture": [
        ({"op": "screen_capture"}, HIT),
        ({"op": "process_start", "process": "C:\\Windows\\System32\\SnippingTool.exe"}, HIT),
        ({"op": "screen_capture", "disposition": "blocked"}, MISS),
        ({"op": "process_start", "process": "C:\\Windows\\System32\\mspaint.exe"}, MISS),
    ],
    "tethering_gateway": [
        ({"op": "network_change", "rest": {"Gateway": "192.168.42.129"}}, HIT),
        ({"op": "network_change", "rest": {"Gateway": "172.20.10.1"}}, HIT),
        ({"op": "network_change", "rest": {"Address": "192.168.43.7"}}, HIT),
        ({"op": "network_change", "rest": {"Gateway": "172.20.10.17"}}, MISS),
        ({"op": "network_change", "rest": {"Gateway": "10.1.1.1"}}, MISS),
        ({"op": "network_change"}, MISS),
    ],
    "tethering_adapter": [
        ({"op": "device_connect", "device_name": "Remote NDIS based Internet Sharing Device"}, HIT),
        ({"op": "network_change", "device_name": "Apple Mobile Device Ethernet"}, HIT),
        ({"op": "device_connect", "device_name": "USB Keyboard"}, MISS),
    ],
    "second_default_route": [
        ({"op": "network_change", "rest": {"DefaultRoutes": "2"}}, HIT),
        ({"op": "network_change", "rest": {"Media": "wired,wireless"}}, HIT),
        ({"op": "network_change", "rest": {"DefaultRoutes": "1", "Media": "wired"}}, MISS),
        ({"op": "network_change", "rest": {"Media": "wireless"}}, MISS),
    ],
    "network_bridge": [
        ({"op": "network_change", "device_name": "MAC Bridge Miniport"}, HIT),
        ({"op": "process_start", "command_line": "netsh wlan start hostednetwork"}, HIT),
        ({"op": "process_start", "command_line": "netsh wlan show interfaces"}, MISS),
    ],
    "password_past_90_days": [
        ({"op": "logon", "user": "a", "rest": {"PasswordAgeDays": "91"}}, HIT),
        ({"op": "logon", "user": "a", "rest": {"PasswordAgeDays": "90"}}, MISS),
        ({"op": "logon", "user": "a"}, MISS),
    ],
    "licence_exceeded": [
        ({"op": "inventory", "rest": {"LicenceOver": "3", "Software": "一太郎"}}, HIT),
        ({"op": "inventory", "rest": {"LicenceOver": "0"}}, MISS),
    ],
    "malware_found": [
        ({"op": "malware", "disposition": "blocked"}, HIT),
        ({"op": "malware", "disposition": "allowed"}, MISS),
    ],
    "malware_not_stopped": [
        ({"op": "malware"}, HIT),
        ({"op": "malware", "disposition": "blocked"}, MISS),
    ],
    "log_cleared": [
        (
            {"op": "log", "log_product": "windows", "log_service": "security", "event_code": "1102"},
            HIT,
        ),
        ({"op": "log", "log_product": "windows", "log_service": "system", "event_code": "104"}, HIT),
        (
            {"op": "process_start", "log_product": "windows", "command_line": "wevtutil cl Security"},
            HIT,
        ),
        (
            {"op": "log", "log_product": "windows", "log_service": "application", "event_code": "1102"},
            MISS,
        ),
    ],
}
MATERIAL = {"account_logon", "logon_failed", "gateway_reported"}
CORRELATED = {"one_account_many_terminals", "many_failed_logons", "gateway_changed"}


@pytest.fixture
def shipped(scenario: Scenario, event_store: Store) -> dict[str, DetectionRule]:
    forget_snapshots()
    by = scenario.by("secretariat")
    add_entry(by=by, code="folders", entry=NewEntry("\\\\fs01\\人事評価"))
    add_entry(by=by, code="keywords", entry=NewEntry("極秘"))
    forget_snapshots()
    install_shipped(by=by, city=scenario.city)
    forget()
    return {rule.name: rule for rule in DetectionRule.objects.filter(city=scenario.city)}


def _stage(store: Store, city: str, rows: list[Row]) -> None:
    store.command(stage_statement("stage_shipped"))
    defaults = {"city": city, "received": NOON, "ts": NOON, "payload": 1}
    store.insert("stage_shipped", table_of([defaults | row | {"seq": at} for at, row in enumerate(rows)]))


def test_every_shipped_rule_is_tried_here_and_says_what_it_is_in_japanese() -> None:
    documents = [read_rule(text) for _, text in shipped_files()]
    assert {document.name for document in documents} == set(CASES) | MATERIAL | CORRELATED
    for document in documents:
        said = document.data["tenken"]
        assert said["title_ja"], document.name
        assert not said["title_ja"].isascii(), document.name
        assert document.data["references"][0].startswith("包括外部監査"), document.name
        assert said["on"] is (document.name not in MATERIAL)


def test_what_each_rule_hits_and_what_not(
    scenario: Scenario, event_store: Store, shipped: dict[str, DetectionRule]
) -> None:
    rows = [(name, row, must) for name, cases in CASES.items() for row, must in cases]
    _stage(event_store, scenario.city.code, [row for _, row, _ in rows])
    hits = evaluate(event_store, "stage_shipped", scenario.city.code)
    assert hits is not None
    found = {(hit["rule"], hit["seq"]) for hit in hits.to_pylist()}
    wrong = [
        (name, row, "must hit" if must else "must not hit")
        for at, (name, row, must) in enumerate(rows)
        if ((shipped[name].pk, at) in found) is not must
    ]
    assert wrong == []


def _run(
    store: Store, city: str, shipped: dict[str, DetectionRule], rows: list[Row]
) -> dict[str, list[dict[str, Any]]]:
    _stage(store, city, rows)
    hits = evaluate(store, "stage_shipped", city)
    assert hits is not None
    store.insert("hits", hits)
    found = correlate(store, city, hits)
    if found is None:
        return {}
    names = {rule.pk: name for name, rule in shipped.items()}
    out: dict[str, list[dict[str, Any]]] = {}
    for hit in found.to_pylist():
        out.setdefault(names[hit["rule"]], []).append(hit)
    return out


def _logons(user: str, terminals: int, minutes: int) -> list[Row]:
    return [
        {
            "op": "logon",
            "user": user,
            "computer": f"PC-{number}",
            "ts": NOON + timedelta(minutes=number * minutes),
        }
        for number in range(terminals)
    ]


def test_one_account_on_many_terminals(
    scenario: Scenario, event_store: Store, shipped: dict[str, DetectionRule]
) -> None:
    rows = _logons("shared", 6, 4) + _logons("few", 4, 1) + _logons("slow", 8, 12)
    rows += [{"op": "logon", "user": "busy", "computer": "PC-1", "ts": NOON}] * 9
    found = _run(event_store, scenario.city.code, shipped, rows)
    assert [hit["user"] for hit in found["one_account_many_terminals"]] == ["shared"]


def test_a_gateway_that_is_replaced(
    scenario: Scenario, event_store: Store, shipped: dict[str, DetectionRule]
) -> None:
    def gateway(device: str, mac: str, hours: float) -> Row:
        ts = NOON + timedelta(hours=hours)
        return {"op": "network_change", "device": device, "ts": ts, "rest": {"GatewayMac": mac}}

    rows = [
        gateway("PC-1", "00:11:22:33:44:55", 0),
        gateway("PC-1", "66-77-88-99-aa-bb", 3),
        gateway("PC-2", "00:11:22:33:44:55", 0),
        gateway("PC-2", "00:11:22:33:44:55", 3),
        gateway("PC-3", "00:11:22:33:44:55", 0),
        gateway("PC-3", "66:77:88:99:aa:bb", 30),
    ]
    found = _run(event_store, scenario.city.code, shipped, rows)
    assert [hit["device"] for hit in found["gateway_changed"]] == ["PC-1"]


def test_many_failed_logons(
    scenario: Scenario, event_store: Store, shipped: dict[str, DetectionRule]
) -> None:
    def failures(user: str, number: int, seconds: int) -> list[Row]:
        return [
            {"op": "logon_failure", "user": user, "ts": NOON + timedelta(seconds=at * seconds)}
            for at in range(number)
        ]

    rows = failures("attacked", 20, 20) + failures("clumsy", 19, 1) + failures("old", 30, 60)
    found = _run(event_store, scenario.city.code, shipped, rows)
    assert [hit["user"] for hit in found["many_failed_logons"]] == ["attacked"]


def test_hits_of_shipped_rules_become_alerts_with_their_japanese_title(
    scenario: Scenario, event_store: Store, shipped: dict[str, DetectionRule]
) -> None:
    rows: list[Row] = [{"op": "screen_capture", "device": "PC-1", "section": scenario.section_a1.code}] * 3
    _stage(event_store, scenario.city.code, [*rows, *_logons("yamada", 2, 1)])
    hits = evaluate(event_store, "stage_shipped", scenario.city.code)
    assert hits is not None
    assert raise_from(scenario.city.code, hits) == 1  # what only feeds a correlation raises nothing
    alert = Alert.objects.get()
    assert (alert.title, alert.hit_count, alert.unit) == ("画面の保存", 3, scenario.section_a1)
