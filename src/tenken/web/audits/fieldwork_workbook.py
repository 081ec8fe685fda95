"""質問票 by Excel: out, back, the difference, and the word to write it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common.refusals import Invalid
from tenken.organization.access import require_somewhere
from tenken.organization.imports import waiting_files
from tenken.web.audits.fieldwork_forms import WorkbookForm
from tenken.web.exports import EXCEL, attachment
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.audit_questions import (
    TITLE,
    answers_difference,
    apply_answers,
    questions_workbook,
)

_SHOWN = 300


@signed_in
@require_safe
def download(request: SignedInRequest) -> HttpResponse:
    """The questions that wait for one's sections, to be answered offline."""
    by = request.principal
    require_somewhere(by, ANSWER_AUDITORS)
    return attachment(questions_workbook(by=by), f"{TITLE}_{by.on:%Y%m%d}.xlsx", EXCEL)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a filled file and show what it would change; nothing is written."""
    by = request.principal
    require_somewhere(by, ANSWER_AUDITORS)
    context = {"form": WorkbookForm(), "problems": ()}
    if request.method != "POST":
        return render(request, "web/audits/fieldwork/workbook.html", context)
    form = WorkbookForm(request.POST, request.FILES)
    context["form"] = form
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = answers_difference(by=by, name=sent.name, content=content)
        except Invalid as refusal:
            context |= {"problems": refusal.problems, "refusal": refusal.message}
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            context |= {
                "found": found,
                "header": ["質問", "件名", "部分", "今の内容", "取り込む内容"],
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "rows": [
                    [f"Q{change.question.number}", change.question.topic, *cell]
                    for change in found.changes
                    for cell in change.cells
                ][:_SHOWN],
            }
            return render(request, "web/audits/fieldwork/workbook_difference.html", context)
    return render(request, "web/audits/fieldwork/workbook.html", context, status=422)


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown; what cannot be is named by its place, and nothing is written."""
    by = request.principal
    require_somewhere(by, ANSWER_AUDITORS)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    try:
        found = answers_difference(by=by, name=name, content=content)
        done = apply_answers(by=by, found=found, shown=request.POST.get("shown", ""))
    except Invalid as refusal:
        context = {"form": WorkbookForm(), "problems": refusal.problems, "refusal": refusal.message}
        return render(request, "web/audits/fieldwork/workbook.html", context, status=422)
    waiting_files.drop(by=by, token=token)
    messages.success(request, f"{done}件の回答を取り込みました。")
    return redirect("audits-my-questions")
