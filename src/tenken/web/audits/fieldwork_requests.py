"""Requests for material: the list, one request, handing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import decline_evidence, hand_in_evidence, request_evidence
from tenken.audit.fieldwork.operations.requests import SUBJECT
from tenken.audit.fieldwork.queries.questions import requests_of
from tenken.audit.fieldwork.seeing import Sight, sight_of
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, OPEN_TO_QUESTIONS
from tenken.audit.models import EvidenceRequest
from tenken.common.refusals import Missing
from tenken.files.queries import files_of
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.fieldwork_forms import DeclineForm, HandInForm, RequestForm, StatusFilterForm
from tenken.web.audits.fieldwork_lists import REQUEST_STATUSES, RequestTable
from tenken.web.audits.fieldwork_pages import (
    addressed_engagement,
    crumbs_to,
    step,
    tabs_of,
    working_engagement,
)
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def evidence_requests(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The requests of one audit, as far as the reader sees them."""
    by = request.principal
    engagement, sight = addressed_engagement(by, engagement_id)
    form = StatusFilterForm(request.GET or None, choices=list(EvidenceRequest.Status.choices))
    rows = requests_of(engagement, sight)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        rows = rows.filter(status=said["status"]) if said["status"] else rows
        rows = rows.filter(what__icontains=said["q"]) if said["q"] else rows
    table = RequestTable(rows, names=names_with_bureau(by.city, {row.unit_id for row in rows}, by.on))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"資料の依頼_{engagement}", kind)
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "heading": "資料の依頼",
        "tabs": tabs_of(engagement, sight, "audits-requests"),
        "form": form,
        "table": table,
        "new_url": reverse("audits-request-new", args=[engagement_id])
        if sight.works and engagement.status in OPEN_TO_QUESTIONS
        else "",
        "new_label": "資料を依頼する",
        "export": export_addresses(request),
        "crumbs": crumbs_to(by, engagement, ("資料の依頼", "")),
    }
    return render(request, "web/audits/fieldwork/list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Ask the audited section for material."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    index = reverse("audits-requests", args=[engagement_id])
    return step(
        request,
        RequestForm(request.POST or None),
        lambda said: request_evidence(
            by=by, engagement=engagement, materials=said["materials"].splitlines(), due_on=said["due_on"]
        ),
        engagement=engagement,
        title="資料を依頼する",
        submit="依頼する",
        back=index,
        done="資料を依頼しました。",
        via=[("資料の依頼", index)],
        lead=f"依頼先：{engagement.unit.name}",
    )


def _find(request: SignedInRequest, request_id: int) -> tuple[EvidenceRequest, Sight]:
    row = (
        EvidenceRequest.objects.select_related(
            "engagement__city", "engagement__unit", "engagement__system", "unit", "question"
        )
        .filter(pk=request_id, engagement__city=request.principal.city_id)
        .first()
    )
    if row is not None and (sight := sight_of(request.principal, row.engagement)).sees(row.unit_id):
        return row, sight
    raise Missing("資料の依頼が見つかりません。")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_request(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Show one request with what was handed in; files are handed in here."""
    by = request.principal
    row, sight = _find(request, request_id)
    return step(
        request,
        HandInForm(request.POST or None, request.FILES or None),
        lambda said: hand_in_evidence(
            by=by,
            request=row,
            uploads=[(file.name, file) for file in said["uploads"]],
            version=row.version,
        ),
        engagement=row.engagement,
        title=f"資料の依頼{row}",
        submit="提出する",
        back=reverse("audits-request", args=[row.pk]),
        done="資料を提出しました。",
        via=_via(row),
        standing=row,
        template="request",
        row=row,
        state=REQUEST_STATUSES[row.status],
        files=files_of(by.city_code, (SUBJECT, row.pk)),
        may_hand_in=row.engagement.status in OPEN_TO_PAPERS,
        works=sight.works,
        unit_name=names_with_bureau(by.city, {row.unit_id}, by.on)[row.unit_id],
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Say that the material cannot be had."""
    row, _sight = _find(request, request_id)
    return step(
        request,
        DeclineForm(request.POST or None),
        lambda said: decline_evidence(by=request.principal, request=row, version=row.version, **said),
        engagement=row.engagement,
        title="提出できないと答える",
        submit="答える",
        back=reverse("audits-request", args=[row.pk]),
        done="提出できないと答えました。",
        via=[*_via(row), (str(row), reverse("audits-request", args=[row.pk]))],
        standing=row,
        lead=f"{row}　{row.what}",
    )


def _via(row: EvidenceRequest) -> list[tuple[str, str]]:
    return [("資料の依頼", reverse("audits-requests", args=[row.engagement_id]))]
