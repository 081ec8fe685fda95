"""November: a section drawn by lot is visited with a tablet; what the sheet did not say is found, reported and told."""

from __future__ import annotations

import re

from tests.browser.year.walking import TABLET, Year

SEED = "20261104"


def select(year: Year) -> None:
    """Draw by lot with a recorded seed, see how, decide."""
    secretariat = year.as_("secretariat")
    secretariat.go("/visits/?programme=" + year.found["programme"].split("/")[2])
    secretariat.press("訪問先を選ぶ")
    secretariat.fill(method="random", wanted="1", seed=SEED, reasons="全庁から公平に選ぶため。")
    secretariat.press("抽出する")
    secretariat.sees(SEED)
    secretariat.sees("抽出の手順")
    secretariat.picture("visit-selection")
    secretariat.press("この訪問先に決定する")
    secretariat.go("/visits/")
    row = secretariat.page.locator("main tbody a[href^='/visits/']").first
    year.found["visit"] = row.get_attribute("href") or ""
    section = secretariat.page.locator("main tbody tr").first.inner_text()
    year.found["visited"] = next(role for name, role in HEADS.items() if name in section)


HEADS = {"企画課": "manager", "都市デザイン課": "city_planning_manager", "保険年金課": "other_manager"}


def prepare(year: Year) -> None:
    """Day, auditors, items, the letter on paper and by mail."""
    secretariat, visit = year.as_("secretariat"), year.found["visit"]
    secretariat.go(visit + "plan/")
    lead = secretariat.page.locator("select[name=lead] option", has_text="監査人").first
    secretariat.fill(planned_on="令和8年11月17日", begins_at="10時", ends_at="11:30")
    secretariat.fill(lead=lead.get_attribute("value") or "", request="媒体台帳と当番表をご用意ください。")
    secretariat.press("計画")
    secretariat.go(visit + "items/")
    secretariat.page.locator("main input[name=items]").evaluate_all(
        "boxes => boxes.forEach((box, place) => { box.checked = place < 4 })"
    )
    secretariat.press("確認項目を決める")
    secretariat.go(visit + "notify/")
    secretariat.fill(letter_number="8総情第123号")
    secretariat.press("通知する")
    secretariat.go(visit + "letter/")
    secretariat.sees("8総情第123号")
    secretariat.page.emulate_media(media="print")
    assert secretariat.page.pdf(format="A4").startswith(b"%PDF-")
    secretariat.page.emulate_media(media="screen")
    secretariat.picture("visit-letter")
    secretariat.go(visit + "checklist/paper/")


def on_the_spot(year: Year) -> None:
    """The checklist on a tablet: one disagrees with the sheet and becomes a 指摘事項; a good practice is kept."""
    auditor, visit = year.as_("auditor", **TABLET), year.found["visit"]
    auditor.go(visit + "checklist/")
    page = auditor.page
    lines = page.locator("fieldset.visit-line")
    for place in range(lines.count()):
        seen = "disagree" if place == 0 else "agree"
        with page.expect_response(lambda response: "/checklist/" in response.url):
            lines.nth(place).locator(f"label:has(input[value={seen}])").tap()
    with page.expect_response(lambda response: "/checklist/" in response.url):
        lines.nth(0).locator("textarea").fill("窓口の棚に、鍵がかかっていない。")
        page.keyboard.press("Tab")
    page.locator("[data-autosave-status][data-state=saved]").wait_for()
    auditor.picture("visit-tablet")
    lines.nth(0).get_by_role("link", name=re.compile("指摘事項にする")).tap()
    page.wait_for_load_state()
    auditor.look()
    auditor.fill(title="窓口の棚に鍵がかかっていない。", detail="夜間も開いている。", due_on="令和9年1月29日")
    auditor.press("記録する")
    auditor.go(visit + "practices/new/")
    auditor.fill(text="退庁時に当番が二人で机の上を確かめ、記録に残している。")
    auditor.press("記録する")
    auditor.go(visit + "finish/")
    auditor.fill(attended_by="課長、庶務係長")
    auditor.press("訪問を終える")


def told(year: Year) -> None:
    """The section says whether it was so; the report, the meeting, the paper."""
    secretariat, visit = year.as_("secretariat"), year.found["visit"]
    secretariat.go(visit + "facts/ask/")
    secretariat.fill(due_on="令和8年11月24日")
    secretariat.press("課公所に求める")
    manager = year.as_(year.found["visited"])
    manager.go(visit + "facts/")
    manager.page.locator("main input[name=answer]").first.check()
    manager.press("回答する")
    year.at("2026-11-25")
    secretariat.go(visit + "report/")
    secretariat.fill(summary="おおむね点検シートのとおりである。窓口の棚は、すぐに直す必要がある。")
    secretariat.press("報告する")
    secretariat.go("/visits/meeting/" + year.found["programme"].split("/")[2] + "/")
    secretariat.page.locator("main input[name=visits]").first.check()
    secretariat.fill(
        held_on="令和8年11月27日", place="第一会議室", attendees="課長、監査人", minutes="了承した。"
    )
    year.at("2026-11-27")
    secretariat.press("記録する")
    secretariat.go(visit)
    secretariat.sees("フォローアップ")
    secretariat.press("課名の掲載を照会する")
    secretariat.go("/visits/against/" + year.found["programme"].split("/")[2] + "/")
    secretariat.go("/papers/visit-report/2026/")
    assert secretariat.fetch("PDF").startswith(b"%PDF-")


def visit(year: Year) -> None:
    """Walk through November."""
    year.at("2026-11-04")
    select(year)
    prepare(year)
    year.at("2026-11-17")
    on_the_spot(year)
    told(year)
