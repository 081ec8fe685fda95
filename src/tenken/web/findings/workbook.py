"""Plans and reports by Excel: out, back, the difference, and the word to write it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.common.refusals import Invalid
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.organization.access import require_somewhere
from tenken.organization.imports import waiting_files
from tenken.web.exports import EXCEL, attachment
from tenken.web.findings.menu import findings_tabs
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.findings import TITLE, apply_findings, findings_difference, findings_workbook

_SHOWN = 300


class WorkbookForm(forms.Form):
    """The filled file."""

    file = forms.FileField(
        label="入力したファイル", help_text="このページから出力したExcelファイル（.xlsx）。"
    )


@signed_in
@require_safe
def download(request: SignedInRequest) -> HttpResponse:
    """The findings that wait for one's sections, to be filled in."""
    by = request.principal
    require_somewhere(by, IMPROVE_FINDINGS)
    return attachment(findings_workbook(by=by), f"{TITLE}_{by.on:%Y%m%d}.xlsx", EXCEL)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a filled file and show what it would change; nothing is written."""
    by = request.principal
    require_somewhere(by, IMPROVE_FINDINGS)
    context = {"tabs": findings_tabs(by, "findings-workbook"), "form": WorkbookForm(), "problems": ()}
    if request.method != "POST":
        return render(request, "web/findings/workbook.html", context)
    form = WorkbookForm(request.POST, request.FILES)
    context["form"] = form
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = findings_difference(by=by, name=sent.name, content=content)
        except Invalid as refusal:
            context["problems"] = refusal.problems
            context["refusal"] = refusal.message
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            context |= {
                "found": found,
                "header": ["番号", "課題", "項目", "今の内容", "取り込む内容"],
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "rows": [
                    [str(change.finding), change.finding.title[:60], *cell]
                    for change in found.changes
                    for cell in change.cells
                ][:_SHOWN],
            }
            return render(request, "web/findings/workbook_difference.html", context)
    return render(request, "web/findings/workbook.html", context, status=422)


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown; what cannot be is named by its row, and nothing is written."""
    by = request.principal
    require_somewhere(by, IMPROVE_FINDINGS)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    try:
        found = findings_difference(by=by, name=name, content=content)
        done = apply_findings(by=by, found=found, shown=request.POST.get("shown", ""))
    except Invalid as refusal:
        context = {
            "tabs": findings_tabs(by, "findings-workbook"),
            "form": WorkbookForm(),
            "problems": refusal.problems,
            "refusal": refusal.message,
        }
        return render(request, "web/findings/workbook.html", context, status=422)
    waiting_files.drop(by=by, token=token)
    messages.success(request, f"{len(done)}件の改善計画・改善報告を取り込みました。")
    return redirect("findings-list")
