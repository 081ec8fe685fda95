"""Alerts in a real browser: they come by themselves, are handled by keyboard, and every page holds at both widths."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import DESK, PHONE, ROOT, Person, Served, faults_of

pytestmark = pytest.mark.browser
ALERTS, RULES = "/terminals/alerts/", "/terminals/rules/"
_LOOK = os.environ.get("TENKEN_TEST_LOOK", "")
_SEEN_WITHIN = 3.0


def _raise(served: Served, device: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.raised", device],
        env=served.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_alert_comes_by_itself_and_is_handled_by_keyboard(
    small_city: Served, enter: Callable[..., Person]
) -> None:
    _raise(small_city, "PC-0001")
    person = enter(small_city, "secretariat")
    person.go(ALERTS)
    page = person.page
    assert page.get_by_role("link", name="端末と操作ログ").first.inner_text().endswith("件")
    number = _raise(small_city, "PC-0002")
    begun = time.monotonic()
    page.get_by_role("link", name=number).wait_for()
    assert time.monotonic() - begun < _SEEN_WITHIN

    page.get_by_role("link", name=number).focus()
    waiting = _raise(small_city, "PC-0003")
    page.get_by_text("新しい動きがあります").wait_for()  # nothing moves under one's hands
    assert not page.get_by_role("link", name=waiting).count()
    page.keyboard.press("a")
    person.sees(f"{number}の対応を始めました。")
    page.get_by_role("link", name=waiting).focus()
    page.keyboard.press("x")
    assert page.get_by_label(f"{waiting}を選ぶ").is_checked()
    page.get_by_text("選んだアラートをまとめて完了にする").click()
    page.get_by_label("完了の理由").select_option("test")
    person.press("選んだものを完了にする")
    person.sees("1件を完了にしました。")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_holds(small_city: Served, enter: Callable[..., Person], width: int) -> None:
    _raise(small_city, "PC-0009")
    person = enter(small_city, "secretariat", width)
    person.page.set_default_timeout(60_000)  # the store is opened, and each rule tried on it
    person.go(RULES)
    person.press("標準の検知ルールを取り込む")
    person.sees("標準の検知ルールを取り込みました")
    person.go(ALERTS)
    alert = person.page.locator("tbody th a").first.get_attribute("href")
    person.go(RULES)
    rule = person.page.locator("tbody th a").first.get_attribute("href")
    faults = {}
    pages = (
        ALERTS,
        f"{ALERTS}board/",
        f"{ALERTS}exclusions/",
        f"{ALERTS}incidents/",
        f"{ALERTS}settings/",
        alert,
        f"{alert}exclude/",
        RULES,
        rule,
        f"{rule}edit/",
        f"{rule}trial/",
        f"{RULES}lists/",
        f"{RULES}lists/of/keywords/",
        f"{RULES}lists/of/keywords/import/",
        f"{RULES}lists/new/",
        f"{RULES}duty/",
    )
    for number, path in enumerate(pages):
        assert path
        person.go(path)
        if _LOOK:
            person.page.screenshot(path=f"{_LOOK}/{number:02}-{width}.png", full_page=True, caret="initial")
        if found := faults_of(person.page, width):
            faults[path] = found
    assert faults == {}
