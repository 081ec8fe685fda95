"""Handing in: submit, withdraw, approve, return, accept."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tenken.approvals.models import ApprovalRequest, StepDecision
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import Finding
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations import (
    accept,
    accept_many,
    approve,
    close_programme,
    return_sheet,
    submit,
    withdraw,
)
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import (
    ITEMS,
    QUESTIONS,
    approved,
    filled,
    give,
    question,
    sheet_of,
    submitted,
    system,
)

pytestmark = pytest.mark.django_db

ISSUES = {"media.lock": "鍵のかかる書庫がない。", "backup.test": "試したことがない。"}


# --- submit ------------------------------------------------------------------------------------------------


def test_submitting_puts_a_snapshot_of_every_answer_up(bank: Scenario, sheet: Sheet) -> None:
    result = submitted(bank.by("deputy"), sheet, ISSUES)
    assert (result.status, result.submitted_on, result.issues) == ("submitted", date(2026, 7, 15), 2)
    request = ApprovalRequest.objects.get()
    assert (request.subject_id, request.status, request.step) == (sheet.pk, "pending", 1)
    body = json.loads(request.snapshot.body)
    assert body["unit_name"] == "企画課"
    assert [row[1] for row in body["answers"]] == list(ITEMS)
    assert body["answers"][3] == ["2-2", "media.lock", "issue", "鍵のかかる書庫がない。", ""]


def test_each_rule_names_its_question(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    give(by, sheet, "clear-desk.leave", "conforms")
    give(by, sheet, "clear-desk.printer", "issue")
    give(by, sheet, "media.ledger", "not_applicable")
    give(by, sheet, "media.lock", "not_applicable", "媒体がない。")
    give(by, sheet, "backup.copy", "issue", "", "複製がない。")
    sheet = sheet_of(sheet.programme, sheet.unit)
    with pytest.raises(Invalid) as refusal:
        submit(by=by, sheet=sheet, version=sheet.version)
    assert refusal.value.message == "記入の足りないところが3件あります。"
    assert [(problem.place, problem.field) for problem in refusal.value.problems] == [
        ("設問1-2（クリアデスク）", f"reason-{question(sheet, 'clear-desk.printer').pk}"),
        ("設問2-1（記録媒体の管理）", f"reason-{question(sheet, 'media.ledger').pk}"),
        ("設問3-2（バックアップ）", f"question-{question(sheet, 'backup.test').pk}"),
    ]
    assert ApprovalRequest.objects.count() == 0
    assert sheet_of(sheet.programme, sheet.unit).status == "drafting"


def test_an_empty_sheet_is_not_submitted(bank: Scenario, sheet: Sheet) -> None:
    with pytest.raises(Invalid, match="まだ何も"):
        submit(by=bank.by("deputy"), sheet=sheet, version=1)


def test_a_sheet_changed_since_it_was_shown_is_not_submitted(bank: Scenario, sheet: Sheet) -> None:
    shown = filled(bank.by("deputy"), sheet)
    give(bank.by("section_manager"), sheet, "media.lock", "issue", "鍵がない。")
    with pytest.raises(Stale, match="表示したあとに"):
        submit(by=bank.by("deputy"), sheet=shown, version=shown.version)


def test_submitting_twice_puts_up_one_request(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    shown = filled(by, sheet)
    submit(by=by, sheet=shown, version=shown.version)
    with pytest.raises(Stale):
        submit(by=by, sheet=shown, version=shown.version)
    with pytest.raises(Stale, match="いまは提出できません"):
        submit(by=by, sheet=shown, version=shown.version + 1)
    assert ApprovalRequest.objects.count() == 1


@pytest.mark.parametrize("role", ["staff", "other_manager", "secretariat", "bureau_manager"])
def test_who_may_not_submit(bank: Scenario, sheet: Sheet, role: str) -> None:
    shown = filled(bank.by("deputy"), sheet)
    with pytest.raises(Denied):
        submit(by=bank.by(role), sheet=shown, version=shown.version)


# --- withdraw ----------------------------------------------------------------------------------------------


def test_whoever_submitted_takes_it_back_and_submits_anew(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    shown = submitted(by, sheet)
    back = withdraw(by=by, sheet=shown, version=shown.version)
    assert (back.status, back.submitted_on) == ("drafting", None)
    give(by, sheet, "media.lock", "issue", "鍵がない。")
    again = sheet_of(sheet.programme, sheet.unit)
    submit(by=by, sheet=again, version=again.version)
    assert list(ApprovalRequest.objects.order_by("round").values_list("round", "status")) == [
        (1, "withdrawn"),
        (2, "pending"),
    ]


def test_nobody_else_takes_it_back(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    with pytest.raises(Denied, match=bank.people["deputy"].name):
        withdraw(by=bank.by("section_manager"), sheet=shown, version=shown.version)


def test_what_the_manager_approved_is_not_taken_back(bank: Scenario, sheet: Sheet) -> None:
    shown = approved(bank.by("deputy"), bank.by("section_manager"), sheet)
    with pytest.raises(Stale, match="引き戻せません"):
        withdraw(by=bank.by("deputy"), sheet=shown, version=shown.version)


# --- the manager -------------------------------------------------------------------------------------------


def test_the_manager_approves(bank: Scenario, sheet: Sheet) -> None:
    result = approved(bank.by("deputy"), bank.by("section_manager"), sheet)
    assert result.status == "approved"
    decision = StepDecision.objects.get()
    assert (decision.step_name, decision.role_code, decision.acting) == (
        "情報管理者の承認",
        "section_manager",
        False,
    )


def test_the_deputy_acts_for_the_manager(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("section_manager"), sheet)
    approve(by=bank.by("deputy"), sheet=shown, version=shown.version, comment="課長出張のため")
    decision = StepDecision.objects.get()
    assert (decision.role_code, decision.acting, decision.comment) == ("deputy", True, "課長出張のため")


def test_the_deputy_never_acts_on_their_own_sheet(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    with pytest.raises(Denied, match="自分が提出したもの"):
        approve(by=bank.by("deputy"), sheet=shown, version=shown.version)
    assert sheet_of(sheet.programme, sheet.unit).status == "submitted"


def test_a_deputy_does_not_return(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("section_manager"), sheet)
    with pytest.raises(Denied, match="承認する"):
        return_sheet(by=bank.by("deputy"), sheet=shown, version=shown.version, comment="直してください。")


def test_the_manager_returns_with_a_reason(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    manager = bank.by("section_manager")
    with pytest.raises(Invalid) as refusal:
        return_sheet(by=manager, sheet=shown, version=shown.version, comment=" 　")
    assert refusal.value.problems[0].field == "comment"
    result = return_sheet(by=manager, sheet=shown, version=shown.version, comment="2-2を見直すこと。")
    assert result.status == "returned_by_manager"
    give(bank.by("deputy"), sheet, "media.lock", "issue", "鍵がない。")
    assert sheet_of(sheet.programme, sheet.unit).status == "returned_by_manager"


@pytest.mark.parametrize("role", ["staff", "other_manager", "secretariat", "bureau_manager", "auditor"])
def test_who_may_not_approve(bank: Scenario, sheet: Sheet, role: str) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    with pytest.raises(Denied, match=r"役割ではありません|範囲ではありません"):
        approve(by=bank.by(role), sheet=shown, version=shown.version)
    assert StepDecision.objects.count() == 0


def test_another_citys_manager_never(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    with pytest.raises(Denied, match="ほかの市"):
        approve(by=make_other_city().by("section_manager"), sheet=shown, version=shown.version)


# --- the secretariat ---------------------------------------------------------------------------------------


def _handed_in(bank: Scenario, sheet: Sheet, issues: dict[str, str] | None = None) -> Sheet:
    return approved(bank.by("deputy"), bank.by("section_manager"), sheet, issues)


def test_each_issue_opens_exactly_one_finding(bank: Scenario, sheet: Sheet) -> None:
    shown = _handed_in(bank, sheet, ISSUES)
    result = accept(by=bank.by("secretariat"), sheet=shown, version=shown.version)
    assert (result.status, result.accepted_on) == ("accepted", date(2026, 7, 15))
    rows = Finding.objects.order_by("number")
    assert [(row.number, row.unit, row.item_code, row.category_code, row.title) for row in rows] == [
        (1, bank.section_a1, "media.lock", "media", "鍵のかかる書庫がない。"),
        (2, bank.section_a1, "backup.test", "backup", "試したことがない。"),
    ]
    assert rows[0].detail == f"点検項目：{QUESTIONS['media.lock']}"
    assert (rows[0].due_on, rows[0].opened_on) == (date(2026, 10, 31), date(2026, 7, 15))


def test_the_second_click_of_a_double_click_opens_nothing(bank: Scenario, sheet: Sheet) -> None:
    shown = _handed_in(bank, sheet, ISSUES)
    by = bank.by("secretariat")
    accept(by=by, sheet=shown, version=shown.version)
    for version in (shown.version, shown.version + 1):
        with pytest.raises(Stale):
            accept(by=by, sheet=shown, version=version)
    assert Finding.objects.count() == 2
    assert Entry.objects.filter(operation="inspection.sheet.accept").count() == 1


def test_a_sheet_without_issues_opens_none(bank: Scenario, sheet: Sheet) -> None:
    shown = _handed_in(bank, sheet)
    accept(by=bank.by("secretariat"), sheet=shown, version=shown.version)
    assert Finding.objects.count() == 0


def test_the_secretariat_returns_and_the_section_hands_in_anew(bank: Scenario, sheet: Sheet) -> None:
    shown = _handed_in(bank, sheet)
    shown = return_sheet(
        by=bank.by("secretariat"), sheet=shown, version=shown.version, comment="理由が読み取れません。"
    )
    assert shown.status == "returned_by_secretariat"
    give(bank.by("deputy"), sheet, "media.lock", "issue", "鍵がない。")
    shown = sheet_of(sheet.programme, sheet.unit)
    shown = submit(by=bank.by("deputy"), sheet=shown, version=shown.version)
    shown = approve(by=bank.by("section_manager"), sheet=shown, version=shown.version)
    accept(by=bank.by("secretariat"), sheet=shown, version=shown.version)
    assert Finding.objects.get().item_code == "media.lock"
    assert [request.status for request in ApprovalRequest.objects.order_by("round")] == [
        "returned",
        "approved",
    ]


@pytest.mark.parametrize("role", ["section_manager", "deputy", "auditor", "ciso", "bureau_manager"])
def test_who_may_not_accept(bank: Scenario, sheet: Sheet, role: str) -> None:
    shown = _handed_in(bank, sheet, ISSUES)
    with pytest.raises(Denied, match="受け付ける"):
        accept(by=bank.by(role), sheet=shown, version=shown.version)
    assert Finding.objects.count() == 0


def test_nothing_is_accepted_before_the_manager_approved(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet)
    with pytest.raises(Stale, match="受け付けられません"):
        accept(by=bank.by("secretariat"), sheet=shown, version=shown.version)


def test_many_are_accepted_each_by_itself(bank: Scenario, programme: Programme) -> None:
    root = system(bank.city)
    units = [bank.section_a1, bank.section_a2, bank.section_b1]
    shown = [approved(root, root, sheet_of(programme, unit), ISSUES) for unit in units]
    by = bank.by("secretariat")
    return_sheet(by=by, sheet=shown[1], version=shown[1].version, comment="直してください。")
    accepted, refused = accept_many(by=by, sheets=[(sheet, sheet.version) for sheet in shown])
    assert accepted == 2
    assert [(sheet.unit, "変更されました" in why) for sheet, why in refused] == [(bank.section_a2, True)]
    assert Finding.objects.count() == 4
    assert [sheet_of(programme, unit).status for unit in units] == [
        "accepted",
        "returned_by_secretariat",
        "accepted",
    ]


def test_nothing_moves_after_the_programme_ended(bank: Scenario, sheet: Sheet, programme: Programme) -> None:
    shown = _handed_in(bank, sheet)
    by = bank.by("secretariat")
    close_programme(by=by, programme=programme, version=programme.version)
    with pytest.raises(Stale, match="終了している"):
        accept(by=by, sheet=shown, version=shown.version)
    with pytest.raises(Stale, match="終了している"):
        return_sheet(by=by, sheet=shown, version=shown.version, comment="直してください。")


def test_every_step_is_one_journal_row_with_before_and_after(bank: Scenario, sheet: Sheet) -> None:
    shown = _handed_in(bank, sheet)
    accept(by=bank.by("secretariat"), sheet=shown, version=shown.version, comment="確認しました。")
    entries = Entry.objects.filter(operation__startswith="inspection.sheet.").order_by("sequence")
    assert [entry.operation for entry in entries] == [
        "inspection.sheet.submit",
        "inspection.sheet.approve",
        "inspection.sheet.accept",
    ]
    assert read_payload(entries[2]) == {
        "before": "approved",
        "after": "accepted",
        "comment": "確認しました。",
    }
