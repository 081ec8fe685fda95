"""The organisation's file: read → difference → apply; out and in again; and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization import queries
from tenken.organization.imports import (
    apply_organization_file,
    difference,
    organization_workbook,
    people_csv,
    read_organization_file,
    units_csv,
)
from tenken.organization.imports.columns import COLUMNS, PEOPLE, PEOPLE_COLUMNS, UNIT_COLUMNS, UNITS
from tenken.organization.models import Assignment, City, Person, Post, Unit
from tenken.organization.operations import rename_unit
from tenken.organization.tree import tree_of
from tests.factories import FOUNDED, make_city, make_other_city, root_of
from tests.factories import SetUp as _SetUp

pytestmark = pytest.mark.django_db
APRIL = date(2014, 4, 1)
SECTION = ("100", "総務課", "", "課", "991015", "")
MANAGER = (
    "1", "髙橋 一郎", "たかはし", "", "100", "100-1", "総務課長", "1人", "情報管理者", "本務", "平成26年4月1日", "",
)  # fmt: skip


def book(units=(SECTION,), people=(MANAGER,), **changed) -> bytes:
    """Return a workbook of these rows; *changed* may give other headers (units_header=…)."""
    workbook = Workbook()
    del workbook["Sheet"]
    for sheet, rows in ((UNITS, units), (PEOPLE, people)):
        if rows is None:
            continue
        page = workbook.create_sheet(sheet)
        page.append(list(changed.get(f"{'units' if sheet == UNITS else 'people'}_header", COLUMNS[sheet])))
        for row in rows:
            page.append(list(row))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def unit(code="100", **kept):
    row = dict(zip(UNIT_COLUMNS, SECTION, strict=True)) | {"所属コード": code} | kept
    return tuple(row.values())


def person(number="1", **kept):
    row = dict(zip(PEOPLE_COLUMNS, MANAGER, strict=True)) | {"職員番号": number} | kept
    return tuple(row.values())


def imported(by, content, name="組織.xlsx", on=APRIL):
    file = read_organization_file(name, content)
    found = difference(by=by, file=file, on=on)
    return apply_organization_file(by=by, file=file, on=on, shown=found.digest)


def problems_of(by, content, name="組織.xlsx"):
    with pytest.raises(Invalid) as refusal:
        imported(by, content, name)
    return [str(problem) for problem in refusal.value.problems] or [refusal.value.message]


@pytest.fixture
def by(scenario):
    return scenario.by("secretariat", APRIL)


class TestRoundTrip:
    def test_a_new_city_is_read_whole(self):
        city = make_city("041009", "杜の市")
        from tenken.organization.access import system_principal

        by = system_principal(city, "test", on=APRIL)
        units = [
            unit("20", 名称="二課", 上位所属コード="10"),
            unit("10", 名称="一局", 種類="局", 上位所属コード="０４１００９"),
        ]
        people = [
            person("1", 所属コード="20", 職コード="20-1"),
            person("2", 氏名="𠮷田", 所属コード="20", 職コード="20-2", 定員="複数", 役割="職員"),
            person(
                "3", 氏名="佐藤", 所属コード="10", 職コード="10-1", 役割="局（区）情報管理者、事務局＠041009"
            ),
        ]
        found = imported(by, book(units, people))
        assert found.counts(UNITS) == {"追加": 2, "変更": 0, "変更なし": 0}
        assert found.counts(PEOPLE) == {"追加": 3, "変更": 0, "変更なし": 0}
        city = City.objects.get(pk=city.pk)
        two = Unit.objects.get(city=city, code="20")
        assert tree_of(city, APRIL).parent[two.pk] == Unit.objects.get(city=city, code="10").pk
        assert [holder.person_name for holder in queries.manager_on(two, APRIL)] == ["髙橋 一郎"]
        content = organization_workbook(by=by, on=APRIL)
        again = difference(by=by, file=read_organization_file("x.xlsx", content), on=APRIL)
        assert again.nothing_to_do
        assert _SetUp.actor.code == "system:test"
        assert root_of(city).name == "杜の市"

    def test_what_goes_out_comes_back_unchanged(self, scenario, by):
        rename_unit(by=by, unit=scenario.section_a1, name="企画調整課", on=date(2012, 4, 1))
        content = organization_workbook(by=by, on=APRIL)
        found = imported(by, content)
        assert found.nothing_to_do
        assert found.counts(UNITS) == {"追加": 0, "変更": 0, "変更なし": 5}
        assert found.counts(PEOPLE)["変更なし"] == len(scenario.people)
        assert PersonalDataAccess.objects.filter(purpose="組織と職員の出力").count() == 1

    def test_csv_goes_out_and_comes_back(self, scenario, by):
        Person.objects.filter(name__contains="𠮷").update(name="吉田 花子")
        for content, sheet in ((units_csv(by=by, on=APRIL), UNITS), (people_csv(by=by, on=APRIL), PEOPLE)):
            found = imported(by, content, "x.csv")
            assert found.nothing_to_do
            assert found.counts(sheet)["変更なし"] > 0
            as_utf8 = content.decode("cp932").encode("utf-8-sig")
            assert imported(by, as_utf8, "x.csv").nothing_to_do

    def test_csv_says_what_it_cannot_hold(self, scenario, by):
        with pytest.raises(Invalid) as refusal:
            people_csv(by=by, on=APRIL)
        assert "𠮷" in str(refusal.value.problems[0])

    def test_formulas_go_out_disarmed_and_come_back(self, scenario, by):
        Person.objects.filter(pk=scenario.people["staff"].pk).update(name="=1+1", search_text="=1+1")
        content = organization_workbook(by=by, on=APRIL)
        sheet = load_workbook(io.BytesIO(content))[PEOPLE]
        assert "'=1+1" in [cell.value for row in sheet for cell in row]
        assert imported(by, content).nothing_to_do


class TestTransferList:
    """A list of the April transfers: rename, move, leave, arrive."""

    def edit(self, by, changes):
        workbook = load_workbook(io.BytesIO(organization_workbook(by=by, on=APRIL)))
        for sheet, key, column, value in changes:
            page = workbook[sheet]
            header = [cell.value for cell in page[1]]
            row = next(row for row in page.iter_rows(min_row=2) if row[0].value == key)
            row[header.index(column)].value = value
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    def test_rename_move_and_a_new_holder_in_one_file(self, scenario, by):
        old, code = scenario.people["section_manager"], scenario.section_a1.code
        content = self.edit(
            by,
            [
                (UNITS, code, "名称", "地域企画課"),
                (UNITS, code, "上位所属コード", scenario.bureau_b.code),
                (PEOPLE, old.number, "解令日", "2014-04-01"),
            ],
        )
        workbook = load_workbook(io.BytesIO(content))
        page = workbook[PEOPLE]
        row = next(row for row in page.iter_rows(min_row=2, values_only=True) if row[0] == old.number)
        new = list(row)
        new[0], new[1], new[10], new[11] = "N-1", "新任 課長", "H26.4.1", None
        page.append(new)
        out = io.BytesIO()
        workbook.save(out)
        found = imported(by, out.getvalue())
        assert found.counts(UNITS)["変更"] == 1
        assert found.counts(PEOPLE) | {"変更なし": 0} == {"追加": 1, "変更": 1, "変更なし": 0}
        renamed = Unit.objects.get(city=scenario.city, code=code, valid_to=None)
        assert renamed.name == "地域企画課"
        city = City.objects.get(pk=scenario.city.pk)
        assert tree_of(city, APRIL).parent[renamed.pk] == scenario.bureau_b.pk
        assert [h.person_name for h in queries.manager_on(renamed, APRIL)] == ["新任 課長"]
        assert [h.person_id for h in queries.manager_on(renamed, date(2014, 3, 31))] == [old.pk]
        again = organization_workbook(by=scenario.by("secretariat", APRIL), on=APRIL)
        assert imported(scenario.by("secretariat", APRIL), again).nothing_to_do

    def test_roles_names_and_titles_change(self, scenario, by):
        staff = scenario.people["staff"]
        content = self.edit(
            by,
            [
                (PEOPLE, staff.number, "氏名", "改姓 花子"),
                (PEOPLE, staff.number, "職名", "企画課 係長"),
                (PEOPLE, staff.number, "役割", "職員、副情報管理者"),
            ],
        )
        found = imported(by, content)
        (change,) = [change for change in found.changes if change.what == "変更"]
        assert {label for label, *_ in change.details} == {"氏名", "職名", "役割"}
        assert scenario.by("staff", APRIL).role_codes == {"staff", "deputy"}
        assert scenario.by("staff", date(2014, 3, 31)).role_codes == {"staff"}
        assert "組織" not in [change.sheet for change in found.changes if change.what != "変更なし"]

    def test_head_of_a_third_class_office_is_deputy_of_the_section_above(self, scenario, by):
        units = [unit("900", 名称="西分室", 種類="三種公所", 上位所属コード=scenario.section_a1.code)]
        people = [person("H", 所属コード="900", 職コード="900-1", 職名="西分室長", 役割="副情報管理者")]
        imported(by, book(units, people))
        scenario.people["head"] = Person.objects.get(number="H")
        assert scenario.by("head", APRIL).roles_at(scenario.section_a1.pk) == {"deputy"}

    def test_swapping_who_stands_above_makes_no_ring_in_between(self, scenario, by):
        content = self.edit(
            by,
            [
                (UNITS, scenario.bureau_a.code, "上位所属コード", scenario.section_a1.code),
                (UNITS, scenario.section_a1.code, "上位所属コード", scenario.city.code),
            ],
        )
        imported(by, content)
        tree = tree_of(City.objects.get(pk=scenario.city.pk), APRIL)
        assert tree.parent[scenario.bureau_a.pk] == scenario.section_a1.pk

    def test_absent_units_are_told_and_kept(self, scenario, by):
        found = imported(by, book([unit("100")], None))
        assert set(found.absent_units) == {"まちづくり局", "健康福祉局", "企画課", "都市計画課", "保険課"}
        assert Unit.objects.filter(city=scenario.city, valid_to=None).count() == 7

    def test_what_changed_since_it_was_shown_is_stale(self, scenario, by):
        file = read_organization_file("x.xlsx", book())
        shown = difference(by=by, file=file, on=APRIL).digest
        imported(by, book([unit("100", 名称="総務課", ふりがな="そうむか")], None))
        with pytest.raises(Stale):
            apply_organization_file(by=by, file=file, on=APRIL, shown=shown)

    def test_one_record_says_what_was_imported(self, scenario, by):
        imported(by, book())
        entry = Entry.objects.get(operation="organization.import")
        assert entry.business_date == APRIL


class TestRefused:
    @pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor", "ciso", "staff"])
    def test_only_the_secretariat(self, scenario, role):
        with pytest.raises(Denied):
            imported(scenario.by(role), book())

    def test_another_citys_units_are_unknown(self, scenario, by):
        other = make_other_city()
        told = problems_of(by, book([unit("100", 上位所属コード=other.section.code + "9")], None))
        assert told == [
            f"シート「組織」2行「上位所属コード」列：所属コード{other.section.code}9の組織はありません。"
        ]

    @pytest.mark.parametrize(
        ("units", "people", "told"),
        [
            ([unit(名称="課" * 300)], [], "シート「組織」2行「名称」列：名称は100文字まで"),
            ([unit(), unit()], [], "シート「組織」3行「所属コード」列：所属コード100は2行にもあります"),
            ([unit(種類="謎")], [], "種類「謎」はありません"),
            ([unit(種類="市")], [], "種類「市」はありません"),
            ([unit(実施機関="謎")], [], "実施機関「謎」はありません"),
            ([unit(上位所属コード="")], [], "上位所属コードを入力"),
            ([unit("991015")], [], "市そのもの"),
            (
                [unit("1", 上位所属コード="2"), unit("2", 上位所属コード="3"), unit("3", 上位所属コード="1")],
                [],
                "自分自身の下",
            ),
            ([unit("1", 上位所属コード="1")], [], "自分自身の下"),
            ([unit()], [person(役割="王様")], "役割「王様」はありません"),
            ([unit()], [person(役割="情報管理者＠777")], "所属コード777はありません"),
            ([unit()], [person(所属コード="777")], "所属コード777の組織はありません"),
            ([unit()], [person(区分="謎")], "本務・兼務・事務取扱"),
            ([unit()], [person(定員="3人")], "定員"),
            ([unit()], [person(発令日="きのう")], "日付として読めません"),
            ([unit()], [person(発令日="2014-02-30")], "という日付はありません"),
            ([unit()], [person(解令日="2014-04-01")], "解令日は発令日より後"),
            ([unit()], [person(発令日="2013-04-01")], "それ以後の発令日"),
            ([unit()], [person(職コード="")], "職コードを入力"),
            ([unit()], [person(メール="x@@")], "メールアドレス"),
            ([unit()], [person(), person(氏名="別人")], "2行と違います"),
            ([unit()], [person(), person("2", 職名="別の職")], "職名・定員・役割が2行と違います"),
            ([unit()], [person(), person("2", 氏名="佐藤")], "本務の発令"),
            ([unit()], [person(), person()], "同じ職に2014-04-01からの発令"),
            ([unit("U0001")], [], "シート「組織」2行"),
        ],
    )
    def test_with_sheet_row_and_column_and_nothing_written(self, scenario, by, units, people, told):
        if told == "シート「組織」2行":
            units = [unit("U0001", 種類="謎")]
        before = Unit.objects.count(), Person.objects.count(), Post.objects.count(), Entry.objects.count()
        problems = problems_of(by, book(units, people))
        assert any(told in problem for problem in problems), problems
        assert all(problem.startswith("シート「") for problem in problems)
        assert (
            Unit.objects.count(),
            Person.objects.count(),
            Post.objects.count(),
            Entry.objects.count(),
        ) == before

    def test_overlap_with_who_holds_it(self, scenario, by):
        held = Assignment.objects.select_related("post__unit").get(person=scenario.people["section_manager"])
        row = person(
            "N",
            所属コード=held.post.unit.code,
            職コード=held.post.code,
            職名=held.post.title,
            発令日="2014-04-01",
        )
        (problem,) = problems_of(by, book(None, [row]))
        assert "シート「職員」2行「発令日」列" in problem
        assert "2010-04-01から" in problem

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("x.xlsx", b"", "空の"),
            ("x.xlsx", b"not a workbook", "読み取れません"),
            ("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "古い形式"),
            ("x.xls", b"\xd0\xcf\x11\xe0", "読み取れない種類"),
            ("x.pdf", b"%PDF-1.7", "読み取れない種類"),
            ("x.csv", b"PK\x03\x04\x00abc", "文字のファイルではありません"),
            ("x.csv", "職員番号,氏名".encode("utf-16"), "文字"),
            ("x.csv", b"\x81 \x81 ", "文字コード"),
            ("x.csv", b"a,b\r\n1,2\r\n", "様式"),
            ("x.csv", b'"a', "読み取れません"),
            ("x.csv", b"x" * (20 * 1024 * 1024 + 1), "大きすぎます"),
        ],
    )
    def test_files_that_are_not_what_they_say(self, name, content, told):
        with pytest.raises(Invalid, match=told):
            read_organization_file(name, content)

    def test_a_zip_that_is_no_workbook(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            package.writestr("a.txt", "x")
        with pytest.raises(Invalid, match=r"中身が\.xlsx"):
            read_organization_file("x.xlsx", out.getvalue())

    def test_a_bomb_is_not_unpacked(self):
        out = io.BytesIO(book())
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr("xl/worksheets/sheet9.xml", b"0" * (201 * 1024 * 1024))
        with pytest.raises(Invalid, match="大きすぎる"):
            read_organization_file("x.xlsx", out.getvalue())

    def test_a_bomb_that_lies_about_its_size(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            with zipfile.ZipFile(io.BytesIO(book())) as source:
                for part in source.infolist():
                    package.writestr(part.filename, source.read(part))
            package.writestr("xl/worksheets/sheet9.xml", b"0" * (1024 * 1024))
        # The directory says 100 bytes where 1 MB is packed.
        lying = out.getvalue().replace((1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))
        with pytest.raises(Invalid):
            read_organization_file("x.xlsx", lying)

    def test_wrong_headers(self):
        header = ["所属コード", "名称", "名称", "種類", "上位所属コード", "謎"]
        with pytest.raises(Invalid) as refusal:
            read_organization_file("x.xlsx", book(units_header=header))
        told = [str(problem) for problem in refusal.value.problems]
        assert "シート「組織」1行「名称」列：見出し「名称」が2つ以上あります。" in told
        assert "シート「組織」1行「ふりがな」列：見出し「ふりがな」がありません。" in told
        assert any("「謎」は、この様式にありません" in problem for problem in told)

    def test_headers_in_another_order_and_width_are_read(self, scenario, by):
        header = ["上位所属コード", "名　称", "ふりがな", "種類", "所属コード", "実施機関"]
        row = ("991015", "総務課", "", "課", "１００", "")
        found = imported(by, book([row], None, units_header=header))
        assert found.counts(UNITS)["追加"] == 1
        assert Unit.objects.get(city=scenario.city, code="100").name == "総務課"

    def test_no_sheet_of_ours_and_no_rows(self):
        workbook = Workbook()
        out = io.BytesIO()
        workbook.save(out)
        with pytest.raises(Invalid, match="様式"):
            read_organization_file("x.xlsx", out.getvalue())
        with pytest.raises(Invalid, match="取り込む行がありません"):
            read_organization_file("x.xlsx", book([], []))

    def test_dates_of_cells_are_read(self, scenario, by):
        imported(by, book([unit()], [person(発令日=date(2014, 4, 1), 解令日=date(2015, 4, 1))]))
        held = Assignment.objects.get(person__number="1")
        assert (held.valid_from, held.valid_to) == (date(2014, 4, 1), date(2015, 4, 1))
        assert held.post.valid_from == max(APRIL, FOUNDED)
