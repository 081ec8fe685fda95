"""The road of one finding in a real browser: by keyboard at a desk, by thumb on a phone; nothing a screen reader trips over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from tests.findings import makers

from tenken.findings.models import Finding

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def _is_a_fault(said: Any) -> bool:
    return said.type == "error" and "status of 422" not in said.text  # the browser's note on refused input


def _walk(address: str, cookie: str, width: int, walk: Callable[[Any], None]) -> list[str]:
    """Open *address* as whoever *cookie* says, let *walk* go, and return what is wrong with the page before and after."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []

    def look(page: Any) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wrong.extend(one["id"] for one in Axe().run(page).response["violations"])
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("the page is wider than the screen")

    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if _is_a_fault(said) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        look(page)
        walk(page)
        look(page)
        chromium.close()
    return wrong


@pytest.mark.parametrize("width", [1366, 390])
def test_a_plan_is_made_by_keyboard(scenario: Any, client_for: Any, live_server: Any, width: int) -> None:
    finding = makers.opened(scenario.section_a1)[0]
    cookie = client_for(scenario.people["section_manager"]).cookies[settings.SESSION_COOKIE_NAME].value

    def walk(page: Any) -> None:
        from playwright.sync_api import expect

        page.get_by_role("link", name="計画を作成する").focus()
        page.keyboard.press("Enter")
        for words in ("置き場が足りない。", "その場で片付けた。"):  # 原因, 応急処置
            page.keyboard.press("Tab")
            page.keyboard.insert_text(words)
        page.keyboard.press("Tab")
        page.keyboard.insert_text("書棚を増やす。𠮷")
        page.keyboard.press("Tab")
        page.keyboard.insert_text("髙橋")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.insert_text("令和９９年１月１日")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("[data-error-summary]")).to_be_visible()
        expect(page.locator("#id_text")).to_have_value("書棚を増やす。𠮷")
        page.locator("[data-error-summary] a").first.click()
        page.locator("#id_due_on").fill(f"{makers.date.today().year + 1}年４月１日")
        with page.expect_navigation():
            page.locator("#id_due_on").press("Enter")
        expect(page.get_by_text("改善計画を提出しました。")).to_be_visible()

    address = live_server.url + reverse("findings-detail", args=[finding.pk])
    assert _walk(address, cookie, width, walk) == []
    finding.refresh_from_db()
    assert (finding.status, finding.plan, finding.plan_owner) == ("planned", "書棚を増やす。𠮷", "髙橋")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_secretariat_checks_many(scenario: Any, client_for: Any, live_server: Any, width: int) -> None:
    by = scenario.by("section_manager")
    for finding in makers.opened(scenario.section_a1, 2):
        makers.reported(finding, by)
    cookie = client_for(scenario.people["secretariat"]).cookies[settings.SESSION_COOKIE_NAME].value

    def walk(page: Any) -> None:
        from playwright.sync_api import expect

        page.get_by_label("課題2026-1の改善を確認した").check()
        with page.expect_navigation():
            page.get_by_role("button", name="印を付けた課題の改善を確認する").click()
        expect(page.get_by_text("1件の改善を確認しました。")).to_be_visible()

    assert _walk(live_server.url + reverse("findings-check-many"), cookie, width, walk) == []
    assert sorted(Finding.objects.values_list("status", flat=True)) == ["reported", "verified"]
