"""Files that back an answer."""

from __future__ import annotations

import io

import pytest
from django.conf import settings

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.files.models import StoredFile
from tenken.files.operations import open_file
from tenken.inspection.models import Answer, AnswerEvidence, Sheet
from tenken.inspection.operations import attach_evidence, remove_evidence
from tenken.inspection.queries.sheets import sheet_page
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tests.factories import Scenario
from tests.inspection.makers import question, sheet_of, submitted

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"x" * 100


def _attach(
    bank: Scenario, sheet: Sheet, content: bytes = PDF, name: str = "点検表.pdf", role: str = "deputy"
) -> AnswerEvidence:
    key = question(sheet, "media.ledger").pk
    stream = io.BytesIO(content)
    return attach_evidence(by=bank.by(role), sheet=sheet, question_id=key, name=name, stream=stream)


def test_a_file_is_kept_with_the_answer(bank: Scenario, sheet: Sheet) -> None:
    evidence = _attach(bank, sheet)
    assert (evidence.file.name, evidence.file.subject_type) == ("点検表.pdf", "inspection.answer")
    assert evidence.file.subject_id == str(evidence.answer_id)
    assert (evidence.answer.verdict, evidence.answer.version) == ("", 1)
    fresh = sheet_of(sheet.programme, sheet.unit)
    assert (fresh.status, fresh.version) == ("drafting", 2)
    changes = read_payload(Entry.objects.get(operation="inspection.evidence.attach"))
    assert changes == {"question": "2-1", "file": "点検表.pdf", "sha256": evidence.file.sha256}


def test_the_page_shows_what_is_in_force(bank: Scenario, sheet: Sheet) -> None:
    first, second = _attach(bank, sheet), _attach(bank, sheet, name="写真.pdf")
    remove_evidence(by=bank.by("deputy"), evidence=first)
    page = sheet_page(bank.by("section_manager"), sheet.pk)
    shown = [row.evidence for section in page.sections for row in section.rows if row.evidence]
    assert shown == [(second,)]


def test_removing_keeps_the_file_and_the_row(bank: Scenario, sheet: Sheet) -> None:
    evidence = _attach(bank, sheet)
    remove_evidence(by=bank.by("deputy"), evidence=evidence)
    with open_file(StoredFile.objects.get()) as kept:
        assert kept.read() == PDF
    assert AnswerEvidence.objects.count() == 1
    changes = read_payload(Entry.objects.get(operation="inspection.evidence.remove"))
    assert changes == {"question": "2-1", "file": "点検表.pdf", "sha256": evidence.file.sha256}
    with pytest.raises(Stale, match="すでに取り消されて"):
        remove_evidence(by=bank.by("deputy"), evidence=evidence)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("点検表.pdf", b"MZ\x90\x00 a program"),
        ("写真.png", PDF),
        ("表.xlsx", b"PK\x03\x04 not a workbook"),
        ("run.exe", b"MZ"),
        ("空.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    bank: Scenario, sheet: Sheet, name: str, content: bytes
) -> None:
    with pytest.raises(Invalid):
        _attach(bank, sheet, content, name)
    assert (StoredFile.objects.count(), Answer.objects.count()) == (0, 0)
    assert sheet_of(sheet.programme, sheet.unit).status == "not_started"


def test_a_file_of_50_megabytes_is_refused(bank: Scenario, sheet: Sheet) -> None:
    content = PDF + bytes(50 * 1024 * 1024)
    assert len(content) > settings.MAX_UPLOAD_BYTES
    with pytest.raises(Invalid, match=r"20MB|大きすぎ"):
        _attach(bank, sheet, content)
    assert AnswerEvidence.objects.count() == 0


def test_no_file_after_it_was_handed_in(bank: Scenario, sheet: Sheet) -> None:
    evidence = _attach(bank, sheet)
    submitted(bank.by("deputy"), sheet)
    with pytest.raises(Stale):
        _attach(bank, sheet)
    with pytest.raises(Stale):
        remove_evidence(by=bank.by("deputy"), evidence=evidence)


@pytest.mark.parametrize("role", ["staff", "other_manager", "secretariat", "auditor"])
def test_who_may_not_attach(bank: Scenario, sheet: Sheet, role: str) -> None:
    with pytest.raises(Denied):
        _attach(bank, sheet, role=role)
    evidence = _attach(bank, sheet)
    with pytest.raises(Denied):
        remove_evidence(by=bank.by(role), evidence=evidence)


def test_a_question_that_is_not_on_the_sheet(bank: Scenario, sheet: Sheet) -> None:
    with pytest.raises(Missing):
        attach_evidence(
            by=bank.by("deputy"), sheet=sheet, question_id=0, name="表.pdf", stream=io.BytesIO(PDF)
        )
