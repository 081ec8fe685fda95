"""横展開 and the forms around it in a real browser, at a desk and on a phone: nothing a screen reader trips over."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from tenken.common import clock
from tenken.findings.models import ExtentTarget, Finding
from tests.findings import makers
from tests.findings.extents.makers import answered, confirmed, made, sent, system, target_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
WIDTHS = pytest.mark.parametrize("width", [1366, 390])


def due() -> date:
    """Return a day still to come: a browser keeps the real time."""
    return clock.today() + timedelta(days=20)


class Visitor:
    """A person at a screen; ``wrong`` is what was found of each page they open."""

    def __init__(self, play: Any, server: str, client: Any, width: int) -> None:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        self.chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = self.chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}])
        self.page, self.server, self.width = context.new_page(), server, width
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)

    def open(self, address: str) -> None:
        self.page.goto(self.server + address)
        self.look()

    def look(self) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        here = self.page.url.removeprefix(self.server)
        self.wrong += [f"{here}: {one['id']}" for one in Axe().run(self.page).response["violations"]]
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.wrong.append(f"{here}: wider than the screen")
        if folder := os.environ.get("TENKEN_LOOK"):
            name = "".join(char if char.isalnum() else "_" for char in here)[:60]
            self.page.screenshot(path=f"{folder}/{name}{self.width}.png", full_page=True)


@WIDTHS
def test_the_office_prepares_and_follows(
    scenario: Any, client_for: Any, live_server: Any, width: int
) -> None:
    from playwright.sync_api import sync_playwright

    makers.opened(scenario.section_b1, key="b")
    draft = made(scenario, due_on=due())
    one = system(scenario.section_b1, "S2", products=[("Windows Server", "2008 R2")])
    check = sent(scenario, finding=Finding.objects.get(unit=scenario.section_a1), systems=[one], due_on=due())
    confirmed(scenario, answered(scenario, target_of(check, scenario.section_b1), "found"))
    answered(scenario, ExtentTarget.objects.select_related("unit", "check_of").get(system=one), "none")
    source = Finding.objects.get(unit=scenario.section_a1)
    Finding.objects.filter(pk=source.pk).update(origin="audit")
    pages = [
        reverse("findings-extents"),
        f"{reverse('findings-extent-new')}?finding={source.pk}",
        f"{reverse('findings-extent-choose', args=[draft.pk])}?section=item_open&section=bureau&word=2008",
        reverse("findings-extent", args=[draft.pk]),
        reverse("findings-extent", args=[check.pk]),
        reverse("findings-extent-target", args=[check.targets.get(system=one).pk]),
        reverse("findings-detail", args=[source.pk]),
        reverse("findings-contents"),
        reverse("findings-contents-rows"),
        reverse("reports-record", args=["corrective-action", source.pk]),
    ]
    client = client_for(scenario.people["secretariat"])
    with sync_playwright() as play:
        visitor = Visitor(play, live_server.url, client, width)
        for address in pages:
            visitor.open(address)
        visitor.chromium.close()
    assert visitor.wrong == []


@WIDTHS
def test_a_section_answers_by_keyboard(scenario: Any, client_for: Any, live_server: Any, width: int) -> None:
    from playwright.sync_api import sync_playwright

    target = target_of(sent(scenario, due_on=due()), scenario.section_b1)
    client = client_for(scenario.people["other_manager"])
    with sync_playwright() as play:
        visitor = Visitor(play, live_server.url, client, width)
        visitor.open("/")
        visitor.page.get_by_role("link", name="横展開の確認").first.press("Enter")
        visitor.page.wait_for_url("**/extent-targets/**")
        visitor.look()
        visitor.page.get_by_label("なし", exact=True).press("Space")
        visitor.page.get_by_label("内容").fill("全ての席を見た。")
        visitor.page.get_by_role("button", name="回答を提出する").press("Enter")
        visitor.page.get_by_text("回答しました。").wait_for()
        visitor.look()
        visitor.chromium.close()
    assert visitor.wrong == []
    target.refresh_from_db()
    assert (target.status, target.answer) == ("answered", "none")
