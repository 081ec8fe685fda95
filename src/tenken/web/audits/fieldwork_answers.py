"""The section's answer: its parts, its files, what of them is withheld."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.audit.fieldwork.operations import (
    PartText,
    Withholding,
    add_answer_file,
    disclose,
    remove_answer_file,
    save_answer,
    withhold,
)
from tenken.audit.fieldwork.operations.answering import PARTS_LIMIT
from tenken.audit.fieldwork.queries.questions import find_question
from tenken.audit.models import AnswerFile, AnswerPart, Question
from tenken.common.refusals import Invalid, Missing
from tenken.files.operations import open_file
from tenken.journal.operations import note_access
from tenken.web.audits.fieldwork_forms import AnswerFileForm, ReasonForm, WithholdForm
from tenken.web.audits.fieldwork_pages import step
from tenken.web.audits.fieldwork_questions import question_page
from tenken.web.exports import attachment
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_POST
def answer(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Keep the answer as a draft, or hand it in (``hand_in``). ``more``: keep it and give room for further parts."""
    by = request.principal
    row, _sight = find_question(by, question_id)
    typed = [
        {"heading": request.POST.get(f"part-{n}-heading", ""), "text": request.POST.get(f"part-{n}-text", "")}
        for n in range(1, PARTS_LIMIT + 2)
        if f"part-{n}-text" in request.POST
    ]
    hand_in = "hand_in" in request.POST
    try:
        save_answer(
            by=by,
            question=row,
            parts=[PartText(part["text"], part["heading"]) for part in typed],
            version=whole_number(request.POST.get("version", "")),
            hand_in=hand_in,
            title=next((grant.post_title for grant in by.grants), ""),
        )
    except Invalid as refusal:
        return question_page(request, question_id, typed=typed, problems=refusal.problems, status=422)
    messages.success(request, f"{row}に回答しました。" if hand_in else "回答を下書きとして保存しました。")
    return redirect("audits-question", question_id=question_id)


@signed_in
@require_POST
def add_file(request: SignedInRequest, question_id: int) -> HttpResponse:
    """Put a file (別紙) to the answer being written."""
    row, _sight = find_question(request.principal, question_id)
    form = AnswerFileForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます。")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            add_answer_file(
                by=request.principal,
                question=row,
                label=form.cleaned_data["label"],
                name=sent.name,
                stream=sent,
                version=whole_number(request.POST.get("version", "")),
            )
        except Invalid as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field if problem.field in form.fields else "file", problem.message)
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            messages.success(request, "別紙を付けました。")
            return redirect("audits-question", question_id=question_id)
    return question_page(request, question_id, file_form=form, status=422)


def _file(request: SignedInRequest, file_id: int) -> tuple[AnswerFile, Question]:
    """Return a file of an answer and its question for who may read it in full; ``Missing`` for all others."""
    row = (
        AnswerFile.objects.select_related("file", "round__question")
        .filter(pk=file_id, round__question__engagement__city=request.principal.city_id)
        .first()
    )
    if row is None:
        raise Missing("別紙が見つかりません。")
    question, sight = find_question(request.principal, row.round.question_id)
    draft = row.round.answered_on is None
    if (draft and not sight.answers_for(question.unit_id)) or not sight.reads(row, question.unit_id):
        raise Missing("別紙が見つかりません。")
    return row, question


@signed_in
@require_safe
def file(request: SignedInRequest, file_id: int) -> HttpResponse:
    """Send a file of an answer; a withheld one is noted as read."""
    by = request.principal
    row, question = _file(request, file_id)
    if row.is_withheld:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("audit.question", question.pk),
            purpose=f"公表を省略した別紙「{row.label}」の閲覧",
        )
    with open_file(row.file) as stream:  # MAX_UPLOAD_BYTES at most
        response = attachment(stream.read(), row.file.name, row.file.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@signed_in
@require_POST
def remove_file(request: SignedInRequest, file_id: int) -> HttpResponse:
    """Take a file off an answer that is not handed in yet."""
    row, question = _file(request, file_id)
    version = whole_number(request.POST.get("version", ""))
    remove_answer_file(by=request.principal, file=row, version=version)
    messages.success(request, "別紙を取り消しました。")
    return redirect("audits-question", question_id=question.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def part_withheld(request: SignedInRequest, part_id: int) -> HttpResponse:
    """Leave a part of an answer out of what is published, or publish it after all."""
    row = (
        AnswerPart.objects.select_related("round__question")
        .filter(pk=part_id, round__question__engagement__city=request.principal.city_id)
        .first()
    )
    if row is None:
        raise Missing("回答が見つかりません。")
    question, sight = find_question(request.principal, row.round.question_id)
    draft = row.round.answered_on is None
    if (draft and not sight.answers_for(question.unit_id)) or not sight.reads(row, question.unit_id):
        raise Missing("回答が見つかりません。")
    return _withholding(request, row, question, row.heading or f"（{row.order}）")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def file_withheld(request: SignedInRequest, file_id: int) -> HttpResponse:
    """The same for a file."""
    row, question = _file(request, file_id)
    return _withholding(request, row, question, row.label)


def _withholding(
    request: SignedInRequest, row: AnswerPart | AnswerFile, question: Question, name: str
) -> HttpResponse:
    by = request.principal
    here = reverse("audits-question", args=[question.pk])
    via = [("質問と回答", reverse("audits-questions", args=[question.engagement_id])), (str(question), here)]

    def shut(said: dict[str, Any]) -> object:
        return withhold(by=by, one=row, withholding=Withholding(**said), version=question.version)

    def opened(said: dict[str, Any]) -> object:
        return disclose(by=by, one=row, reason=said["reason"], version=question.version)

    title, submit, done, form, operation = (
        (
            "公表の省略をやめる",
            "公表することにする",
            "公表することにしました。",
            ReasonForm(request.POST or None),
            opened,
        )
        if row.is_withheld
        else ("公表を省略する", "省略する", "公表を省略しました。", WithholdForm(request.POST or None), shut)
    )
    return step(
        request,
        form,
        operation,
        engagement=question.engagement,
        title=title,
        submit=submit,
        back=here,
        done=done,
        via=via,
        standing=question,
        lead=f"{question}の回答　{name}",
    )
