"""April: the lists of the reorganisation and of the transfers, the new manager, the hand-over, the annual plan."""

from __future__ import annotations

from datetime import date

from tests.browser.year.walking import Walker, Year, filled

APRIL = date(2026, 4, 1)
NEW_MANAGER, NEW_NAME, OWN_PASSWORD = "7770001", "若葉 一", "midori-no-kaze-2026"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reorganisation(year: Year) -> None:
    """年金課 joins 保険課, 都市計画課 is renamed: shown first, written by a job."""
    secretariat = year.as_("secretariat")
    secretariat.go("/organization/reorganizations/import/")
    form = secretariat.fetch("様式を受け取る")
    rows = [
        {
            "区分": "統合",
            "旧所属コード": "U0005",
            "旧名称": "保険課",
            "新所属コード": "U0005",
            "新名称": "保険年金課",
        },
        {
            "区分": "統合",
            "旧所属コード": "U0006",
            "旧名称": "年金課",
            "新所属コード": "U0005",
            "新名称": "保険年金課",
        },
        {"区分": "改称", "旧所属コード": "U0004", "旧名称": "都市計画課", "新名称": "都市デザイン課"},
    ]
    content = filled(form, "組織改正", [{"施行日": APRIL} | row for row in rows])
    secretariat.attach("file", "組織改正.xlsx", content, XLSX)
    secretariat.press("内容を確かめる")
    secretariat.sees("まだ何も取り込んでいません")
    secretariat.picture("april-reorganisation")
    secretariat.press("取り込む")
    secretariat.job_done()


def transfers(year: Year) -> None:
    """The manager of 企画課 leaves, a new one comes; their first password is printed on a slip."""
    secretariat = year.as_("secretariat")
    secretariat.go("/organization/transfers/import/")
    form = secretariat.fetch("様式を受け取る")
    leaving = year.served.people["section_manager"]
    rows = [
        {"発令日": date(2026, 3, 31), "職員番号": leaving, "氏名": year.found["manager"], "区分": "退職"},
        {
            "発令日": APRIL,
            "職員番号": NEW_MANAGER,
            "氏名": NEW_NAME,
            "区分": "転入",
            "新所属コード": "U0003",
            "新職": "企画課 情報管理者",
        },
    ]
    secretariat.attach("file", "人事異動.xlsx", filled(form, "人事異動", rows), XLSX)
    secretariat.press("内容を確かめる")
    secretariat.sees(NEW_NAME)
    secretariat.picture("april-transfers")
    secretariat.press("取り込む")
    secretariat.job_done()

    secretariat.go("/organization/passwords/")
    secretariat.press("発行して表示する")
    slip = secretariat.page.locator("section.card", has_text=NEW_NAME)
    password = slip.locator("code").inner_text()
    newcomer = Walker(year, "")
    newcomer.sign_in(NEW_MANAGER, password)
    newcomer.sees("はじめに、自分だけが知るパスワードに変えてください")
    newcomer.look()
    newcomer.fill(oldpassword=password, password1=OWN_PASSWORD, password2=OWN_PASSWORD)
    newcomer.press("パスワードを変更する")
    newcomer.go("/")
    newcomer.sees("ホーム")
    year.newcomer("manager", newcomer)


def who_answers(year: Year) -> None:
    """The section tells who answered for it when; the one who left comes in no more."""
    secretariat = year.as_("secretariat")
    secretariat.go("/organization/?q=企画課")
    secretariat.go(secretariat.link_in("main table", "/organization/units/") + "tenures/")
    for name in (year.found["manager"], NEW_NAME):
        secretariat.sees(name)
    left = Walker(year, "")
    left.sign_in(year.served.people["section_manager"], year.served.password)
    left.sees("ログインできませんでした")
    left.leave()


def hand_over(year: Year) -> None:
    """The newcomer reads what stands open at the post."""
    manager = year.as_("manager")
    manager.go("/boards/handover/")
    manager.go(manager.link("/boards/handover/"))
    manager.sees("企画課")
    manager.picture("april-handover")


def annual_plan(year: Year) -> None:
    """This year's plan begins as a copy of last year's and is adopted."""
    secretariat = year.as_("secretariat")
    secretariat.go("/plans/")
    secretariat.go("/plans/new/")
    secretariat.fill(fiscal_year="2026")
    secretariat.press("案を作る")
    secretariat.sees("情報管理者研修")
    secretariat.press("この計画を決定する")
    secretariat.fill(adopted_on="令和8年4月24日")
    secretariat.press("決定する")
    secretariat.go("/plans/2026/")
    secretariat.sees("決定")
    secretariat.picture("april-plan")


def april(year: Year) -> None:
    """Walk through April."""
    year.at("2026-03-27")
    secretariat = year.as_("secretariat")
    secretariat.go("/organization/people/")
    row = secretariat.page.locator("main tr", has_text=year.served.people["section_manager"])
    year.found["manager"] = row.locator("a").first.inner_text().strip()
    reorganisation(year)
    year.at("2026-04-01")
    secretariat.go("/organization/")
    secretariat.sees("保険年金課")
    transfers(year)
    who_answers(year)
    hand_over(year)
    year.at("2026-04-24")
    annual_plan(year)
