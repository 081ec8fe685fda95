"""July and August: sheets filled in on the page and in Excel, reminded, handed in, returned once, approved, accepted."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook

from tests.browser.year.april import XLSX
from tests.browser.year.walking import PHONE_USER, Walker, Year, saved

QUESTIONS = {
    "M-CD-01": "書類や媒体を机の上に残さず",
    "M-MD-01": "媒体台帳と1本ずつ",
    "M-PW-01": "紙に書いて貼ったり",
    "R-VM-01": "スタンドアロンパソコンのウイルス対策",
    "R-BK-01": "重要性分類Sの行政情報のバックアップ",
}


def group_of(person: Walker, item: str) -> Any:
    """Return the question of *item* on the sheet."""
    return person.page.locator("fieldset.answer", has_text=QUESTIONS[item])


def answer(person: Walker, item: str, verdict: str, reason: str = "") -> None:
    """Choose an answer, and type why; both are saved as they are given."""
    group = group_of(person, item)
    with person.page.expect_response(lambda response: "/answers/" in response.url):
        group.get_by_label(verdict, exact=True).check()
    if reason:
        with person.page.expect_response(lambda response: "/answers/" in response.url):
            group.get_by_label("課題の内容と理由").press_sequentially(reason)
            person.page.keyboard.press("Tab")
    person.page.locator("[data-autosave-status][data-state=saved]").wait_for()


def open_sheet(person: Walker) -> str:
    """Follow the home page to the sheet; return its address."""
    person.go("/")
    person.go(person.link("/inspection/sheets/"))
    return person.page.url.removeprefix(person.address)


def fill_in(year: Year) -> None:
    """企画課 fills its sheet in on the page: one answer stood by, three issues, the risk part."""
    deputy = year.as_("deputy")
    year.found["sheet"] = sheet = open_sheet(deputy)
    deputy.sees("前回の回答をそのまま使える設問が1問あります")
    deputy.press("1問すべてに使う")
    answer(deputy, "R-VM-01", "適合")
    answer(deputy, "M-CD-01", "課題あり", "書庫に空きがなく、机の上に台帳を置いている。")
    deputy.picture("summer-sheet", scroll="fieldset.answer")
    answer(deputy, "M-MD-01", "課題あり", "台帳との突合を忘れる月がある。")
    answer(deputy, "R-BK-01", "課題あり", "複製を同じ部屋に置いている。")

    deputy.go(sheet + "risk/")
    deputy.press("情報資産を加える")
    deputy.fill(name="総合計画の原本データ", classification="S", amount="1200", location="執務室のサーバー")
    deputy.fill(forms="server")
    deputy.press("加える")
    deputy.go(sheet + "risk/")
    page = deputy.page
    treatments = page.locator("select[name^='treatment-']")
    assert treatments.count() > 0
    for place in range(treatments.count()):
        treatments.nth(place).select_option("reduce")
        page.locator("textarea[name^='note-']").nth(place).fill("12月までに、別の庁舎にも複製を置く。")
    deputy.picture("summer-risk", scroll="#map-heading")
    deputy.press("対応を保存する")
    deputy.sees("この部分は、このまま提出できます")


def submit(person: Walker, sheet: str) -> None:
    person.go(sheet + "submit/")
    person.press("情報管理者へ提出する")
    person.sees("提出しました")


def return_and_approve(year: Year) -> None:
    """The manager sends it back once, then approves; the secretariat accepts."""
    sheet = year.found["sheet"]
    deputy, manager, secretariat = year.as_("deputy"), year.as_("manager"), year.as_("secretariat")
    submit(deputy, sheet)
    manager.go("/")
    manager.picture("summer-manager-home")
    manager.go(sheet)
    manager.fill(comment="突合を忘れた月を書いてください。")
    manager.picture("summer-approve")
    manager.press("差し戻す")
    deputy.go(sheet)
    deputy.sees("突合を忘れた月を書いてください。")
    group = group_of(deputy, "M-MD-01")
    with deputy.page.expect_response(lambda response: "/answers/" in response.url):
        group.get_by_label("課題の内容と理由").fill("4月と5月の突合を忘れた。")
        deputy.page.keyboard.press("Tab")
    deputy.page.locator("[data-autosave-status][data-state=saved]").wait_for()
    submit(deputy, sheet)
    manager.go(sheet)
    manager.press("承認する")
    manager.sees("承認しました")
    secretariat.go(sheet)
    secretariat.press("受け付ける")
    secretariat.sees("受け付けました")


def self_check(year: Year) -> None:
    """An employee checks themselves; nobody else reads what they say."""
    staff = year.as_("staff")
    staff.go("/")
    staff.press("自己チェックに答える")
    groups = staff.page.locator("fieldset.answer")
    for place in range(groups.count()):
        with staff.page.expect_response(lambda response: "/answers/" in response.url):
            groups.nth(place).locator("input[type=radio]").first.check()
    staff.picture("summer-self-check")
    staff.press("提出する")
    staff.sees("提出しました")


def remind(year: Year) -> None:
    """Who has not handed in is shown, and told by mail."""
    secretariat = year.as_("secretariat")
    secretariat.go(year.found["programme"] + "behind/")
    secretariat.sees("保険年金課")
    secretariat.picture("summer-behind")
    secretariat.go(year.found["programme"] + "reminders/steps/")
    last = secretariat.page.locator("main fieldset.stage").last
    last.get_by_label("期限からの日数").fill("21")
    last.get_by_label("前後").select_option("after")
    last.get_by_label("宛先").select_option("bureau_manager")
    secretariat.press("変更する")
    secretariat.sees("督促の段階を変更しました。")
    secretariat.go("/inspection/reminders/send/")
    secretariat.sees("松本 稔")
    secretariat.picture("summer-reminders")
    secretariat.press("人に今すぐ送る")
    secretariat.sees("人に督促を送りました")
    mails = year.served.home / "mail"
    waits = 100
    while not any(mails.glob("*")) and waits:
        secretariat.page.wait_for_timeout(200)
        waits -= 1
    assert any("hoken@midori.example" in path.read_text("utf-8") for path in mails.glob("*"))


def in_excel(year: Year) -> None:
    """保険年金課 fills in the workbook without a network; the difference is shown before it is taken."""
    deputy = year.as_("insurance_deputy")
    year.found["excel_sheet"] = sheet = open_sheet(deputy)
    deputy.press("Excelの様式を受け取る・取り込む")
    book = load_workbook(io.BytesIO(deputy.fetch("標準の様式（Excel）")))
    page = book["点検シート"]
    for number, row in enumerate(page.iter_rows(min_row=5), start=5):
        text = "".join(str(cell.value or "") for cell in row)
        if not any(words in text for words in QUESTIONS.values()):
            continue
        issue = QUESTIONS["R-VM-01"] in text or QUESTIONS["M-CD-01"] in text
        page.cell(number, 6, "課題あり" if issue else "適合")
        if issue:
            page.cell(number, 7, "窓口の機器を更新していない。")
    deputy.attach("filled", "保険年金課.xlsx", saved(book), XLSX)
    deputy.press("変わるところを確かめる")
    deputy.sees("回答を、まとめて取り込みます")
    deputy.look()
    deputy.picture("summer-excel")
    deputy.press("取り込む")
    deputy.sees("取り込みました")
    deputy.go(sheet + "risk/")
    deputy.page.locator("summary", has_text="主要な情報資産がないとき").click()
    deputy.page.get_by_label("ない理由").fill("原本は国のシステムにある。")
    deputy.press("理由を保存する")
    submit(deputy, sheet)
    manager = year.as_("other_manager")
    manager.go(sheet)
    manager.press("承認する")


def late(year: Year) -> None:
    """都市デザイン課 has no deputy and asks for time; it fills in its sheet on a telephone."""
    secretariat = year.as_("secretariat")
    secretariat.go(year.found["programme"] + "behind/")
    secretariat.page.locator("main tr", has_text="都市デザイン課").locator("input[type=checkbox]").check()
    secretariat.fill(reason="副情報管理者が不在のため", due_on="令和8年9月4日")
    secretariat.press("期限を変える")
    secretariat.sees("令和8年9月4日")

    manager = year.as_("city_planning_manager", **PHONE_USER)
    sheet = open_sheet(manager)
    for item in QUESTIONS:
        answer(manager, item, "適合")
    manager.picture("summer-phone", scroll="fieldset.answer")
    manager.go(sheet + "risk/")
    manager.page.locator("summary", has_text="主要な情報資産がないとき").click()
    manager.page.get_by_label("ない理由").fill("主要な情報資産は、本庁の課が持つ。")
    manager.press("理由を保存する")
    submit(manager, sheet)
    manager.go(sheet)
    manager.press("承認する")


def summer(year: Year) -> None:
    """Walk from July to the last sheet."""
    year.at("2026-07-06")
    fill_in(year)
    self_check(year)
    year.at("2026-07-15")
    return_and_approve(year)
    year.at("2026-08-24T07:00")
    remind(year)
    year.at("2026-08-26")
    in_excel(year)
    year.at("2026-08-31")
    late(year)
    secretariat = year.as_("secretariat")
    secretariat.go(year.found["programme"] + "accept/")
    secretariat.press("選んだものを受け付ける")
    secretariat.go(year.found["programme"])
    secretariat.sees("提出の状況")
    secretariat.picture("summer-progress")
