"""The year as people walk it, in a browser, on a real server: plan → fill in → approve → accept → improve → paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.browser.conftest import Person, Served

pytestmark = pytest.mark.browser
QUESTIONS = 4


def _plan_and_launch(secretariat: Person) -> None:
    page = secretariat.page
    secretariat.go("/inspection/")
    secretariat.press("新しい点検を計画する")
    page.get_by_label("名称").first.fill("情報セキュリティ点検")
    for box in page.get_by_label("この段階をなくす").all()[4:]:
        box.check()
    secretariat.press("計画を作る")
    secretariat.sees("続けて、設問を選んでください")
    page.locator("input[name=items]").evaluate_all(
        f"(boxes) => boxes.forEach((box, place) => {{ box.checked = place < {QUESTIONS} }})"
    )
    secretariat.press("この設問に決める")
    secretariat.sees(f"いま{QUESTIONS}問")
    secretariat.press("点検を開始する")
    secretariat.sees(f"{QUESTIONS}問の点検シート")
    secretariat.press("点検を開始する")
    secretariat.sees("3の課公所に点検シートを配りました")


@pytest.fixture(scope="module")
def running(small_city: Served, chromium: Any) -> Served:
    """The small city with this year's inspection planned and launched through the pages."""
    secretariat = Person(chromium, small_city, "secretariat")
    _plan_and_launch(secretariat)
    secretariat.leave()
    return small_city


def _open_sheet(person: Person) -> None:
    person.go("/")
    person.page.locator("main a[href*='/inspection/sheets/']").first.click()
    person.page.locator("[data-autosave-status]").wait_for(state="attached")


def _answer(person: Person, place: int, verdict: str) -> Any:
    group = person.page.locator("fieldset.answer").nth(place)
    with person.page.expect_response(lambda response: "/answers/" in response.url) as answered:
        group.get_by_label(verdict, exact=True).check()
    assert answered.value.status == 200
    return group


def _counts(person: Person, *, conforming: int, issues: int) -> None:
    """The page before handing in shows what was answered."""
    shown = re.sub(r"\s+", "", person.page.get_by_role("main").inner_text())
    assert f"適合{conforming}問課題あり{issues}問該当なし0問" in shown


def test_the_year(running: Served, enter: Callable[..., Person], tmp_path: Path) -> None:
    secretariat = enter(running, "secretariat")
    deputy = enter(running, "deputy")
    _open_sheet(deputy)
    sheet = deputy.page.url
    for place in range(QUESTIONS - 1):
        _answer(deputy, place, "適合")
    issue = _answer(deputy, QUESTIONS - 1, "課題あり")
    with deputy.page.expect_response(lambda response: "/answers/" in response.url):
        issue.get_by_label("課題の内容と理由").press_sequentially("書庫の鍵が古く、かからない。")
    deputy.page.locator("[data-autosave-status][data-state=saved]").wait_for()

    issue.locator("summary").click()
    issue.get_by_role("link", name="証拠のファイルを付ける").click()
    deputy.page.get_by_label("ファイル").set_input_files(
        {"name": "書庫.txt", "mimeType": "text/plain", "buffer": "鍵の写真の代わり".encode()}
    )
    deputy.press("登録する")
    deputy.go(sheet)
    deputy.sees("書庫.txt")

    deputy.press("確認して提出へ進む")
    _counts(deputy, conforming=QUESTIONS - 1, issues=1)
    deputy.press("情報管理者へ提出する")
    deputy.sees("提出しました")

    manager = enter(running, "section_manager")
    manager.go(sheet)
    manager.press("承認する")
    manager.sees("承認しました")

    secretariat.go(sheet)
    secretariat.press("受け付ける")
    secretariat.sees("受け付けました")

    _improve(deputy, secretariat)
    _paper(secretariat, tmp_path)


def _improve(deputy: Person, secretariat: Person) -> None:
    page = deputy.page
    deputy.go("/findings/")
    page.locator("main table tbody a[href*='/findings/']").first.click()
    finding = page.url
    page.locator("textarea[name=text]").fill("書庫の錠を取り替える。")
    page.get_by_label("担当").fill("庶務係")
    due = page.evaluate("new Date(Date.now() + 14 * 864e5).toISOString().slice(0, 10)")
    page.get_by_label("改善予定日").fill(due)
    deputy.press("改善計画を提出する")
    deputy.sees("改善計画を提出しました")

    page.get_by_label("改善内容").fill("錠を取り替えた。")
    today = page.evaluate("new Date(Date.now() + 9 * 36e5).toISOString().slice(0, 10)")
    page.get_by_label("改善実施日").fill(today)
    page.get_by_label("改善が分かるもの").set_input_files(
        {"name": "新しい錠.txt", "mimeType": "text/plain", "buffer": "写真の代わり".encode()}
    )
    deputy.press("改善報告を提出する")
    deputy.sees("改善を報告しました")

    secretariat.go(finding)
    secretariat.page.get_by_label("改善を確認した").check()
    secretariat.press("確認の結果を記録する")
    secretariat.sees("改善済")
    deputy.go(finding)
    deputy.sees("改善済")


def _paper(secretariat: Person, folder: Path) -> None:
    page = secretariat.page
    secretariat.go("/papers/")
    page.locator("main table tbody a").first.click()
    for name, begins in (("Word", b"PK"), ("PDF", b"%PDF-"), ("Excel", b"PK")):
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile(name)).first.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        assert path.read_bytes().startswith(begins)
        if name == "Word":
            text = ZipFile(path).read("word/document.xml").decode()
            assert "情報セキュリティ" in text
            assert "みどり市" in text


def test_two_people_on_one_sheet(running: Served, enter: Callable[..., Person]) -> None:
    """The second to save is told who was first, and their words stay on the page."""
    first = enter(running, "other_manager")
    second = enter(running, "other_manager")
    for person in (first, second):
        _open_sheet(person)
    _answer(first, 0, "適合")
    group = second.page.locator("fieldset.answer").nth(0)
    group.get_by_label("課題あり", exact=True).check()
    second.page.locator("[data-autosave-status][data-state=failed]").wait_for()
    group.get_by_text("先にこの設問を保存しました").wait_for()
    assert group.get_by_label("課題あり", exact=True).is_checked()


def test_a_sheet_by_keyboard_alone(running: Served, enter: Callable[..., Person]) -> None:
    """Tab, arrows, Space and Enter fill in a sheet and lead on to handing it in."""
    person = enter(running, "other_manager")
    _open_sheet(person)
    page = person.page
    page.locator("body").focus()
    answered: set[str] = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate(
            "({tag: document.activeElement.tagName, type: document.activeElement.type || '',"
            " name: document.activeElement.name || '', text: document.activeElement.textContent.trim(),"
            " seen: document.activeElement.matches(':focus-visible')})"
        )
        if at["tag"] == "BODY":
            continue
        assert at["seen"], f"the focus is not to be seen on {at}"
        if at["type"] == "radio" and at["name"] not in answered:
            answered.add(at["name"])
            if not page.evaluate("document.activeElement.checked"):
                with page.expect_response(lambda response: "/answers/" in response.url):
                    page.keyboard.press("Space")
        elif at["text"] == "確認して提出へ進む":
            page.keyboard.press("Enter")
            break
    page.wait_for_url("**/submit/")
    assert len(answered) == QUESTIONS
    _counts(person, conforming=QUESTIONS, issues=0)
