"""Editing the prose of a paper and issuing it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.organization.access import require
from tenken.reports import catalogue
from tenken.reports.models import PaperEdition
from tenken.reports.operations import (
    PARAGRAPH_LIMIT,
    edit_paragraph,
    issue_edition,
    open_edition,
    use_draft,
)
from tenken.reports.permissions import EDIT_PAPERS, ISSUE_PAPERS
from tenken.reports.queries import edition_of, paragraph_states
from tenken.web.components.fields import EraDateField
from tenken.web.principal import SignedInRequest, signed_in


class IssueForm(forms.Form):
    """When the paper is issued."""

    issued_on = EraDateField(label="発行日")


@signed_in
@require_POST
def open_draft(request: SignedInRequest, code: str, fiscal_year: int) -> HttpResponse:
    """Begin an edition (or the next one after what was issued) and show it."""
    require(request.principal, EDIT_PAPERS)
    catalogue.entry(code).gather(request.principal.city, fiscal_year)  # Missing before an edition is begun
    open_edition(by=request.principal, paper_code=code, fiscal_year=fiscal_year)
    return redirect("reports-paper", code=code, fiscal_year=fiscal_year)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def paragraph(request: SignedInRequest, edition_id: int, key: str) -> HttpResponse:
    """Edit one paragraph beside its draft."""
    require(request.principal, EDIT_PAPERS)
    edition = edition_of(request.principal, edition_id)
    figures = catalogue.entry(edition.paper_code).gather(request.principal.city, edition.fiscal_year)
    state = next((one for one in paragraph_states(edition, figures) if one.key == key), None)
    if state is None:
        raise Missing("その段落はありません。")
    text, status = state.text, 200
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            edit_paragraph(
                by=request.principal,
                edition=edition,
                key=key,
                text=text,
                drafted=state.drafted,
                version=_version(request),
            )
        except (Invalid, Stale) as refusal:
            problems, status = refusal.problems or (Problem(refusal.message, "", "text"),), refusal.status
            edition = edition_of(
                request.principal, edition_id
            )  # as it is now: saving again is then on purpose
        else:
            messages.success(request, f"「{state.title}」を保存しました。")
            return redirect("reports-paper", code=edition.paper_code, fiscal_year=edition.fiscal_year)
    context = {
        "edition": edition,
        "state": state,
        "changed_by_others": status == Stale.status and state.text != text,
        "text": text,
        "problems": problems,
        "limit": PARAGRAPH_LIMIT,
    }
    return render(request, "web/reports/paragraph.html", context, status=status)


@signed_in
@require_POST
def follow(request: SignedInRequest, edition_id: int, key: str) -> HttpResponse:
    """Let a paragraph follow the numbers again."""
    require(request.principal, EDIT_PAPERS)
    edition = edition_of(request.principal, edition_id)
    use_draft(by=request.principal, edition=edition, key=key, version=_version(request))
    messages.success(request, "数値から作った文章に戻しました。")
    return redirect("reports-paper", code=edition.paper_code, fiscal_year=edition.fiscal_year)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest, edition_id: int) -> HttpResponse:
    """Confirm and issue; what stands against it is named."""
    require(request.principal, ISSUE_PAPERS)
    edition: PaperEdition = edition_of(request.principal, edition_id)
    definition = catalogue.entry(edition.paper_code)
    form = IssueForm(request.POST if request.method == "POST" else None, initial={"issued_on": clock.today()})
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            issue_edition(
                by=request.principal,
                edition=edition,
                figures=definition.gather(request.principal.city, edition.fiscal_year),
                issued_on=form.cleaned_data["issued_on"],
                version=_version(request),
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "資料を発行しました。")
            return redirect("reports-paper", code=edition.paper_code, fiscal_year=edition.fiscal_year)
    context = {"edition": edition, "entry": definition, "form": form, "problems": problems}
    return render(request, "web/reports/issue.html", context, status=422 if form.is_bound else 200)


def _version(request: SignedInRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(text)
