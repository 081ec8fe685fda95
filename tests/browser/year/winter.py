"""December to March: followed up until verified, one item traced, the casebook, the CISO's duties, the papers, the journal."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from tests.browser.year.april import XLSX
from tests.browser.year.autumn import check, plan, report
from tests.browser.year.visit import HEADS
from tests.browser.year.walking import Year, saved


def follow_up(year: Year) -> None:
    """What the visit found is improved and verified; the visit ends."""
    manager, secretariat = year.as_(year.found["visited"]), year.as_("secretariat")
    visit = year.found["visit"]
    manager.go(visit)
    finding = manager.link("/findings/")
    plan(manager, finding, "窓口の棚に鍵を付ける。", "令和9年1月15日")
    year.at("2027-01-18")
    report(manager, finding, "窓口の棚に鍵を付け、当番を決めた。", "令和9年1月12日")
    check(secretariat, finding, "verified")
    secretariat.sees("改善済")
    manager.go(visit)
    manager.press("課名の掲載に答える")
    manager.fill(granted="yes")
    manager.press("回答する")
    secretariat.go(visit)
    secretariat.press("事例集に提案する")
    secretariat.fill(situation="退庁時に、机の上に書類が残ることがあった。")
    secretariat.press("提案する")
    secretariat.go(visit)
    secretariat.press("訪問調査を終了する")
    secretariat.sees("訪問調査を終了しました")


def roster() -> bytes:
    """Return a duty roster as a section keeps it."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["日", "当番", "パターンファイルの更新"])
    for day in range(1, 29, 7):
        page.append([f"12月{day}日", "庶務係", "更新済"])
    return saved(book)


def trace(year: Year) -> None:
    """スタンドアロンパソコンのウイルス対策, followed through every section by its duty rosters."""
    secretariat = year.as_("secretariat")
    secretariat.go("/findings/traces/new/")
    secretariat.fill(
        item_code="R-VM-01",
        name="スタンドアロンパソコンのウイルス対策",
        why="通信の記録に残らない機器のため、当番表と作業記録で確かめる。",
        due_on="令和9年2月15日",
        target="all",
    )
    secretariat.press("追跡調査を始める")
    board = secretariat.page.url.removeprefix(secretariat.address)
    for role in HEADS.values():
        head = year.as_(role)
        head.go("/findings/traces/")
        head.go(head.link("/findings/trace-lines/"))
        proved = role != "city_planning_manager"
        head.fill(answer="done" if proved else "not_applicable", note="週に一度、当番が更新している。")
        if proved:
            head.fill(kind="duty_roster", period_from="令和8年12月1日", period_to="令和8年12月28日")
            head.attach("evidence", "当番表.xlsx", roster(), XLSX)
        head.page.locator("main form[action$='/answer/'] button[type=submit]").click()
        head.page.wait_for_load_state()
        head.sees("経過")
    secretariat.go(board)
    for box in secretariat.page.locator("main tbody input[type=checkbox]").all():
        box.check()
    secretariat.picture("winter-trace")
    secretariat.press("印を付けた回答を確認する")
    secretariat.go(board)
    secretariat.press("追跡調査を終了する")
    secretariat.go(board)
    expect(secretariat.page.locator("main .tag").first).to_have_text("終了")


def casebook(year: Year) -> None:
    """What worked is published for all sections."""
    secretariat, deputy = year.as_("secretariat"), year.as_("deputy")
    secretariat.go(year.found["verified"])
    secretariat.press("事例集に載せる")
    secretariat.fill(
        kind="measure", title="書庫に空きをつくり、机の上をなくす", measure="古い書類を倉庫に移した。"
    )
    secretariat.press("事例を提案する")
    for _ in range(2):
        secretariat.go("/cases/")
        secretariat.go(secretariat.link_in("section[aria-labelledby=work-title]", "/cases/"))
        secretariat.press("公開する")
    deputy.go("/cases/")
    deputy.sees("書庫に空きをつくり")
    deputy.picture("winter-cases")


