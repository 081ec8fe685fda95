"""Filling in a sheet: one answer at a time, saved as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.db.models import FilteredRelation, Q

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Refusal, Stale
from tenken.files.operations import store
from tenken.inspection.filling import require_fill
from tenken.inspection.models import Answer, AnswerEvidence, Programme, Question, RemovedEvidence, Sheet
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal

TEXT_LIMIT = 2_000


def locked_sheet(sheet_id: int) -> Sheet:
    """Return the sheet with its unit, city, system and programme, its row locked; ``Missing`` when there is none."""
    sheet = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("unit__city", "programme", "system")
        .filter(pk=sheet_id)
        .first()
    )
    if sheet is None:
        raise Missing("点検シートがありません。")
    return sheet


class Overtaken(Stale):
    """Somebody else saved the answer since it was shown. ``answer``: as they saved it."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True)
class GivenAnswer:
    """One answer as somebody gave it. ``version``: of the answer they saw (0: none yet)."""

    question_id: int
    verdict: str
    reason: str
    comment: str
    version: int


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
    """Keep one answer, complete or not yet, and return it. *version* is that of the answer shown (0: none yet).

    ``Overtaken`` (a ``Stale``) when somebody else saved it since; ``Stale`` when the sheet is handed in; ``Invalid`` for text over 2,000
    characters or an unknown verdict. Saving what is there already changes and records nothing.
    """
    current = open_sheet(by, sheet)
    given = GivenAnswer(question_id, verdict, reason, comment, version)
    before = current.version
    answer = _save(by, current, given, _questions(current, [question_id]), on)
    if current.version != before:
        _touched(current)
    return answer


@transaction.atomic
def save_answers(
    *, by: Principal, sheet: Sheet, answers: Sequence[GivenAnswer], on: date | None = None
) -> dict[int, Refusal]:
    """Keep several answers of one sheet at once; return what was refused, by question. The others are kept.

    ``Stale`` when the sheet is handed in: then nothing is kept.
    """
    current = open_sheet(by, sheet)
    asked = _questions(current, [given.question_id for given in answers])
    refused: dict[int, Refusal] = {}
    version = current.version
    for given in answers:
        try:
            _save(by, current, given, asked, on)
        except (Stale, Invalid) as refusal:  # raised before anything is written
            refused[given.question_id] = refusal
    if current.version != version:
        _touched(current)
    return refused


def open_sheet(by: Principal, sheet: Sheet) -> Sheet:
    """Return the sheet locked, if *by* may fill it in and it can be filled in."""
    locked = locked_sheet(sheet.pk)
    require_fill(by, locked)
    if locked.programme.status != Programme.Status.LAUNCHED:
        raise Stale("この点検は終了しているため、記入できません。")
    sheet_after(locked.status, "answer")
    return locked


_Asked = dict[int, tuple[Question, Answer | None]]


def _save(by: Principal, sheet: Sheet, given: GivenAnswer, asked: _Asked, on: date | None) -> Answer:
    """Keep one answer and note it on *sheet*, which the caller writes. The same question may come again."""
    verdict, reason, comment = _checked(given)
    question, answer = _one_of(asked, given.question_id)
    if given.version != (answer.version if answer else 0):
        if answer is None:
            raise Stale(
                f"設問{question.number}を保存できません。ページを開き直して、内容を確かめてください。"
            )
        raise Overtaken(
            f"設問{question.number}は、{answer.answered_by_name}さんが先に保存しました。"
            "ページを開き直して、内容を確かめてください。",
            answer,
        )
    before = (answer.verdict, answer.reason, answer.comment) if answer else ("", "", "")
    if before == (verdict, reason, comment) and answer is not None:
        return answer
    answer = _write(by, sheet, question, answer, verdict, reason, comment)
    asked[question.pk] = (question, answer)
    _noted(sheet, issues=(verdict == Answer.Verdict.ISSUE) - (before[0] == Answer.Verdict.ISSUE))
    names = ("verdict", "reason", "comment")
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation="inspection.answer.save",
        subject=("inspection.sheet", sheet.pk),
        changes={
            "question": question.number,
            "before": dict(zip(names, before, strict=True)),
            "after": dict(zip(names, (verdict, reason, comment), strict=True)),
        },
        business_date=on,
    )
    return answer


