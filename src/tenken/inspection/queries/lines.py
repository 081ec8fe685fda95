"""A sheet's questions with their answers."""

from __future__ import annotations

from tenken.inspection.models import Answer, Question, Sheet
from tenken.inspection.rules.line import Line


def lines_of(sheet: Sheet) -> list[Line]:
    """Return every question of *sheet* in order, with the answer as it stands (two queries)."""
    answers = {answer.question_id: answer for answer in Answer.objects.filter(sheet=sheet)}
    questions = Question.objects.filter(form=sheet.form_id).select_related("category").order_by("order")
    return [_line(question, answers.get(question.pk)) for question in questions]


def _line(question: Question, answer: Answer | None) -> Line:
    return Line(
        question_id=question.pk,
        number=question.number,
        category=question.category.name,
        required=question.required,
        verdict=answer.verdict if answer else "",
        reason=answer.reason if answer else "",
        comment=answer.comment if answer else "",
    )
