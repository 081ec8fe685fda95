"""June: the inspection of the year is planned, its questions proposed and chosen, its targets shown; launched in July."""

from __future__ import annotations

from tests.browser.year.city import ITEMS
from tests.browser.year.walking import Year

NAME = "令和8年度情報セキュリティ点検"


def plan(year: Year) -> None:
    """Plan with the risk part; last year's worst is proposed again."""
    secretariat = year.as_("secretariat")
    page = secretariat.page
    secretariat.go("/inspection/new/")
    secretariat.fill(fiscal_year="2026", name=NAME, purpose="課題を見つけ、改善する。")
    page.get_by_label("リスク対策状況点検を含む").check()
    secretariat.press("計画を作る")
    secretariat.sees("続けて、設問を選んでください")
    secretariat.picture("plan-questions")
    page.locator("input[name=items]").evaluate_all(
        "(boxes, items) => boxes.forEach(box => { box.checked = items.includes(box.value) })", list(ITEMS)
    )
    secretariat.press("この設問に決める")
    secretariat.sees(f"いま{len(ITEMS)}問")
    year.found["programme"] = page.url.removeprefix(year.served.address)


def launch(year: Year) -> None:
    """Whom it reaches is shown, then every section has its sheet."""
    secretariat = year.as_("secretariat")
    secretariat.go(year.found["programme"] + "targets/")
    secretariat.sees("保険年金課")
    secretariat.sees("都市デザイン課")
    secretariat.press("対象を決める")
    secretariat.go(year.found["programme"])
    secretariat.press("点検を開始する")
    secretariat.sees(f"{len(ITEMS)}問の点検シート")
    secretariat.press("点検を開始する")
    secretariat.sees("3の課公所に点検シートを配りました")


def self_check(year: Year) -> None:
    """Employees check themselves in July, too."""
    secretariat = year.as_("secretariat")
    page = secretariat.page
    secretariat.go("/inspection/new/")
    secretariat.fill(kind="self_check", fiscal_year="2026", code="self", name="職員の自己チェック")
    for box in page.get_by_label("この段階をなくす").all()[1:]:
        box.check()
    secretariat.press("計画を作る")
    page.locator("input[name=items]").evaluate_all(
        "boxes => boxes.forEach(box => { box.checked = ['M-CD-01', 'M-PW-01'].includes(box.value) })"
    )
    secretariat.press("この設問に決める")
    secretariat.press("点検を開始する")
    secretariat.press("点検を開始する")
    year.found["self_check"] = page.url.removeprefix(year.served.address)


def planning(year: Year) -> None:
    """Walk through June and the first of July."""
    year.at("2026-06-15")
    plan(year)
    year.at("2026-07-01T07:00")
    launch(year)
    self_check(year)
