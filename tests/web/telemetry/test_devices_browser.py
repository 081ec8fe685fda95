"""The boards and device control in a real browser, at a desk and on a phone: nothing a screen reader trips over."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.factories import Scenario
from tests.telemetry.device_control.makers import LINES, STICK, make_terminal, register, report

from tenken.common import clock
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import (
    LineData,
    RemoteData,
    apply_for_device,
    draft_policy,
    hand_out,
    publish_policy,
    record_remote_session,
    save_lines,
)
from tenken.telemetry.device_control.queries import choice_of
from tenken.telemetry.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PAGES = (
    "",
    "board/counts/?of=connects",
    "board/talkers/",
    "board/changes/",
    "devices/?terminal=PC-1",
    "devices/draft/edit/",
    "devices/draft/publish/",
    "devices/approved/",
    "devices/approved/import/",
    "devices/compliance/",
    "devices/attached/",
    "devices/handouts/",
    "devices/remote/",
    "devices/remote/new/",
)


def _filled(scenario: Scenario, store: Store) -> tuple[str, ...]:
    """Fill the city a little and return the pages of its rows."""
    by = scenario.by("secretariat")
    now = clock.now()
    seen = {"last_seen": now, "antivirus": "AV", "antivirus_updated_on": by.on, "patched_on": by.on}
    for number in range(1, 7):
        unit = scenario.section_a1 if number < 4 else scenario.section_b1
        make_terminal(unit, f"PC-{number}", computer_name=f"DESK-{number}", **(seen if number % 3 else {}))
    lines = (
        *LINES,
        LineData(Access.ALLOW, kind=DeviceKind.SD, unit=scenario.section_a1.code, note="広報の写真"),
    )
    draft = draft_policy(by=by)
    draft = save_lines(by=by, policy=draft, lines=lines, note="制定", version=draft.version)
    publish_policy(by=by, policy=draft, version=draft.version)
    draft_policy(by=by)
    data = replace(STICK, starts_on=by.on, ends_on=by.on + timedelta(days=90))
    register(scenario, scenario.section_a1, data)
    waiting = apply_for_device(
        by=scenario.by("section_manager"), unit=scenario.section_a1, data=replace(data, serial="A9")
    )
    hand_out(by=by, choice=choice_of(by, unit=scenario.section_a1))
    ended = now - timedelta(hours=1)
    held = RemoteData("PC-1", "view", "佐藤", ended - timedelta(minutes=9), ended, "画面の確認", "before")
    record_remote_session(by=by, data=held)
    a1, b1 = scenario.section_a1.code, scenario.section_b1.code
    stick = {"op": "device_connect", "device_class": "usb_memory", "device_name": "USB DISK 3.0", "ts": now}
    report(
        store,
        scenario,
        stick | {"section": a1, "device": "PC-1", "vendor_id": "0411", "product_id": "01e8"},
        stick | {"section": b1, "device": "PC-4", "device_serial": "ZZ9"},
        stick | {"section": b1, "device": "PC-4", "disposition": "blocked"},
        {"op": "print", "section": a1, "device": "PC-2", "pages": 20, "ts": now, "off_hours": 1},
        {"op": "remote_session", "section": b1, "device": "PC-5", "address": "10.0.0.9", "ts": now},
    )
    return (
        f"board/sections/{scenario.section_a1.pk}/",
        f"devices/approved/{waiting.pk}/",
        f"devices/approved/{waiting.pk}/decide/",
    )


@pytest.mark.parametrize("width", [1366, 390])
def test_pages_hold_what_every_page_must(
    scenario: Scenario, client_for: Any, live_server: Any, event_store: Store, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    pages = (*PAGES, *_filled(scenario, event_store))
    cookie = client_for(scenario.people["secretariat"]).cookies[settings.SESSION_COOKIE_NAME].value
    wrong: list[str] = []
    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
        address = live_server.url
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for name in pages:
            page.goto(f"{address}/terminals/{name}")
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            found = Axe().run(page).response["violations"]
            wrong += [f"{name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append(f"{name}: wider than the screen")
            if os.environ.get("DEVICES_PICTURES"):
                page.screenshot(
                    path=f"/tmp/devices/p{width}-{name.replace('/', '_')[:30]}.png", full_page=True
                )
        chromium.close()
    assert wrong == []
