"""Two people answered the same question: what the other saved, and the choice between the two."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tenken.inspection.operations import Overtaken
from tenken.web.inspection.numbers import answer_mark


def conflict_html(refusal: Overtaken, question_id: int) -> SafeString:
    """Return the box that shows the other's answer with its two buttons. ``tenken.js`` acts on its data; without it
    they send the sheet's form."""
    answer = refusal.answer
    return render_to_string(
        "web/inspection/answer_conflict.html",
        {
            "answer": answer,
            "verdict": answer.get_verdict_display() if answer.verdict else "（選んでいない）",
            "question_id": question_id,
            "mark": answer_mark(answer.version, answer.verdict, answer.reason, answer.comment),
        },
    )
