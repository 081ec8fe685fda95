"""The running inspection: more time, exemptions, accepting many, standing by an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import (
    accept_many,
    change_due_date,
    exempt,
    restore,
    return_sheet,
    save_answer,
    stand_by_answers,
    submit,
)
from tenken.inspection.queries.due import deadlines_of
from tenken.inspection.queries.offers import offers_for
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.policy.models import CheckItem, CheckItemRevision
from tests.factories import Scenario, make_unit
from tests.inspection.makers import (
    ITEMS,
    accepted,
    approved,
    give,
    question,
    running,
    sheet_of,
    submitted,
    system,
)

pytestmark = pytest.mark.django_db


def _chosen(*sheets: Sheet) -> list[tuple[int, int]]:
    return [(sheet.pk, Sheet.objects.get(pk=sheet.pk).version) for sheet in sheets]


# --- more time ------------------------------------------------------------------------------------------------


def test_a_due_date_is_the_stages_last_day_unless_the_sheet_has_its_own(bank: Scenario, sheet: Sheet) -> None:
    deadlines = deadlines_of(bank.city, [sheet.programme])
    assert deadlines.of(sheet) == date(2026, 8, 31)
    change_due_date(
        by=bank.by("secretariat"),
        programme=sheet.programme,
        sheets=_chosen(sheet),
        due_on=date(2026, 9, 11),
        reason="庁舎の移転　のため",
    )
    sheet.refresh_from_db()
    assert (deadlines.of(sheet), sheet.extension_reason) == (date(2026, 9, 11), "庁舎の移転 のため")
    entry = Entry.objects.get(operation="inspection.sheet.change_due_date")
    changes = read_payload(entry)
    assert changes is not None
    assert changes["after"] == "2026-09-11"


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2026, 7, 14), "移転", "due_on"),
        (date(2026, 9, 12), "移転", "due_on"),  # a Saturday
        (date(2026, 9, 11), " ", "reason"),
        (date(2026, 9, 11), "あ" * 301, "reason"),
    ],
)
def test_which_due_dates_are_refused(
    bank: Scenario, sheet: Sheet, day: date, reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        change_due_date(
            by=bank.by("secretariat"),
            programme=sheet.programme,
            sheets=_chosen(sheet),
            due_on=day,
            reason=reason,
        )
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_one_sheet_that_is_handed_in_stops_all(bank: Scenario, programme: Programme) -> None:
    first, second = sheet_of(programme, bank.section_a1), sheet_of(programme, bank.section_a2)
    approved(bank.by("deputy"), bank.by("section_manager"), first)
    with pytest.raises(Stale, match="提出された"):
        change_due_date(
            by=bank.by("secretariat"),
            programme=programme,
            sheets=_chosen(first, second),
            due_on=date(2026, 9, 11),
            reason="移転",
        )
    second.refresh_from_db()
    assert second.due_on is None


def test_lateness_is_that_of_reaching_the_secretariat(bank: Scenario, sheet: Sheet) -> None:
    shown = submitted(bank.by("deputy"), sheet, on=date(2026, 8, 31))
    deadlines = deadlines_of(bank.city, [sheet.programme])
    assert deadlines.days_late(shown, date(2026, 9, 2)) == 2
    from tenken.inspection.operations import approve

    done = approve(by=bank.by("section_manager"), sheet=shown, version=shown.version, on=date(2026, 9, 3))
    assert (done.submitted_on, done.handed_in_on) == (date(2026, 8, 31), date(2026, 9, 3))
    assert deadlines.days_late(done, date(2026, 10, 1)) == 3
    back = return_sheet(by=bank.by("secretariat"), sheet=done, version=done.version, comment="直すこと。")
    assert back.handed_in_on is None


# --- exemptions -----------------------------------------------------------------------------------------------


def test_an_exempted_sheet_rests_and_comes_back_as_it_was(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("secretariat")
    give(bank.by("deputy"), sheet, "media.lock", "issue", "鍵がない。")
    [resting] = exempt(by=by, programme=sheet.programme, sheets=_chosen(sheet), reason="休館中")
    assert (resting.status, resting.exempted_on) == ("exempted", date(2026, 7, 15))
    with pytest.raises(Stale, match="対象外となっている"):
        give(bank.by("deputy"), sheet, "media.ledger", "conforms")
    with pytest.raises(Stale, match="対象外となっている"):
        submit(by=bank.by("deputy"), sheet=resting, version=resting.version)
    back = restore(by=by, sheet=resting, version=resting.version)
    assert (back.status, back.exempted_on, back.exemption_reason) == ("drafting", None, "")
    assert Answer.objects.get(sheet=sheet).reason == "鍵がない。"


def test_an_untouched_sheet_comes_back_untouched(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("secretariat")
    [resting] = exempt(by=by, programme=sheet.programme, sheets=_chosen(sheet), reason="休館中")
    assert restore(by=by, sheet=resting, version=resting.version).status == "not_started"


def test_what_cannot_be_exempted(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("secretariat")
    with pytest.raises(Invalid, match="対象外にできません"):
        exempt(by=by, programme=sheet.programme, sheets=_chosen(sheet), reason="")
    with pytest.raises(Invalid, match="選んで"):
        exempt(by=by, programme=sheet.programme, sheets=[], reason="休館中")
    with pytest.raises(Missing):
        exempt(by=by, programme=sheet.programme, sheets=[(0, 1)], reason="休館中")
    submitted(bank.by("deputy"), sheet)
    with pytest.raises(Stale, match="提出された"):
        exempt(by=by, programme=sheet.programme, sheets=_chosen(sheet), reason="休館中")


@pytest.mark.parametrize("role", ["section_manager", "bureau_manager", "auditor", "ciso"])
def test_who_neither_exempts_nor_extends(bank: Scenario, sheet: Sheet, role: str) -> None:
    with pytest.raises(Denied):
        exempt(by=bank.by(role), programme=sheet.programme, sheets=_chosen(sheet), reason="休館中")
    with pytest.raises(Denied):
        change_due_date(
            by=bank.by(role),
            programme=sheet.programme,
            sheets=_chosen(sheet),
            due_on=date(2026, 9, 11),
            reason="移転",
        )
    with pytest.raises(Denied):
        restore(by=bank.by(role), sheet=sheet, version=sheet.version)


# --- accepting many -------------------------------------------------------------------------------------------


def test_many_are_accepted_in_one_transaction_with_a_record_each(
    bank: Scenario, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_unit(bank.city, f"第{number}課", parent=bank.bureau_b)
    programme = running(bank.city)
    root = system(bank.city)
    ready = [
        approved(root, root, sheet_of(programme, sheet.unit), {"media.lock": "鍵がない。"})
        for sheet in Sheet.objects.filter(programme=programme).select_related("unit")
    ]
    assert len(ready) == 23
    stale = ready.pop()
    # Two statements each write the record of a sheet; the rest is for all of them together.
    with django_assert_max_num_queries(22 * 5 + 30):
        done, refused = accept_many(
            by=bank.by("secretariat"),
            sheets=[*((sheet, sheet.version) for sheet in ready), (stale, stale.version - 1)],
        )
    assert (done, [sheet.pk for sheet, _ in refused]) == (22, [stale.pk])
    assert Entry.objects.filter(operation="inspection.sheet.accept").count() == 22
    assert Finding.objects.filter(city=bank.city).count() == 22
    assert set(
        Sheet.objects.filter(pk__in=[one.pk for one in ready]).values_list("status", "accepted_on")
    ) == {("accepted", date(2026, 7, 15))}


# --- standing by an earlier answer ----------------------------------------------------------------------------


@pytest.fixture
def second_year(bank: Scenario) -> Sheet:
    """The sheet of 企画課 a year after one that was accepted; two items' answers last 18 months."""
    CheckItem.objects.filter(code__in=("media.lock", "backup.copy", "backup.test")).update(
        answer_valid_months=18
    )
    first = running(bank.city, 2025)
    accepted(
        bank.city,
        sheet_of(first, bank.section_a1),
        {"backup.test": "試したことがない。"},
        on=date(2025, 8, 20),
    )
    return sheet_of(running(bank.city, 2026), bank.section_a1)


