"""Whether the content of a finding is published, and why not."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenken.common.refusals import Invalid, Stale
from tenken.findings.operations import withhold_from_publication
from tenken.findings.permissions import MANAGE_REPORTS
from tenken.findings.queries import finding_record
from tenken.organization.access import require
from tenken.web.findings.detail import read_version
from tenken.web.principal import SignedInRequest, signed_in


class PublicationForm(forms.Form):
    """Why the content is left out; empty publishes it."""

    because = forms.CharField(
        label="公表しない理由",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="書くと、公表する資料では内容を省略し、この理由を載せます。空にすると公表します。件数には、どちらでも数えます。",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """Decide whether a finding's content is left out of what is published."""
    by = request.principal
    finding = finding_record(by, finding_id).finding
    require(by, MANAGE_REPORTS, unit=finding.unit)
    sent = request.POST if request.method == "POST" else None
    form = PublicationForm(sent, initial={"because": finding.unpublished_because})
    status = 200
    if sent is not None and form.is_valid():
        try:
            withhold_from_publication(
                by=by, finding=finding, because=form.cleaned_data["because"], version=read_version(request)
            )
        except Invalid as refusal:
            for problem in refusal.problems:
                form.add_error("because", problem.message)
        except Stale as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, "公表の扱いを決めました。")
            return redirect("findings-detail", finding_id=finding_id)
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "finding": finding}
    return render(request, "web/findings/publication.html", context, status=status)
