"""発令 and 解令, accounts, roles, and what each refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.organization import queries
from tenken.organization.access import Principal, decide, on_date
from tenken.organization.models import Account, Assignment, Person, Post, PostRole, Role, Unit
from tenken.organization.operations import (
    add_person,
    add_post,
    assign,
    change_person,
    end_account,
    end_assignment,
    grant_role,
    leave,
    open_account,
    rename_unit,
    revoke_role,
    set_emergency_procedure,
)
from tenken.organization.permissions import CHANGE_PEOPLE, VIEW_PEOPLE, VIEW_UNITS
from tests.factories import FOUNDED, PASSWORD, make_other_city, make_person

pytestmark = pytest.mark.django_db
APRIL = date(2014, 4, 1)
JULY = date(2014, 7, 1)


@pytest.fixture
def by(scenario) -> Principal:
    return scenario.by("secretariat")


@pytest.fixture
def post(scenario, by) -> Post:
    return add_post(by=by, unit=scenario.section_a1, code="P1", title="係長", on=FOUNDED)


class TestAssignments:
    def test_same_person_same_post_overlap_is_refused_with_the_dates(self, scenario, by, post):
        person = scenario.people["staff"]
        assign(by=by, person=person, post=post, on=APRIL, until=JULY)
        with pytest.raises(Invalid, match="2014-04-01から2014-07-01の前日まで"):
            assign(by=by, person=person, post=post, on=date(2014, 6, 30), kind="concurrent")
        assign(by=by, person=person, post=post, on=JULY)

    def test_a_single_seat_has_one_main_holder_at_a_time(self, scenario, by, post):
        assign(by=by, person=scenario.people["staff"], post=post, on=APRIL)
        with pytest.raises(Invalid, match="本務の発令"):
            assign(by=by, person=scenario.people["deputy"], post=post, on=JULY)
        assign(by=by, person=scenario.people["deputy"], post=post, on=JULY, kind="acting")
        assign(by=by, person=scenario.people["auditor"], post=post, on=JULY, kind="concurrent")

    def test_many_seats_take_many(self, scenario, by):
        post = add_post(
            by=by, unit=scenario.section_a1, code="P2", title="主事", on=FOUNDED, single_seat=False
        )
        for role in ("staff", "deputy"):
            assign(by=by, person=scenario.people[role], post=post, on=APRIL)
        assert Assignment.objects.filter(post=post).count() == 2

    @pytest.mark.parametrize(("on", "until"), [(JULY, APRIL), (APRIL, APRIL), (date(2009, 4, 1), None)])
    def test_periods_that_make_no_sense(self, scenario, by, post, on, until):
        with pytest.raises(Invalid):
            assign(by=by, person=scenario.people["staff"], post=post, on=on, until=until)

    def test_end(self, scenario, by, post):
        row = assign(by=by, person=scenario.people["staff"], post=post, on=APRIL)
        with pytest.raises(Invalid, match="より後の日付"):
            end_assignment(by=by, assignment=row, on=APRIL)
        end_assignment(by=by, assignment=row, on=JULY)
        with pytest.raises(Invalid, match="終わっています"):
            end_assignment(by=by, assignment=row, on=JULY)
        row.refresh_from_db()
        assert row.valid_to == JULY

    def test_another_citys_person_is_refused(self, by, post):
        other = make_other_city()
        with pytest.raises(Invalid, match="この市の職員ではありません"):
            assign(by=by, person=other.people["section_manager"], post=post, on=APRIL)
        with pytest.raises(Denied):
            assign(by=other.by("secretariat"), person=other.people["section_manager"], post=post, on=APRIL)

    def test_a_bureaus_clerk_cannot_appoint_to_a_post_that_reaches_the_whole_city(self, scenario, by):
        clerk = Role.objects.create(
            city=scenario.city, code="clerk", name="局庶務", capabilities=[CHANGE_PEOPLE.code]
        )
        person = make_person(scenario.city, role=None, unit=scenario.bureau_a)
        post = Post.objects.get(assignments__person=person)
        grant_role(by=by, post=post, role=clerk, unit=scenario.bureau_a, on=FOUNDED)
        scenario.people["clerk"] = person
        wide = add_post(by=by, unit=scenario.bureau_a, code="W1", title="事務局長", on=FOUNDED)
        secretariat = Role.objects.get(city=scenario.city, code="secretariat")
        with pytest.raises(Denied):
            grant_role(by=scenario.by("clerk"), post=wide, role=secretariat, unit=scenario.root, on=APRIL)
        grant_role(by=by, post=wide, role=secretariat, unit=scenario.root, on=FOUNDED)
        with pytest.raises(Denied):
            assign(by=scenario.by("clerk"), person=person, post=wide, on=APRIL)


class TestRoles:
    def test_grant_once(self, scenario, by, post):
        role = Role.objects.get(city=scenario.city, code="deputy")
        grant = grant_role(by=by, post=post, role=role, unit=scenario.section_a1, on=APRIL)
        with pytest.raises(Invalid, match="副情報管理者"):
            grant_role(by=by, post=post, role=role, unit=scenario.section_a1, on=JULY)
        revoke_role(by=by, grant=grant, on=JULY)
        assert PostRole.objects.get(pk=grant.pk).valid_to == JULY
        with pytest.raises(Invalid):
            revoke_role(by=by, grant=grant, on=JULY)

    def test_another_citys_role_and_unit_are_refused(self, scenario, by, post):
        other = make_other_city()
        role = Role.objects.get(city=other.city, code="deputy")
        with pytest.raises(Invalid, match="この市の役割"):
            grant_role(by=by, post=post, role=role, unit=scenario.section_a1, on=APRIL)
        own = Role.objects.get(city=scenario.city, code="deputy")
        with pytest.raises(Denied):
            grant_role(by=by, post=post, role=own, unit=other.section, on=APRIL)


class TestPeople:
    def test_names_are_kept_as_typed_and_found_by_variants(self, scenario, by):
        person = add_person(by=by, number="００１２３４", name="髙橋 𠮷男", kana="タカハシ ヨシオ")
        person.refresh_from_db()
        assert (person.number, person.name) == ("001234", "髙橋 𠮷男")
        post = Post.objects.get(assignments__person=scenario.people["staff"])
        assign(by=by, person=person, post=post, on=FOUNDED)
        for typed in ("高橋", "髙橋", "吉男", "たかはし", "001234", "００１２３４"):
            assert person in [row.person for row in queries.appointments(by, search=typed)], typed

    @pytest.mark.parametrize(
        ("kept", "told"),
        [
            ({"name": "高" * 300}, "氏名は100文字まで"),
            ({"name": " "}, "氏名を入力"),
            ({"number": "あ"}, "使えません"),
            ({"number": "9910001"}, "すでに使われて"),
            ({"email": "x@"}, "メール"),
            ({"name": "a\u202b\x07"}, "使えない文字"),
        ],
    )
    def test_bad_input(self, scenario, by, kept, told):
        Person.objects.filter(pk=scenario.people["ciso"].pk).update(number="9910001")
        with pytest.raises(Invalid, match=told):
            add_person(by=by, **{"number": "5", "name": "山田", **kept})

    def test_change_keeps_the_number(self, scenario, by):
        person = scenario.people["staff"]
        number = person.number
        change_person(by=by, person=person, name="鈴木 新", kana="すずき")
        person.refresh_from_db()
        assert (person.number, person.name) == (number, "鈴木 新")
        with pytest.raises(Missing):
            change_person(by=by, person=make_other_city().people["secretariat"], name="x")

    @pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor", "ciso", "staff"])
    def test_only_the_secretariat(self, scenario, role):
        with pytest.raises(Denied):
            add_person(by=scenario.by(role), number="7", name="山田")

    def test_a_leavers_account_ends(self, scenario, by, client, client_for, time_machine_at):
        person = scenario.people["staff"]
        leave(by=by, person=person, on=JULY)
        time_machine_at(date(2014, 6, 30))
        assert client.login(username=person.number, password=PASSWORD)
        assert Account.objects.get(person=person).valid_to == JULY
        time_machine_at(JULY)
        assert not client.login(username=person.number, password=PASSWORD)
        assert scenario.by("staff", JULY).grants == ()

    def test_leaving_waits_for_what_is_laid_down(self, scenario, by, post):
        assign(by=by, person=scenario.people["staff"], post=post, on=JULY)
        with pytest.raises(Invalid, match="2014-07-01"):
            leave(by=by, person=scenario.people["staff"], on=APRIL)


@pytest.fixture
def time_machine_at():
    import time_machine

    travellers = []

    def at(day: date) -> None:
        while travellers:
            travellers.pop().stop()
        moment = timezone.datetime(day.year, day.month, day.day, 3, tzinfo=timezone.get_default_timezone())
        traveller = time_machine.travel(moment, tick=True)
        traveller.start()
        travellers.append(traveller)

    yield at
    while travellers:
        travellers.pop().stop()


class TestAccounts:
    @pytest.fixture
    def newcomer(self, by):
        return add_person(by=by, number="777", name="新人 一")

    def test_open_and_end(self, by, newcomer):
        account = open_account(by=by, person=newcomer, username="ｎｅｗ７７７", password="correct-horse-9")
        assert account.username == "new777"
        assert account.must_change_password
        said = read_payload(Entry.objects.get(operation="organization.account.open"))
        assert said is not None
        assert "correct-horse-9" not in str(said)
        assert said["password"] is True
        end_account(by=by, person=newcomer, on=date(2030, 1, 1))
        with pytest.raises(Invalid, match="利用者名があります"):
            open_account(by=by, person=newcomer, username="other", password="correct-horse-9")

    @pytest.mark.parametrize(
        ("username", "password"),
        [("new", "short"), ("new", "12345678901234"), ("", "correct-horse-9"), ("a b", "correct-horse-9")],
    )
    def test_bad_input(self, by, newcomer, username, password):
        with pytest.raises(Invalid):
            open_account(by=by, person=newcomer, username=username, password=password)
        assert not Account.objects.filter(person=newcomer).exists()

    def test_no_account_to_end(self, by, newcomer):
        with pytest.raises(Invalid):
            end_account(by=by, person=newcomer, on=APRIL)


class TestEmergencyProcedure:
    def test_history_is_kept(self, scenario):
        by, unit = scenario.by("section_manager"), scenario.section_a1
        first = set_emergency_procedure(by=by, unit=unit, text="電話する\n1行目", on=APRIL, replacing=None)
        second = set_emergency_procedure(by=by, unit=unit, text="訪ねる", on=JULY, replacing=first.pk)
        assert [row.text for row in queries.emergency_procedures(by, unit)] == ["訪ねる", "電話する\n1行目"]
        first.refresh_from_db()
        assert (first.valid_to, second.valid_to) == (JULY, None)
        with pytest.raises(Stale):
            set_emergency_procedure(by=by, unit=unit, text="x", on=JULY, replacing=first.pk)
        with pytest.raises(Invalid):
            set_emergency_procedure(by=by, unit=unit, text="x", on=APRIL, replacing=second.pk)
        with pytest.raises(Invalid, match="4000文字"):
            set_emergency_procedure(by=by, unit=unit, text="長" * 4001, on=JULY, replacing=second.pk)

    @pytest.mark.parametrize("role", ["other_manager", "deputy", "staff", "auditor", "bureau_manager"])
    def test_only_the_manager_and_the_secretariat(self, scenario, role):
        with pytest.raises(Denied):
            set_emergency_procedure(
                by=scenario.by(role), unit=scenario.section_a1, text="x", on=APRIL, replacing=None
            )


class TestWhoSeesWhat:
    """Each role, inside and outside its scope, and another city."""

    INSIDE = {
        "ciso": {"section_a1", "section_a2", "section_b1", "bureau_a", "root"},
        "auditor": {"section_a1", "section_a2", "section_b1", "bureau_a", "root"},
        "secretariat": {"section_a1", "section_a2", "section_b1", "bureau_a", "root"},
        "bureau_manager": {"section_a1", "section_a2", "bureau_a"},
        "section_manager": {"section_a1"},
        "deputy": {"section_a1"},
        "other_manager": {"section_b1"},
        "staff": set(),
        "system_manager": set(),
        "network_manager": set(),
        "committee": set(),
        "commissioner": set(),
    }

    @pytest.mark.parametrize("role", INSIDE)
    def test_people(self, scenario, role):
        other = make_other_city()
        by = scenario.by(role)
        for place in ("section_a1", "section_a2", "section_b1", "bureau_a", "root"):
            unit = getattr(scenario, place)
            allowed = place in self.INSIDE[role]
            assert bool(decide(by, VIEW_PEOPLE, unit=unit)) == allowed, place
            shown = queries.appointments(by).filter(post__unit=unit)
            assert bool(shown) == (allowed and Assignment.objects.filter(post__unit=unit).exists()), place
        decision = decide(by, VIEW_PEOPLE, unit=other.section)
        assert not decision
        assert decision.reason == "ほかの市の情報は扱えません。"
        assert not queries.appointments(by).filter(person__city=other.city).exists()
        assert not Unit.objects.restrict(by, VIEW_UNITS).filter(city=other.city).exists()
        assert not Person.objects.restrict(by, VIEW_PEOPLE).filter(city=other.city).exists()

    def test_every_role_is_covered(self, scenario):
        assert set(self.INSIDE) == set(scenario.people)

    def test_predecessors_stay_in_sight_and_strangers_do_not(self, scenario, by):
        renamed = rename_unit(by=by, unit=scenario.section_a1, name="新課", on=APRIL)
        manager = scenario.by("section_manager")
        seen = set(Unit.objects.restrict(manager, VIEW_UNITS))
        assert seen == {renamed, scenario.section_a1}
        with pytest.raises(Missing):
            queries.visible_unit(manager, scenario.section_b1.pk)
        assert queries.visible_unit(on_date(manager, APRIL), scenario.section_a1.pk) == scenario.section_a1
        with pytest.raises(Missing):
            queries.visible_person(manager, scenario.people["other_manager"].pk)

    def test_on_another_date_the_grants_stay(self, scenario, by):
        from django.utils.functional import SimpleLazyObject

        lazily = SimpleLazyObject(lambda: by)
        assert on_date(lazily, JULY).grants == by.grants  # type: ignore[arg-type]
        assert on_date(lazily, JULY).on == JULY  # type: ignore[arg-type]
