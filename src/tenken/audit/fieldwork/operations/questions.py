"""Questions: asked with a number that is never given again, followed up, extended, taken back, confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction

from tenken.audit.fieldwork.operations.applying import (
    asking_engagement,
    auditors_engagement,
    next_number,
    note,
    require_version,
)
from tenken.audit.fieldwork.operations.requests import add_requests
from tenken.audit.fieldwork.operations.telling import tell_section
from tenken.audit.fieldwork.states import question_after
from tenken.audit.models import Engagement, Question, QuestionRound
from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.names import Checks

SUBJECT = "audit.question"
TEXT_LIMIT: Final = 4_000


@transaction.atomic
def ask_question(
    *,
    by: Principal,
    engagement: Engagement,
    text: str,
    due_on: date,
    topic: str = "",
    unit_id: int | None = None,
    materials: Sequence[str] = (),
    on: date | None = None,
) -> Question:
    """Ask a section (the audited one unless *unit_id*) a question, with requests for *materials*, and return it.

    Its people get a mail. ``Invalid`` names text, topic, due_on, unit, materials.
    """
    engagement = asking_engagement(by, engagement)
    day = on or clock.today()
    checks = Checks()
    kept = checks.name(text, label="質問", limit=TEXT_LIMIT, field="text", lines=True)
    about = checks.name(topic, label="件名", limit=200, field="topic", required=False)
    unit = _unit(by, engagement, unit_id, checks)
    _check_due(checks, due_on, day)
    checks.done()
    question = Question.objects.create(
        engagement=engagement, number=next_number(engagement.questions.all()), unit=unit, topic=about
    )
    first = _round(by, question, 1, kept, due_on, day)
    add_requests(by, engagement, unit, materials, due_on, day, question)
    changes = {
        "engagement": engagement.pk,
        "question": str(question),
        "text": kept,
        "due_on": due_on,
        "unit": unit.pk,
        "materials": list(materials),
    }
    note(by, "audit.question.ask", (SUBJECT, question.pk), changes, on)
    _tell(by, engagement, first, on)
    return question


@transaction.atomic
def follow_up(
    *,
    by: Principal,
    question: Question,
    text: str,
    due_on: date,
    version: int,
    materials: Sequence[str] = (),
    on: date | None = None,
) -> QuestionRound:
    """Ask again under the same number (Q1-2) once there is an answer. ``Invalid`` names text, due_on, materials."""
    engagement, question = _locked(by, question, version, asking=True)
    question.status = question_after(question.status, "follow_up")
    day = on or clock.today()
    checks = Checks()
    kept = checks.name(text, label="追加の質問", limit=TEXT_LIMIT, field="text", lines=True)
    _check_due(checks, due_on, day)
    checks.done()
    number = question.rounds.count() + 1
    following = _round(by, question, number, kept, due_on, day)
    add_requests(by, engagement, question.unit, materials, due_on, day, question)
    _save(question)
    changes = {"question": str(following), "text": kept, "due_on": due_on, "materials": list(materials)}
    note(by, "audit.question.follow_up", (SUBJECT, question.pk), changes, on)
    _tell(by, engagement, following, on)
    return following


@transaction.atomic
def change_answer_due(
    *, by: Principal, question: Question, due_on: date, reason: str, version: int, on: date | None = None
) -> Question:
    """Give the section more time (or less), and say why. ``Invalid`` names due_on, reason."""
    _engagement, question = _locked(by, question, version)
    question.status = question_after(question.status, "extend")
    checks = Checks()
    kept = checks.name(reason, label="理由", limit=300, field="reason")
    _check_due(checks, due_on, on or clock.today())
    checks.done()
    last = question.rounds.order_by("-round")[0]
    before, last.due_on = last.due_on, due_on
    last.save(update_fields=["due_on"])
    _save(question)
    changes = {"question": str(last), "before": before, "after": due_on, "reason": kept}
    note(by, "audit.question.extend", (SUBJECT, question.pk), changes, on)
    return question


@transaction.atomic
def withdraw_question(
    *, by: Principal, question: Question, reason: str, version: int, on: date | None = None
) -> Question:
    """Take a question back while it waits for its answer; its number stays taken. ``Invalid`` names reason."""
    _engagement, question = _locked(by, question, version)
    question.status = question_after(question.status, "withdraw")
    checks = Checks()
    question.withdrawn_because = checks.name(reason, label="取り下げる理由", limit=300, field="reason")
    checks.done()
    _save(question)
    changes = {"reason": question.withdrawn_because}
    note(by, "audit.question.withdraw", (SUBJECT, question.pk), changes, on)
    return question


@transaction.atomic
def close_question(*, by: Principal, question: Question, version: int, on: date | None = None) -> Question:
    """Say that the answer is enough. A further question can still follow."""
    _engagement, question = _locked(by, question, version)
    question.status = question_after(question.status, "close")
    _save(question)
    note(by, "audit.question.close", (SUBJECT, question.pk), {"question": str(question)}, on)
    return question


def _locked(
    by: Principal, question: Question, version: int, *, asking: bool = False
) -> tuple[Engagement, Question]:
    engagement = (asking_engagement if asking else auditors_engagement)(by, question.engagement_id)
    row = (
        Question.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk=question.pk, engagement=engagement)
        .first()
    )
    if row is None:
        raise Missing("質問が見つかりません。")
    require_version(row, version)
    return engagement, row


def _save(question: Question) -> None:
    question.version += 1
    question.save()


def _round(
    by: Principal, question: Question, number: int, text: str, due_on: date, day: date
) -> QuestionRound:
    return QuestionRound.objects.create(
        question=question,
        round=number,
        text=text,
        asked_on=day,
        due_on=due_on,
        asked_by=by.actor.code,
        asked_by_name=by.actor.name,
    )


def _unit(by: Principal, engagement: Engagement, unit_id: int | None, checks: Checks) -> Unit:
    if unit_id is None or unit_id == engagement.unit_id:
        return engagement.unit
    unit = Unit.objects.filter(pk=unit_id, city=by.city_id).first()
    if unit is None:
        checks.problem("宛先を選んでください。", label="宛先", field="unit")
        return engagement.unit
    return unit


def _check_due(checks: Checks, due_on: date, day: date) -> None:
    if due_on < day:
        checks.problem("今日より後の日にしてください。", label="回答期限", field="due_on")


def _tell(by: Principal, engagement: Engagement, asked: QuestionRound, on: date | None) -> None:
    question = asked.question
    tell_section(
        by,
        question.unit_id,
        "audit.question",
        f"【監査】{engagement.theme[:60]}：質問{asked}への回答をお願いします",
        f"{question.unit.name}への質問です。{era_date(asked.due_on)}までに回答してください。\n{question.topic}",
        f"/audits/questions/{question.pk}/",
        on,
    )