def _offers(bank: Scenario, sheet: Sheet, on: date = date(2026, 7, 15)) -> dict[str, date]:
    asked = list(sheet.form.questions.select_related("revision__item"))
    found = offers_for(bank.by("deputy"), sheet, asked, on)
    codes = {one.pk: one.revision.item.code for one in asked}
    return {codes[key]: offer.valid_until for key, offer in found.items()}


def test_what_is_offered(bank: Scenario, second_year: Sheet) -> None:
    until = date(2027, 2, 20)
    assert _offers(bank, second_year) == {"media.lock": until, "backup.copy": until}
    assert _offers(bank, second_year, date(2027, 2, 21)) == {}


def test_a_new_wording_is_asked_anew(bank: Scenario, second_year: Sheet) -> None:
    item = CheckItem.objects.get(code="media.lock")
    first = item.revisions.get()
    fresh = CheckItemRevision(item=item, number=2, effective_from=date(2026, 4, 1), question="変わった。")
    fresh.purpose = fresh.how_to_check = fresh.good = first.purpose
    fresh.save(force_insert=True)
    second_year.form.questions.filter(revision=first).update(revision=fresh)
    assert set(_offers(bank, second_year)) == {"backup.copy"}


def test_one_stands_by_what_one_chooses(bank: Scenario, second_year: Sheet) -> None:
    by = bank.by("deputy")
    key = question(second_year, "media.lock").pk
    [answer] = stand_by_answers(by=by, sheet=second_year, question_ids=[key])
    assert (answer.verdict, answer.version, answer.answered_by) == ("conforms", 1, by.actor.code)
    assert answer.carried_from is not None
    assert answer.carried_from.sheet.programme.fiscal_year == 2025
    assert sheet_of(second_year.programme, second_year.unit).status == "drafting"
    assert stand_by_answers(by=by, sheet=second_year, question_ids=[key]) == []
    assert Entry.objects.filter(operation="inspection.answer.stand_by").count() == 1


