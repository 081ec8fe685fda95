"""Files that back an answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common.refusals import Invalid, Missing, Problem
from tenken.inspection.models import AnswerEvidence, Question, Sheet
from tenken.inspection.operations import attach_evidence, remove_evidence
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.sheets import find_sheet
from tenken.organization.access import Principal
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: SignedInRequest, sheet_id: int, question_id: int) -> HttpResponse:
    """Choose a file and attach it; a refused file is explained on the same page."""
    sheet = find_sheet(request.principal, sheet_id)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        upload = request.FILES.get("file")
        too_large = getattr(request, "upload_too_large", "")
        try:
            if too_large:
                raise Invalid(
                    "", [Problem("ファイルが大きすぎます。20MBまでにしてください。", too_large, "file")]
                )
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
            return redirect("inspection-sheet", sheet_id=sheet_id)
    question = Question.objects.filter(form=sheet.form_id, pk=question_id).select_related("revision").first()
    if question is None:
        raise Missing("この点検シートにない設問です。")
    context = {"sheet": sheet, "question": question, "problems": problems}
    return render(request, "web/inspection/evidence.html", context, status=422 if problems else 200)


@signed_in
@require_POST
def remove(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    """Take a file off an answer."""
    evidence = (
        AnswerEvidence.objects.filter(
            pk=evidence_id, answer__sheet__in=Sheet.objects.restrict(request.principal, VIEW_SHEETS)
        )
        .select_related("answer__sheet", "file")
        .first()
    )
    if evidence is None:
        raise Missing("ファイルがありません。")
    remove_evidence(by=request.principal, evidence=evidence)
    messages.success(request, "証拠のファイルを取り消しました。")
    return redirect("inspection-sheet", sheet_id=evidence.answer.sheet_id)


def may_reach_answer(by: Principal, subject_id: str) -> bool:
    """Tell whether *by* may read files of the answer *subject_id*: those of sheets they may see."""
    if not subject_id.isdigit():
        return False
    return Sheet.objects.restrict(by, VIEW_SHEETS).filter(answers=int(subject_id)).exists()
