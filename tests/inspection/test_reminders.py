"""The chase: who is told when, once, in one mail a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid
from tenken.findings.models import Finding
from tenken.inspection.models import Programme, ReminderSent, ReminderStep, Sheet
from tenken.inspection.operations import (
    StepPlan,
    change_due_date,
    change_reminder_steps,
    send_reminders,
)
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.queries.reminders import Seats, reminders_sent
from tenken.inspection.tasks import open_cities, remind
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.models import Assignment, Person
from tests.factories import Scenario, make_person
from tests.inspection.makers import accepted, give, sheet_of, system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _addresses(bank: Scenario, settings: Any) -> None:
    for person in Person.objects.all():
        Person.objects.filter(pk=person.pk).update(email=f"{person.number}@city.example.jp")
    settings.CSRF_TRUSTED_ORIGINS = ["https://tenken.city.example.jp"]


@pytest.fixture
def chased(bank: Scenario, programme: Programme) -> Programme:
    give_default_steps(programme)
    Notice.objects.all().delete()  # the launch told of itself
    return programme


def _told(bank: Scenario) -> dict[str, Notice]:
    names = {person.number: role for role, person in bank.people.items()}
    return {names.get(one.recipient_code, one.recipient_code): one for one in Notice.objects.order_by("pk")}


def _on(bank: Scenario, day: date) -> list[str]:
    Notice.objects.all().delete()
    with time_machine.travel(f"{day}T09:00:00+09:00", tick=False):
        send_reminders(by=system(bank.city, day), on=day)
    return sorted(_told(bank))


def test_the_chase_goes_up(bank: Scenario, chased: Programme) -> None:
    for section in ("section_a2", "section_b1"):
        accepted(bank.city, sheet_of(chased, getattr(bank, section)))
    Notice.objects.all().delete()
    assert _on(bank, date(2026, 8, 23)) == []  # a Sunday
    assert _on(bank, date(2026, 8, 24)) == ["deputy"]
    assert _on(bank, date(2026, 8, 25)) == []
    assert _on(bank, date(2026, 8, 31)) == ["deputy", "section_manager"]
    assert _on(bank, date(2026, 9, 3)) == ["section_manager"]
    assert _on(bank, date(2026, 9, 7)) == ["bureau_manager", "section_manager"]
    assert _on(bank, date(2026, 9, 14)) == ["bureau_manager"]
    assert _on(bank, date(2026, 9, 24)) == ["bureau_manager"]
    accepted(bank.city, sheet_of(chased, bank.section_a1))
    assert _on(bank, date(2026, 9, 28)) == []


def test_the_mail_says_what_is_late_and_where(bank: Scenario, chased: Programme) -> None:
    sheet = sheet_of(chased, bank.section_a1)
    give(bank.by("deputy"), sheet, "media.lock", "conforms")
    _on(bank, date(2026, 9, 7))
    mail = _told(bank)["section_manager"]
    assert mail.subject == "【点検】提出の期限を過ぎた点検シート（1件）"
    assert f"{bank.people['section_manager'].name}様" in mail.body
    assert "・企画課　期限：令和8年8月31日、7日経過　未記入5問" in mail.body
    assert f"https://tenken.city.example.jp/inspection/sheets/{sheet.pk}/" in mail.body
    assert mail.link == f"/inspection/sheets/{sheet.pk}/"
    bureau = _told(bank)["bureau_manager"]
    assert "（2件）" in bureau.subject  # 企画課 and 都市計画課
    assert bureau.link == "/"


def test_nobody_is_told_twice(bank: Scenario, chased: Programme) -> None:
    assert _on(bank, date(2026, 8, 24)) != []
    assert _on(bank, date(2026, 8, 24)) == []
    rows = ReminderSent.objects.filter(sheet__unit=bank.section_a1)
    assert [(row.due_on, row.sent_on, row.recipients[0]["role"]) for row in rows] == [
        (date(2026, 8, 31), date(2026, 8, 24), "deputy")
    ]
    assert Entry.objects.filter(operation="inspection.reminders.send").count() == 1


def test_an_empty_seat_is_passed_over(bank: Scenario, chased: Programme) -> None:
    assert "other_manager" in _on(bank, date(2026, 8, 24))  # 保険課 has no deputy
    Assignment.objects.filter(person=bank.people["deputy"]).update(valid_to=date(2026, 8, 1))
    ReminderSent.objects.all()._raw_delete("default")
    assert "section_manager" in _on(bank, date(2026, 8, 24))


def test_who_has_no_address_is_noted(bank: Scenario, chased: Programme) -> None:
    Person.objects.update(email="")
    assert _on(bank, date(2026, 8, 24)) == []
    row = ReminderSent.objects.get(sheet__unit=bank.section_a1)
    assert row.recipients[0]["mail"] is False


def test_one_mail_a_person_whatever_their_roles(bank: Scenario, chased: Programme) -> None:
    deputy = bank.people["deputy"]
    extra = make_person(bank.city, role="deputy", unit=bank.section_a2)
    Assignment.objects.filter(person=extra).update(person=deputy)
    _on(bank, date(2026, 8, 24))
    mail = _told(bank)["deputy"]
    assert "企画課" in mail.body
    assert "都市計画課" in mail.body
    assert Notice.objects.filter(recipient_code=deputy.number).count() == 1


def test_more_time_begins_the_chase_anew(bank: Scenario, chased: Programme) -> None:
    _on(bank, date(2026, 8, 24))
    sheet = sheet_of(chased, bank.section_a1)
    change_due_date(
        by=bank.by("secretariat"),
        programme=chased,
        sheets=[(sheet.pk, sheet.version)],
        due_on=date(2026, 9, 30),
        reason="移転",
    )
    assert "section_manager" not in _on(bank, date(2026, 8, 31))
    assert _on(bank, date(2026, 9, 24)) == [
        "bureau_manager",
        "deputy",
    ]  # 都市計画課's bureau, and this deputy


def test_findings_are_told_of_on_the_first_open_day_of_a_week(bank: Scenario, chased: Programme) -> None:
    for sheet in Sheet.objects.filter(programme=chased).select_related("unit"):
        accepted(bank.city, sheet, {"media.lock": "鍵がない。"} if sheet.unit == bank.section_a1 else None)
    Finding.objects.update(due_on=date(2026, 10, 30))
    assert _on(bank, date(2026, 10, 16)) == []
    assert _on(bank, date(2026, 10, 26)) == ["deputy", "section_manager"]
    assert "改善の期限が近い課題、過ぎた課題（1件）" in _told(bank)["deputy"].subject
    assert "企画課：鍵がない。（期限：令和8年10月30日、あと4日）" in _told(bank)["deputy"].body
    assert _on(bank, date(2026, 10, 26)) == []
    assert _on(bank, date(2026, 10, 27)) == []


def test_the_morning_runs_only_where_the_offices_are_open(bank: Scenario, chased: Programme) -> None:
    assert open_cities(date(2026, 8, 23)) == []
    assert open_cities(date(2026, 8, 24)) == [bank.city.code]
    with time_machine.travel("2026-08-24T08:31:00+09:00", tick=False):
        remind(bank.city.code, date(2026, 8, 24))
    assert "deputy" in _told(bank)


def test_the_number_of_queries_does_not_grow_with_the_sections(
    bank: Scenario, chased: Programme, django_assert_max_num_queries: Any
) -> None:
    with (
        time_machine.travel("2026-09-07T09:00:00+09:00", tick=False),
        django_assert_max_num_queries(60),
    ):
        send_reminders(by=system(bank.city, date(2026, 9, 7)), on=date(2026, 9, 7))


# --- the steps ------------------------------------------------------------------------------------------------


def test_the_steps_are_the_citys(bank: Scenario, chased: Programme) -> None:
    _on(bank, date(2026, 8, 24))
    by = bank.by("secretariat")
    steps = change_reminder_steps(
        by=by, programme=chased, steps=[StepPlan(-3, "deputy"), StepPlan(1, "bureau_manager", weekly=True)]
    )
    assert [(step.days, step.audience, step.weekly) for step in steps] == [
        (-3, "deputy", False),
        (1, "bureau_manager", True),
    ]
    assert ReminderSent.objects.count() == 3  # what was sent stays known
    assert ReminderStep.objects.filter(programme=chased, retired=True).count() == 7
    change_reminder_steps(by=by, programme=chased, steps=[])
    assert _on(bank, date(2026, 9, 7)) == []


def test_which_steps_are_refused(bank: Scenario, chased: Programme) -> None:
    steps = [
        StepPlan(3, "deputy"),
        StepPlan(3, "deputy"),
        StepPlan(-2, "mayor"),
        StepPlan(-1, "deputy", True),
    ]
    with pytest.raises(Invalid) as refusal:
        change_reminder_steps(by=bank.by("secretariat"), programme=chased, steps=steps)
    assert [problem.field for problem in refusal.value.problems] == [
        "steps-1-days",
        "steps-2-audience",
        "steps-3-weekly",
    ]


@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor"])
def test_who_neither_sends_nor_sets(bank: Scenario, chased: Programme, role: str) -> None:
    with pytest.raises(Denied):
        send_reminders(by=bank.by(role))
    with pytest.raises(Denied):
        change_reminder_steps(by=bank.by(role), programme=chased, steps=[])


def test_the_log_shows_what_one_may_see(bank: Scenario, chased: Programme) -> None:
    _on(bank, date(2026, 8, 24))
    assert reminders_sent(bank.by("secretariat"), chased).count() == 3
    assert reminders_sent(bank.by("bureau_manager"), chased).count() == 2
    assert reminders_sent(bank.by("staff"), chased).count() == 0


def test_who_sits_where(bank: Scenario, chased: Programme) -> None:
    sheets = list(Sheet.objects.filter(programme=chased).select_related("unit", "bureau"))
    seats = Seats(bank.city, sheets, date(2026, 7, 15))
    absent = {sheet.unit.name for sheet in sheets if not seats.holders(sheet, "section_manager")}
    assert absent == {"都市計画課"}
