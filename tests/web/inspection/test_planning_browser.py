"""The planning pages and one's own check in a real browser: at a desk and on a phone, nothing a screen reader trips over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.factories import Scenario, make_person, principal
from tests.inspection.makers import with_questions
from tests.inspection.test_self_checks import hand_in, handed_out

from tenken.inspection.models import SelfCheck
from tenken.inspection.operations import SeriesPlan, close_programme, plan_year, save_series

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def _walk(
    address: str, cookie: str, width: int, walk: Callable[[Any, Callable[[str], None]], None]
) -> list[str]:
    """Let *walk* go from page to page as whoever *cookie* says; return what is wrong with those it looks at."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []
    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))

        def look(url: str = "") -> None:
            if url:
                page.goto(address + url)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            wrong.extend(f"{page.url}: {one['id']}" for one in Axe().run(page).response["violations"])
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append(f"{page.url} is wider than the screen")

        walk(page, look)
        chromium.close()
    return wrong


@pytest.mark.parametrize("width", [1366, 390])
def test_the_secretariat_plans(city: Scenario, client_for: Any, live_server: Any, width: int) -> None:
    by = city.by("secretariat")
    programme = with_questions(city.city)
    series = save_series(by=by, plan=SeriesPlan(code="check", name="取組状況の確認", rhythm="quarterly"))
    plan_year(by=by, series=series, fiscal_year=2026)
    check = handed_out(city)
    for number in range(6):
        person = make_person(city.city, role="staff", unit=city.section_b1)
        SelfCheck.objects.create(
            programme=check, form=check.forms.get(), person=person, unit=city.section_b1, bureau=city.bureau_b
        )
        hand_in(principal(person), check, "issue" if number < 2 else "conforms")
    ended = close_programme(by=by, programme=check, version=check.version)
    cookie = client_for(city.people["secretariat"]).cookies[settings.SESSION_COOKIE_NAME].value

    def walk(page: Any, look: Callable[[str], None]) -> None:
        for place in ("", "new/", "series/", "series/new/", f"series/{series.pk}/"):
            look(f"/inspection/{place}")
        for place in ("", "stages/", "questions/", "targets/", "launch/"):
            look(f"/inspection/{programme.pk}/{place}")
        for place in ("", "people/", "results/"):
            look(f"/inspection/{ended.pk}/{place}")

    assert _walk(live_server.url, cookie, width, walk) == []


@pytest.mark.parametrize("width", [1366, 390])
def test_an_employee_answers_by_keyboard_and_it_is_saved(
    city: Scenario, client_for: Any, live_server: Any, width: int
) -> None:
    check = handed_out(city)
    cookie = client_for(city.people["staff"]).cookies[settings.SESSION_COOKIE_NAME].value

    def walk(page: Any, look: Callable[[str], None]) -> None:
        from playwright.sync_api import expect

        look(f"/inspection/self-checks/{check.pk}/")
        radios = page.locator("form.sheet input[type=radio]")
        radios.first.focus()
        page.keyboard.press("Space")
        expect(page.locator("#sheet-progress")).to_contain_text("1／2")
        page.reload()
        expect(radios.first).to_be_checked()
        radios.nth(4).check()  # the second question: いいえ
        with page.expect_navigation():
            page.get_by_role("button", name="提出する").click()
        expect(page.get_by_text("自己チェックを提出しました。")).to_be_visible()
        look("")

    assert _walk(live_server.url, cookie, width, walk) == []
    assert SelfCheck.objects.get(person=city.people["staff"]).status == "submitted"
