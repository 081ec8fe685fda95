"""People's own checks and past sheets' assets that were made elsewhere, brought in."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.assets.models import InformationSystem
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.inspection.models import SelfCheck, SelfCheckAnswer, SheetAsset, SheetRisk
from tenken.inspection.operations import (
    HistoricAnswer,
    HistoricAsset,
    HistoricSelfCheck,
    HistoricSheet,
    record_history,
    record_self_check_history,
    save_self_answer,
)
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.factories import Scenario
from tests.inspection.makers import running, sheet_of
from tests.inspection.test_self_checks import handed_out

pytestmark = pytest.mark.django_db

DAY = date(2026, 7, 16)
YES = {"media.lock": "conforms", "clear-desk.leave": "issue"}


def test_checks_come_in_handed_in_and_the_journal_holds_their_number_only(bank: Scenario) -> None:
    programme = handed_out(bank)
    people = list(SelfCheck.objects.filter(programme=programme).values_list("person_id", flat=True))[:2]
    before = Entry.objects.count()
    rows = [HistoricSelfCheck(person, DAY, YES) for person in people]
    assert record_self_check_history(by=bank.by("secretariat"), programme=programme, rows=rows) == 2
    done = SelfCheck.objects.filter(programme=programme, person__in=people)
    assert set(done.values_list("status", "submitted_on")) == {("submitted", DAY)}
    assert SelfCheckAnswer.objects.filter(self_check__in=done).count() == 4
    assert Entry.objects.count() == before + 1
    payload = read_payload(Entry.objects.latest("sequence"))
    assert payload is not None
    assert payload == {"self_checks": 2}


def test_checks_are_refused_whole_and_only_untouched_ones_of_a_running_programme_come_in(
    bank: Scenario,
) -> None:
    programme = handed_out(bank)
    check = SelfCheck.objects.filter(programme=programme).select_related("person").first()
    assert check is not None
    by = bank.by("secretariat")
    for wrong in (
        HistoricSelfCheck(0, DAY, YES),
        HistoricSelfCheck(check.person_id, DAY, {"media.lock": "conforms"}),
        HistoricSelfCheck(check.person_id, DAY, YES | {"media.lock": "perhaps"}),
    ):
        with pytest.raises(Invalid):
            record_self_check_history(by=by, programme=programme, rows=[wrong])
    twice = [HistoricSelfCheck(check.person_id, DAY, YES)] * 2
    with pytest.raises(Invalid):
        record_self_check_history(by=by, programme=programme, rows=twice)
    with pytest.raises(Denied):
        record_self_check_history(by=bank.by("section_manager"), programme=programme, rows=[])
    with pytest.raises(Stale, match="実施中の自己チェック"):
        record_self_check_history(by=by, programme=running(bank.city, 2025), rows=[])
    assert not SelfCheckAnswer.objects.exists()


def test_a_check_that_is_begun_is_left_to_its_person(bank: Scenario) -> None:
    programme = handed_out(bank)
    by = bank.by("section_manager")
    question = programme.forms.latest("version").questions.first()
    save_self_answer(by=by, programme=programme, question_id=question.pk, verdict="conforms")
    rows = [HistoricSelfCheck(by.person_id or 0, DAY, YES)]
    with pytest.raises(Stale, match="始まった"):
        record_self_check_history(by=bank.by("secretariat"), programme=programme, rows=rows)


def test_past_sheets_bring_their_main_assets_and_what_was_decided(bank: Scenario) -> None:
    past = running(bank.city, 2025)
    asset = HistoricAsset(
        "住民基本台帳", "S", 120_000, ("server",), "電算室", None, (("theft", "reduce", "施錠を直す。"),)
    )
    answers = (HistoricAnswer("media.lock", "conforms"), HistoricAnswer("media.ledger", "conforms"))
    row = HistoricSheet(bank.section_a1.pk, date(2025, 8, 1), date(2025, 8, 5), answers, (asset,))
    record_history(by=bank.by("secretariat"), programme=past, rows=[row])
    kept = SheetAsset.objects.get(sheet=sheet_of(past, bank.section_a1))
    assert (kept.name, kept.order, kept.forms) == ("住民基本台帳", 1, ["server"])
    decided = SheetRisk.objects.get(sheet_asset=kept)
    assert (decided.threat, decided.treatment, decided.note) == ("theft", "reduce", "施錠を直す。")


def test_past_sheets_of_systems_are_told_by_their_system(bank: Scenario) -> None:
    first, second = (
        InformationSystem.objects.create(
            city=bank.city, code=code, name=code, owner=bank.section_a1, valid_from=date(2024, 4, 1)
        )
        for code in ("S1", "S2")
    )
    past = running(bank.city, 2025, code="systems", kind="system_audit")
    answers = (
        HistoricAnswer("media.lock", "issue", comment="鍵がない。"),
        HistoricAnswer("media.ledger", "conforms"),
    )
    rows = [
        HistoricSheet(bank.section_a1.pk, date(2025, 8, 1), date(2025, 8, 5), answers, (), one.pk)
        for one in (first, second)
    ]
    keys = record_history(by=bank.by("secretariat"), programme=past, rows=rows)
    assert set(keys) == {(first.pk, "media.lock"), (second.pk, "media.lock")}
