"""The figures of a specimen city in FY2014: counts of sections as published (422, 132, 5), the items invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.stages import StageFigures

STAGES = (
    StageFigures(
        "self",
        "自己点検",
        date(2014, 7, 1),
        date(2014, 8, 29),
        "全庁",
        422,
        "全庁のセキュリティ対策の現状をつかみ、改善の足がかりとする。",
        "点検シートにより、情報セキュリティ上の課題を把握する。",
    ),
    StageFigures(
        "improve",
        "改善取組",
        date(2014, 9, 1),
        date(2014, 10, 31),
        "課題が見られた課公所",
        132,
        "自己点検で見つかった課題に対し、必要な対策を行う。",
        "課題ごとに改善計画、改善実施、改善報告を行う。",
    ),
    StageFigures(
        "visit",
        "訪問調査",
        date(2014, 11, 4),
        date(2014, 11, 28),
        "全庁から抽出",
        5,
        "対象課の対策状況を現場で確かめる。",
        "監査人が聞き取りと現場確認を行い、点検結果の実情を確認する。",
        unit="課",
    ),
    StageFigures(
        "follow_up",
        "フォローアップ",
        date(2014, 12, 1),
        date(2015, 3, 20),
        "訪問調査対象課",
        None,
        "訪問調査で対応が必要とした事項を事後に確認する。",
        "報告会の後、改善の取組を支援し、状況を確認する。",
    ),
)


def item(
    code: str, name: str, issues: int, left: int, issues_before: int | None, left_before: int | None
) -> ItemFigures:
    return ItemFigures(code, name, issues, issues - left, left, issues_before, left_before)


MANAGEMENT = (
    item("m1", "クリアデスク", 61, 17, 74, 23),
    item("m2", "クリアスクリーン", 22, 2, 31, 4),
    item("m3", "パスワードの管理", 34, 3, 41, 6),
    item("m4", "USBメモリの管理", 28, 4, 45, 9),
    item("m5", "情報資産の持ち出し", 12, 1, 15, 1),
    item("m6", "書類の廃棄", 9, 0, 9, 2),
    item("m7", "外部委託先の管理", 14, 3, 13, 3),
    item("m8", "緊急時の連絡体制", 6, 0, 11, 0),
)
RISK = (
    item("r1", "スタンドアロンパソコンのウイルス対策", 19, 0, 27, 3),
    item("r2", "バックアップの取得", 11, 0, 13, 0),
    item("r3", "入退室の管理", 8, 0, 6, 0),
    item("r4", "サーバの設置場所", 4, 0, 7, 1),
)

FY2014 = InspectionFigures(
    city_name="青葉市",
    fiscal_year=2014,
    sections=422,
    sections_with_issues=132,
    sections_not_improved=24,
    sections_before=425,
    sections_with_issues_before=151,
    sections_not_improved_before=38,
    visited=5,
    stages=STAGES,
    management=MANAGEMENT,
    risk=RISK,
    visit_findings=("USBメモリの台帳と現物との突合が行われていない。", "USBメモリに重要性分類の表示がない。"),
    good_practices=(
        "USBメモリの置き場所を決め、有無が一目で分かるようにして紛失を防いでいる。",
        "スタンドアロンパソコンの定義ファイルの更新を当番制とし、作業記録を残している。",
    ),
    invented=True,
    visits_contradicting=3,
)

FIRST_YEAR = replace(
    FY2014,
    sections_before=None,
    sections_with_issues_before=None,
    sections_not_improved_before=None,
    management=tuple(replace(one, issues_before=None, not_improved_before=None) for one in MANAGEMENT),
    risk=tuple(replace(one, issues_before=None, not_improved_before=None) for one in RISK),
)
