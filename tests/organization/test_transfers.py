"""人事異動の一覧: shown as a difference, written in one go; work follows the post, accounts follow the person."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.organization.api_tokens import account_of_token, issue_token
from tenken.organization.imports import (
    apply_transfer_file,
    appointments_csv,
    appointments_workbook,
    read_transfer_file,
    transfer_difference,
    transfer_form,
)
from tenken.organization.imports.transfer_list import TRANSFER_FORM
from tenken.organization.imports.transfers import BESIDES, JOINS, LEAVES, MOVES, SAME
from tenken.organization.models import Account, Assignment, Person, Post
from tenken.organization.operations import assign, awaiting_first_password, rename_unit
from tenken.organization.queries import manager_on
from tests.factories import PASSWORD, make_person
from tests.organization.list_files import csv_of, told, workbook_of

pytestmark = pytest.mark.django_db
APRIL, EVE = date(2014, 4, 1), date(2014, 3, 31)
IN_MARCH = datetime(2014, 3, 20, 3, tzinfo=UTC)


@pytest.fixture
def by(scenario):
    return scenario.by("secretariat", date(2014, 3, 20))


def post_of(person: Person) -> Post:
    return Post.objects.get(assignments__person=person, assignments__valid_to=None)


def row(person: Person | None = None, **cells):
    base = {"発令日": APRIL, "区分": "異動"}
    if person is not None:
        base |= {"職員番号": person.number, "氏名": person.name}
    return base | cells


def to(person: Person) -> dict[str, str]:
    """The post of *person*, as a row's destination."""
    post = post_of(person)
    return {"新所属コード": post.unit.code, "新職": post.title}


def read(rows):
    return read_transfer_file("異動.xlsx", workbook_of(TRANSFER_FORM, rows))


def carry_out(by, rows, **options):
    file = read(rows)
    shown = transfer_difference(by=by, file=file, **options).digest
    return apply_transfer_file(by=by, file=file, shown=shown, **options)


@pytest.fixture
def swap(scenario):
    """The managers of 企画課 and 保険課 change places; the deputy retires; a newcomer takes the deputy's post."""
    people = scenario.people
    return [
        row(people["section_manager"], **to(people["other_manager"])),
        row(people["other_manager"], **to(people["section_manager"])),
        row(people["deputy"], 発令日=EVE, 区分="退職"),
        row(
            職員番号="７７７０００１",
            氏名="若葉 一",
            ふりがな="わかば はじめ",
            区分="採用",
            **to(people["deputy"]),
        ),
    ]


def test_difference_writes_nothing_and_tells_all(scenario, by, swap):
    before = list(Assignment.objects.order_by("pk").values())
    found = transfer_difference(by=by, file=read(swap))
    assert found.counts() == {JOINS: 1, LEAVES: 1, MOVES: 2, BESIDES: 0, SAME: 0}
    first = found.changes[0]
    assert first.before == f"まちづくり局 企画課　{post_of(scenario.people['section_manager']).title}"
    assert first.after.startswith("健康福祉局 保険課　")
    assert found.changes[2].on == APRIL, "31 March is the last day in service"
    assert found.vacancies == []
    assert list(Assignment.objects.order_by("pk").values()) == before
    assert not Person.objects.filter(number="7770001").exists()


def test_all_is_written_at_once_and_journaled(scenario, by, swap):
    heard = []
    file = read(swap)
    shown = transfer_difference(by=by, file=file).digest
    apply_transfer_file(by=by, file=file, shown=shown, tell=lambda *said: heard.append(said))
    manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
    assert [one.person_name for one in manager_on(scenario.section_a1, EVE)] == [manager.name]
    assert [one.person_name for one in manager_on(scenario.section_a1, APRIL)] == [other.name]
    newcomer = Person.objects.get(number="7770001")
    assert newcomer.kana == "わかば はじめ"
    assert Assignment.objects.get(person=newcomer).valid_from == APRIL
    assert heard[-1][:2] == (4, 4)
    entry = Entry.objects.get(operation="organization.transfer")
    assert entry.business_date == APRIL
    assert verify(by.city_code).whole


def test_a_second_time_nothing_changes(scenario, by, swap):
    carry_out(by, swap)
    again = transfer_difference(by=by, file=read(swap))
    assert [change.what for change in again.changes] == [SAME] * 4
    assert again.nothing_to_do


def test_what_changed_in_between_is_refused(scenario, by, swap):
    file = read(swap)
    shown = transfer_difference(by=by, file=file).digest
    rename_unit(by=by, unit=scenario.section_b1, name="国保年金課", on=APRIL)
    with pytest.raises(Stale):
        apply_transfer_file(by=by, file=file, shown=shown)
    assert not Person.objects.filter(number="7770001").exists()


