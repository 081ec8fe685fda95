"""Sections merged, renamed, split, abolished or new in the middle of a campaign."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from tenken.common.refusals import Denied, Stale
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import (
    attach_evidence,
    carry_over_reorganisation,
    close_programme,
    restore,
)
from tenken.inspection.queries.reorganisation import carry_over_plan
from tenken.journal.models import Entry
from tenken.organization.models import Unit
from tenken.organization.operations import NewUnit, merge_units, rename_unit, split_unit
from tests.factories import Scenario, make_unit
from tests.inspection.makers import approved, give, question, running, sheet_of, system

pytestmark = pytest.mark.django_db
ON = date(2026, 8, 1)


@pytest.fixture(autouse=True)
def _in_august() -> Iterator[None]:
    with time_machine.travel("2026-08-03T09:00:00+09:00", tick=False):
        yield


def _merged(bank: Scenario, name: str = "まちづくり課") -> Unit:
    by = system(bank.city, ON)
    unit = merge_units(
        by=by, units=[bank.section_a1, bank.section_a2], new=NewUnit(name=name, code="M001"), on=ON
    )
    bank.city.refresh_from_db()
    return unit


def _texts(sheet: Sheet) -> dict[str, tuple[str, str]]:
    rows = Answer.objects.filter(sheet=sheet).values_list(
        "question__revision__item__code", "verdict", "reason"
    )
    return {item: (verdict, reason) for item, verdict, reason in rows}


def test_the_heir_of_a_merger_takes_what_was_answered(bank: Scenario, programme: Programme) -> None:
    root = system(bank.city)
    first, second = sheet_of(programme, bank.section_a1), sheet_of(programme, bank.section_a2)
    give(root, first, "media.lock", "issue", "鍵がない。")
    give(root, first, "media.ledger", "conforms")
    give(root, first, "backup.copy", "conforms")
    give(root, second, "media.ledger", "issue", "台帳がない。")
    give(root, second, "backup.copy", "conforms")
    attach_evidence(
        by=root,
        sheet=first,
        question_id=question(first, "media.lock").pk,
        name="写真.txt",
        stream=io.BytesIO("鍵のない棚\n".encode()),
    )
    heir = _merged(bank)
    by = bank.by("secretariat")
    plan = carry_over_plan(by, programme, ON)
    [one] = plan.heirs
    assert (one.unit, one.sheet, len(one.sources)) == (heir, None, 2)
    assert one.conflicts == (question(first, "media.ledger").pk,)

    carry_over_reorganisation(by=by, programme=programme, on=ON, seen=plan.mark)
    sheet = sheet_of(programme, heir)
    assert _texts(sheet) == {"media.lock": ("issue", "鍵がない。"), "backup.copy": ("conforms", "")}
    assert (sheet.status, sheet.issues, sheet.bureau) == ("drafting", 1, bank.bureau_a)
    taken = Answer.objects.get(sheet=sheet, verdict="issue")
    assert taken.evidence.count() == 1
    for old in (first, second):
        old.refresh_from_db()
        assert (old.status, old.moved_to, old.exempted_on) == ("exempted", sheet, ON)
        assert "まちづくり課" in old.exemption_reason
    assert _texts(first)["media.ledger"] == ("conforms", "")  # nothing is lost
    with pytest.raises(Stale, match="引き継いだ"):
        restore(by=by, sheet=first, version=first.version)


def test_done_again_it_finds_nothing(bank: Scenario, programme: Programme) -> None:
    _merged(bank)
    by = bank.by("secretariat")
    carry_over_reorganisation(by=by, programme=programme, on=ON)
    again = carry_over_reorganisation(by=by, programme=programme, on=ON)
    assert not again.anything
    assert Sheet.objects.filter(programme=programme).count() == 4
    assert Entry.objects.filter(operation="inspection.programme.carry_over").count() == 1


def test_what_is_handed_in_stays_and_a_filled_heir_keeps_its_own(
    bank: Scenario, programme: Programme
) -> None:
    root = system(bank.city)
    first, second = sheet_of(programme, bank.section_a1), sheet_of(programme, bank.section_a2)
    approved(bank.by("deputy"), bank.by("section_manager"), first)
    give(root, second, "media.lock", "issue", "鍵がない。")
    merge_units(
        by=system(bank.city, ON), units=[bank.section_a1, bank.section_a2], into=bank.section_b1, on=ON
    )
    bank.city.refresh_from_db()
    own = sheet_of(programme, bank.section_b1)
    give(root, own, "media.lock", "conforms")
    plan = carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    assert [sheet.pk for sheet in plan.staying] == [first.pk]
    first.refresh_from_db()
    assert first.status == "approved"
    assert _texts(own)["media.lock"] == ("conforms", "")
    assert plan.heirs[0].conflicts == (question(own, "media.lock").pk,)


def test_an_heir_that_is_handed_in_is_not_written_into(bank: Scenario, programme: Programme) -> None:
    root = system(bank.city)
    give(root, sheet_of(programme, bank.section_a2), "media.lock", "issue", "鍵がない。")
    heir = sheet_of(programme, bank.section_b1)
    approved(root, root, heir)
    merge_units(by=system(bank.city, ON), units=[bank.section_a2], into=bank.section_b1, on=ON)
    bank.city.refresh_from_db()
    plan = carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    assert plan.heirs[0].closed
    assert sheet_of(programme, bank.section_b1).status == "approved"
    assert _texts(heir)["media.lock"] == ("conforms", "")
    assert sheet_of(programme, bank.section_a2).moved_to == heir


def test_both_halves_of_a_split_section_take_its_answers(bank: Scenario, programme: Programme) -> None:
    root = system(bank.city)
    give(root, sheet_of(programme, bank.section_a1), "media.lock", "issue", "鍵がない。")
    halves = split_unit(
        by=system(bank.city, ON),
        unit=bank.section_a1,
        parts=[NewUnit(name="企画第一課", code="K001"), NewUnit(name="企画第二課", code="K002")],
        on=ON,
    )
    bank.city.refresh_from_db()
    carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    for half in halves:
        assert _texts(sheet_of(programme, half)) == {"media.lock": ("issue", "鍵がない。")}
    old = sheet_of(programme, bank.section_a1)
    assert (old.status, old.moved_to) == ("exempted", sheet_of(programme, halves[0]))
    assert "企画第一課、企画第二課" in old.exemption_reason


def test_a_renamed_section_goes_on_in_its_new_name(bank: Scenario, programme: Programme) -> None:
    give(system(bank.city), sheet_of(programme, bank.section_a1), "media.lock", "conforms")
    unit = rename_unit(by=system(bank.city, ON), unit=bank.section_a1, name="政策企画課", on=ON)
    bank.city.refresh_from_db()
    carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    assert _texts(sheet_of(programme, unit)) == {"media.lock": ("conforms", "")}


def test_new_sections_get_a_sheet(bank: Scenario, programme: Programme) -> None:
    unit = make_unit(bank.city, "新設課", parent=bank.bureau_b)
    Unit.objects.filter(pk=unit.pk).update(valid_from=ON)
    plan = carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    assert plan.new == ((unit, bank.bureau_b.pk),)
    assert sheet_of(programme, unit).status == "not_started"


def test_what_changed_since_it_was_shown_is_shown_again(bank: Scenario, programme: Programme) -> None:
    _merged(bank)
    by = bank.by("secretariat")
    seen = carry_over_plan(by, programme, ON).mark
    give(system(bank.city), sheet_of(programme, bank.section_a1), "media.lock", "conforms")
    with pytest.raises(Stale, match="もう一度"):
        carry_over_reorganisation(by=by, programme=programme, on=ON, seen=seen)


def test_who_may_not_and_when_not(bank: Scenario, programme: Programme) -> None:
    with pytest.raises(Denied):
        carry_over_reorganisation(by=bank.by("section_manager"), programme=programme, on=ON)
    close_programme(by=system(bank.city), programme=programme, version=programme.version)
    with pytest.raises(Stale, match="終了"):
        carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)


def test_last_years_programme_is_not_touched(bank: Scenario, programme: Programme) -> None:
    before = running(bank.city, 2025)
    _merged(bank)
    carry_over_reorganisation(by=bank.by("secretariat"), programme=programme, on=ON)
    assert set(Sheet.objects.filter(programme=before).values_list("status", flat=True)) == {"not_started"}
