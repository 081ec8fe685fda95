"""The ledgers out to a file and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tenken.assets.models import InformationAsset, InformationSystem
from tenken.assets.operations import change_asset
from tenken.assets.queries import assets_for, systems_for
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.common.spreadsheets import cp932_csv
from tenken.workbooks.ledger_files import apply_difference
from tenken.workbooks.ledgers import (
    ASSET_COLUMNS,
    asset_difference,
    asset_rows,
)
from tenken.workbooks.lists import list_workbook
from tenken.workbooks.system_ledger import SYSTEM_COLUMNS, system_difference, system_rows
from tests.assets.makers import data, make_asset, make_system
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def row(scenario: Scenario, **values: Any) -> list[Any]:
    """Return a line of the file as a person types it."""
    said = dict.fromkeys(ASSET_COLUMNS, "") | {
        "所属コード": scenario.section_a1.code,
        "情報資産": "相談記録",
        "重要性分類": "Ⅰ",
        "件数": "１，２００",
        "保管の形": "紙、サーバ・情報システム",
        "個人情報": "○",
    }
    return list((said | values).values())


def csv(rows: Sequence[Sequence[Any]]) -> bytes:
    return cp932_csv(ASSET_COLUMNS, rows)


def test_what_goes_out_comes_back_the_same(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    system = make_system(scenario.section_b1, outage_is_grave=True, outline="国民健康保険の資格と給付")
    make_asset(scenario.section_a1, "=申請書", amount=None, location="書庫2", personal_data=True, main=True)
    make_asset(scenario.section_b1, "レセプト", classification="S", system_id=system.pk)
    rows = list(asset_rows(assets_for(by), {}))
    workbook = list_workbook(title="情報資産台帳", header=ASSET_COLUMNS, rows=rows)
    for name, content in (("台帳.xlsx", workbook), ("台帳.csv", csv(rows))):
        found = asset_difference(by=by, name=name, content=content, on=by.on)
        assert found.counts == {"追加": 0, "変更": 0, "終了": 0, "変更なし": 2}, found.changes
    lines = list(system_rows(systems_for(by), {}, by.on))
    content = list_workbook(title="情報システム台帳", header=SYSTEM_COLUMNS, rows=lines)
    assert system_difference(by=by, name="a.xlsx", content=content, on=by.on).counts["変更なし"] == 1


def test_a_file_adds_changes_and_ends(scenario: Scenario) -> None:
    by = scenario.by("deputy")
    make_asset(scenario.section_a1, "申請書")
    make_asset(scenario.section_a1, "名簿")
    content = csv(
        [
            row(scenario, 番号="1", 情報資産="申請書", 重要性分類="S", 件数="1,200", 個人情報=""),
            row(scenario, 番号="2", 情報資産="名簿", 終了日="令和8年7月1日"),
            row(scenario),
        ]
    )
    found = asset_difference(by=by, name="a.csv", content=content, on=by.on)
    assert found.counts == {"追加": 1, "変更": 1, "終了": 1, "変更なし": 0}
    assert found.changes[0].details == (("重要性分類", "Ⅰ", "Ｓ"),)
    assert InformationAsset.objects.count() == 2
    apply_difference(by=by, found=found, shown=found.digest)
    said = InformationAsset.objects.order_by("number").values_list(
        "name", "classification", "amount", "personal_data"
    )
    assert list(said) == [
        ("申請書", "S", 1200, False),
        ("名簿", "1", 1200, False),
        ("相談記録", "1", 1200, True),
    ]
    assert InformationAsset.objects.get(number=2).valid_to is not None


def test_every_mistake_is_named_with_its_place_and_nothing_is_written(scenario: Scenario) -> None:
    by = scenario.by("deputy")
    content = csv(
        [
            row(scenario, 所属コード="X999"),
            row(scenario, 所属コード=scenario.section_b1.code),
            row(scenario, 番号="7"),
            row(scenario, 情報資産="名簿", 重要性分類="Ⅳ", 件数="多数", 保管の形="金庫", 個人情報="たぶん"),
            row(scenario, 情報資産="名簿"),
            row(scenario),
            row(scenario, 情報資産="", 情報システム="SYS-99"),
        ]
    )
    with pytest.raises(Invalid) as refusal:
        asset_difference(by=by, name="a.csv", content=content, on=by.on)
    places = [problem.place for problem in refusal.value.problems]
    assert places == [
        "2行「所属コード」列",
        "3行「所属コード」列",
        "4行「番号」列",
        "5行「件数」列",
        "5行「保管の形」列",
        "5行「個人情報」列",
        "5行「重要性分類」列",
        "6行「情報資産」列",
        "8行「情報システム」列",
        "8行「情報資産」列",
    ]
    assert not InformationAsset.objects.exists()


def test_a_ledger_that_changed_meanwhile_is_not_overwritten(scenario: Scenario) -> None:
    by = scenario.by("deputy")
    asset = make_asset(scenario.section_a1, "申請書")
    content = csv([row(scenario, 番号="1", 情報資産="申請書", 件数="5")])
    shown = asset_difference(by=by, name="a.csv", content=content, on=by.on).digest
    change_asset(by=by, asset=asset, data=data("申請書", amount=9), version=1)
    again = asset_difference(by=by, name="a.csv", content=content, on=by.on)
    with pytest.raises(Stale):
        apply_difference(by=by, found=again, shown=shown)
    asset.refresh_from_db()
    assert asset.amount == 9


def test_systems_are_added_changed_and_refused(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    make_system(scenario.section_b1)
    header = ("コード", "名称", "所管課コード", "概要")
    rows = [
        ["SYS-01", "国保システム（新）", scenario.section_a1.code, ""],
        ["SYS-02", "税システム", scenario.section_a2.code, "概要"],
    ]
    content = cp932_csv(header, rows)
    found = system_difference(by=by, name="a.csv", content=content, on=by.on)
    assert [change.what for change in found.changes] == ["変更", "追加"]
    apply_difference(by=by, found=found, shown=found.digest)
    assert InformationSystem.objects.get(code="SYS-01").owner_id == scenario.section_a1.pk
    with pytest.raises(Denied):
        system_difference(by=scenario.by("deputy"), name="a.csv", content=content, on=by.on)
    twice = cp932_csv(header, [rows[1], rows[1]])
    with pytest.raises(Invalid) as refusal:
        system_difference(by=by, name="a.csv", content=twice, on=by.on)
    assert [problem.place for problem in refusal.value.problems] == ["3行「コード」列"]


SYSTEM = {
    "コード": "SYS-02",
    "種類": "ネットワーク",
    "名称": "庁内LAN",
    "利用する課公所": "全庁",
    "ネットワーク": "LGWAN接続系、独立",
    "インターネットに公開": "",
    "重要性分類": "Ｓ",
    "個人情報": "○",
    "一週間の停止が重大な支障": "○",
    "重要と定めた理由": "",
    "保守の事業者": "みどり情報",
    "稼働開始日": "平成24年4月1日",
    "サポート終了日": "2027-03-31",
    "製品": "OS｜Windows Server｜2012 R2｜令和5年10月10日\n機器|ルータ",
    "概要": "",
}


def system_csv(scenario: Scenario, *lines: dict[str, str]) -> bytes:
    header = [*SYSTEM, "所管課コード"]
    base = SYSTEM | {"所管課コード": scenario.section_a1.code}
    return cp932_csv(header, [[(base | line)[column] for column in header] for line in lines])


def test_every_column_of_a_system_comes_in_and_goes_out_again(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    other = {"コード": "SYS-03", "利用する課公所": f"{scenario.section_a2.code}, {scenario.section_b1.code}"}
    content = system_csv(scenario, {}, other)
    found = system_difference(by=by, name="a.csv", content=content, on=by.on)
    apply_difference(by=by, found=found, shown=found.digest)
    lan = InformationSystem.objects.get(code="SYS-02")
    assert (lan.kind, lan.networks, lan.classification, lan.used_by_all, lan.important) == (
        "network",
        ["lgwan", "standalone"],
        "S",
        True,
        True,
    )
    assert (lan.in_use_since, lan.support_ends_on) == (date(2012, 4, 1), date(2027, 3, 31))
    assert [(one.kind, str(one), one.support_ends_on) for one in lan.products.all()] == [
        ("hardware", "ルータ", None),
        ("os", "Windows Server 2012 R2", date(2023, 10, 10)),
    ]
    assert InformationSystem.objects.get(code="SYS-03").used_by.count() == 2
    systems = systems_for(by).prefetch_related("used_by", "products")
    lines = list(system_rows(list(systems), {}, by.on))
    for name, out in (
        ("a.csv", cp932_csv(SYSTEM_COLUMNS, lines)),
        ("a.xlsx", list_workbook(title="情報システム台帳", header=SYSTEM_COLUMNS, rows=lines)),
    ):
        again = system_difference(by=by, name=name, content=out, on=by.on)
        assert again.counts["変更なし"] == 2, again.changes


def test_a_column_that_is_not_there_leaves_what_stands(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    make_system(scenario.section_b1, used_by_all=True, vendor="みどり情報")
    header = ("コード", "名称", "所管課コード", "保守の事業者")
    content = cp932_csv(header, [["SYS-01", "国保システム", scenario.section_b1.code, "あおば情報"]])
    found = system_difference(by=by, name="a.csv", content=content, on=by.on)
    assert found.changes[0].details == (("保守の事業者", "みどり情報", "あおば情報"),)
    apply_difference(by=by, found=found, shown=found.digest)
    system = InformationSystem.objects.get()
    assert (system.vendor, system.used_by_all) == ("あおば情報", True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("種類", "サーバ"),
        ("利用する課公所", "U9999"),
        ("ネットワーク", "無線"),
        ("インターネットに公開", "たぶん"),
        ("重要性分類", "Ⅳ"),
        ("重要と定めた理由", "あ" * 301),
        ("稼働開始日", "昨年"),
        ("サポート終了日", "2000-01-01"),
        ("製品", "Windows"),
        ("製品", "端末｜Windows｜10"),
        ("製品", "OS｜Windows｜10｜いつか"),
        ("製品", "OS｜Windows｜10\nOS｜Windows｜10"),
    ],
)
def test_a_wrong_cell_of_a_system_is_named(scenario: Scenario, column: str, value: str) -> None:
    by = scenario.by("secretariat")
    with pytest.raises(Invalid) as refusal:
        system_difference(by=by, name="a.csv", content=system_csv(scenario, {column: value}), on=by.on)
    assert [problem.place for problem in refusal.value.problems] == [f"2行「{column}」列"]
    assert not InformationSystem.objects.exists()
