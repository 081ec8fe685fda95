"""Section 2 of paper 1: 情報システム監査, with its two figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tenken.reports.blocks import ChartFigure, FlowFigure, Heading, Table, numbered
from tenken.reports.paper1 import build_paper
from tenken.reports.prose import drafted_texts
from tenken.reports.stages import StageFigures
from tenken.reports.system_audit.figures import (
    OPERATIONAL,
    TECHNICAL,
    AspectItem,
    ScanFigures,
    SystemAuditFigures,
)
from tests.reports.specimen import FY2014

AUDIT = SystemAuditFigures(
    inspected=None,
    with_issues=None,
    visited=10,
    scanned=2,
    stages=(
        StageFigures(
            "self",
            "自己点検",
            date(2014, 6, 2),
            date(2014, 7, 31),
            "選定した情報システム",
            None,
            "現状をつかむ。",
            "点検する。",
        ),
        StageFigures(
            "visit",
            "訪問調査・技術監査",
            date(2014, 11, 4),
            date(2014, 12, 26),
            "抽出",
            10,
            "確かめる。",
            "聞き取る。",
            unit="システム",
        ),
    ),
    items=(
        AspectItem("password", "パスワード", OPERATIONAL, 12, 12, 0, 0),
        AspectItem("patching", "セキュリティパッチの適用", TECHNICAL, 9, 2, 5, 7),
    ),
    reasons=("システム上の制約", "保守契約", "費用面"),
    visit_findings=("簡易なパスワードが設定されている。",),
    scans=(
        ScanFigures(
            "文書管理", False, 4, 0, 4, 0, ("庁内LANの内側からのアクセスに限られる", "多層防御が働いている")
        ),
        ScanFigures("電子申請", True, 6, 1, 0, 1),
    ),
)
FIGURES = replace(FY2014, systems=AUDIT)


def test_the_section_stands_behind_the_first_with_figures_four_and_five() -> None:
    paper = numbered(build_paper(FIGURES, {}, issued_on=date(2015, 7, 29)))
    firsts = [block for block in paper.blocks if isinstance(block, Heading) and block.level == 1]
    assert [(one.number, one.text) for one in firsts] == [
        ("１", "情報セキュリティ点検"),
        ("２", "情報システム監査"),
    ]
    drawn = {block.key: block.label for block in paper.blocks if isinstance(block, FlowFigure | ChartFigure)}
    assert (drawn["systems-flow"], drawn["systems"]) == ("図４", "図５")


def test_a_year_without_an_audit_of_systems_says_nothing_of_one() -> None:
    paper = build_paper(FY2014, {}, issued_on=date(2015, 7, 29))
    assert not any("情報システム監査" in getattr(block, "text", "") for block in paper.blocks)
    assert all(text == "" for key, text in drafted_texts(FY2014).items() if key.startswith("systems."))


def test_a_number_that_was_never_published_is_not_said() -> None:
    said = drafted_texts(FIGURES)["systems.method"]
    assert "10システム" in said
    assert "2システム" in said
    assert "選定した情報システムの所管課" in said
    known = drafted_texts(replace(FIGURES, systems=replace(AUDIT, inspected=86)))["systems.method"]
    assert "選定した86システムの所管課" in known


def test_the_tendency_is_said_only_where_the_numbers_bear_it_out() -> None:
    claim = "技術面の課題には改善が難しいものがある"
    assert claim in drafted_texts(FIGURES)["systems.aspects"]
    turned = tuple(
        replace(item, improved=item.issues, not_improved=0, treated=0)
        if item.aspect == TECHNICAL
        else replace(item, improved=0, not_improved=item.issues)
        for item in AUDIT.items
    )
    assert (
        claim not in drafted_texts(replace(FIGURES, systems=replace(AUDIT, items=turned)))["systems.aspects"]
    )


def test_what_is_judged_low_and_what_is_urgent_is_told_system_by_system() -> None:
    said = drafted_texts(FIGURES)["systems.scans"]
    assert (
        "1システムでは、4件のぜい弱性を検出したが、庁内LANの内側からのアクセスに限られる、多層防御が働いていることから、"
        in said
    )
    assert "対策の必要性は低いと判断した。他の1システムでは、6件" in said
    assert "インターネットに公開されているサーバでサポートが終了したOS" in said
    assert "文書管理" not in said
    assert "電子申請" not in said


def test_the_table_adds_up_each_aspect_and_the_whole() -> None:
    paper = build_paper(FIGURES, {}, issued_on=date(2015, 7, 29))
    table = next(block for block in paper.blocks if isinstance(block, Table) and block.key == "systems-table")
    assert table.rows == (
        ("運用面", "パスワード", 12, 12, 0, 0),
        ("運用面", "小計（延べ）", 12, 12, 0, 0),
        ("技術面", "セキュリティパッチの適用", 9, 2, 7, 5),
        ("技術面", "小計（延べ）", 9, 2, 7, 5),
    )
    assert table.total == ("計（延べ）", None, 21, 14, 7, 5)
