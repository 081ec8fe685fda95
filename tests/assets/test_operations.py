"""Writing the ledgers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenken.assets.ledger import SystemData
from tenken.assets.models import InformationAsset
from tenken.assets.operations import (
    add_asset,
    add_system,
    change_asset,
    change_system,
    retire_asset,
    retire_system,
)
from tenken.assets.queries import LedgerFilter, assets_for, system_choices, systems_for
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.journal.models import Entry
from tests.assets.makers import data, make_asset, make_system
from tests.factories import Scenario, make_other_city

pytestmark = pytest.mark.django_db


def test_a_section_keeps_its_own_ledger(scenario: Scenario) -> None:
    by = scenario.by("deputy")
    asset = add_asset(
        by=by, unit=scenario.section_a1, data=data(" 被保険者台帳 ", forms=("server", "paper", "paper"))
    )
    assert (asset.number, asset.name, asset.forms, asset.valid_from) == (
        1,
        "被保険者台帳",
        ["paper", "server"],
        by.on,
    )
    assert add_asset(by=by, unit=scenario.section_a1, data=data("申請書")).number == 2
    entry = Entry.objects.filter(operation="assets.asset.add").last()
    assert entry is not None
    assert (entry.subject_type, entry.business_date) == ("assets.asset", by.on)


@pytest.mark.parametrize(
    "role", ["other_manager", "bureau_manager", "auditor", "ciso", "system_manager", "staff"]
)
def test_nobody_else_writes_in_it(scenario: Scenario, role: str) -> None:
    with pytest.raises(Denied):
        add_asset(by=scenario.by(role), unit=scenario.section_a1, data=data())
    assert not InformationAsset.objects.exists()


def test_what_is_wrong_is_named_by_field(scenario: Scenario) -> None:
    wrong = data("", classification="4", amount=-1, forms=(), location="あ" * 121)
    with pytest.raises(Invalid) as refusal:
        add_asset(by=scenario.by("deputy"), unit=scenario.section_a1, data=wrong)
    fields = [problem.field for problem in refusal.value.problems]
    assert fields == ["name", "classification", "amount", "forms", "location"]


def test_one_name_stands_once_at_a_time(scenario: Scenario) -> None:
    by, first = scenario.by("deputy"), make_asset(scenario.section_a1)
    with pytest.raises(Invalid, match="台帳に書けません"):
        add_asset(by=by, unit=scenario.section_a1, data=data())
    retire_asset(by=by, asset=first, version=1)
    assert add_asset(by=by, unit=scenario.section_a1, data=data()).number == 2


def test_a_change_is_recorded_once_and_guarded(scenario: Scenario) -> None:
    by, asset = scenario.by("deputy"), make_asset(scenario.section_a1)
    change_asset(by=by, asset=asset, data=data(amount=1200), version=1)
    assert not Entry.objects.filter(operation="assets.asset.change").exists()
    changed = change_asset(by=by, asset=asset, data=data(amount=1300), version=1)
    assert (changed.amount, changed.version) == (1300, 2)
    with pytest.raises(Stale):
        change_asset(by=by, asset=asset, data=data(amount=1400), version=1)


def test_what_is_taken_off_stays_as_it_was(scenario: Scenario) -> None:
    by, asset = scenario.by("deputy"), make_asset(scenario.section_a1)
    with pytest.raises(Invalid):
        retire_asset(by=by, asset=asset, version=1, valid_to=asset.valid_from)
    retire_asset(by=by, asset=asset, version=1, valid_to=by.on)
    assert not assets_for(by).exists()
    assert assets_for(by, LedgerFilter(ended=True)).get() == asset
    with pytest.raises(Stale):
        change_asset(by=by, asset=asset, data=data(amount=1), version=2)


def test_systems_belong_to_a_section_and_keep_their_code(scenario: Scenario) -> None:
    by = scenario.by("system_manager")
    said = SystemData(
        "SYS-01", "国保システム", scenario.section_a1.pk, named_important_because="窓口が止まる。"
    )
    system = add_system(by=by, data=said)
    with pytest.raises(Invalid, match="台帳に書けません"):
        add_system(by=by, data=said)
    with pytest.raises(Invalid):
        change_system(
            by=by, system=system, version=1, data=SystemData("SYS-02", "国保", scenario.section_a1.pk)
        )
    with pytest.raises(Denied):  # to a section of another bureau
        change_system(
            by=by, system=system, version=1, data=SystemData("SYS-01", "国保", scenario.section_b1.pk)
        )
    moved = change_system(
        by=scenario.by("secretariat"),
        system=system,
        version=1,
        data=SystemData("SYS-01", "国保", scenario.section_b1.pk),
    )
    assert moved.owner_id == scenario.section_b1.pk
    retire_system(by=scenario.by("secretariat"), system=moved, version=2, valid_to=by.on + timedelta(days=1))
    assert Entry.objects.filter(operation__startswith="assets.system.").count() == 3


def test_lists_show_what_one_may_see(scenario: Scenario) -> None:
    make_asset(scenario.section_a1, main=True)
    make_asset(
        scenario.section_b1, "レセプト", classification="S", forms=("external_service",), location="書庫"
    )
    make_system(scenario.section_b1)
    other = make_other_city()
    make_asset(other.section, "ほかの市の資産")
    counts = {
        role: assets_for(scenario.by(role)).count()
        for role in ("deputy", "bureau_manager", "auditor", "staff")
    }
    assert counts == {"deputy": 1, "bureau_manager": 1, "auditor": 2, "staff": 0}
    by = scenario.by("secretariat")
    assert systems_for(by).count() == 1
    assert not systems_for(scenario.by("deputy")).exists()
    assert [name for _, name in system_choices(scenario.by("deputy"), by.on)] == ["国保システム"]
    for only, names in (
        (LedgerFilter(text="レセ"), ["レセプト"]),
        (LedgerFilter(text="書庫"), ["レセプト"]),
        (LedgerFilter(text="企画"), ["被保険者台帳"]),
        (LedgerFilter(unit_id=scenario.bureau_b.pk), ["レセプト"]),
        (LedgerFilter(classification="S"), ["レセプト"]),
        (LedgerFilter(form="paper"), ["被保険者台帳"]),
        (LedgerFilter(main=True), ["被保険者台帳"]),
    ):
        assert [row.name for row in assets_for(by, only)] == names, only


def test_the_day_decides(scenario: Scenario) -> None:
    asset = make_asset(scenario.section_a1)
    by = scenario.by("secretariat", on=date(2009, 4, 1))
    assert asset.valid_from > by.on
    assert not assets_for(by).exists()