def steer(year: Year) -> None:
    """A meeting with its minutes; the CISO's page and a duty done; a bureau's sections."""
    secretariat, ciso = year.as_("secretariat"), year.as_("ciso")
    secretariat.go("/meetings/")
    secretariat.go("/meetings/new/")
    council = secretariat.page.locator("select[name=council] option").nth(1).get_attribute("value") or ""
    secretariat.fill(
        council=council, meets_on="令和9年2月24日", begins_at="13時", agenda="点検の結果について／資料１"
    )
    secretariat.press("予定する")
    meeting = secretariat.page.url
    year.at("2027-02-24T16:00")
    secretariat.go(meeting)
    secretariat.press("開催の結果を記録する")
    secretariat.fill(attendees="委員5名", minutes="了承された。")
    secretariat.press("記録する")

    ciso.go("/boards/ciso/")
    ciso.picture("winter-ciso")
    ciso.go(ciso.link("/meetings/duties/"))
    ciso.press("実施を記録する")
    ciso.fill(text="改善の遅れている課公所に、年度内の改善を指示した。", done_on="令和9年2月24日")
    ciso.press("記録する")
    ciso.sees("年度内の改善を指示した")
    bureau = year.as_("bureau_manager")
    bureau.go("/boards/bureau/")
    bureau.picture("winter-bureau")


def still_treated(year: Year) -> None:
    """What cannot be fixed is told to whom it stays with."""
    deputy = year.as_("deputy")
    deputy.go(year.found["treated"])
    deputy.sees("リスク低減策で管理")


def papers(year: Year) -> None:
    """The programme ends; the committee's paper is issued and reaches the committee."""
    secretariat, committee = year.as_("secretariat"), year.as_("committee")
    secretariat.go("/findings/relapse/?fiscal_year=2026")
    secretariat.sees("企画課")
    secretariat.picture("winter-relapse")
    secretariat.go("/findings/ages/")
    secretariat.go("/inspection/issues/?year=2026")
    for page in ("risk/", "risk/high/", "risk/missing/", "sheets/", "reminders/"):
        secretariat.go(year.found["programme"] + page)
    secretariat.go(year.found["self_check"] + "people/")
    for programme in ("self_check", "programme"):
        secretariat.go(year.found[programme] + "close/")
        secretariat.press("点検を終了する")
    secretariat.go(year.found["self_check"] + "results/")
    secretariat.sees("職員の自己チェック")
    secretariat.go("/papers/")
    secretariat.go("/papers/committee/2026/")
    secretariat.picture("winter-paper", scroll="article.paper")
    secretariat.press("文章を直す")
    secretariat.press("この内容で発行する")
    secretariat.fill(issued_on="令和9年3月26日")
    secretariat.press("発行する")
    secretariat.sees("発行済")
    committee.go("/")
    committee.go(committee.link("/papers/"))
    files = {form: committee.fetch(form) for form in ("Word", "PDF", "Excel")}
    assert files["PDF"].startswith(b"%PDF-")
    load_workbook(io.BytesIO(files["Excel"]))
    text = re.sub(r"<[^>]+>", "", ZipFile(io.BytesIO(files["Word"])).read("word/document.xml").decode())
    for figure in ("3課公所が自己点検により", "課題が見られた2課公所", "1課公所を訪問し"):
        assert figure in text


def journal(year: Year) -> None:
    """The record of it all is whole."""
    secretariat = year.as_("secretariat")
    secretariat.go("/journal/")
    secretariat.picture("winter-journal")
    secretariat.press("記録を検証する")
    secretariat.job_done()
    expect(secretariat.page.locator("#job")).to_contain_text("異常はありません")


def winter(year: Year) -> None:
    """Walk from December to March."""
    year.at("2026-12-07")
    follow_up(year)
    year.at("2027-01-20")
    trace(year)
    year.at("2027-02-17")
    casebook(year)
    steer(year)
    year.at("2027-03-26")
    still_treated(year)
    papers(year)
    journal(year)
