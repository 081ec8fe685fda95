"""Rules: how they do, one with its versions, written with the line of what is wrong, tried, switched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.alerts.makers import NOON

from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("event_store")]
LIST = "/terminals/rules/"
TEXT = """\
title: Copies
name: copies
status: test
description: 写しを知らせる。
logsource:
  product: tenken
  category: file_copy
detection:
  selection:
    path|contains: 台帳
  condition: selection
level: high
"""


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def office(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


def _said(**more: Any) -> dict[str, Any]:
    said = {
        "text": TEXT,
        "title_ja": "台帳の写し",
        "throttle_minutes": "60",
        "notify": "on",
        "group_by": "device、user",
        "action": "save",
        "first": "2026-06-01",
        "last": "2026-06-03",
    }
    return said | more


@pytest.fixture
def rule(office: Client) -> DetectionRule:
    assert office.post(f"{LIST}new/", _said()).status_code == 302
    return DetectionRule.objects.get()


def test_a_rule_is_a_draft_until_it_is_switched_on(office: Client, rule: DetectionRule) -> None:
    assert (rule.state, rule.title_ja, rule.group_by, rule.level) == (
        "draft",
        "台帳の写し",
        ["device", "user"],
        "high",
    )
    page = f"{LIST}{rule.pk}/"
    assert "台帳の写し" in office.get(page).content.decode()
    office.post(f"{page}switch/", {"to": "on", "version": rule.version})
    rule.refresh_from_db()
    assert rule.state == "on"
    assert office.post(f"{page}switch/", {"to": "off", "version": "1"}).status_code == 409
    office.post(f"{page}switch/", {"to": "off", "version": rule.version})
    rule.refresh_from_db()
    assert rule.state == "off"
    assert "第1版の内容" in office.get(page, {"version": "1"}).content.decode()


def test_what_is_wrong_is_told_with_its_line(office: Client, rule: DetectionRule) -> None:
    bad = TEXT.replace("path|contains: 台帳", "path|contians: 台帳")
    reply = office.post(f"{LIST}{rule.pk}/edit/", _said(text=bad))
    assert reply.status_code == 422
    assert "10行目" in reply.content.decode()
    reply = office.post(f"{LIST}new/", _said(text="title: [\n"))
    assert reply.status_code == 422
    rule.refresh_from_db()
    assert rule.text == TEXT


def test_what_is_written_is_tried_on_the_past_without_being_kept(
    office: Client, rule: DetectionRule, scenario: Scenario, event_store: Store
) -> None:
    rows = [
        {
            "city": scenario.city.code,
            "ts": NOON,
            "received": NOON,
            "payload": 1,
            "seq": seq,
            "op": "file_copy",
            "path": path,
            "retention": "operation",
            "section": scenario.section_a1.code,
        }
        for seq, path in enumerate(("C:\\台帳.xlsx", "C:\\台帳2.xlsx", "C:\\案内.xlsx"))
    ]
    event_store.insert("events", table_of(rows))
    page = office.post(f"{LIST}{rule.pk}/edit/", _said(action="try")).content.decode()
    assert "<strong>2件</strong>" in page
    wider = _said(action="try", text=TEXT.replace("台帳", "xlsx"))
    assert "<strong>3件</strong>" in office.post(f"{LIST}{rule.pk}/edit/", wider).content.decode()
    rule.refresh_from_db()
    assert rule.text == TEXT
    shown = office.get(f"{LIST}{rule.pk}/trial/", {"first": "2026-06-01", "last": "2026-06-03"})
    assert f"{scenario.bureau_a.name} {scenario.section_a1.name}" in shown.content.decode()
    far = {"first": "2026-01-01", "last": "2026-06-03"}
    assert office.get(f"{LIST}{rule.pk}/trial/", far).status_code == 422
    assert office.get(f"{LIST}{rule.pk}/trial/", {"first": "x", "last": ""}).status_code == 422


def test_settings_change_without_a_new_text(office: Client, rule: DetectionRule) -> None:
    said = _said(level="critical", throttle_minutes="0", version=str(rule.version))
    del said["notify"]
    assert office.post(f"{LIST}{rule.pk}/edit/", said).status_code == 302
    rule.refresh_from_db()
    assert (rule.level, rule.throttle_seconds, rule.notify) == ("critical", 0, False)
    assert office.post(f"{LIST}{rule.pk}/edit/", said).status_code == 409


def test_the_list_with_health_and_the_shipped_rules(
    office: Client, client_for: Any, scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    assert office.post(f"{LIST}install/").status_code == 302
    with django_assert_max_num_queries(16):
        page = office.get(LIST).content.decode()
    assert "許可されていない外部機器・媒体の使用" in page
    assert "良好" in page
    only = office.get(LIST, {"q": "画面の保存", "state": "on"}).content.decode()
    assert "画面の保存" in only
    assert "外部機器" not in only
    assert office.get(LIST, {"sign": "never"}).status_code == 200
    assert office.get(LIST, {"export": "csv"}).status_code == 200
    manager = client_for(scenario.people["section_manager"])
    assert "標準の検知ルールを取り込む" not in manager.get(LIST).content.decode()
    assert manager.post(f"{LIST}install/").status_code == 403
    assert manager.get(f"{LIST}new/").status_code == 403


FILTER = """\
title: Registers of the office
name: office
logsource:
  product: tenken
filter:
  rules: [copies, gone]
  selection:
    path|contains: 台帳2
  condition: not selection
"""


def test_a_filter_tells_what_it_reaches_and_what_it_takes(
    office: Client, rule: DetectionRule, scenario: Scenario, event_store: Store
) -> None:
    rows = [
        {"city": scenario.city.code, "ts": NOON, "received": NOON, "payload": 1, "seq": seq, "op": "file_copy",
         "path": path, "retention": "operation"} for seq, path in enumerate(("C:\\台帳.xlsx", "C:\\台帳2.xlsx"))
    ]  # fmt: skip
    event_store.insert("events", table_of(rows))
    tried = office.post(f"{LIST}new/", _said(text=FILTER, title_ja="", action="try")).content.decode()
    assert "<strong>1件</strong>を検知から除くはずでした" in tried
    assert "すべて除外" not in tried
    every = _said(text=FILTER.replace("台帳2", "台帳"), title_ja="", action="try")
    assert "すべて除外" in office.post(f"{LIST}new/", every).content.decode()
    assert office.post(f"{LIST}new/", _said(text=FILTER, title_ja="")).status_code == 302
    found = DetectionRule.objects.get(kind="filter")
    page = office.get(f"{LIST}{found.pk}/").content.decode()
    assert "対象のルールがありません" in page
    assert "<code>gone</code>" in page
    assert f'href="{LIST}{rule.pk}/"' in page
    assert "このルールのアラート" not in page
    assert "有効なフィルター" not in office.get(f"{LIST}{rule.pk}/").content.decode()
    office.post(f"{LIST}{found.pk}/switch/", {"to": "on", "version": found.version})
    narrowed = office.get(f"{LIST}{rule.pk}/").content.decode()
    assert "有効なフィルター" in narrowed
    assert f'href="{LIST}{found.pk}/"' in narrowed
    listed = office.get(LIST, {"kind": "filter"}).content.decode()
    assert "Registers of the office" in listed
    assert "対象のルールなし" in listed
    assert "台帳の写し" not in listed
