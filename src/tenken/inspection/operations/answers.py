"""Filling in a sheet: one answer at a time, saved as it is typed."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.files.operations import store
from tenken.inspection.models import Answer, AnswerEvidence, Question, RemovedEvidence, Sheet
from tenken.inspection.permissions import FILL_SHEETS
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require

TEXT_LIMIT = 2_000


def locked_sheet(sheet_id: int) -> Sheet:
    """Return the sheet with its unit, city and programme, its row locked; ``Missing`` when there is none."""
    sheet = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("unit__city", "programme")
        .filter(pk=sheet_id)
        .first()
    )
    if sheet is None:
        raise Missing("点検シートがありません。")
    return sheet


@transaction.atomic
def save_answer(
    *,
    by: Principal,
    sheet: Sheet,
    question_id: int,
    verdict: str,
    reason: str = "",
    comment: str = "",
    version: int,
    on: date | None = None,
) -> Answer:
    """Keep one answer, complete or not yet. *version* is that of the answer shown (0: none yet).

    ``Stale`` when somebody else saved it since, or the sheet is handed in; ``Invalid`` for text over 2,000
    characters or an unknown verdict. Saving what is there already changes and records nothing.
    """
    sheet = locked_sheet(sheet.pk)
    require(by, FILL_SHEETS, unit=sheet.unit)
    _check_open(sheet)
    status = sheet_after(sheet.status, "answer")
    verdict, reason, comment = _checked(question_id, verdict, reason, comment)
    question = Question.objects.filter(form=sheet.form_id, pk=question_id).only("pk", "number").first()
    if question is None:
        raise Missing("この点検シートにない設問です。")
    answer = Answer.objects.filter(sheet=sheet, question=question).first()
    if version != (answer.version if answer else 0):
        who = f"{answer.answered_by_name}さん" if answer else "ほかの人"
        raise Stale(
            f"設問{question.number}は、{who}が先に保存しました。ページを開き直して、内容を確かめてください。"
        )
    before = (answer.verdict, answer.reason, answer.comment) if answer else ("", "", "")
    if before == (verdict, reason, comment) and answer is not None:
        return answer
    answer = _write(by, sheet, question, answer, verdict, reason, comment)
    Sheet.objects.filter(pk=sheet.pk).update(
        status=status,
        version=sheet.version + 1,
        issues=sheet.issues + (verdict == "issue") - (before[0] == "issue"),
    )
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation="inspection.answer.save",
        subject=("inspection.sheet", sheet.pk),
        changes={
            "question": question.number,
            "before": dict(zip(("verdict", "reason", "comment"), before, strict=True)),
            "after": {"verdict": verdict, "reason": reason, "comment": comment},
        },
        business_date=on,
    )
    return answer


def _check_open(sheet: Sheet) -> None:
    if sheet.programme.status != "launched":
        raise Stale("この点検は終了しているため、記入できません。")


def _checked(question_id: int, verdict: str, reason: str, comment: str) -> tuple[str, str, str]:
    problems = []
    if verdict not in ("", *Answer.Verdict.values):
        problems.append(Problem("結果の値が正しくありません。", "結果", f"question-{question_id}"))
    reason, comment = (text.replace("\x00", "").replace("\r\n", "\n").strip() for text in (reason, comment))
    for label, text, field in (("理由", reason, "reason"), ("課題の内容・コメント", comment, "comment")):
        if len(text) > TEXT_LIMIT:
            problems.append(
                Problem(f"{TEXT_LIMIT:,}字までです（いま{len(text):,}字）。", label, f"{field}-{question_id}")
            )
    if problems:
        raise Invalid("保存できませんでした。", problems)
    return verdict, reason, comment


def _write(
    by: Principal,
    sheet: Sheet,
    question: Question,
    answer: Answer | None,
    verdict: str,
    reason: str,
    comment: str,
) -> Answer:
    answer = answer or Answer(sheet=sheet, question=question, version=0)
    answer.verdict, answer.reason, answer.comment = verdict, reason, comment
    answer.version += 1
    answer.answered_by, answer.answered_by_name = by.actor.code, by.actor.name
    answer.answered_at = clock.now()
    answer.save()
    return answer


@transaction.atomic
def attach_evidence(
    *, by: Principal, sheet: Sheet, question_id: int, name: str, stream: BinaryIO, on: date | None = None
) -> AnswerEvidence:
    """Keep a file that backs an answer. ``Invalid`` when the file is too large or not what its name says."""
    sheet = locked_sheet(sheet.pk)
    require(by, FILL_SHEETS, unit=sheet.unit)
    _check_open(sheet)
    status = sheet_after(sheet.status, "answer")
    question = Question.objects.filter(form=sheet.form_id, pk=question_id).first()
    if question is None:
        raise Missing("この点検シートにない設問です。")
    answer = Answer.objects.filter(sheet=sheet, question=question).first()
    if answer is None:
        answer = _write(by, sheet, question, None, "", "", "")
    stored = store(
        by=by,
        city_code=sheet.unit.city.code,
        name=name,
        stream=stream,
        subject=("inspection.answer", answer.pk),
    )
    evidence = AnswerEvidence(answer=answer, file=stored, added_by=by.actor.code, added_at=clock.now())
    evidence.save(force_insert=True)
    Sheet.objects.filter(pk=sheet.pk).update(status=status, version=sheet.version + 1)
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation="inspection.evidence.attach",
        subject=("inspection.sheet", sheet.pk),
        changes={"question": question.number, "file": stored.name, "sha256": stored.sha256},
        business_date=on,
    )
    return evidence


@transaction.atomic
def remove_evidence(*, by: Principal, evidence: AnswerEvidence, on: date | None = None) -> None:
    """Take a file off an answer before it is handed in. The file itself stays kept; ``Stale`` when already taken off."""
    sheet = locked_sheet(evidence.answer.sheet_id)
    require(by, FILL_SHEETS, unit=sheet.unit)
    _check_open(sheet)
    status = sheet_after(sheet.status, "answer")
    if RemovedEvidence.objects.filter(evidence=evidence).exists():
        raise Stale("このファイルはすでに取り消されています。")
    RemovedEvidence(evidence=evidence, removed_by=by.actor.code, removed_at=clock.now()).save(
        force_insert=True
    )
    Sheet.objects.filter(pk=sheet.pk).update(status=status, version=sheet.version + 1)
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation="inspection.evidence.remove",
        subject=("inspection.sheet", sheet.pk),
        changes={"file": evidence.file.name, "sha256": evidence.file.sha256},
        business_date=on,
    )
