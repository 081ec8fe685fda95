"""Files that back an answer."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common.refusals import Invalid, Missing, Problem
from tenken.inspection.models import AnswerEvidence, Question, Sheet
from tenken.inspection.operations import attach_evidence, remove_evidence
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.sheets import find_sheet
from tenken.web.principal import SignedInRequest, signed_in

_LIMIT_MB = settings.MAX_UPLOAD_BYTES // (1024 * 1024)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: SignedInRequest, sheet_id: int, question_id: int) -> HttpResponse:
    """Choose a file and attach it; a refused file is explained on the same page."""
    sheet = find_sheet(request.principal, sheet_id)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None or upload.file is None:
                raise Invalid("", [Problem("ファイルを選んでください。", "ファイル", "file")])
            attach_evidence(
                by=request.principal,
                sheet=sheet,
                question_id=question_id,
                name=upload.name or "",
                stream=upload.file,
            )
        except Invalid as refusal:
            problems = refusal.problems or (Problem(refusal.message, "ファイル", "file"),)
        else:
            messages.success(request, "証拠のファイルを登録しました。")
            return _back_to(sheet_id, question_id)
    question = Question.objects.filter(form=sheet.form_id, pk=question_id).select_related("revision").first()
    if question is None:
        raise Missing("この点検シートにない設問です。")
    context = {"sheet": sheet, "question": question, "problems": problems, "limit": _LIMIT_MB}
    return render(request, "web/inspection/evidence.html", context, status=422 if problems else 200)


@signed_in
@require_POST
def remove(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    """Take a file off an answer."""
    evidence = (
        AnswerEvidence.objects.filter(
            pk=evidence_id, answer__sheet__in=Sheet.objects.restrict(request.principal, VIEW_SHEETS)
        )
        .select_related("answer__sheet", "answer__question", "file")
        .first()
    )
    if evidence is None:
        raise Missing("ファイルがありません。")
    remove_evidence(by=request.principal, evidence=evidence)
    messages.success(request, "証拠のファイルを取り消しました。")
    return _back_to(evidence.answer.sheet_id, evidence.answer.question_id)


def _back_to(sheet_id: int, question_id: int) -> HttpResponse:
    return redirect(f"{reverse('inspection-sheet', args=[sheet_id])}#id_question-{question_id}")