def test_the_new_holder_sees_the_section_from_the_first_day(scenario, by, swap):
    carry_out(by, swap)
    manager, other = (scenario.people[key] for key in ("section_manager", "other_manager"))
    unit = scenario.section_a1.pk
    for person, day, sees in (
        (manager, EVE, True),
        (other, EVE, False),
        (manager, APRIL, False),
        (other, APRIL, True),
    ):
        from tenken.organization.permissions import WRITE_EMERGENCY_PROCEDURE
        from tests.factories import principal

        assert (unit in principal(person, day).units_with(WRITE_EMERGENCY_PROCEDURE)) is sees


def test_a_leaver_loses_session_and_token_on_the_day(scenario, by, client_for):
    deputy = scenario.people["deputy"]
    with time_machine.travel(IN_MARCH, tick=False):
        _, token = issue_token(by=scenario.by("deputy"), name="集計", expires_on=date(2014, 12, 31))
        carry_out(by, [row(deputy, 発令日=EVE, 区分="退職")])
    with time_machine.travel(datetime(2014, 3, 31, 14, 59, tzinfo=UTC), tick=False):
        client: Client = client_for(deputy)
        assert client.get(reverse("home")).status_code == 200
        assert account_of_token(token)
        assert Client().login(username=deputy.number, password=PASSWORD)
    with time_machine.travel(datetime(2014, 3, 31, 15, 0, tzinfo=UTC), tick=False):
        assert client.get(reverse("home")).status_code == 302
        assert account_of_token(token) is None
        assert not Client().login(username=deputy.number, password=PASSWORD)


def test_the_day_of_leaving_can_be_the_first_without(scenario, by):
    deputy = scenario.people["deputy"]
    found = carry_out(by, [row(deputy, 区分="退職")], last_day=False)
    assert found.changes[0].on == APRIL
    assert Account.objects.get(person=deputy).valid_to == APRIL


def test_a_joiner_has_an_account_from_the_day_and_waits_for_a_slip(scenario, by, swap):
    carry_out(by, swap)
    account = Account.objects.get(person__number="7770001")
    assert (account.username, account.valid_from, account.must_change_password) == ("7770001", APRIL, True)
    assert not account.has_usable_password()
    assert [one.pk for one in awaiting_first_password(by)] == [account.pk]


def test_who_returns_is_not_let_in_by_the_old_password(scenario, by):
    deputy = scenario.people["deputy"]
    post = to(deputy)
    carry_out(by, [row(deputy, 発令日=date(2013, 3, 31), 区分="転出")])
    with pytest.raises(Invalid) as refused:
        transfer_difference(by=by, file=read([row(deputy, **post)]))
    assert "退職しています" in told(refused.value)[0]
    carry_out(by, [row(deputy, 区分="転入", **post)])
    account = Account.objects.get(person=deputy)
    assert (account.valid_from, account.valid_to) == (APRIL, None)
    assert not account.has_usable_password()


def test_beside_the_post_and_no_more(scenario, by):
    manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
    found = carry_out(by, [row(manager, 区分="併任", **to(other)), row(other, 発令日=EVE, 区分="退職")])
    assert found.counts()[BESIDES] == 1
    assert Assignment.objects.get(person=manager, kind="concurrent").valid_from == APRIL
    assert found.vacancies == []
    later = date(2014, 7, 1)
    moved = carry_out(
        by,
        [
            row(
                manager,
                発令日=later,
                **{
                    "区分": "解任",
                    "旧所属コード": scenario.section_b1.code,
                    "旧職": "保険課 情報管理者",
                },
            )
        ],
    )
    assert moved.counts()[BESIDES] == 1
    assert Assignment.objects.get(person=manager, kind="concurrent").valid_to == later
    assert len(moved.vacancies) == 1
    assert "健康福祉局 保険課" in moved.vacancies[0]


def test_a_seat_left_empty_is_told_and_may_be(scenario, by):
    found = carry_out(by, [row(scenario.people["section_manager"], 発令日=EVE, 区分="退職")])
    assert found.vacancies == ["まちづくり局 企画課　企画課 情報管理者（平成26年4月1日から）"]


def test_what_goes_on_beside_a_move_is_told(scenario, by):
    manager = scenario.people["section_manager"]
    post = make_post_for(scenario)
    assign(by=by, person=manager, post=post, on=date(2013, 4, 1), kind="concurrent")
    found = transfer_difference(
        by=by, file=read([row(manager, **{"新所属コード": post.unit.code, "新職": "係長"})])
    )
    assert found.remaining == [f"{manager.number} {manager.name}のまちづくり局 都市計画課　都市計画課主査"]