_GIVEN = ("verdict", "reason", "comment", "version", "answered_by", "answered_by_name", "answered_at")


def _questions(sheet: Sheet, keys: Sequence[int]) -> _Asked:
    """Return those of *keys* that are questions of the sheet, with the answers to them, in one query: every key typed
    passes here."""
    mine = FilteredRelation("answers", condition=Q(answers__sheet=sheet.pk))
    rows = (
        Question.objects.filter(form=sheet.form_id, pk__in=keys)
        .annotate(given=mine)
        .values_list("pk", "number", "category_id", "given__pk", *(f"given__{name}" for name in _GIVEN))
    )
    found: _Asked = {}
    for pk, number, category, key, *values in rows:
        question = Question(pk=pk, form_id=sheet.form_id, number=number, category_id=category)
        answer = None
        if key is not None:
            answer = Answer(pk=key, sheet=sheet, question=question, **dict(zip(_GIVEN, values, strict=True)))
            answer._state.adding = False
        found[pk] = (question, answer)
    return found


def _one_of(asked: _Asked, question_id: int) -> tuple[Question, Answer | None]:
    if question_id not in asked:
        raise Missing("この点検シートにない設問です。")
    return asked[question_id]


def touch(sheet: Sheet, issues: int = 0) -> None:
    """Note on the locked *sheet* that an answer of it changed."""
    _noted(sheet, issues)
    _touched(sheet)


def _noted(sheet: Sheet, issues: int) -> None:
    sheet.status = sheet_after(sheet.status, "answer")
    sheet.version += 1
    sheet.issues += issues


def _touched(sheet: Sheet) -> None:
    Sheet.objects.filter(pk=sheet.pk).update(status=sheet.status, version=sheet.version, issues=sheet.issues)


def _checked(given: GivenAnswer) -> tuple[str, str, str]:
    problems = []
    key = given.question_id
    if given.verdict not in ("", *Answer.Verdict.values):
        problems.append(Problem("結果の値が正しくありません。", "結果", f"question-{key}"))
    reason, comment = plain_text(given.reason), plain_text(given.comment)
    for label, text, field in (("課題の内容と理由", reason, "reason"), ("コメント", comment, "comment")):
        if len(text) > TEXT_LIMIT:
            problems.append(
                Problem(f"{TEXT_LIMIT:,}字までです（いま{len(text):,}字）。", label, f"{field}-{key}")
            )
    if problems:
        raise Invalid("保存できませんでした。", problems)
    return given.verdict, reason, comment


def _write(
    by: Principal,
    sheet: Sheet,
    question: Question,
    answer: Answer | None,
    verdict: str,
    reason: str,
    comment: str,
) -> Answer:
    kept = answer or Answer(sheet=sheet, question=question, version=0)
    kept.verdict, kept.reason, kept.comment = verdict, reason, comment
    kept.carried_from = None  # said anew: it no longer stands by an earlier answer
    kept.version += 1
    kept.answered_by, kept.answered_by_name = by.actor.code, by.actor.name
    kept.answered_at = clock.now()
    kept.save(force_insert=answer is None, force_update=answer is not None)
    return kept


@transaction.atomic
def attach_evidence(
    *, by: Principal, sheet: Sheet, question_id: int, name: str, stream: IO[Any], on: date | None = None
) -> AnswerEvidence:
    """Keep a file that backs an answer. ``Invalid`` when the file is too large or not what its name says."""
    sheet = open_sheet(by, sheet)
    question, answer = _one_of(_questions(sheet, [question_id]), question_id)
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
    touch(sheet)
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
    sheet = open_sheet(by, evidence.answer.sheet)
    if RemovedEvidence.objects.filter(evidence=evidence).exists():
        raise Stale("このファイルはすでに取り消されています。")
    RemovedEvidence(evidence=evidence, removed_by=by.actor.code, removed_at=clock.now()).save(
        force_insert=True
    )
    touch(sheet)
    record(
        by=by,
        city_code=sheet.unit.city.code,
        operation="inspection.evidence.remove",
        subject=("inspection.sheet", sheet.pk),
        changes={
            "question": evidence.answer.question.number,
            "file": evidence.file.name,
            "sha256": evidence.file.sha256,
        },
        business_date=on,
    )