def test_an_answer_given_meanwhile_stays_and_a_changed_one_no_longer_stands_by(
    bank: Scenario, second_year: Sheet
) -> None:
    by = bank.by("deputy")
    lock, copy = question(second_year, "media.lock").pk, question(second_year, "backup.copy").pk
    give(by, second_year, "media.lock", "issue", "鍵をなくした。")
    stand_by_answers(by=by, sheet=second_year, question_ids=[lock, copy])
    assert Answer.objects.get(sheet=second_year, question=lock).verdict == "issue"
    save_answer(by=by, sheet=second_year, question_id=copy, verdict="conforms", comment="毎週", version=1)
    assert Answer.objects.get(sheet=second_year, question=copy).carried_from is None


def test_what_is_not_offered_is_refused(bank: Scenario, second_year: Sheet) -> None:
    keys = [question(second_year, code).pk for code in ("media.lock", "backup.test")]
    with pytest.raises(Invalid) as refusal:
        stand_by_answers(by=bank.by("deputy"), sheet=second_year, question_ids=keys)
    assert [problem.place for problem in refusal.value.problems] == ["設問3-2"]
    assert Answer.objects.filter(sheet=second_year).count() == 0
    with pytest.raises(Denied):
        stand_by_answers(by=bank.by("secretariat"), sheet=second_year, question_ids=keys[:1])


def test_standing_by_again_does_not_make_an_answer_younger(bank: Scenario, second_year: Sheet) -> None:
    root = system(bank.city, date(2026, 7, 15))
    for item in ITEMS:
        if item != "media.lock":
            give(root, second_year, item, "conforms")
    stand_by_answers(by=root, sheet=second_year, question_ids=[question(second_year, "media.lock").pk])
    from tenken.inspection.operations import accept, approve

    sheet = sheet_of(second_year.programme, second_year.unit)
    sheet = submit(by=root, sheet=sheet, version=sheet.version)
    sheet = approve(by=root, sheet=sheet, version=sheet.version)
    accept(by=root, sheet=sheet, version=sheet.version, on=date(2026, 8, 1))
    third = sheet_of(running(bank.city, 2027), bank.section_a1)
    offers = _offers(bank, third, date(2027, 2, 1))
    assert offers["media.lock"] == date(2027, 2, 20)
    assert offers["backup.copy"] == date(2028, 2, 1)