def make_post_for(scenario) -> Post:
    from tenken.organization.access import system_principal
    from tenken.organization.operations import add_post

    by = system_principal(scenario.city, "test", on=date(2010, 4, 1))
    unit = scenario.section_a2
    add_post(by=by, unit=unit, code="A2-7", title="都市計画課 係長", on=date(2010, 4, 1))
    return add_post(by=by, unit=unit, code="A2-8", title="都市計画課主査", on=date(2010, 4, 1))


class TestAfterAReorganisation:
    """The lists of one April: the units first, the people after, from the same day."""

    def test_a_move_from_a_post_that_was_renamed_that_day(self, scenario, by):
        rename_unit(by=by, unit=scenario.section_a1, name="企画調整課", on=APRIL)
        manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
        found = carry_out(
            by,
            [
                row(
                    manager,
                    **{"旧所属コード": scenario.section_a1.code, "旧職": "企画課 情報管理者"},
                    **to(other),
                ),
                row(other, **{"新所属コード": scenario.section_a1.code, "新職": "企画調整課 情報管理者"}),
            ],
        )
        assert found.counts()[MOVES] == 2
        new = manager_on(scenario.section_a1, APRIL)
        assert [one.person_name for one in new] == [other.name]
        assert not Assignment.objects.filter(person=manager, post__unit__name="企画調整課").exists()

    def test_who_only_goes_on_in_the_renamed_section_is_unchanged(self, scenario, by):
        rename_unit(by=by, unit=scenario.section_a1, name="企画調整課", on=APRIL)
        manager = scenario.people["section_manager"]
        found = transfer_difference(by=by, file=read([row(manager, **to(manager))]))
        assert found.nothing_to_do


# --- what a person writes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["2014/4/1", "平成26年4月1日", "H26.4.1", "２０１４年４月１日", date(2014, 4, 1)]
)
def test_dates_as_people_write_them(scenario, by, typed):
    deputy = scenario.people["deputy"]
    file = read([row(deputy, 発令日=typed, 区分="退職")])
    assert file.rows[0].on == APRIL


@pytest.mark.parametrize("typed", ["課長", "企画課長", "A1-K"])
def test_posts_by_code_by_title_or_shortened(scenario, by, typed):
    from tenken.organization.operations import add_post

    add_post(by=by, unit=scenario.section_a1, code="A1-K", title="企画課長", on=date(2010, 4, 1))
    staff = scenario.people["staff"]
    cells = {"新所属コード": scenario.section_a1.code, "新職": typed}
    found = transfer_difference(by=by, file=read([row(staff, 区分="昇任", **cells)]))
    assert found.changes[0].after == "まちづくり局 企画課　企画課長"


def test_cp932_csv_with_full_width_digits(scenario, by):
    staff, other = scenario.people["staff"], scenario.people["other_manager"]
    wide = staff.number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    rows = [
        row(職員番号=wide, 氏名=staff.name.replace("𠮷", "吉").replace("髙", "高"), **to(other)),
        row(other, 発令日="平成26年3月31日", 区分="退職"),
    ]
    file = read_transfer_file("異動.csv", csv_of(TRANSFER_FORM, rows))
    assert transfer_difference(by=by, file=file).counts()[MOVES] == 1


def refusal_of(by, rows, **options) -> list[str]:
    with pytest.raises(Invalid) as refused:
        transfer_difference(by=by, file=read(rows), **options)
    return told(refused.value)


def test_every_problem_has_its_place(scenario, by):
    people = scenario.people
    manager, other, staff = people["section_manager"], people["other_manager"], people["staff"]
    said = refusal_of(
        by,
        [
            row(職員番号="9999999", 氏名="だれか", **to(other)),
            row(manager, 氏名="別人 太郎", **to(other)),
            row(other, **{"新所属コード": "X999", "新職": "課長"}),
            row(staff, **{"新所属コード": scenario.section_a1.code, "新職": "局長"}),
            row(people["deputy"], 区分="採用", **to(other)),
            row(people["bureau_manager"], **{"旧職": "区長", **to(people["ciso"])}),
        ],
    )
    places = [line.partition("：")[0] for line in said]
    assert places == [
        "シート「人事異動」2行「職員番号」列",
        "シート「人事異動」3行「氏名」列",
        "シート「人事異動」4行「新所属コード」列",
        "シート「人事異動」5行「新職」列",
        "シート「人事異動」6行「区分」列",
        "シート「人事異動」7行「旧職」列",
    ]
    assert "ある職：" in said[3]
    assert "在職しています" in said[4]


