"""September and October: improvements planned, reported and verified, one returned, one that cannot be; the stage ends."""

from __future__ import annotations

from tests.browser.year.walking import Walker, Year

PHOTO = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def finding_of(person: Walker, item: str) -> str:
    """Return the address of this year's finding of *item* that this person sees."""
    person.go(f"/findings/?fiscal_year=2026&item={item}")
    return person.link_in("main tbody", "/findings/")


def plan(person: Walker, finding: str, text: str, due: str = "令和8年10月16日") -> None:
    person.go(finding)
    person.fill(form="/plan/", text=text, owner="庶務係", due_on=due, level="daily")
    person.press("改善計画を提出する")
    person.sees("改善計画を提出しました")


def report(person: Walker, finding: str, action: str, on: str) -> None:
    person.go(finding)
    person.fill(form="/report/", action=action, action_on=on)
    person.attach("evidence", "改善後.png", PHOTO, "image/png")
    person.press("改善報告を提出する")
    person.sees("改善を報告しました")


def check(person: Walker, finding: str, outcome: str, comment: str = "") -> None:
    person.go(finding)
    person.fill(form="/check/", outcome=outcome, comment=comment)
    person.press("確認の結果を記録する")


def improve(year: Year) -> None:
    """企画課's desk: planned, reported, returned, reported again, verified."""
    deputy, secretariat = year.as_("deputy"), year.as_("secretariat")
    finding = finding_of(deputy, "M-CD-01")
    deputy.go("/findings/?fiscal_year=2026")
    deputy.picture("autumn-findings", scroll="main table")
    deputy.go(finding)
    deputy.picture("autumn-finding")
    plan(deputy, finding, "書庫の古い書類を倉庫に移し、空いた棚に台帳をしまう。")
    year.at("2026-10-05")
    report(deputy, finding, "書類を倉庫に移した。", "令和8年10月2日")
    check(secretariat, finding, "returned", "棚の写真を付けてください。")
    year.at("2026-10-09")
    report(deputy, finding, "書類を倉庫に移し、棚の写真を撮った。", "令和8年10月8日")
    secretariat.go(finding)
    check(secretariat, finding, "verified")
    secretariat.sees("改善済")
    year.found["verified"] = finding


def verify_many(year: Year) -> None:
    """保険年金課 improves; the secretariat verifies what waits in one list."""
    deputy, secretariat = year.as_("insurance_deputy"), year.as_("secretariat")
    finding = finding_of(deputy, "M-CD-01")
    plan(deputy, finding, "離席のときは引き出しにしまう。")
    report(deputy, finding, "引き出しに鍵を付けた。", "令和8年10月8日")
    secretariat.go("/findings/check/")
    secretariat.page.locator("main tbody input[type=checkbox]").first.check()
    secretariat.press("確認")
    secretariat.go(finding)
    secretariat.sees("改善済")


def cannot_fix(year: Year) -> None:
    """What the system does not allow is said with what is done instead, and confirmed."""
    deputy, secretariat = year.as_("deputy"), year.as_("secretariat")
    finding = finding_of(deputy, "R-BK-01")
    deputy.go(finding)
    deputy.page.locator("#procedure-cannot-fix summary").click()
    deputy.fill(
        form="/cannot-fix/",
        reason="system_constraint",
        note="今の機器には、別の庁舎に複製を置く機能がない。",
        compensating_measure="毎週、複製した媒体を別の階の金庫に移す。",
        residual_risk="low",
        residual_risk_note="庁舎の全体が被災すると、週のうちの入力が失われる。",
        review_on="令和9年3月31日",
    )
    deputy.press("改善困難として届け出る")
    secretariat.go(finding)
    secretariat.fill(form="/confirm/", outcome="confirmed", comment="契約書と機器の仕様書で確かめた。")
    secretariat.picture("autumn-cannot-fix", scroll="#next")
    secretariat.press("確認の結果を記録する")
    secretariat.sees("毎週、複製した媒体を別の階の金庫に移す。")
    year.found["treated"] = finding


def close_stage(year: Year) -> None:
    """What is open when the stage ends stays 未改善, with its reason."""
    secretariat = year.as_("secretariat")
    secretariat.go("/findings/close/")
    secretariat.go("/findings/close/2026/")
    secretariat.fill(**{"reason-all": "budget", "note-all": "来年度の予算で対応する。"})
    secretariat.picture("autumn-close")
    secretariat.press("未改善として、改善取組を終える")
    secretariat.go("/findings/?fiscal_year=2026")
    secretariat.sees("未改善")


def autumn(year: Year) -> None:
    """Walk through September and October."""
    year.at("2026-09-07")
    improve(year)
    verify_many(year)
    year.at("2026-10-13")
    cannot_fix(year)
    year.at("2026-11-02")
    close_stage(year)
