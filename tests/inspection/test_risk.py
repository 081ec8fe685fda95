"""The risk part of a sheet: its assets, what is decided, and what handing in makes of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tenken.approvals.models import ApprovalRequest
from tenken.assets.models import InformationAsset
from tenken.assets.operations import retire_asset
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import NoMainAssets, Programme, Sheet, SheetAsset, SheetRisk
from tenken.inspection.operations import submit
from tenken.inspection.operations.risk import (
    AssetRow,
    add_asset,
    change_asset,
    decide_risk,
    remove_asset,
    save_assets,
    state_no_assets,
    take_known,
    write_to_ledger,
)
from tenken.inspection.queries.risk import sheet_risk
from tenken.inspection.queries.risk_part import assets_mark
from tenken.journal.models import Entry
from tenken.policy.models import CheckCategory
from tests.assets.makers import make_asset
from tests.factories import Scenario
from tests.inspection.makers import add_item, give, running, sheet_of, submitted, system

pytestmark = pytest.mark.django_db

ASKED = {"M-CD-01": "clear-desk", "M-MD-03": "media", "R-BK-01": "backup"}


@pytest.fixture
def programme(bank: Scenario) -> Programme:
    """A programme with the risk part that asks three items of the default bank, among them M-CD-01 against peeping."""
    for code, category in ASKED.items():
        add_item(
            bank.city, code, CheckCategory.objects.get(city=bank.city, code=category), f"{code}を行っている。"
        )
    return running(bank.city, items=tuple(ASKED), with_risk_part=True)


def row(name: str = "被保険者台帳", **values: Any) -> AssetRow:
    return AssetRow(**({"name": name, "classification": "1", "amount": 1200, "forms": ("paper",)} | values))


def answer_all(bank: Scenario, sheet: Sheet, **issues: str) -> Sheet:
    by = bank.by("deputy")
    for code in ASKED:
        reason = issues.get(code.replace("-", "_"), "")
        give(by, sheet, code, "issue" if reason else "conforms", reason)
    return sheet_of(sheet.programme, sheet.unit)


# --- assets ----------------------------------------------------------------------------------------------------


def test_a_list_is_saved_as_a_whole_and_keeps_what_was_decided(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    first, second = save_assets(by=by, sheet=sheet, rows=[row(), row("申請書")], mark=assets_mark(sheet.pk))
    SheetRisk.objects.create(sheet_asset=second, threat="loss", treatment="accept", note="理由")
    saved = save_assets(
        by=by, sheet=sheet, rows=[row("申請書", amount=5), row("名簿")], mark=assets_mark(sheet.pk)
    )
    assert [(one.order, one.name, one.version) for one in saved] == [(1, "申請書", 2), (2, "名簿", 1)]
    assert saved[0].pk == second.pk
    assert SheetRisk.objects.get().sheet_asset_id == second.pk
    assert not SheetAsset.objects.filter(pk=first.pk).exists()
    assert sheet_of(sheet.programme, sheet.unit).status == "drafting"
    assert Entry.objects.filter(operation="inspection.risk.save_assets").count() == 2


def test_the_same_list_again_records_nothing(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    save_assets(by=by, sheet=sheet, rows=[row()], mark=None)
    before = sheet_of(sheet.programme, sheet.unit).version
    save_assets(by=by, sheet=sheet, rows=[row()], mark=assets_mark(sheet.pk))
    assert sheet_of(sheet.programme, sheet.unit).version == before
    assert Entry.objects.filter(operation="inspection.risk.save_assets").count() == 1


def test_a_list_that_changed_since_is_refused(bank: Scenario, sheet: Sheet) -> None:
    mark = assets_mark(sheet.pk)
    save_assets(by=bank.by("section_manager"), sheet=sheet, rows=[row()], mark=mark)
    with pytest.raises(Stale):
        save_assets(by=bank.by("deputy"), sheet=sheet, rows=[row("別")], mark=mark)
    assert SheetAsset.objects.get().name == "被保険者台帳"


def test_each_wrong_row_is_named_and_nothing_is_written(bank: Scenario, sheet: Sheet) -> None:
    rows = [row(), row("", forms=()), row(classification="9")]
    with pytest.raises(Invalid) as refusal:
        save_assets(by=bank.by("deputy"), sheet=sheet, rows=rows, mark=None)
    assert [problem.place for problem in refusal.value.problems] == [
        "情報資産2 情報資産",
        "情報資産2 保管の形",
        "情報資産3 重要性分類",
        "情報資産3 情報資産",
    ]
    assert not SheetAsset.objects.exists()
    with pytest.raises(Invalid, match="保存できません") as refusal:
        save_assets(by=bank.by("deputy"), sheet=sheet, rows=[row(f"資産{n}") for n in range(31)], mark=None)
    assert "30件まで" in str(refusal.value.problems[0])


def test_one_asset_at_a_time(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    asset = add_asset(by=by, sheet=sheet, row=row())
    with pytest.raises(Invalid):
        add_asset(by=by, sheet=sheet, row=row())
    changed = change_asset(by=by, sheet=sheet, row=row(amount=7, key=asset.pk), version=1)
    assert (changed.amount, changed.version) == (7, 2)
    with pytest.raises(Stale):
        change_asset(by=by, sheet=sheet, row=row(amount=8, key=asset.pk), version=1)
    with pytest.raises(Missing):
        remove_asset(by=by, sheet=sheet, asset_id=asset.pk + 1, version=1)
    remove_asset(by=by, sheet=sheet, asset_id=asset.pk, version=2)
    assert not SheetAsset.objects.exists()


def test_who_may_not_fill_the_sheet_writes_nothing(bank: Scenario, sheet: Sheet) -> None:
    for role in ("other_manager", "bureau_manager", "auditor", "secretariat"):
        with pytest.raises(Denied):
            add_asset(by=bank.by(role), sheet=sheet, row=row())


def test_a_sheet_without_the_part_takes_none(bank: Scenario, programme: Programme, sheet: Sheet) -> None:
    Programme.objects.filter(pk=programme.pk).update(with_risk_part=False)
    with pytest.raises(Invalid, match="リスク対策状況点検がありません"):
        add_asset(by=bank.by("deputy"), sheet=sheet, row=row())


def test_a_section_may_have_none_and_says_why(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    state_no_assets(by=by, sheet=sheet, reason="貸館だけの公所。")
    assert sheet_risk(by, sheet.pk).no_assets_reason == "貸館だけの公所。"
    add_asset(by=by, sheet=sheet, row=row())
    assert not NoMainAssets.objects.exists()
    with pytest.raises(Invalid):
        state_no_assets(by=by, sheet=sheet, reason="ない。")


# --- from the ledger, from last year, and back ------------------------------------------------------------------


def test_the_ledgers_main_assets_are_taken_at_once(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    kept = make_asset(bank.section_a1, "台帳A", main=True)
    ended = make_asset(bank.section_a1, "台帳B", main=True)
    retire_asset(by=system(bank.city), asset=ended, version=1, valid_to=date(2026, 4, 1))
    make_asset(bank.section_a1, "台帳C")
    make_asset(bank.section_b1, "よその台帳", main=True)
    assert take_known(by=by, sheet=sheet, source="ledger") == 1
    assert take_known(by=by, sheet=sheet, source="ledger") == 0
    assert SheetAsset.objects.get().asset == kept


def test_last_years_assets_are_taken_at_once(bank: Scenario, programme: Programme) -> None:
    by, last = bank.by("deputy"), sheet_of(programme, bank.section_a1)
    save_assets(by=by, sheet=last, rows=[row("申請書"), row("名簿")], mark=None)
    following = running(bank.city, 2027, items=tuple(ASKED), with_risk_part=True)
    sheet = sheet_of(following, bank.section_a1)
    add_asset(by=by, sheet=sheet, row=row("名簿", amount=9))
    assert take_known(by=by, sheet=sheet, source="last") == 1
    assert [one.name for one in sheet.assets.all()] == ["名簿", "申請書"]


def test_the_ledger_gets_what_the_sheet_says(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    make_asset(bank.section_a1, "台帳A", main=True, personal_data=True)
    take_known(by=by, sheet=sheet, source="ledger")
    asset = SheetAsset.objects.get()
    change_asset(
        by=by, sheet=sheet, row=row("台帳A", amount=50, key=asset.pk, asset_id=asset.asset_id), version=1
    )
    add_asset(by=by, sheet=sheet, row=row("新しい名簿"))
    assert write_to_ledger(by=by, sheet=sheet) == 2
    assert write_to_ledger(by=by, sheet=sheet) == 0
    said = InformationAsset.objects.order_by("number").values_list("name", "amount", "main", "personal_data")
    assert list(said) == [("台帳A", 50, True, True), ("新しい名簿", 1200, True, False)]
    assert not SheetAsset.objects.filter(asset=None).exists()


def test_a_row_of_another_sections_ledger_is_none_of_ours(bank: Scenario, sheet: Sheet) -> None:
    other = make_asset(bank.section_b1, "よその台帳")
    with pytest.raises(Missing):
        add_asset(by=bank.by("deputy"), sheet=sheet, row=row(asset_id=other.pk))


# --- what remains ------------------------------------------------------------------------------------------------


def test_the_answers_say_what_is_in_place(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    asset = add_asset(by=by, sheet=sheet, row=row())
    part = sheet_risk(by, sheet.pk)
    assert {state.threat.code for state in part.threats} >= {"peeping", "loss", "misdelivery"}
    assert part.risks[asset.pk, "peeping"].residual is None  # nothing answered yet
    assert part.risks[asset.pk, "misdelivery"].residual is None  # nothing asked
    give(by, sheet, "M-CD-01", "issue", "机に残る。")
    part = sheet_risk(by, sheet.pk)
    peeping, loss = part.risks[asset.pk, "peeping"].residual, part.risks[asset.pk, "theft"].residual
    assert peeping is not None
    assert (peeping.score, peeping.level, peeping.provisional) == (36, "high", False)  # (Ⅰ3+1)×3×3
    assert loss is not None
    assert loss.provisional  # M-MD-03 stands against it too
    assert [one.number for one in part.risks[asset.pk, "peeping"].state.in_state("issue")] == ["1-1"]


def test_a_decision_is_kept_changed_and_taken_back(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    asset = add_asset(by=by, sheet=sheet, row=row())
    said: dict[str, Any] = {"by": by, "sheet": sheet, "asset_id": asset.pk, "threat": "peeping"}
    decide_risk(**said, treatment="reduce", note="書庫を買う。", version=0)
    with pytest.raises(Stale):
        decide_risk(**said, treatment="accept", note="別の人。", version=0)
    decide_risk(**said, treatment="reduce", note="書庫を買う。", version=1)  # nothing changes
    decide_risk(**said, treatment="accept", note="狭いため。", version=1)
    assert SheetRisk.objects.get().version == 2
    decide_risk(**said, treatment="", note="", version=2)
    assert not SheetRisk.objects.exists()
    assert Entry.objects.filter(operation="inspection.risk.decide").count() == 3


@pytest.mark.parametrize(
    ("treatment", "note", "field"),
    [("burn", "", "treatment"), ("", "何か", "treatment"), ("accept", "あ" * 501, "note")],
)
def test_a_wrong_decision_names_its_field(
    bank: Scenario, sheet: Sheet, treatment: str, note: str, field: str
) -> None:
    asset = add_asset(by=bank.by("deputy"), sheet=sheet, row=row())
    with pytest.raises(Invalid) as refusal:
        decide_risk(
            by=bank.by("deputy"),
            sheet=sheet,
            asset_id=asset.pk,
            threat="peeping",
            treatment=treatment,
            note=note,
            version=0,
        )
    assert [problem.field for problem in refusal.value.problems] == [f"{field}-{asset.pk}-peeping"]


def test_a_threat_that_does_not_reach_an_asset_is_not_decided_on(bank: Scenario, sheet: Sheet) -> None:
    asset = add_asset(by=bank.by("deputy"), sheet=sheet, row=row())
    for threat in ("intrusion", "nothing"):
        with pytest.raises(Invalid):
            decide_risk(
                by=bank.by("deputy"),
                sheet=sheet,
                asset_id=asset.pk,
                threat=threat,
                treatment="accept",
                note="x",
                version=0,
            )


def test_another_form_of_storage_takes_decisions_that_no_longer_apply(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    asset = add_asset(by=by, sheet=sheet, row=row())
    decide_risk(
        by=by, sheet=sheet, asset_id=asset.pk, threat="peeping", treatment="accept", note="x", version=0
    )
    change_asset(by=by, sheet=sheet, row=row(forms=("server",), key=asset.pk), version=1)
    assert not SheetRisk.objects.exists()


# --- handing in --------------------------------------------------------------------------------------------------


def test_handing_in_needs_assets_and_treatments(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    sheet = answer_all(bank, sheet, M_CD_01="机に残る。")
    with pytest.raises(Invalid) as refusal:
        submit(by=by, sheet=sheet, version=sheet.version)
    assert [problem.place for problem in refusal.value.problems] == ["リスク対策状況点検 主要な情報資産"]
    asset = add_asset(by=by, sheet=sheet, row=row())
    sheet = sheet_of(sheet.programme, sheet.unit)
    with pytest.raises(Invalid) as refusal:
        submit(by=by, sheet=sheet, version=sheet.version)
    high = [
        (risk.asset.pk, code)
        for (_, code), risk in sheet_risk(by, sheet.pk).risks.items()
        if risk.level == "high"
    ]
    assert len(refusal.value.problems) == len(high)
    for key, threat in high:
        decide_risk(
            by=by, sheet=sheet, asset_id=key, threat=threat, treatment="reduce", note="片付ける。", version=0
        )
    sheet = sheet_of(sheet.programme, sheet.unit)
    submit(by=by, sheet=sheet, version=sheet.version)
    body = json.loads(ApprovalRequest.objects.get().snapshot.body)
    assert body["assets"][0]["name"] == asset.name
    sealed = {risk["threat"]: risk for risk in body["assets"][0]["risks"]}
    assert (sealed["peeping"]["score"], sealed["peeping"]["level"]) == (36, "high")
    assert (sealed["peeping"]["treatment"], sealed["peeping"]["note"]) == ("reduce", "片付ける。")
    with pytest.raises(Stale):
        add_asset(by=by, sheet=sheet, row=row("あとから"))


def test_a_programme_without_the_part_is_handed_in_as_before(bank: Scenario) -> None:
    sheet = sheet_of(running(bank.city), bank.section_a1)
    assert submitted(bank.by("deputy"), sheet).status == "submitted"
    assert "assets" not in json.loads(ApprovalRequest.objects.get().snapshot.body)


def test_what_is_read_costs_the_same_whatever_its_length(
    bank: Scenario, sheet: Sheet, django_assert_max_num_queries: Any
) -> None:
    by = bank.by("deputy")
    save_assets(by=by, sheet=sheet, rows=[row(f"資産{number}") for number in range(20)], mark=None)
    by.tree  # noqa: B018 - kept in memory
    with django_assert_max_num_queries(7):
        sheet_risk(by, sheet.pk)
