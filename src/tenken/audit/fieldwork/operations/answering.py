"""Answers of the section: parts and files (別紙), kept as a draft until handed in; what of them is withheld, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db import transaction

from tenken.audit.fieldwork.operations.applying import locked_engagement, note, require_version
from tenken.audit.fieldwork.operations.questions import SUBJECT
from tenken.audit.fieldwork.seeing import sight_of
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, question_after
from tenken.audit.models import AnswerFile, AnswerPart, Question, QuestionRound
from tenken.audit.models.questions import Withheld
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.files.operations import store
from tenken.journal.canonical import sha256
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks, refuse

FILES = "audit.answer_file"
PARTS_LIMIT: Final = 30
FILES_LIMIT: Final = 50
_WITHHELD: Final = tuple(field.name for field in Withheld._meta.fields)


@dataclass(frozen=True)
class PartText:
    """One part of an answer as typed."""

    text: str
    heading: str = ""


@dataclass(frozen=True)
class Withholding:
    """Why something is left out of what is published, on what ground, who still sees it, what stands in its place."""

    because: str
    legal_ground: str
    audience: str = Withheld.Audience.AUDITORS
    public_text: str = ""


@dataclass(frozen=True)
class ImportedAnswer:
    """An answer as a workbook says it: its parts, which of them (from 1) are withheld, whether it is handed in."""

    question_id: int
    version: int
    parts: tuple[PartText, ...]
    withheld: tuple[tuple[int, Withholding], ...] = ()
    hand_in: bool = False
    place: str = ""


@transaction.atomic
def save_answer(
    *,
    by: Principal,
    question: Question,
    parts: Sequence[PartText],
    version: int,
    hand_in: bool = False,
    title: str = "",
    on: date | None = None,
) -> Question:
    """Write the answer to the last round of a question: its *parts* in order, handed in at once with *hand_in*.

    What is withheld of a part stays withheld. What is handed in stays.
    ``Invalid`` names part-<n>-text and part-<n>-heading (n from 1), or parts.
    """
    question = _answerable(by, question, version)
    event = "answer" if hand_in else "draft"
    question.status = question_after(question.status, event)
    last = _last_round(question)
    kept = _checked(parts, hand_in and not last.files.filter(removed_on__isnull=True).exists())
    _write(last, kept)
    if hand_in:
        last.answered_on = on or clock.today()
        last.answered_by, last.answered_by_name = by.actor.code, by.actor.name
        last.answered_by_title = title[:160]
        last.save()
    question.version += 1
    question.save()
    changes = {
        "question": str(last),
        "handed_in": hand_in,
        # Not the words: drafts are their writers', and what is withheld stays from others who read the journal.
        "parts": [[part.heading, sha256(part.text)] for part in kept],
        "files": [
            [one.label, one.file.sha256]
            for one in last.files.filter(removed_on__isnull=True).select_related("file")
        ],
    }
    note(by, f"audit.question.{event}", (SUBJECT, question.pk), changes, on)
    return question


@transaction.atomic
def import_answers(
    *, by: Principal, answers: Sequence[ImportedAnswer], source: str, on: date | None = None
) -> int:
    """Write answers that came as the file *source*, all or none, and return how many. ``Invalid`` names each place."""
    problems: list[Problem] = []
    for one in answers:
        question = Question.objects.select_related("engagement", "unit").filter(pk=one.question_id).first()
        if question is None:
            raise Missing("質問が見つかりません。")
        try:
            question = save_answer(by=by, question=question, parts=one.parts, version=one.version, on=on)
            rows = {part.order: part for part in AnswerPart.objects.filter(round=_last_round(question))}
            for place, withholding in one.withheld:
                row = rows[place]
                if row.is_withheld:  # a file does not say who still reads it
                    withholding = replace(withholding, audience=row.audience, public_text=row.public_text)
                question = withhold(by=by, one=row, withholding=withholding, version=question.version, on=on)
            if one.hand_in:
                save_answer(
                    by=by,
                    question=question,
                    parts=one.parts,
                    version=question.version,
                    hand_in=True,
                    title=next((grant.post_title for grant in by.grants), ""),
                    on=on,
                )
        except Invalid as refusal:
            problems += [Problem(each.message, one.place) for each in refusal.problems]
    if problems:
        raise Invalid("取り込めないところがあります。", problems)
    if answers:
        changes = {"file": source, "answers": [one.question_id for one in answers]}
        note(by, "audit.question.import", ("organization.city", by.city_id), changes, on)
    return len(answers)


def _checked(parts: Sequence[PartText], needed: bool) -> list[PartText]:
    checks = Checks()
    kept = [
        PartText(
            checks.name(part.text, label="回答", limit=8_000, field=f"part-{place}-text", lines=True),
            checks.name(
                part.heading, label="見出し", limit=200, field=f"part-{place}-heading", required=False
            ),
        )
        for place, part in enumerate(parts, start=1)
        if part.text.strip() or part.heading.strip()
    ]
    if len(kept) > PARTS_LIMIT:
        checks.problem(f"回答は{PARTS_LIMIT}個の部分までです。", label="回答", field="parts")
    if needed and not kept:
        checks.problem("回答を入力するか、別紙を付けてください。", label="回答", field="part-1-text")
    checks.done()
    return kept


def _write(last: QuestionRound, parts: Sequence[PartText]) -> None:
    """Write the parts in order. What is withheld stays so when it is moved or worded anew: only :func:`disclose` ends it."""
    standing = {part.order: part for part in last.parts.select_for_update()}
    stood = {(row.heading, row.text): row for row in standing.values()}
    said = {(part.heading, part.text) for part in parts}
    for order, part in enumerate(parts, start=1):
        row = standing.pop(order, None)
        if row is not None and (row.text, row.heading) == (part.text, part.heading):
            continue
        if row is not None:
            row.delete()
        reworded = row if row is not None and (row.heading, row.text) not in said else None
        kept = stood.get((part.heading, part.text), reworded)
        why = {name: getattr(kept, name) for name in _WITHHELD} if kept is not None else {}
        AnswerPart.objects.create(round=last, order=order, text=part.text, heading=part.heading, **why)
    for row in standing.values():
        row.delete()


@transaction.atomic
def add_answer_file(
    *,
    by: Principal,
    question: Question,
    label: str,
    name: str,
    stream: Any,
    version: int,
    on: date | None = None,
) -> AnswerFile:
    """Put a file to the answer that is being written, under the name it is called by (別紙 11). ``Invalid`` names label,
    file."""
    question = _answerable(by, question, version)
    question.status = question_after(question.status, "draft")
    last = _last_round(question)
    checks = Checks()
    kept = checks.name(label, label="別紙の名", limit=60, field="label")
    if last.files.filter(removed_on__isnull=True).count() >= FILES_LIMIT:
        checks.problem(f"別紙は{FILES_LIMIT}個までです。", label="別紙", field="file")
    if last.files.filter(removed_on__isnull=True, label=kept).exists():
        checks.problem("同じ名の別紙があります。", label="別紙の名", field="label")
    checks.done()
    stored = store(by=by, city_code=by.city_code, name=name, stream=stream, subject=(FILES, last.pk))
    row = AnswerFile.objects.create(round=last, label=kept, file=stored)
    _raise(question)
    changes = {"question": str(last), "label": kept, "sha256": stored.sha256}
    note(by, "audit.question.add_file", (SUBJECT, question.pk), changes, on)
    return row


@transaction.atomic
def remove_answer_file(*, by: Principal, file: AnswerFile, version: int, on: date | None = None) -> None:
    """Take a file off an answer that is not handed in yet; it stays in the record."""
    question = _answerable(by, file.round.question, version)
    question.status = question_after(question.status, "draft")
    row = AnswerFile.objects.filter(pk=file.pk, round=_last_round(question), removed_on__isnull=True).first()
    if row is None:
        raise Stale("この別紙は、提出済みか、すでに取り消されています。")
    row.removed_on = on or clock.today()
    row.save()
    _raise(question)
    note(by, "audit.question.remove_file", (SUBJECT, question.pk), {"label": row.label}, on)


@transaction.atomic
def withhold(
    *,
    by: Principal,
    one: AnswerPart | AnswerFile,
    withholding: Withholding,
    version: int,
    on: date | None = None,
) -> Question:
    """Leave a part or file of an answer out of what is published: its section or the audit's auditors and secretariat say
    so. *version* is the question's. ``Invalid`` names because, legal_ground, audience, public_text."""
    question, row = _disclosable(by, one, version)
    checks = Checks()
    row.withheld_because = checks.name(withholding.because, label="省略する理由", limit=300, field="because")
    row.legal_ground = checks.name(withholding.legal_ground, label="根拠", limit=300, field="legal_ground")
    row.public_text = checks.name(
        withholding.public_text,
        label="公表する文",
        limit=4_000,
        field="public_text",
        required=False,
        lines=True,
    )
    if withholding.audience not in Withheld.Audience.values:
        checks.problem("見られる者を選んでください。", label="見られる者", field="audience")
    checks.done()
    row.audience = withholding.audience
    row.withheld_by_name, row.withheld_on = by.actor.name, on or clock.today()
    row.save()
    _raise(question)
    changes = {
        **_which(row),
        "because": row.withheld_because,
        "legal_ground": row.legal_ground,
        "audience": row.audience,
    }
    note(by, "audit.question.withhold", (SUBJECT, question.pk), changes, on)
    return question


