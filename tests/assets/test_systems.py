"""情報システム台帳: what is important follows, products, what happened, and what rules and plans read of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tenken.assets.ledger import OccurrenceData, ProductData, SystemData
from tenken.assets.models import InformationSystem, SystemOccurrence, SystemProduct
from tenken.assets.operations import (
    add_occurrence,
    add_system,
    change_asset,
    change_system,
    retire_asset,
    set_products,
    strike_occurrence,
)
from tenken.assets.queries import (
    LedgerFilter,
    alike_systems,
    occurrences,
    system_data,
    systems_facts,
    systems_for,
)
from tenken.assets.rules.importance import Criterion
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tenken.organization.access import system_principal
from tenken.organization.operations import rename_unit
from tests.assets.makers import data, make_asset, make_occurrence, make_system
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

WINDOWS = ProductData("os", "Windows Server", "2012 R2", date(2023, 10, 10))


def important(system: InformationSystem) -> bool:
    system.refresh_from_db()
    return system.important


def test_importance_follows_what_is_said_and_is_never_said_itself(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    said = SystemData("SYS-01", "国保", scenario.section_a1.pk, users=frozenset({scenario.section_a1.pk}))
    system = add_system(by=by, data=said)
    assert not system.important  # its owner alone uses it
    for change in (
        {"users": frozenset({scenario.section_b1.pk})},
        {"used_by_all": True},
        {"classification": "S"},
        {"outage_is_grave": True},
        {"named_important_because": " 窓口が止まる。 "},
    ):
        system = change_system(by=by, system=system, data=replace(said, **change), version=system.version)
        assert important(system), change
        system = change_system(by=by, system=system, data=said, version=system.version)
        assert not important(system), change


def test_an_asset_of_class_s_makes_its_system_important_while_it_is_there(scenario: Scenario) -> None:
    system = make_system(scenario.section_b1)
    asset = make_asset(scenario.section_a1, classification="S", system_id=system.pk)
    assert important(system)
    by = scenario.by("deputy")  # keeps assets, not systems
    asset = change_asset(by=by, asset=asset, data=data(classification="1", system_id=system.pk), version=1)
    assert not important(system)
    asset = change_asset(by=by, asset=asset, data=data(classification="S", system_id=system.pk), version=2)
    assert important(system)
    retire_asset(by=by, asset=asset, version=3)
    assert not important(system)
    assert Entry.objects.filter(operation="assets.system.weigh").count() == 4


def test_what_is_wrong_is_named_by_field(scenario: Scenario) -> None:
    wrong = SystemData(
        "",
        "",
        scenario.section_a1.pk,
        kind="x",
        networks=("y",),
        classification="4",
        outline="あ" * 1001,
        named_important_because="あ" * 301,
        vendor="あ" * 121,
        in_use_since=date(2015, 4, 1),
        support_ends_on=date(2015, 3, 31),
        users=frozenset({0}),
        products=(WINDOWS, WINDOWS, ProductData("", "a｜b"), ProductData("os", "")),
    )
    with pytest.raises(Invalid) as refusal:
        add_system(by=scenario.by("secretariat"), data=wrong)
    fields = [problem.field for problem in refusal.value.problems]
    assert fields == [
        "name",
        "code",
        "kind",
        "networks",
        "classification",
        "outline",
        "named_important_because",
        "vendor",
        "support_ends_on",
        "products",
        "products",
        "products",
        "products",
        "users",
    ]
    assert not InformationSystem.objects.exists()


def test_products_are_written_as_a_whole_and_kept_where_they_stay(scenario: Scenario) -> None:
    system = make_system(scenario.section_a1, products=(WINDOWS,))
    kept = SystemProduct.objects.get()
    by = scenario.by("system_manager")
    oracle = ProductData("database", " Oracle Database ", "19c")
    system = set_products(by=by, system=system, products=[oracle, WINDOWS], version=1)
    assert SystemProduct.objects.get(name="Windows Server").pk == kept.pk
    assert [str(one) for one in system.products.all()] == ["Oracle Database 19c", "Windows Server 2012 R2"]
    with pytest.raises(Stale):
        set_products(by=by, system=system, products=[], version=1)
    with pytest.raises(Denied):
        set_products(by=scenario.by("section_manager"), system=system, products=[], version=2)
    later = replace(WINDOWS, support_ends_on=date(2026, 10, 13))  # support prolonged
    set_products(by=by, system=system, products=[later], version=2)
    assert SystemProduct.objects.get().support_ends_on == date(2026, 10, 13)
    unsaid = replace(system_data(InformationSystem.objects.get()), products=None, outline="窓口")
    change_system(by=by, system=system, data=unsaid, version=3)
    assert SystemProduct.objects.count() == 1


def test_what_happened_is_written_down_and_struck_but_never_gone(scenario: Scenario) -> None:
    by = scenario.by("system_manager")
    system = make_system(scenario.section_a1)
    said = OccurrenceData("failure", by.on, " 半日止まった。 ")
    failure = add_occurrence(by=by, system=system, data=said)
    change = add_occurrence(by=by, system=system, data=OccurrenceData("replaced", date(2014, 4, 1), "更改"))
    assert failure.outline == "半日止まった。"
    for wrong, field in (
        (replace(said, kind="x"), "kind"),
        (replace(said, happened_on=None), "happened_on"),
        (replace(said, happened_on=by.on + timedelta(days=1)), "happened_on"),
        (replace(said, outline=" "), "outline"),
    ):
        with pytest.raises(Invalid) as refusal:
            add_occurrence(by=by, system=system, data=wrong)
        assert [problem.field for problem in refusal.value.problems] == [field]
    found = occurrences(scenario.city, None, by.on)[system.pk]
    assert [one.id for one in found] == [failure.pk, change.pk]
    assert occurrences(scenario.city, date(2014, 4, 2), by.on - timedelta(days=1)) == {}
    with pytest.raises(Denied):
        strike_occurrence(by=scenario.by("section_manager"), occurrence=failure, because="誤り")
    with pytest.raises(Invalid):
        strike_occurrence(by=by, occurrence=failure, because=" ")
    strike_occurrence(by=by, occurrence=failure, because="別のシステムの障害だった。")
    with pytest.raises(Stale):
        strike_occurrence(by=by, occurrence=failure, because="もう一度")
    assert [one.id for one in occurrences(scenario.city, None, by.on)[system.pk]] == [change.pk]
    assert SystemOccurrence.objects.count() == 2


def test_facts_of_a_day(scenario: Scenario) -> None:
    system = make_system(
        scenario.section_a1,
        networks=("internet", "lgwan", "lgwan"),
        users=frozenset({scenario.section_b1.pk}),
        support_ends_on=date(2027, 3, 31),
        products=(WINDOWS,),
        vendor="みどり情報",
    )
    make_asset(scenario.section_b1, classification="S", system_id=system.pk)
    make_occurrence(scenario.section_b1, "SYS-02", happened_on=date(2014, 5, 1))
    day = date(2014, 7, 1)
    first, second = systems_facts(scenario.city, day)
    assert (first.code, first.owner_id, first.networks) == (
        "SYS-01",
        scenario.section_a1.pk,
        ("lgwan", "internet"),
    )
    assert first.importance == (Criterion.SEVERAL_SECTIONS, Criterion.CLASS_S)
    assert first.first_end_of_support == date(2023, 10, 10)
    assert not second.important
    assert [one.kind for one in second.happened(failures=True)] == ["failure"]
    assert second.happened(failures=False) == ()
    assert second.happened(failures=True, since=date(2014, 5, 2)) == ()
    assert systems_facts(scenario.city, date(2014, 4, 30))[1].occurrences == ()
    assert systems_facts(scenario.city, date(2010, 3, 31)) == ()


def test_facts_cost_the_same_however_many_systems(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_occurrence(scenario.section_a1, f"S{number:02}")
    by = scenario.by("secretariat")
    by.tree.below([])
    with django_assert_max_num_queries(7):
        assert len(systems_facts(scenario.city, by.on)) == 12


def test_alike_systems_fit_all_that_is_given(scenario: Scenario) -> None:
    make_system(scenario.section_a1, products=(WINDOWS,), vendor="ミドリ情報", networks=("lgwan",))
    make_system(scenario.section_b1, "SYS-02", kind="network", classification="1", products=(WINDOWS,))
    day = scenario.by("secretariat").on
    for asked, codes in (
        ({"product": "ｗｉｎｄｏｗｓ server 2012"}, ["SYS-01", "SYS-02"]),
        ({"product": "Windows", "network": "lgwan"}, ["SYS-01"]),
        ({"vendor": "みどり"}, ["SYS-01"]),
        ({"kind": "network"}, ["SYS-02"]),
        ({"classification": "1"}, ["SYS-02"]),
        ({"product": "Linux"}, []),
    ):
        assert [one.code for one in alike_systems(scenario.city, day, **asked)] == codes, asked


def test_the_list_filters_by_what_an_auditor_asks(scenario: Scenario) -> None:
    make_system(scenario.section_a1, used_by_all=True, networks=("lgwan",), products=(WINDOWS,), public=True)
    make_system(scenario.section_b1, "SYS-02", "文書管理", support_ends_on=date(2027, 3, 31), vendor="みどり")
    make_system(scenario.section_b1, "SYS-03", "庁内LAN", kind="network", classification="1")
    by = scenario.by("secretariat")
    for only, codes in (
        (LedgerFilter(importance="yes"), ["SYS-01"]),
        (LedgerFilter(importance="no"), ["SYS-02", "SYS-03"]),
        (LedgerFilter(network="lgwan"), ["SYS-01"]),
        (LedgerFilter(kind="network"), ["SYS-03"]),
        (LedgerFilter(classification="1"), ["SYS-03"]),
        (LedgerFilter(public=True), ["SYS-01"]),
        (LedgerFilter(support_until=date(2023, 10, 10)), ["SYS-01"]),
        (LedgerFilter(support_until=date(2027, 3, 31)), ["SYS-01", "SYS-02"]),
        (LedgerFilter(support_until=date(2023, 10, 9)), []),
        (LedgerFilter(text="windows"), ["SYS-01"]),
        (LedgerFilter(text="みどり"), ["SYS-02"]),
    ):
        assert [row.code for row in systems_for(by, only)] == codes, only


def test_what_became_of_the_owner_owns(scenario: Scenario) -> None:
    make_system(scenario.section_a1)
    day = date(2014, 4, 1)
    by = scenario.by("secretariat", on=day)
    heir = rename_unit(
        by=system_principal(scenario.city, "test", on=day), unit=scenario.section_a1, name="政策課", on=day
    )
    scenario.city.refresh_from_db()
    assert systems_facts(scenario.city, date(2014, 3, 31))[0].owner_id == scenario.section_a1.pk
    assert systems_facts(scenario.city, by.on)[0].owner_id == heir.pk
