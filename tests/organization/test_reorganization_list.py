"""組織改正一覧: told before it is done, done whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.organization.imports import (
    apply_reorganization_file,
    read_reorganization_file,
    reorganization_difference,
    reorganization_form,
    reorganizations_workbook,
)
from tenken.organization.imports.reorganization_list import REORGANIZATION_FORM
from tenken.organization.models import City, Post, PostRole, Unit, UnitPlacement
from tenken.organization.models.validity import valid_on
from tenken.organization.operations import move_unit, rename_unit
from tenken.organization.queries import manager_on, predecessors_of, reorganized_between
from tests.factories import make_unit
from tests.organization.list_files import csv_of, told, workbook_of

pytestmark = pytest.mark.django_db
APRIL = date(2014, 4, 1)


@pytest.fixture
def by(scenario):
    return scenario.by("secretariat", date(2014, 3, 20))


def row(kind: str, **cells):
    return {"施行日": APRIL, "区分": kind} | cells


def read(rows):
    return read_reorganization_file("改正.xlsx", workbook_of(REORGANIZATION_FORM, rows))


def carry_out(by, rows):
    file = read(rows)
    shown = reorganization_difference(by=by, file=file).digest
    return apply_reorganization_file(by=by, file=file, shown=shown)


def standing(name: str) -> Unit:
    return Unit.objects.get(valid_on(APRIL), name=name)


@pytest.fixture
def whole(scenario):
    """One of each kind, written in an order in which they cannot be done."""
    a1, a2, b1 = scenario.section_a1, scenario.section_a2, scenario.section_b1
    old = make_unit(scenario.city, "臨時対策室", parent=scenario.bureau_a)
    moving = make_unit(scenario.city, "統計課", parent=scenario.bureau_a)
    split = make_unit(scenario.city, "福祉課", parent=scenario.bureau_b)
    return [
        row("廃止", 旧所属コード=old.code, 旧名称="臨時対策室"),
        row("移管", 旧所属コード=moving.code, 上位所属コード="N100"),
        row("統合", 旧所属コード=a1.code, 新所属コード="N200", 新名称="企画計画課", 上位所属コード="N100"),
        row("統合", 旧所属コード=a2.code, 旧名称="都市計画課", 新所属コード="N200"),
        row("分割", 旧所属コード=split.code, 新名称="高齢福祉課"),
        row("分割", 旧所属コード=split.code, 新所属コード="N300", 新名称="障害福祉課"),
        row("改称", 旧所属コード=b1.code, 新名称="国保年金課", ふりがな="こくほねんきんか"),
        row("新設", 新所属コード="N101", 新名称="防災課", 種類="課", 上位所属コード="N100"),
        row("新設", 新所属コード="N100", 新名称="未来局", 種類="局", 上位所属コード=scenario.root.code),
    ]


def test_difference_tells_units_posts_and_writes_nothing(scenario, by, whole):
    before = (list(Unit.objects.order_by("pk").values()), list(Post.objects.values()), Entry.objects.count())
    version = City.objects.get(pk=by.city_id).organization_version
    found = reorganization_difference(by=by, file=read(whole))
    after = (list(Unit.objects.order_by("pk").values()), list(Post.objects.values()), Entry.objects.count())
    assert before == after
    assert by.city.organization_version == version
    assert found.counts() == {"統合": 1, "分割": 1, "改称": 1, "廃止": 1, "新設": 2, "移管": 1}
    by_label = {effect.label: effect for effect in found.effects}
    merger = by_label["統合"]
    assert merger.before == (
        f"{scenario.section_a1.code} まちづくり局 企画課",
        f"{scenario.section_a2.code} まちづくり局 都市計画課",
    )
    assert merger.after == ("N200 未来局 企画計画課",)
    assert "企画計画課 情報管理者" in merger.going_on
    assert merger.old_ids == (scenario.section_a1.pk, scenario.section_a2.pk)
    assert by_label["分割"].new == ("障害福祉課長", "障害福祉課員")
    assert by_label["移管"].after[0].endswith("未来局 統計課")
    assert by_label["廃止"].after == ()
    assert [effect.rows for effect in found.effects] == [(2,), (3,), (4, 5), (6, 7), (8,), (9,), (10,)]


def test_posts_that_end_are_told_with_their_holders(scenario, by):
    rows = [
        row("統合", 旧所属コード=scenario.section_a2.code, 新所属コード="N200", 新名称="計画課"),
        row("統合", 旧所属コード=scenario.section_a1.code, 新所属コード="N200"),
    ]
    effect = reorganization_difference(by=by, file=read(rows)).effects[0]
    manager = scenario.people["section_manager"]
    assert f"企画課 情報管理者（{manager.name}）" in effect.ending
    assert all("主事" not in post for post in effect.ending)


def test_all_is_done_with_lineage(scenario, by, whole):
    carry_out(by, whole)
    merged = standing("企画計画課")
    assert {unit.name for unit in predecessors_of(merged)} == {"企画課", "都市計画課"}
    assert UnitPlacement.objects.get(valid_on(APRIL), unit=merged).parent.name == "未来局"
    assert [one.person_name for one in manager_on(merged, APRIL)] == [scenario.people["section_manager"].name]
    assert standing("国保年金課").code == scenario.section_b1.code
    assert not Unit.objects.filter(valid_on(APRIL), name="臨時対策室").exists()
    for name in ("障害福祉課", "防災課"):
        role = PostRole.objects.get(unit=standing(name), role__code="section_manager")
        assert role.post.title == f"{name}長"
    assert Entry.objects.filter(operation="organization.reorganization").count() == 1
    assert verify(by.city_code).whole
    assert [
        (one.label, [unit.name for unit in one.after]) for one in reorganized_between(by.city, APRIL, APRIL)
    ]


def test_what_changed_in_between_is_refused_and_nothing_is_done(scenario, by, whole):
    file = read(whole)
    shown = reorganization_difference(by=by, file=file).digest
    rename_unit(by=by, unit=scenario.section_a2, name="計画課", on=date(2013, 4, 1))
    with pytest.raises(Stale):
        apply_reorganization_file(by=by, file=file, shown=shown)
    assert not Unit.objects.filter(name="未来局").exists()


def test_into_a_standing_unit(scenario, by):
    a1, a2 = scenario.section_a1, scenario.section_a2
    carry_out(by, [row("統合", 旧所属コード=a2.code, 新所属コード=a1.code, 新名称="企画課")])
    assert predecessors_of(a1) == [Unit.objects.get(pk=a2.pk)]


def test_codes_that_change_hands_the_same_day(scenario, by):
    a1, a2 = scenario.section_a1, scenario.section_a2
    carry_out(
        by,
        [
            row("改称", 旧所属コード=a1.code, 新所属コード=a2.code, 新名称="総合企画課"),
            row("統合", 旧所属コード=a2.code, 新所属コード=scenario.section_b1.code),
        ],
    )
    assert standing("総合企画課").code == a2.code


def test_a_bureau_and_what_stands_below_it_are_abolished_together(scenario, by):
    bureau = make_unit(scenario.city, "臨時局", kind="bureau")
    section = make_unit(scenario.city, "臨時課", parent=bureau)
    carry_out(by, [row("廃止", 旧所属コード=bureau.code), row("廃止", 旧所属コード=section.code)])
    assert not Unit.objects.filter(valid_on(APRIL), name__startswith="臨時").exists()


def test_every_problem_has_its_place(scenario, by):
    a1 = scenario.section_a1
    with pytest.raises(Invalid) as refused:
        reorganization_difference(
            by=by,
            file=read(
                [
                    row("改称", 旧所属コード="X999", 新名称="なし課"),
                    row("改称", 旧所属コード=a1.code, 旧名称="税制課", 新名称="なし課"),
                    row(
                        "新設",
                        新所属コード=scenario.section_a2.code,
                        新名称="防災課",
                        種類="課",
                        上位所属コード=scenario.bureau_a.code,
                    ),
                    row(
                        "新設",
                        新所属コード="N1",
                        新名称="防災課",
                        種類="庁",
                        上位所属コード=scenario.bureau_a.code,
                    ),
                    row("移管", 旧所属コード=scenario.section_b1.code, 上位所属コード="X1"),
                    row("廃止", 旧所属コード=scenario.bureau_b.code),
                ]
            ),
        )
    said = told(refused.value)
    assert {line.partition("：")[0] for line in said} == {
        "シート「組織改正」2行「旧所属コード」列",
        "シート「組織改正」3行「旧所属コード」列",
        "シート「組織改正」4行「新所属コード」列",
        "シート「組織改正」5行「種類」列",
        "シート「組織改正」6行「上位所属コード」列",
        "シート「組織改正」7行「旧所属コード」列",
    }
    assert any("「企画課」です" in line for line in said)
    assert not Unit.objects.filter(name="なし課").exists()


@pytest.mark.parametrize(
    ("cells", "place", "says"),
    [
        (row("改称", 旧所属コード="1", 新名称="あ課", 施行日=41730), "施行日", "平成26年4月1日"),
        (row("改称", 旧所属コード="1"), "新名称", "入力してください"),
        (row("改称", 旧所属コード=date(2014, 1, 1), 新名称="=A1&B1"), "新名称", ""),
        (row("改称", 旧所属コード="1", 新名称="＋課"), "新名称", "数式"),
        (row("廃止", 旧所属コード="1", 新名称="あ課"), "新名称", "空欄"),
        (row("分割", 旧所属コード="1", 新名称="あ課"), "旧所属コード", "2行以上"),
        (row("解体", 旧所属コード="1"), "区分", "いずれか"),
    ],
)
def test_bad_cells(scenario, cells, place, says):
    with pytest.raises(Invalid) as refused:
        read([cells])
    assert any(f"2行「{place}」列" in line and says in line for line in told(refused.value))


def test_merged_cells_wrong_columns_and_twice_the_same(scenario):
    import io

    book = load_workbook(io.BytesIO(workbook_of(REORGANIZATION_FORM, [row("廃止", 旧所属コード="1")] * 2)))
    book.active.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid) as refused:
        read_reorganization_file("改正.xlsx", out.getvalue())
    assert "シート「組織改正」2行「A」列：セルが結合されています" in told(refused.value)[0]
    with pytest.raises(Invalid) as refused:
        read([row("廃止", 旧所属コード="1"), row("改称", 旧所属コード="1", 新名称="あ課")])
    assert "2行にもあります" in told(refused.value)[0]
    with pytest.raises(Invalid) as refused:
        read_reorganization_file("改正.csv", "日付,区分\r\n2014-04-01,廃止".encode("cp932"))
    assert "見出し「日付」は、この様式にありません。" in "".join(told(refused.value))
    with pytest.raises(Invalid, match="文字コード"):
        read_reorganization_file("改正.csv", b"\xff\xfe\x81")


def test_cp932_csv(scenario, by):
    rows = [
        row("改称", 旧所属コード=scenario.section_a1.code, 新名称="髙台企画課", 施行日="平成２６年４月１日")
    ]
    file = read_reorganization_file("改正.csv", csv_of(REORGANIZATION_FORM, rows))
    assert reorganization_difference(by=by, file=file).effects[0].after[0].endswith("髙台企画課")


def test_only_who_may(scenario, whole):
    for role in ("section_manager", "bureau_manager", "auditor"):
        with pytest.raises(Denied):
            reorganization_difference(by=scenario.by(role), file=read(whole))


def test_blank_form_and_example(scenario, by):
    with pytest.raises(Invalid, match="取り込む行がありません"):
        read_reorganization_file("様式.xlsx", reorganization_form(by=by))
    columns = list(REORGANIZATION_FORM.columns)
    examples = [dict(zip(columns, one, strict=True)) for one in REORGANIZATION_FORM.examples]
    assert len(read(examples).actions) == len(examples) - 2, "two rows of one merger, two of one split"


def test_what_was_done_goes_out_in_the_same_columns(scenario, by, whole):
    carry_out(by, whole)
    content = reorganizations_workbook(by=by, start=APRIL, end=APRIL)
    again = read_reorganization_file("改正.xlsx", content)
    first = read(whole)
    said = sorted((action.kind, action.old_codes, len(action.rows)) for action in first.actions)
    assert sorted((action.kind, action.old_codes, len(action.rows)) for action in again.actions) == said


def test_reorganized_between(scenario, by):
    a1, a2, b1 = scenario.section_a1, scenario.section_a2, scenario.section_b1
    renamed = rename_unit(by=by, unit=scenario.bureau_a, name="都市局", on=date(2013, 4, 1))
    move_unit(by=by, unit=b1, parent=renamed, on=APRIL)
    carry_out(
        by,
        [
            row("統合", 旧所属コード=code, 新所属コード="N2", 新名称="企画計画課")
            for code in (a1.code, a2.code)
        ],
    )
    found = reorganized_between(by.city, date(2013, 4, 1), APRIL)
    assert [(one.on, one.label) for one in found] == [
        (date(2013, 4, 1), "改称"),
        (APRIL, "統合"),
        (APRIL, "移管"),
    ]
    assert [unit.pk for unit in found[1].before] == [a1.pk, a2.pk]
    assert found[1].after[0].name == "企画計画課"
    assert reorganized_between(by.city, date(2013, 4, 2), date(2014, 3, 31)) == []
