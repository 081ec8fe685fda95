"""Doubts decided and taken back; support dates, licences, counts explained."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.telemetry.inventory.operations import (
    LicenceData,
    RowData,
    SupportData,
    add_licence,
    change_licence,
    close_reconciliation,
    decide_match,
    explain_difference,
    open_reconciliation,
    recount,
    remove_support,
    save_settings,
    save_support,
    split_match,
    strike_explanation,
)
from tenken.telemetry.inventory.queries import (
    approved_patterns,
    differences_of,
    ended_products,
    is_approved,
    licence_uses,
    terminals_having,
    titles_for,
    versions_of,
)
from tenken.telemetry.inventory.report import InstalledItem
from tenken.telemetry.lists.operations import NewEntry, add_entry
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import DoubtfulMatch, SoftwareTitle, SupportDate, Terminal
from tests.factories import Scenario, make_scenario
from tests.telemetry.inventory.makers import NOON, PLAIN, UUIDS, inventory, machine, make_terminal, record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def doubt_of(scenario: Scenario) -> tuple[Terminal, Terminal, DoubtfulMatch]:
    first = record(scenario.city)
    Terminal.objects.filter(pk=first.pk).update(in_ledger=True, unit=scenario.section_a1)
    second = record(scenario.city, inventory(agent_id="other", uuid=UUIDS[1], domain="NEW"), NOON + DAY)
    return first, second, DoubtfulMatch.objects.get()


def test_the_same_machine_counts_once_and_can_be_split_again(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    first, second, doubt = doubt_of(scenario)
    kept = decide_match(by=by, doubt=doubt, same=True, because="シールを確認", version=1)
    for one in (first, second):
        one.refresh_from_db()
    assert (second.merged_into, first.domain, first.last_seen) == (first, "NEW", NOON + DAY)
    later = inventory(agent_id="other", uuid=UUIDS[1], reported_at=NOON + 2 * DAY)
    assert record(scenario.city, later, NOON + 2 * DAY) == first
    with pytest.raises(Stale):
        decide_match(by=by, doubt=kept, same=False, because="x", version=kept.version)

    split_match(by=by, doubt=kept, because="別の机にもう一台", version=kept.version)
    second.refresh_from_db()
    assert second.merged_into is None
    later = inventory(agent_id="other", uuid=UUIDS[1], reported_at=NOON + 3 * DAY)
    assert record(scenario.city, later, NOON + 3 * DAY) == second
    assert record(scenario.city, PLAIN, NOON + 3 * DAY) == first


def test_the_one_in_the_ledger_stays(scenario: Scenario) -> None:
    first, second, doubt = doubt_of(scenario)
    Terminal.objects.filter(pk=first.pk).update(in_ledger=False)
    Terminal.objects.filter(pk=second.pk).update(in_ledger=True)
    by = scenario.by("secretariat", TODAY)
    kept = decide_match(by=by, doubt=doubt, same=True, because="x", version=1)
    first.refresh_from_db()
    assert first.merged_into == second
    split_match(by=by, doubt=kept, because="y", version=kept.version)
    first.refresh_from_db()
    assert first.merged_into is None
    assert set(first.identities.values_list("agent_id", flat=True)) == {PLAIN.agent_id}


def test_two_of_the_ledger_are_not_merged_and_a_reason_is_asked(scenario: Scenario) -> None:
    _, second, doubt = doubt_of(scenario)
    by = scenario.by("secretariat", TODAY)
    with pytest.raises(Invalid):
        decide_match(by=by, doubt=doubt, same=False, because=" ", version=1)
    Terminal.objects.filter(pk=second.pk).update(in_ledger=True)
    with pytest.raises(Invalid):
        decide_match(by=by, doubt=doubt, same=True, because="x", version=1)
    with pytest.raises(Denied):
        decide_match(
            by=scenario.by("section_manager", TODAY), doubt=doubt, same=False, because="x", version=1
        )
    assert decide_match(by=by, doubt=doubt, same=False, because="x", version=1).state == "different"


def counts(scenario: Scenario, role: str) -> dict[str, int]:
    """Count both ways: with the rows, and for those shown."""
    by = scenario.by(role, TODAY)
    rows = {row.name: getattr(row, "terminals") for row in titles_for(by, counted=True)}  # noqa: B009
    having = terminals_having(by, titles_for(by).values_list("pk", flat=True))
    assert {row.name: having[row.pk] for row in titles_for(by)} == rows
    return rows


def test_software_is_counted_by_title_and_version(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    for number, version in ((1, "23.01"), (2, "23.01"), (3, "24.08")):
        software = (InstalledItem(f"7-Zip {version} (x64)", version), InstalledItem("LINE", "8"))
        record(scenario.city, machine(number, software=software))
    Terminal.objects.filter(number="PC-0003").update(unit=scenario.section_a1)
    by = scenario.by("secretariat", TODAY)
    assert counts(scenario, "secretariat") == {"7-Zip": 3, "LINE": 3}
    title = SoftwareTitle.objects.get(name="7-Zip")
    assert versions_of(by, title) == [("23.01", 2), ("24.08", 1)]
    assert counts(scenario, "section_manager") == {"7-Zip": 1, "LINE": 1}
    assert not titles_for(scenario.by("staff", TODAY)).exists()
    assert is_approved(title, ("7-zip",))
    assert not is_approved(title, approved_patterns(scenario.city))
    add_entry(by=by, code="approved_apps", entry=NewEntry("7-Zip*"))
    forget_snapshots()
    assert is_approved(title, approved_patterns(scenario.city))


def test_ended_products_name_their_terminals(scenario: Scenario) -> None:
    record(scenario.city)
    record(scenario.city, machine(2, os_name="Microsoft Windows 10 Pro", os_version="10.0.19045"))
    found = {
        one.support.product: one.terminals for one in ended_products(scenario.by("secretariat", TODAY), TODAY)
    }
    assert found == {
        "Microsoft Office 2019": 2,
        "Windows 10": 1,
        "Windows 11 23H2（Home・Pro）": 1,
    }


def test_support_dates_are_the_citys_to_change(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    data = SupportData(
        "application", "住民記録端末", "住民記録端末 3", date(2026, 3, 31), "業者の通知", TODAY
    )
    row = save_support(by=by, data=data)
    record(scenario.city, machine(1, software=(InstalledItem("住民記録端末", "3.2"),)))
    assert "住民記録端末" in {one.support.product for one in ended_products(by, TODAY)}
    with pytest.raises(Stale):
        save_support(by=by, data=data)
    remove_support(by=by, row=row, version=1)
    assert not SupportDate.objects.exists()
    for pattern in (".*", "(", "(a+)+b", ""):
        with pytest.raises(Invalid):
            save_support(by=by, data=SupportData("os", "x", pattern, TODAY, "s", TODAY))


def test_licences_bought_against_installed(scenario: Scenario, django_assert_max_num_queries: Any) -> None:
    by = scenario.by("secretariat", TODAY)
    for number in (1, 2, 3):
        record(scenario.city, machine(number))
    licence = add_licence(
        by=by, data=LicenceData("Office", "Microsoft Office Standard*", 2, date(2025, 4, 1), date(2030, 4, 1))
    )
    add_licence(by=by, data=LicenceData("期限切れ", "7-Zip", 9, date(2020, 4, 1), date(2021, 4, 1)))
    with django_assert_max_num_queries(4):
        (use,) = licence_uses(by, TODAY)
    assert (use.bought, use.installed, use.left) == (2, 3, -1)
    assert [name for _, name in use.titles] == ["Microsoft Office Standard 2019"]
    for wrong in (
        LicenceData("x", "*", 1, TODAY),
        LicenceData("x", "ab", 0, TODAY),
        LicenceData("", "ab", 1, TODAY),
    ):
        with pytest.raises(Invalid):
            change_licence(by=by, licence=licence, data=wrong, version=1)


def test_settings_refuse_what_would_join_everything(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    kept = save_settings(by=by, silent_days=7, antivirus_days=3, patch_days=30, junk=["ABC*"], version=1)
    assert (kept.silent_days, kept.junk, kept.version) == (7, ["ABC*"], 2)
    with pytest.raises(Invalid) as refusal:
        save_settings(by=by, silent_days=0, antivirus_days=3, patch_days=30, junk=["a*"], version=2)
    assert {problem.field for problem in refusal.value.problems} == {"silent_days", "junk"}


A33 = (
    RowData("仮想サーバ（情報政策課）", 128, ("virtual_server",), "central"),
    RowData("クライアント［デスクトップ］（情報政策課）", 2340, ("desktop",), "central"),
    RowData("クライアント［ノートパソコン］（情報政策課）", 70, ("notebook",), "central"),
    RowData("クライアント（各課購入）※予備含む", 572, ("desktop", "notebook", "tablet"), "section"),
)


def test_the_unexplained_eight_stay_open(scenario: Scenario) -> None:
    by = scenario.by("secretariat", TODAY)
    Terminal.objects.bulk_create(
        Terminal(
            city=scenario.city,
            number=f"{row.procurement}-{row.kinds[0]}-{n}",
            kind=row.kinds[n % len(row.kinds)],
            procurement=row.procurement,
            state="spare" if n == 0 else "in_use",
            registered_on=date(2019, 10, 1),
        )
        for row in A33
        for n in range(row.claimed)
    )
    kept = open_reconciliation(
        by=by,
        title="ウイルス対策ソフトの数量",
        statement="令和2年度包括外部監査 A33",
        as_of=date(2020, 12, 1),
        printed_total=3118,
        rows=A33,
    )
    found = differences_of(kept)
    assert {position: one.unexplained for position, one in found.items()} == {None: 8, 1: 0, 2: 0, 3: 0, 4: 0}
    with pytest.raises(Invalid, match="説明できていない差"):
        close_reconciliation(by=by, reconciliation=kept, version=kept.version)
    for count in (0, -1, 9):
        with pytest.raises(Invalid):
            explain_difference(
                by=by, reconciliation=kept, row=None, count=count, text="x", version=kept.version
            )
    part = explain_difference(
        by=by, reconciliation=kept, row=None, count=5, text="物理サーバ5台", version=kept.version
    )
    kept.refresh_from_db()
    assert differences_of(kept)[None].unexplained == 3
    strike_explanation(by=by, explanation=part, because="誤り", version=kept.version)
    kept.refresh_from_db()
    explain_difference(by=by, reconciliation=kept, row=None, count=8, text="判明", version=kept.version)
    kept.refresh_from_db()

    Terminal.objects.filter(kind="notebook", procurement="central").first().delete()  # type: ignore[union-attr]
    kept = recount(by=by, reconciliation=kept, version=kept.version)
    assert differences_of(kept)[3].unexplained == 1
    with pytest.raises(Invalid):
        close_reconciliation(by=by, reconciliation=kept, version=kept.version)
    make_terminal(scenario.city, "back", kind="notebook")
    kept = recount(by=by, reconciliation=kept, version=kept.version)
    kept = close_reconciliation(by=by, reconciliation=kept, version=kept.version)
    assert (kept.state, kept.closed_by) == ("closed", by.actor.name)
    with pytest.raises(Stale):
        recount(by=by, reconciliation=kept, version=kept.version)
