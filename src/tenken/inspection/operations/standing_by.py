"""Standing by an earlier, still valid answer: one decision of a person for each question, never filled in silently."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Answer, Question, Sheet
from tenken.inspection.operations.answers import open_sheet, touch
from tenken.inspection.queries.offers import offers_for
from tenken.journal.operations import record
from tenken.organization.access import Principal


@transaction.atomic
def stand_by_answers(
    *, by: Principal, sheet: Sheet, question_ids: Collection[int], on: date | None = None
) -> list[Answer]:
    """Answer *question_ids* as the section answered before, and return these answers (``carried_from`` set).

    A question that has an answer meanwhile keeps it. ``Invalid`` names those for which nothing valid is there;
    ``Stale`` when the sheet is handed in.
    """
    current = open_sheet(by, sheet)
    questions = list(
        Question.objects.filter(form=current.form_id, pk__in=question_ids)
        .select_related("revision__item")
        .order_by("order")
    )
    offers = offers_for(by, current, questions, on or by.on)
    problems = [
        Problem("使える前回の回答がありません。", f"設問{one.number}", f"question-{one.pk}")
        for one in questions
        if one.pk not in offers
    ]
    if problems or not questions:
        raise Invalid("前回の回答を使えない設問があります。", problems)
    standing = {one.question_id: one for one in Answer.objects.filter(sheet=current, question__in=questions)}
    given = [
        _carry(
            by,
            current,
            one,
            standing.get(one.pk),
            offers[one.pk].answer.words,
            offers[one.pk].answer.answer_id,
        )
        for one in questions
        if one.pk not in standing or not standing[one.pk].verdict
    ]
    if given:
        touch(current)
        record(
            by=by,
            city_code=by.city_code,
            operation="inspection.answer.stand_by",
            subject=("inspection.sheet", current.pk),
            changes={
                "answers": [
                    [one.question.number, one.verdict, one.reason, one.comment, one.carried_from_id]
                    for one in given
                ]
            },
            business_date=on,
        )
    return given


def _carry(
    by: Principal,
    sheet: Sheet,
    question: Question,
    standing: Answer | None,
    words: tuple[str, str, str],
    earlier: int,
) -> Answer:
    answer = standing or Answer(sheet=sheet, question=question, version=0)
    answer.question = question
    answer.verdict, answer.reason, answer.comment = words
    answer.carried_from_id = earlier
    answer.version += 1
    answer.answered_by, answer.answered_by_name = by.actor.code, by.actor.name
    answer.answered_at = clock.now()
    answer.save()
    return answer
