"""Filling in, one answer at a time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations import GivenAnswer, Overtaken, close_programme, save_answer, save_answers
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import approved, give, question, sheet_of, submitted, system

pytestmark = pytest.mark.django_db


def _rows() -> tuple[int, int]:
    return Answer.objects.count(), Entry.objects.filter(operation="inspection.answer.save").count()


def test_the_first_answer_begins_the_sheet(bank: Scenario, sheet: Sheet) -> None:
    answer = give(bank.by("deputy"), sheet, "media.lock", "conforms")
    assert (answer.version, answer.answered_by) == (1, bank.people["deputy"].number)
    fresh = sheet_of(sheet.programme, sheet.unit)
    assert (fresh.status, fresh.version, fresh.issues) == ("drafting", 2, 0)


def test_the_journal_says_what_was_and_what_is(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    give(by, sheet, "media.lock", "conforms")
    give(by, sheet, "media.lock", "issue", "鍵がない。", "来月に買う。")
    entry = Entry.objects.filter(operation="inspection.answer.save").latest("sequence")
    assert read_payload(entry) == {
        "question": "2-2",
        "before": {"verdict": "conforms", "reason": "", "comment": ""},
        "after": {"verdict": "issue", "reason": "鍵がない。", "comment": "来月に買う。"},
    }
    assert (entry.subject_type, entry.subject_id) == ("inspection.sheet", str(sheet.pk))


def test_the_number_of_issues_is_right_through_changes(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    counts = []
    for item, verdict in [
        ("media.lock", "issue"),
        ("media.ledger", "issue"),
        ("media.lock", "issue"),  # the same again, with other words
        ("media.lock", "not_applicable"),
        ("media.ledger", ""),
        ("backup.copy", "conforms"),
        ("backup.copy", "issue"),
    ]:
        give(by, sheet, item, verdict, f"理由{len(counts)}")
        counts.append(sheet_of(sheet.programme, sheet.unit).issues)
    assert counts == [1, 2, 2, 1, 0, 0, 1]


def test_a_stale_answer_says_who_was_first(bank: Scenario, sheet: Sheet) -> None:
    give(bank.by("deputy"), sheet, "media.lock", "issue", "鍵がない。")
    before = _rows()
    with pytest.raises(Stale) as refusal:
        give(bank.by("section_manager"), sheet, "media.lock", "conforms", version=0)
    assert f"設問2-2は、{bank.people['deputy'].name}さんが先に保存しました" in refusal.value.message
    assert _rows() == before
    assert Answer.objects.get().verdict == "issue"


def test_two_people_in_one_sheet_do_not_disturb_each_other(bank: Scenario, sheet: Sheet) -> None:
    give(bank.by("deputy"), sheet, "media.lock", "conforms", version=0)
    give(bank.by("section_manager"), sheet, "media.ledger", "conforms", version=0)
    assert Answer.objects.count() == 2


def test_saving_what_is_there_writes_nothing(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    first = give(by, sheet, "media.lock", "conforms", "", "毎日見る。")
    before = _rows(), sheet_of(sheet.programme, sheet.unit).version
    again = give(by, sheet, "media.lock", "conforms", "", " 毎日見る。\n")
    assert again.version == first.version
    assert (_rows(), sheet_of(sheet.programme, sheet.unit).version) == before


@pytest.mark.parametrize(
    ("verdict", "reason", "comment", "field"),
    [
        ("maybe", "", "", "question"),
        ("issue", "理" * 2_001, "", "reason"),
        ("issue", "", "コ" * 2_001, "comment"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_nothing_is_written(
    bank: Scenario, sheet: Sheet, verdict: str, reason: str, comment: str, field: str
) -> None:
    before = _rows()
    with pytest.raises(Invalid) as refusal:
        give(bank.by("deputy"), sheet, "media.lock", verdict, reason, comment)
    assert [problem.field for problem in refusal.value.problems] == [
        f"{field}-{question(sheet, 'media.lock').pk}"
    ]
    assert _rows() == before
    assert sheet_of(sheet.programme, sheet.unit).status == "not_started"


def test_two_thousand_characters_fit_also_outside_the_basic_plane(bank: Scenario, sheet: Sheet) -> None:
    answer = give(bank.by("deputy"), sheet, "media.lock", "issue", "𠮷" * 2_000, "髙" * 2_000)
    answer.refresh_from_db()
    assert (answer.reason, answer.comment) == ("𠮷" * 2_000, "髙" * 2_000)


def test_characters_no_database_takes_are_dropped_and_kanji_kept(bank: Scenario, sheet: Sheet) -> None:
    text = "髙\x00橋と𠮷田\ud800が①の﨑を見た。\r\n次の行"
    answer = give(bank.by("deputy"), sheet, "media.lock", "issue", text)
    answer.refresh_from_db()
    assert answer.reason == "髙橋と𠮷田が①の﨑を見た。\n次の行"


def test_a_question_of_another_sheet_is_missing(bank: Scenario, sheet: Sheet) -> None:
    with pytest.raises(Missing, match="設問"):
        save_answer(by=bank.by("deputy"), sheet=sheet, question_id=0, verdict="conforms", version=0)


def test_a_sheet_that_is_not_there_is_missing(bank: Scenario) -> None:
    with pytest.raises(Missing):
        save_answer(by=bank.by("deputy"), sheet=Sheet(pk=0), question_id=0, verdict="conforms", version=0)


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("staff", "役割ではありません"),
        ("bureau_manager", "役割ではありません"),
        ("secretariat", "役割ではありません"),
        ("auditor", "役割ではありません"),
        ("ciso", "役割ではありません"),
        ("other_manager", "「企画課」は、あなたが"),
    ],
)
def test_who_may_not_fill_in(bank: Scenario, sheet: Sheet, role: str, why: str) -> None:
    with pytest.raises(Denied, match=why):
        give(bank.by(role), sheet, "media.lock", "conforms")


def test_another_city_never(bank: Scenario, sheet: Sheet) -> None:
    with pytest.raises(Denied, match="ほかの市"):
        give(make_other_city().by("section_manager"), sheet, "media.lock", "conforms")


def test_nothing_is_written_in_a_sheet_that_was_handed_in(bank: Scenario, sheet: Sheet) -> None:
    submitted(bank.by("deputy"), sheet)
    with pytest.raises(Stale, match="提出したあとは"):
        give(bank.by("deputy"), sheet, "media.lock", "not_applicable", "媒体がない。")


def test_nothing_is_written_after_the_programme_ended(
    bank: Scenario, sheet: Sheet, programme: Programme
) -> None:
    close_programme(by=bank.by("secretariat"), programme=programme, version=programme.version)
    with pytest.raises(Stale, match="終了している"):
        give(bank.by("deputy"), sheet, "media.lock", "conforms")


def test_saving_one_answer_takes_few_queries(bank: Scenario, sheet: Sheet) -> None:
    by = bank.by("deputy")
    key = question(sheet, "media.lock").pk
    assert by.tree.parent  # kept in memory between requests
    for version, verdict, most in [(0, "conforms", 10), (1, "issue", 10)]:
        with CaptureQueriesContext(connection) as queries:
            save_answer(by=by, sheet=sheet, question_id=key, verdict=verdict, reason="鍵", version=version)
        assert len(queries) <= most, [query["sql"][:90] for query in queries]


# --- many at once ------------------------------------------------------------------------------------------


def _given(sheet: Sheet, item: str, verdict: str, version: int = 0, reason: str = "") -> GivenAnswer:
    return GivenAnswer(question(sheet, item).pk, verdict, reason, "", version)


def test_a_whole_form_is_kept_but_for_what_is_refused(bank: Scenario, sheet: Sheet) -> None:
    give(bank.by("section_manager"), sheet, "media.ledger", "issue", "台帳がない。")
    answers = [
        _given(sheet, "media.lock", "conforms"),
        _given(sheet, "media.ledger", "conforms"),
        _given(sheet, "backup.copy", "maybe"),
        _given(sheet, "backup.test", "issue", reason="試していない。"),
    ]
    refused = save_answers(by=bank.by("deputy"), sheet=sheet, answers=answers)
    assert {key: type(why) for key, why in refused.items()} == {
        question(sheet, "media.ledger").pk: Overtaken,
        question(sheet, "backup.copy").pk: Invalid,
    }
    kept = Answer.objects.order_by("question__order").values_list("question__revision__item__code", "verdict")
    assert list(kept) == [("media.ledger", "issue"), ("media.lock", "conforms"), ("backup.test", "issue")]
    assert sheet_of(sheet.programme, sheet.unit).issues == 2
    assert _rows() == (3, 3)


def test_a_form_sent_too_late_keeps_nothing(bank: Scenario, sheet: Sheet) -> None:
    approved(system(bank.city), system(bank.city), sheet)
    with pytest.raises(Stale):
        save_answers(
            by=bank.by("deputy"), sheet=sheet, answers=[_given(sheet, "media.lock", "not_applicable", 1)]
        )
    assert Answer.objects.exclude(verdict="conforms").count() == 0


def test_a_form_is_saved_by_who_may_fill_in_even_when_nothing_changed(bank: Scenario, sheet: Sheet) -> None:
    with pytest.raises(Denied):
        save_answers(by=bank.by("auditor"), sheet=sheet, answers=[])
    assert save_answers(by=bank.by("deputy"), sheet=sheet, answers=[]) == {}
