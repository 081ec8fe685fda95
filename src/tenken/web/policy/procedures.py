"""Procedures of systems: a new one, put up, decided, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization.access import require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.policy import operations
from tenken.policy.permissions import APPROVE_PROCEDURE, WRITE_PROCEDURE
from tenken.policy.queries import version_for
from tenken.web.policy.documents import HERE
from tenken.web.policy.drafts import confirmation, writable
from tenken.web.policy.forms import DecisionForm, ProcedureForm
from tenken.web.policy.pages import attempt, page, posted, status_of
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a procedure as a copy of the template."""
    by = request.principal
    require_somewhere(by, WRITE_PROCEDURE)
    units = Unit.objects.restrict(by, WRITE_PROCEDURE).filter(valid_on(by.on), kind__answers_sheets=True)
    form = ProcedureForm(posted(request), units=units.order_by("code"))
    if form.is_valid():
        values = {**form.cleaned_data, "owner": form.units[form.cleaned_data["owner"]]}
        made = attempt(form, lambda: operations.create_procedure(by=by, on=by.on, **values))
        if made:
            messages.success(request, "ひな形を写して案を作りました。〔　〕の中を書き換えてください。")
            return redirect("policy-draft", pk=made.pk)
    return page(request, "procedure_new", {"form": form}, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm and put a procedure up to the bureau manager."""
    by = request.principal
    version = writable(by, pk)
    if request.method == "POST":
        operations.submit_procedure(by=by, version=version, seen=request.POST.get("seen", ""), on=by.on)
        messages.success(request, "決裁に出しました。局（区）情報管理者の承認を待ちます。")
        return redirect("policy-version", pk=pk)
    return page(request, "procedure_submit", confirmation(by, version), here=HERE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve or return a procedure, with what it changes in view."""
    by = request.principal
    version = version_for(by, pk)
    require(by, APPROVE_PROCEDURE, unit=version.document.owner)
    form = DecisionForm(posted(request))
    if request.method == "POST":
        decided = attempt(
            form,
            lambda: operations.decide_procedure(by=by, version=version, on=by.on, **form.cleaned_data),
        )
        if decided:
            done = f"承認しました。{era_date(decided.effective_from)}から有効です。"
            messages.success(request, done if decided.is_published else "差し戻しました。")
            if decided.is_published:
                return redirect("policy-version", pk=pk)
            return redirect("policy-documents")
    elif version.status != version.Status.IN_APPROVAL:
        raise Invalid("この実施手順は、いま決裁に回っていません。")
    context = {**confirmation(by, version), "form": form}
    return page(request, "procedure_decide", context, here=HERE, status=status_of(form))


@signed_in
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a procedure back before it is decided on."""
    by = request.principal
    version = writable(by, pk)
    operations.withdraw_procedure(by=by, version=version, on=by.on)
    messages.success(request, "引き戻しました。案を直せます。")
    return redirect("policy-draft", pk=pk)