def test_two_in_a_single_seat(scenario, by):
    manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
    said = refusal_of(by, [row(manager, **to(other))])
    assert "2人が就くことになります" in said[0]
    assert "異動か退職の行がありません" in said[0]
    ended = refusal_of(by, [row(manager, **to(other)), row(other, 区分="退職")])
    assert "2人が就くことになります" in ended[0], "1 April is still a day of the leaver"
    assert transfer_difference(
        by=by, file=read([row(manager, **to(other)), row(other, 区分="退職")]), last_day=False
    ).counts()[LEAVES]


@pytest.mark.parametrize(
    ("cells", "place", "says"),
    [
        ({"発令日": 41730}, "発令日", "平成26年4月1日"),
        ({"発令日": "4月1日"}, "発令日", "日付として読めません"),
        ({"発令日": ""}, "発令日", "入力してください"),
        ({"区分": "出向"}, "区分", "いずれか"),
        ({"新職": ""}, "新職", "入力してください"),
        ({"氏名": "＝緑 太郎"}, "氏名", "数式と区別できない"),
        ({"氏名": "緑\u2028太郎"}, "氏名", "使えない文字"),
        ({"職員番号": "1000-あ"}, "職員番号", "英数字"),
        ({"職員番号": date(2014, 4, 1)}, "職員番号", "職員はいません"),
        ({"区分": "退職"}, "新所属コード", "空欄にしてください"),
        ({"区分": "解任", "新所属コード": "", "新職": ""}, "旧職", "入力してください"),
        ({"メール": "x"}, "メール", "メールアドレス"),
    ],
)
def test_bad_cells(scenario, by, cells, place, says):
    rows = [row(scenario.people["staff"], **to(scenario.people["other_manager"])) | cells]
    with pytest.raises(Invalid) as refused:
        transfer_difference(by=by, file=read(rows))
    said = "\n".join(told(refused.value))
    assert f"2行「{place}」列" in said
    assert says in said


def test_same_rows_and_two_moves_of_one_person(scenario, by):
    manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
    same = row(manager, **to(other))
    with pytest.raises(Invalid) as refused:
        read([same, same])
    assert "2行と同じ行です" in told(refused.value)[0]
    with pytest.raises(Invalid) as refused:
        read([same, row(manager, **to(scenario.people["ciso"]))])
    assert "同じ日の「異動」が2行にあります" in told(refused.value)[0]


def test_only_who_may(scenario, swap):
    for role in ("section_manager", "bureau_manager", "auditor"):
        with pytest.raises(Denied):
            transfer_difference(by=scenario.by(role), file=read(swap))


# --- out and in again -------------------------------------------------------------------------------------


def test_the_present_state_comes_back_unchanged(scenario, by):
    manager, other = scenario.people["section_manager"], scenario.people["other_manager"]
    assign(by=by, person=manager, post=post_of(other), on=date(2012, 4, 1), kind="acting")
    content = appointments_workbook(by=by, on=by.on)
    found = transfer_difference(by=by, file=read_transfer_file("現在.xlsx", content))
    assert len(found.changes) == Assignment.objects.count()
    assert found.nothing_to_do
    assert found.vacancies == []
    with pytest.raises(Invalid, match="CSVにできない"):
        appointments_csv(by=by, on=by.on)


def test_the_blank_form_is_read_and_its_example_is_well_formed(scenario, by):
    with pytest.raises(Invalid, match="取り込む行がありません"):
        read_transfer_file("様式.xlsx", transfer_form(by=by))
    examples = [dict(zip(TRANSFER_FORM.columns, row, strict=True)) for row in TRANSFER_FORM.examples]
    assert len(read(examples).rows) == len(examples)


def test_three_thousand_need_no_query_each(scenario, by, django_assert_max_num_queries):
    people = [
        make_person(scenario.city, role=None, unit=scenario.section_a2, number=f"88{n:05}") for n in range(40)
    ]
    rows = [row(person, **{"新所属コード": scenario.section_a1.code, "新職": "主査"}) for person in people]
    from tenken.organization.operations import add_post

    add_post(
        by=by, unit=scenario.section_a1, code="A1-S", title="主査", on=date(2010, 4, 1), single_seat=False
    )
    file = read(rows)
    with django_assert_max_num_queries(12):
        shown = transfer_difference(by=by, file=file).digest
    with django_assert_max_num_queries(40):
        apply_transfer_file(by=by, file=file, shown=shown)
    assert Assignment.objects.filter(post__code="A1-S", valid_from=APRIL).count() == 40