@transaction.atomic
def disclose(
    *, by: Principal, one: AnswerPart | AnswerFile, reason: str, version: int, on: date | None = None
) -> Question:
    """Publish after all what was withheld, and say why. ``Invalid`` names reason."""
    question, row = _disclosable(by, one, version)
    if not row.is_withheld:
        raise Stale("この部分は、省略されていません。")
    checks = Checks()
    kept = checks.name(reason, label="理由", limit=300, field="reason")
    checks.done()
    row.withheld_because = row.legal_ground = row.audience = row.withheld_by_name = row.public_text = ""
    row.withheld_on = None
    row.save()
    _raise(question)
    changes = {**_which(row), "reason": kept}
    note(by, "audit.question.disclose", (SUBJECT, question.pk), changes, on)
    return question


def _answerable(by: Principal, question: Question, version: int) -> Question:
    """Return the question locked for who answers auditors for its section."""
    engagement = locked_engagement(by, question.engagement_id)
    row = _locked(question)
    require(by, ANSWER_AUDITORS, unit=row.unit)
    if engagement.status not in OPEN_TO_PAPERS:
        raise Stale("終了した監査、取りやめた監査の質問には回答できません。")
    require_version(row, version)
    return row


def _disclosable(
    by: Principal, one: AnswerPart | AnswerFile, version: int
) -> tuple[Question, AnswerPart | AnswerFile]:
    engagement = locked_engagement(by, one.round.question.engagement_id)
    question = _locked(one.round.question)
    sight = sight_of(by, engagement)
    row = type(one).objects.select_for_update().filter(pk=one.pk).first()
    if row is None or not sight.reads(row, question.unit_id):
        raise Denied("この部分の省略を決められるのは、回答した課公所と、この監査の監査人・事務局です。")
    if sight.works and not sight.answers_for(question.unit_id) and row.round.answered_on is None:
        raise Stale("まだ提出されていない回答です。")
    require_version(question, version)
    return question, row


def _locked(question: Question) -> Question:
    row = (
        Question.objects.select_for_update(of=("self",))
        .select_related("unit", "engagement")
        .filter(pk=question.pk)
        .first()
    )
    if row is None:
        raise Missing("質問が見つかりません。")
    return row


def _last_round(question: Question) -> QuestionRound:
    last = question.rounds.order_by("-round").first()
    if last is None:
        raise refuse("質問が見つかりません。")
    return last


def _raise(question: Question) -> None:
    question.version += 1
    question.save()


def _which(row: AnswerPart | AnswerFile) -> dict[str, Any]:
    return {"part": row.order} if isinstance(row, AnswerPart) else {"file": row.label}
