"""Planning, choosing, launching, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenken.audit.operations import record_past_visit
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Programme, Question, Sheet, SheetForm, Stage
from tenken.inspection.operations import (
    change_stages,
    choose_questions,
    close_programme,
    launch,
    plan_programme,
)
from tenken.inspection.operations.launching import form_hash
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.notices.models import Notice
from tests.factories import Scenario, make_other_city, make_unit
from tests.inspection.makers import ITEMS, YEAR, planned, sheet_of, stages, with_questions

pytestmark = pytest.mark.django_db


def _plan(scenario: Scenario, role: str = "secretariat", **values: Any) -> Programme:
    given = {
        "city": scenario.city,
        "fiscal_year": YEAR,
        "name": "令和8年度情報セキュリティ点検",
        "stages": stages(),
    }
    return plan_programme(by=scenario.by(role), **(given | values))


def test_a_programme_is_planned_with_its_stages_and_one_journal_row(scenario: Scenario) -> None:
    programme = _plan(scenario)
    assert (programme.status, programme.version, programme.code) == ("planned", 1, "yearly")
    assert [stage.name for stage in programme.stages.all()] == [
        "自己点検",
        "改善取組",
        "訪問調査",
        "フォローアップ",
    ]
    entry = Entry.objects.get(operation="inspection.programme.plan")
    changes = read_payload(entry)
    assert changes is not None
    assert changes["stages"][2]["starts_on"] == "2026-11-01"
    assert Sheet.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "点" * 300}, "name"),
        ({"purpose": "目" * 2_001}, "purpose"),
        ({"fiscal_year": 26}, "fiscal_year"),
        ({"stages": []}, "stages"),
        ({"stages": [replace(stages()[0], ends_on=date(2026, 6, 30))]}, "stages-0-ends_on"),
        ({"stages": [replace(stages()[0], name="名" * 300)]}, "stages-0-name"),
        ({"stages": [replace(stages()[0], name="")]}, "stages-0-name"),
        ({"stages": [replace(stages()[0], target="対" * 201)]}, "stages-0-target"),
        ({"stages": [replace(stages()[0], kind="party")]}, "stages-0-kind"),
    ],
)
def test_a_wrong_plan_is_refused_at_its_field(scenario: Scenario, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        _plan(scenario, **values)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert Programme.objects.count() == 0


def test_a_year_has_one_programme_of_a_code(scenario: Scenario) -> None:
    _plan(scenario)
    with pytest.raises(Invalid) as refusal:
        _plan(scenario)
    assert "すでにあります" in str(refusal.value.problems[0])
    assert _plan(scenario, code="extra").code == "extra"


@pytest.mark.parametrize("role", ["section_manager", "deputy", "bureau_manager", "auditor", "ciso"])
def test_only_the_secretariat_plans(scenario: Scenario, role: str) -> None:
    with pytest.raises(Denied, match="計画"):
        _plan(scenario, role)


def test_another_citys_programme_is_out_of_reach(bank: Scenario) -> None:
    other = make_other_city()
    programme = with_questions(bank.city)
    stranger = other.by("secretariat")
    with pytest.raises(Denied, match="ほかの市"):
        plan_programme(by=stranger, city=bank.city, fiscal_year=2030, name="点検", stages=stages())
    for attempt in (
        lambda: change_stages(by=stranger, programme=programme, stages=stages(), version=2),
        lambda: choose_questions(by=stranger, programme=programme, item_codes=["media.lock"], version=2),
        lambda: launch(by=stranger, programme=programme, version=2),
        lambda: close_programme(by=stranger, programme=programme, version=2),
    ):
        with pytest.raises(Missing):
            attempt()
    programme.refresh_from_db()
    assert (programme.status, programme.version) == ("planned", 2)


# --- questions ---------------------------------------------------------------------------------------------


def test_questions_come_in_the_banks_order_and_are_numbered_by_category(bank: Scenario) -> None:
    programme = with_questions(bank.city, items=["backup.test", "clear-desk.printer", "clear-desk.leave"])
    numbered = Question.objects.filter(form__programme=programme).values_list(
        "number", "revision__item__code"
    )
    assert list(numbered) == [
        ("1-1", "clear-desk.leave"),
        ("1-2", "clear-desk.printer"),
        ("2-1", "backup.test"),
    ]


def test_the_choice_can_be_made_again_until_the_launch(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    by = bank.by("secretariat")
    choose_questions(by=by, programme=programme, item_codes=["media.lock"], version=2)
    assert Question.objects.filter(form__programme=programme).count() == 1
    launch(by=by, programme=programme, version=3)
    with pytest.raises(Stale, match="設問は変えられません"):
        choose_questions(by=by, programme=programme, item_codes=list(ITEMS), version=4)


@pytest.mark.parametrize("codes", [[], ["media.lock", "no.such"]])
def test_a_wrong_choice_is_refused(bank: Scenario, codes: list[str]) -> None:
    programme = planned(bank.city)
    with pytest.raises(Invalid) as refusal:
        choose_questions(by=bank.by("secretariat"), programme=programme, item_codes=codes, version=1)
    assert refusal.value.problems[0].field == "items"
    assert SheetForm.objects.count() == 0


# --- launching ---------------------------------------------------------------------------------------------


def test_every_answering_section_gets_one_sheet_at_once(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    assert launch(by=bank.by("secretariat"), programme=programme, version=2) == 3
    sheets = Sheet.objects.filter(programme=programme).order_by("unit__code")
    assert [(sheet.unit, sheet.bureau, sheet.status) for sheet in sheets] == [
        (bank.section_a1, bank.bureau_a, "not_started"),
        (bank.section_a2, bank.bureau_a, "not_started"),
        (bank.section_b1, bank.bureau_b, "not_started"),
    ]
    programme.refresh_from_db()
    assert (programme.status, programme.launched_on, programme.version) == ("launched", date(2026, 7, 15), 3)


def test_the_form_is_frozen_under_its_hash(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    launch(by=bank.by("secretariat"), programme=programme, version=2)
    form = SheetForm.objects.get(programme=programme)
    questions = list(Question.objects.filter(form=form).select_related("revision__item"))
    assert form.sha256 == form_hash(questions)
    questions[0].number = "9-9"
    assert form.sha256 != form_hash(questions)
    changes = read_payload(Entry.objects.get(operation="inspection.programme.launch"))
    assert changes is not None
    assert changes["form"] == form.sha256


def test_deputies_and_managers_are_told_by_mail_after_the_launch(bank: Scenario) -> None:
    for role in ("deputy", "section_manager", "staff", "bureau_manager"):
        bank.people[role].email = f"{role}@example.jp"
        bank.people[role].save()
    programme = with_questions(bank.city)
    launch(by=bank.by("secretariat"), programme=programme, version=2)
    assert set(Notice.objects.values_list("address", "recipient_code")) == {
        ("deputy@example.jp", bank.people["deputy"].number),
        ("section_manager@example.jp", bank.people["section_manager"].number),
    }
    notice = Notice.objects.first()
    assert notice is not None
    assert notice.subject == "【点検】2026年度情報セキュリティ点検が始まりました"
    assert "8月31日まで" in notice.body


def test_a_past_launch_tells_nobody(bank: Scenario) -> None:
    bank.people["deputy"].email = "deputy@example.jp"
    bank.people["deputy"].save()
    programme = with_questions(bank.city, 2025)
    launch(by=bank.by("secretariat"), programme=programme, version=2, on=date(2025, 7, 1))
    assert Notice.objects.count() == 0


def test_launching_twice_is_refused(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    by = bank.by("secretariat")
    launch(by=by, programme=programme, version=2)
    with pytest.raises(Stale):  # the second click of a double click
        launch(by=by, programme=programme, version=2)
    with pytest.raises(Stale, match="すでに開始しています"):
        launch(by=by, programme=programme, version=3)
    assert Sheet.objects.count() == 3
    assert Entry.objects.filter(operation="inspection.programme.launch").count() == 1


def test_a_stale_version_launches_nothing(bank: Scenario) -> None:
    programme = with_questions(bank.city)
    with pytest.raises(Stale, match="ほかの人が先に"):
        launch(by=bank.by("secretariat"), programme=programme, version=1)
    assert Sheet.objects.count() == 0


def test_nothing_is_launched_without_questions(bank: Scenario) -> None:
    programme = planned(bank.city)
    with pytest.raises(Invalid, match="設問"):
        launch(by=bank.by("secretariat"), programme=programme, version=1)


def test_launching_costs_the_same_whatever_the_number_of_sections(bank: Scenario) -> None:
    def cost(year: int) -> int:
        programme = with_questions(bank.city, year)
        by = bank.by("secretariat")
        with CaptureQueriesContext(connection) as queries:
            launch(by=by, programme=programme, version=2)
        return len(queries)

    cost(2023)  # the tree is kept in memory from here on
    few = cost(2024)
    for number in range(30):
        make_unit(bank.city, f"第{number}課", parent=bank.bureau_b)
    cost(2025)
    assert cost(2026) == few <= 20


# --- stages, the end ---------------------------------------------------------------------------------------


def test_stages_change_also_after_the_launch(programme: Programme, bank: Scenario) -> None:
    later = [replace(stages()[0], ends_on=date(2026, 9, 15)), *stages()[1:]]
    by = bank.by("secretariat")
    change_stages(by=by, programme=programme, stages=later, version=programme.version)
    assert programme.stages.get(kind="self_inspection").ends_on == date(2026, 9, 15)
    with pytest.raises(Stale):
        change_stages(by=by, programme=programme, stages=later, version=programme.version)


def test_a_stage_with_visits_keeps_its_row_when_the_others_move(programme: Programme, bank: Scenario) -> None:
    by = bank.by("secretariat")
    visit_stage = programme.stages.get(kind="visit")
    record_past_visit(by=by, stage=visit_stage, unit=bank.section_a1, visited_on=date(2026, 7, 14))
    plans = stages()
    moved = [plans[2], plans[0], plans[3]]  # 改善取組 goes, 訪問調査 comes first
    change_stages(by=by, programme=programme, stages=moved, version=programme.version)
    assert [stage.name for stage in programme.stages.all()] == ["訪問調査", "自己点検", "フォローアップ"]
    visit_stage.refresh_from_db()
    assert (visit_stage.kind, visit_stage.order) == ("visit", 1)
    programme.refresh_from_db()
    with pytest.raises(Invalid, match="訪問調査の記録"):
        change_stages(by=by, programme=programme, stages=[plans[0]], version=programme.version)
    assert Stage.objects.filter(programme=programme).count() == 3


def test_a_closed_programme_moves_no_more(programme: Programme, bank: Scenario) -> None:
    by = bank.by("secretariat")
    closed = close_programme(by=by, programme=programme, version=programme.version, on=date(2027, 3, 31))
    assert (closed.status, closed.closed_on) == ("closed", date(2027, 3, 31))
    with pytest.raises(Stale):
        close_programme(by=by, programme=programme, version=closed.version)
    with pytest.raises(Stale):
        change_stages(by=by, programme=programme, stages=stages(), version=closed.version)
    sheet = sheet_of(programme, bank.section_a1)
    assert sheet.programme.status == "closed"
