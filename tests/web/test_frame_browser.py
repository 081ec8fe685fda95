"""The pages of the frame in a browser, wide and narrow: nothing axe-core objects to, nothing refused by the policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import PASSWORD, make_scenario
from tests.web.rows import make_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
_PAGES = (
    "/",
    "/help/",
    "/accounts/me/",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/journal/",
    "/journal/1/",
    "/jobs/",
    "/nowhere/",
)


@pytest.fixture
def browser() -> Iterator[Any]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        started = playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield started
        started.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.mark.parametrize("width", [1366, 390])
def test_frame(live_server: Any, browser: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    scenario = make_scenario()
    make_rows(scenario)
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    folder = os.environ.get("TENKEN_PICTURES", "")

    def check(path: str) -> None:
        found = Axe().run(page).response["violations"]
        assert not found, f"{path}: {[(one['id'], [n['html'] for n in one['nodes']][:3]) for one in found]}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        if folder:
            page.screenshot(
                path=f"{folder}/{path.strip('/').replace('/', '-') or 'home'}-{width}.png", full_page=True
            )

    page.goto(f"{live_server.url}/accounts/login/")
    check("/accounts/login/")
    page.fill("input[name=login]", scenario.people["secretariat"].number)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{live_server.url}/")
    for path in _PAGES:
        page.goto(f"{live_server.url}{path}")
        check(path)
    assert [text for text in complaints if "404" not in text] == []
