"""Units move, are renamed, merged, split and abolished; history, holders and roles follow."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.organization import queries
from tenken.organization.access import decide, system_principal
from tenken.organization.models import (
    Assignment,
    City,
    EmergencyProcedure,
    Post,
    PostRole,
    Unit,
    UnitKind,
    UnitPlacement,
)
from tenken.organization.models.validity import valid_on
from tenken.organization.operations import (
    NewUnit,
    abolish_unit,
    add_post,
    add_unit,
    assign,
    grant_role,
    merge_units,
    move_unit,
    rename_unit,
    set_emergency_procedure,
    split_unit,
)
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS
from tenken.organization.tree import tree_of
from tests.factories import FOUNDED, make_person, make_unit

pytestmark = pytest.mark.django_db
APRIL = date(2014, 4, 1)
MARCH = date(2014, 3, 31)
OCTOBER = date(2014, 10, 1)


def _operations() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("operation", flat=True))


def test_add_raises_version_and_is_journaled(scenario):
    before = City.objects.get(pk=scenario.city.pk).organization_version
    unit = add_unit(
        by=scenario.by("secretariat"),
        parent=scenario.bureau_a,
        kind=UnitKind.objects.get(city=scenario.city, code="section"),
        code="１２３",
        name="髙速道路課",
        kana="こうそくどうろか",
        on=APRIL,
    )
    assert unit.code == "123"
    assert unit.name == "髙速道路課"
    assert City.objects.get(pk=scenario.city.pk).organization_version > before
    assert _operations()[-1] == "organization.unit.add"
    found = queries.unit_lines(scenario.by("secretariat"), on=APRIL, search="高速")
    assert [line.unit for line in found] == [unit]
    assert queries.unit_lines(scenario.by("secretariat"), on=MARCH, search="高速") == []
    assert verify(scenario.city.code).whole


@pytest.mark.parametrize(
    "role", ["section_manager", "bureau_manager", "auditor", "ciso", "staff", "commissioner"]
)
def test_only_the_secretariat_changes_units(scenario, role):
    by, before = scenario.by(role), len(_operations())
    with pytest.raises(Denied):
        rename_unit(by=by, unit=scenario.section_a1, name="新企画課", on=APRIL)
    with pytest.raises(Denied):
        move_unit(by=by, unit=scenario.section_a1, parent=scenario.bureau_b, on=APRIL)
    with pytest.raises(Denied):
        abolish_unit(by=by, unit=scenario.section_a1, on=APRIL)
    with pytest.raises(Denied):
        merge_units(by=by, units=[scenario.section_a1], into=scenario.section_a2, on=APRIL)
    with pytest.raises(Denied):
        split_unit(by=by, unit=scenario.section_a1, parts=[NewUnit("一課"), NewUnit("二課", "X2")], on=APRIL)
    assert len(_operations()) == before


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("X1", "課" * 300, "名称は100文字までです（入力は300文字）"),
        ("X1", "", "名称を入力してください"),
        ("X1", "総務\x00課", "使えない文字"),
        ("", "総務課", "所属コードを入力してください"),
        ("=1+1", "総務課", "使えません"),
        ("あ", "総務課", "使えません"),
        ("9" * 21, "総務課", "20文字まで"),
        ("U0001", "総務課", "使っています"),
    ],
)
def test_bad_names_and_codes_are_refused(scenario, code, name, told):
    with pytest.raises(Invalid) as refusal:
        add_unit(
            by=scenario.by("secretariat"),
            parent=scenario.root,
            kind=UnitKind.objects.get(city=scenario.city, code="section"),
            code=code,
            name=name,
            on=APRIL,
        )
    assert any(told in str(problem) for problem in refusal.value.problems)


def test_move_ends_one_placement_and_begins_another(scenario):
    move_unit(by=scenario.by("secretariat"), unit=scenario.section_a1, parent=scenario.bureau_b, on=APRIL)
    city = City.objects.get(pk=scenario.city.pk)
    assert tree_of(city, MARCH).parent[scenario.section_a1.pk] == scenario.bureau_a.pk
    assert tree_of(city, APRIL).parent[scenario.section_a1.pk] == scenario.bureau_b.pk
    assert not decide(scenario.by("bureau_manager", APRIL), VIEW_UNITS, unit=scenario.section_a1)
    assert decide(scenario.by("bureau_manager", MARCH), VIEW_UNITS, unit=scenario.section_a1)


def test_move_the_same_day_sets_right(scenario):
    by = scenario.by("secretariat")
    move_unit(by=by, unit=scenario.section_a1, parent=scenario.bureau_b, on=APRIL)
    move_unit(by=by, unit=scenario.section_a1, parent=scenario.root, on=APRIL)
    assert UnitPlacement.objects.get(unit=scenario.section_a1, valid_to=None).parent == scenario.root


def test_move_refuses_a_ring_and_names_it(scenario):
    by = scenario.by("secretariat")
    move_unit(by=by, unit=scenario.bureau_b, parent=scenario.section_a1, on=OCTOBER)
    with pytest.raises(Invalid) as refusal:
        move_unit(by=by, unit=scenario.bureau_a, parent=scenario.section_b1, on=APRIL)
    for unit in (scenario.bureau_a, scenario.section_b1, scenario.bureau_b, scenario.section_a1):
        assert unit.name in refusal.value.message
    assert "2014-10-01" in refusal.value.message
    with pytest.raises(Invalid, match="自分自身"):
        move_unit(by=by, unit=scenario.bureau_a, parent=scenario.bureau_a, on=APRIL)
    with pytest.raises(Invalid, match="市そのもの"):
        move_unit(by=by, unit=scenario.root, parent=scenario.bureau_a, on=APRIL)
    with pytest.raises(Invalid, match="移ることが決まっています"):
        move_unit(by=by, unit=scenario.bureau_b, parent=scenario.bureau_a, on=APRIL)


def test_rename_carries_everything(scenario):
    manager = scenario.people["section_manager"]
    first = set_emergency_procedure(
        by=scenario.by("section_manager"),
        unit=scenario.section_a1,
        text="局に連絡する",
        on=FOUNDED,
        replacing=None,
    )
    renamed = rename_unit(
        by=scenario.by("secretariat"), unit=scenario.section_a1, name="企画調整課", on=APRIL
    )
    scenario.section_a1.refresh_from_db()
    assert scenario.section_a1.valid_to == APRIL
    assert renamed.code == scenario.section_a1.code
    assert [unit.name for unit in queries.predecessors_of(renamed)] == ["企画課"]
    assert queries.successors_of(scenario.section_a1) == [renamed]
    assert queries.heirs_on(renamed, MARCH) == [scenario.section_a1]
    assert queries.heirs_on(scenario.section_a1, APRIL) == [renamed]
    for day, unit in ((MARCH, scenario.section_a1), (APRIL, renamed)):
        for asked in (scenario.section_a1, renamed):
            (holder,) = queries.manager_on(asked, day)
            assert (holder.person_id, holder.unit_id) == (manager.pk, unit.pk)
    by = scenario.by("section_manager", APRIL)
    assert decide(by, VIEW_PEOPLE, unit=renamed)
    assert decide(by, VIEW_PEOPLE, unit=scenario.section_a1), "its history stays in sight"
    assert by.grants[0].post_title == "企画調整課 情報管理者"
    first.refresh_from_db()
    assert first.valid_to == APRIL
    assert EmergencyProcedure.objects.get(unit=renamed).text == "局に連絡する"
    assert Assignment.objects.filter(valid_on(APRIL), person=manager).count() == 1
    assert "organization.unit.rename" in _operations()


def test_rename_of_a_bureau_keeps_its_sections(scenario):
    renamed = rename_unit(by=scenario.by("secretariat"), unit=scenario.bureau_a, name="都市局", on=APRIL)
    tree = tree_of(City.objects.get(pk=scenario.city.pk), APRIL)
    assert set(tree.children[renamed.pk]) == {scenario.section_a1.pk, scenario.section_a2.pk}
    assert decide(scenario.by("bureau_manager", APRIL), VIEW_UNITS, unit=scenario.section_a2)


def test_rename_of_the_city_itself_keeps_the_roles_over_it(scenario):
    renamed = rename_unit(by=scenario.by("secretariat"), unit=scenario.root, name="みどり新市", on=APRIL)
    by = scenario.by("secretariat", APRIL)
    assert by.everywhere(VIEW_PEOPLE)
    assert tree_of(by.city, APRIL).parent[scenario.bureau_a.pk] == renamed.pk


def test_rename_the_day_it_moves(scenario):
    by = scenario.by("secretariat")
    move_unit(by=by, unit=scenario.section_a1, parent=scenario.bureau_b, on=APRIL)
    renamed = rename_unit(by=by, unit=scenario.section_a1, name="地域企画課", on=APRIL)
    tree = tree_of(City.objects.get(pk=scenario.city.pk), APRIL)
    assert tree.parent[renamed.pk] == scenario.bureau_b.pk
    assert scenario.section_a1.pk not in tree.parent
    march = tree_of(City.objects.get(pk=scenario.city.pk), MARCH)
    assert march.parent[scenario.section_a1.pk] == scenario.bureau_a.pk


def test_what_is_laid_down_for_later_goes_to_the_new_unit(scenario):
    by = scenario.by("secretariat")
    post = Post.objects.get(assignments__person=scenario.people["section_manager"])
    successor = make_person(scenario.city, role=None, unit=scenario.section_a2)
    held = Assignment.objects.get(post=post)
    Assignment.objects.filter(pk=held.pk).update(valid_to=OCTOBER)
    assign(by=by, person=successor, post=post, on=OCTOBER)
    renamed = rename_unit(by=by, unit=scenario.section_a1, name="企画調整課", on=APRIL)
    assert [holder.person_id for holder in queries.manager_on(renamed, OCTOBER)] == [successor.pk]
    assert [holder.person_id for holder in queries.manager_on(renamed, APRIL)] == [
        scenario.people["section_manager"].pk
    ]


def test_merge_into_a_new_unit(scenario):
    merged = merge_units(
        by=scenario.by("secretariat"),
        units=[scenario.section_a1, scenario.section_b1],
        new=NewUnit("総合企画課", code="M1", parent=scenario.bureau_b),
        on=APRIL,
    )
    assert {unit.name for unit in queries.predecessors_of(merged)} == {"企画課", "保険課"}
    managers = queries.manager_on(merged, APRIL)
    assert [holder.person_id for holder in managers] == [scenario.people["section_manager"].pk]
    assert {holder.person_id for holder in queries.manager_on(merged, MARCH)} == {
        scenario.people["section_manager"].pk,
        scenario.people["other_manager"].pk,
    }
    assert scenario.by("other_manager", APRIL).grants == ()
    assert decide(scenario.by("section_manager", APRIL), VIEW_UNITS, unit=scenario.section_b1)
    assert _operations().count("organization.unit.merge") == 2


def test_merge_into_a_standing_unit_keeps_its_manager(scenario):
    staff = make_person(scenario.city, role="staff", unit=scenario.section_b1)
    merge_units(
        by=scenario.by("secretariat"), units=[scenario.section_b1], into=scenario.section_a1, on=APRIL
    )
    managers = queries.manager_on(scenario.section_a1, APRIL)
    assert [holder.person_id for holder in managers] == [scenario.people["section_manager"].pk]
    post = Post.objects.get(valid_on(APRIL), assignments__person=staff)
    assert post.unit == scenario.section_a1


def test_merge_refuses_what_would_hang_in_the_air(scenario):
    by = scenario.by("secretariat")
    with pytest.raises(Invalid, match="中にあります"):
        merge_units(by=by, units=[scenario.bureau_a], into=scenario.section_a1, on=APRIL)
    with pytest.raises(Invalid, match="中にあります"):
        merge_units(
            by=by,
            units=[scenario.bureau_a, scenario.bureau_b],
            new=NewUnit("局", code="M", parent=scenario.section_a1),
            on=APRIL,
        )
    with pytest.raises(Invalid, match="2つ以上"):
        merge_units(by=by, units=[scenario.section_a1], new=NewUnit("x", code="M"), on=APRIL)
    with pytest.raises(Invalid):
        merge_units(by=by, units=[scenario.root, scenario.section_a1], new=NewUnit("x", "M"), on=APRIL)


def test_split_gives_all_to_the_first(scenario):
    first, second = split_unit(
        by=scenario.by("secretariat"),
        unit=scenario.section_a1,
        parts=[NewUnit("企画一課"), NewUnit("企画二課", code="S2")],
        on=APRIL,
    )
    assert queries.predecessors_of(second) == [scenario.section_a1]
    assert len(queries.manager_on(first, APRIL)) == 1
    assert queries.manager_on(second, APRIL) == []
    assert {unit.pk for unit in queries.successors_of(scenario.section_a1)} == {first.pk, second.pk}
    with pytest.raises(Invalid):
        split_unit(
            by=scenario.by("secretariat"),
            unit=scenario.root,
            parts=[NewUnit("a"), NewUnit("b", "b")],
            on=APRIL,
        )


def test_a_failed_reorganisation_leaves_nothing(scenario):
    before = Unit.objects.count(), len(_operations())
    with pytest.raises(Invalid):
        split_unit(
            by=scenario.by("secretariat"),
            unit=scenario.section_a1,
            parts=[NewUnit("企画一課"), NewUnit("企画二課", code="U0001")],
            on=APRIL,
        )
    assert (Unit.objects.count(), len(_operations())) == before


def test_abolish_ends_posts_holders_and_roles(scenario):
    by = scenario.by("secretariat")
    with pytest.raises(Invalid, match="企画課"):
        abolish_unit(by=by, unit=scenario.bureau_a, on=APRIL)
    abolish_unit(by=by, unit=scenario.section_b1, on=APRIL)
    assert scenario.by("other_manager", APRIL).grants == ()
    assert scenario.by("other_manager", MARCH).grants != ()
    assert [line.unit.name for line in queries.unit_lines(scenario.by("secretariat", APRIL))] == [
        "みどり市",
        "まちづくり局",
        "企画課",
        "都市計画課",
        "健康福祉局",
    ]
    with pytest.raises(Invalid, match="終わる組織"):
        abolish_unit(by=by, unit=scenario.section_b1, on=OCTOBER)
    with pytest.raises(Invalid, match="市そのもの"):
        abolish_unit(by=by, unit=scenario.root, on=OCTOBER)


def test_abolish_refuses_what_is_laid_down_for_later(scenario):
    by = scenario.by("secretariat")
    post = add_post(by=by, unit=scenario.section_b1, code="P9", title="係長", on=FOUNDED)
    assign(by=by, person=scenario.people["staff"], post=post, on=OCTOBER)
    with pytest.raises(Invalid, match="先に取り消して"):
        abolish_unit(by=by, unit=scenario.section_b1, on=APRIL)


class TestThirdClassOffice:
    """三種公所: its head is 副情報管理者 of the section above, wherever the office stands."""

    @pytest.fixture
    def office(self, scenario):
        return make_unit(scenario.city, "西分室", parent=scenario.section_a1, kind="office_3")

    @pytest.fixture
    def head(self, scenario, office):
        by = system_principal(scenario.city, "test")
        post = add_post(by=by, unit=office, code="H1", title="西分室長", on=FOUNDED, head=True)
        person = make_person(scenario.city, role=None, unit=office)
        assign(by=by, person=person, post=post, on=FOUNDED)
        scenario.people["head"] = person
        return post

    def test_head_is_deputy(self, scenario, head):
        by = scenario.by("head")
        assert by.role_codes == {"deputy"}
        assert by.roles_at(scenario.section_a1.pk) == {"deputy"}

    def test_head_follows_the_office(self, scenario, office, head):
        move_unit(by=scenario.by("secretariat"), unit=office, parent=scenario.section_b1, on=APRIL)
        assert scenario.by("head", APRIL).roles_at(scenario.section_b1.pk) == {"deputy"}
        assert scenario.by("head", APRIL).roles_at(scenario.section_a1.pk) == set()
        assert scenario.by("head", MARCH).roles_at(scenario.section_a1.pk) == {"deputy"}

    def test_head_follows_when_the_section_is_renamed(self, scenario, head):
        renamed = rename_unit(by=scenario.by("secretariat"), unit=scenario.section_a1, name="新課", on=APRIL)
        assert scenario.by("head", APRIL).roles_at(renamed.pk) == {"deputy"}

    def test_no_section_above_no_deputy(self, scenario):
        office = make_unit(scenario.city, "分室", parent=scenario.bureau_a, kind="office_3")
        post = add_post(
            by=system_principal(scenario.city, "test"),
            unit=office,
            code="H2",
            title="長",
            on=FOUNDED,
            head=True,
        )
        assert not PostRole.objects.filter(post=post).exists()


def test_merged_grants_are_not_doubled(scenario):
    by = scenario.by("secretariat")
    post = Post.objects.get(assignments__person=scenario.people["section_manager"])
    role = PostRole.objects.get(post=post).role
    grant_role(by=by, post=post, role=role, unit=scenario.section_b1, on=FOUNDED)
    merged = merge_units(
        by=by, units=[scenario.section_a1, scenario.section_b1], new=NewUnit("合同課", code="M1"), on=APRIL
    )
    grants = scenario.by("section_manager", APRIL).grants
    assert [(grant.unit_id, grant.role_code) for grant in grants] == [(merged.pk, "section_manager")]
