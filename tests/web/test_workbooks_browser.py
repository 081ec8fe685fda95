"""The Excel forms in a real browser: a form fetched, filled in, brought back and taken over, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.factories import Scenario
from tests.inspection.makers import make_bank, running, sheet_of
from tests.workbooks.filled_forms import edited, issued
from tests.workbooks.own_form_made import own_form

from tenken.inspection.models import Answer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


class Reader:
    """Someone at a browser; ``wrong`` keeps what axe, the console and the width of the pages complain of."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.wrong: list[str] = []
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def look(self, path: str = "") -> None:
        from axe_playwright_python.sync_playwright import Axe

        if path:
            self.page.goto(self.address + path)
        found = Axe().run(self.page).response["violations"]
        self.wrong += [f"{one['id']} at {self.page.url}" for one in found]
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.wrong.append(f"{self.page.url} is wider than the screen")


@contextmanager
def reading(client: Any, address: str, width: int) -> Iterator[Reader]:
    """Give a reader signed in as *client* is. The database is out of reach meanwhile: the browser has a loop running."""
    from playwright.sync_api import sync_playwright

    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    with sync_playwright() as play:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
        context.add_cookies([cookie])
        yield Reader(context.new_page(), address)
        chromium.close()


@pytest.mark.parametrize("width", [1366, 390])
def test_a_form_is_fetched_and_brought_back(
    scenario: Scenario, client_for: Callable[[Any], Any], live_server: Any, tmp_path: Path, width: int
) -> None:
    from playwright.sync_api import expect

    make_bank(scenario.city)
    programme = running(scenario.city)
    sheet = sheet_of(programme, scenario.section_a1)
    with reading(client_for(scenario.people["deputy"]), live_server.url, width) as reader:
        page = reader.page
        page.goto(f"{reader.address}/inspection/sheets/{sheet.pk}/")
        page.get_by_role("link", name="Excelの様式を受け取る・取り込む").click()
        reader.look()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="標準の様式（Excel）").click()
        form = tmp_path / fetched.value.suggested_filename
        assert form.name == "U0003_企画課_2026年度情報セキュリティ点検.xlsx"
        form.write_bytes(
            edited(
                Path(fetched.value.path()).read_bytes(), {"F5": "課題あり", "G5": "机に書類。", "F6": "適合"}
            )
        )
        page.locator("#id_filled").set_input_files(form)
        page.get_by_role("button", name="変わるところを確かめる").click()
        expect(page.get_by_text("変更のある1個の様式の回答を、まとめて取り込みます。")).to_be_visible()
        reader.look()
        page.get_by_role("link", name="変わる回答", exact=True).click()
        expect(page.get_by_text("課題あり／机に書類。")).to_be_visible()
        reader.look()
        page.get_by_role("button", name="取り込む", exact=True).click()
        expect(page.get_by_text("1枚の点検シートの回答2件を取り込みました。").first).to_be_visible()
        reader.look()
    assert reader.wrong == []
    assert Answer.objects.filter(sheet=sheet).count() == 2


@pytest.mark.parametrize("width", [1366, 390])
def test_the_secretariat_brings_in_many_and_maps_a_form(
    scenario: Scenario, client_for: Callable[[Any], Any], live_server: Any, tmp_path: Path, width: int
) -> None:
    from playwright.sync_api import expect

    make_bank(scenario.city)
    programme = running(scenario.city)
    good = issued(scenario.by("secretariat"), sheet_of(programme, scenario.section_a1))
    bad = issued(scenario.by("secretariat"), sheet_of(programme, scenario.section_b1))
    files = [tmp_path / "企画課.xlsx", tmp_path / "保険課.xlsx", tmp_path / "様式1.xlsx"]
    files[0].write_bytes(edited(good, {"F5": "適合"}))
    files[1].write_bytes(edited(bad, {"F5": "はい", "G6": "=A1"}))
    files[2].write_bytes(own_form())
    with reading(client_for(scenario.people["secretariat"]), live_server.url, width) as reader:
        page = reader.page
        reader.look(f"/inspection/excel/{programme.pk}/")
        page.locator("#id_filled").set_input_files(files[:2])
        page.get_by_role("button", name="変わるところを確かめる").click()
        expect(page.get_by_label("取り込めない1個の様式を除いて取り込む")).to_be_visible()
        reader.look()
        page.get_by_role("link", name="誤り", exact=True).click()
        expect(page.get_by_text("「点検シート」F5")).to_be_visible()
        reader.look()
        reader.look("/inspection/excel/own-forms/")
        reader.look("/inspection/excel/own-forms/new/")
        page.get_by_label("名称").fill("取組状況確認表")
        page.get_by_label("様式のファイル").set_input_files(files[2])
        page.get_by_role("button", name="登録する").click()
        expect(page.get_by_text("設問6件の対応を見つけました。")).to_be_visible()
        reader.look()
        page.get_by_role("button", name="対応づけを保存する").click()
        expect(page.get_by_text("対応づけを保存しました。")).to_be_visible()
    assert reader.wrong == []
