"""The three samples of document 004 found by a section's name, a date and a word, in a real browser at both widths."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tenken.telemetry.store import store
from tests.browser.conftest import ARGUMENTS, DESK, PHONE, Person, Served, faults_of
from tests.factories import PASSWORD, Scenario
from tests.telemetry.search.world import Town, fill, make_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_LOOK = os.environ.get("TENKEN_TEST_LOOK", "")


@pytest.fixture
def town(scenario: Scenario) -> Town:
    town = make_town(scenario)
    for table in ("events", "counts", "device_days"):
        store().command(f"TRUNCATE TABLE {table}")
    fill(store(), town)
    return town


@pytest.fixture
def served(town: Town, live_server: Any) -> Served:
    people = {role: person.number for role, person in town.scenario.people.items()}
    return Served(live_server.url, Path(settings.HOME), people, PASSWORD, "")


@pytest.fixture(params=[DESK, PHONE])
def seat(request: pytest.FixtureRequest, served: Served) -> Iterator[Any]:
    """The secretariat at a desk or with a phone, and a function that looks at the page as it stands.

    The browser lives inside the test's own database: beside its running loop Django asks nothing of that.
    """
    from playwright.sync_api import sync_playwright

    width = request.param
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        person = Person(browser, served, "", width)
        person.context.set_default_timeout(30_000)  # the server shares this process
        person.sign_in(served.people["secretariat"], served.password)
        person.page.get_by_role("heading", name="ホーム", level=1).wait_for()

        def look(name: str) -> None:
            person.page.wait_for_load_state("networkidle")
            if _LOOK:
                person.page.screenshot(path=f"{_LOOK}/{name}-{width}.png", full_page=True, caret="initial")
            assert faults_of(person.page, width) == []

        yield person, look
        person.leave()
        browser.close()


def _state_purpose(person: Person) -> None:
    person.sees("何のために調べるかを入力")
    person.page.get_by_text("事故・異常の調査").click()
    person.page.get_by_label("目的の内容").fill("持出しの疑いの調査")
    person.press("この目的で検索する")


def _search(person: Person, section: str, day: str, word: str) -> None:
    person.go("/terminals/search/")
    page = person.page
    page.get_by_label("語", exact=True).fill(word)
    page.get_by_label("期間の初日").fill(day)
    page.get_by_label("期間の末日").fill(day)
    page.get_by_label("所属（下の組織と、改組前を含む）").select_option(label=section)
    person.press("検索する")


def _unfold(person: Person) -> None:
    """Open the numbers, which a phone folds."""
    numbers = person.page.locator("details.search-numbers")
    if numbers.get_attribute("open") is None:
        numbers.locator("summary").first.click()


SAMPLES = (
    ("市民生活部 戸籍住民窓口課", "2020-12-01", "戸籍データX", "サーバから 戸籍データX を閲覧"),
    ("土木部 道路整備課", "令和3年1月20日", "Y土木建築会社", "k@y-doboku.example にメール「工事図面の送付"),
    ("観光商工部 観光課", "2021-02-10", "桟橋", "の名前を Ｘ桟橋Ｘ.jpg に変更"),
)


def test_the_three_samples_are_found(seat: Any) -> None:
    person, look = seat
    for number, (section, day, word, told) in enumerate(SAMPLES):
        _search(person, section, day, word)
        if number == 0:
            look("purpose")
            _state_purpose(person)
        person.sees(told)
        _unfold(person)
        person.sees("全部で1件")
    look("found")
    person.page.get_by_role("link", name="Ｘ桟橋Ｘ.jpg に変更").first.click()
    person.sees("受信原本")
    look("event")
    person.press("このファイルの経過")
    person.sees("名前の移り変わり")
    look("life")


def test_results_go_on_and_are_narrowed(seat: Any) -> None:
    person, look = seat
    person.go("/terminals/search/?since=2020-12-01&until=2020-12-01")
    _state_purpose(person)
    _unfold(person)
    person.sees("全部で201件")
    rows = person.page.locator(".search-results tbody tr th")
    assert rows.count() >= 50
    while (number := rows.count()) < 201:
        person.page.locator("footer").scroll_into_view_if_needed()
        rows.nth(number).wait_for()
    assert rows.count() == 201
    look("all")
    person.page.locator(".search-facet").get_by_role("link", name="フィルタリングの解除").click()
    _unfold(person)
    person.sees("全部で33件")
    look("narrowed")
    person.page.locator(".search-results").get_by_role("link", name="PC-0").first.click()
    person.sees("端末の1日")
    look("day")


def test_the_other_pages(seat: Any) -> None:
    person, look = seat
    person.go("/terminals/search/samples/new/")
    _state_purpose(person)
    page = person.page
    page.get_by_label("名称").fill("冬の閲覧")
    page.get_by_label("期間の初日").fill("2020-12-01")
    page.get_by_label("期間の末日").fill("2021-02-28")
    page.get_by_label("抜取り数").fill("8")
    look("sample-new")
    person.press("抜き取る")
    person.sees("確認をお願いする閲覧があります")
    look("sample")
    person.press("8件を順に確認する")
    page.get_by_text("業務上必要", exact=True).click()
    person.press("回答して次へ")
    person.sees("1番を確認しました")
    look("sample-view")
    for name, path in (
        ("samples", "samples/"),
        ("overrides", "overrides/?month=2021-02"),
        ("override-settings", "overrides/settings/"),
        ("records", "records/"),
        ("saved", "saved/"),
        ("exports", "exports/"),
        ("file", "file/"),
        ("person", "person/"),
        ("start", ""),
    ):
        person.go(f"/terminals/search/{path}")
        look(name)
