"""Counts that do not add up: the list, one of them, asking, explaining, deciding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import (
    StatedFigure,
    ask_to_explain,
    decide_reconciliation,
    explain,
    open_reconciliation,
    reopen_reconciliation,
)
from tenken.audit.fieldwork.queries.reconciliations import find_reconciliation, held, reconciliations_of
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, OPEN_TO_QUESTIONS
from tenken.audit.models import Reconciliation
from tenken.common.refusals import Denied
from tenken.web.audits.fieldwork_forms import (
    FIGURES,
    AskForm,
    DecideForm,
    ExplainForm,
    ReconciliationForm,
    ReopenForm,
    StatusFilterForm,
)
from tenken.web.audits.fieldwork_lists import (
    RECONCILIATION_STATUSES,
    ReconciliationTable,
    difference_text,
    figure_text,
)
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
def reconciliations(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The reconciliations of one audit, as far as the reader sees them."""
    by = request.principal
    engagement, sight = addressed_engagement(by, engagement_id)
    form = StatusFilterForm(request.GET or None, choices=list(Reconciliation.Status.choices))
    rows = reconciliations_of(engagement, sight)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        rows = rows.filter(status=said["status"]) if said["status"] else rows
        rows = rows.filter(subject__icontains=said["q"]) if said["q"] else rows
    table = ReconciliationTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"数の照合_{engagement}", kind)
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "heading": "数の照合",
        "tabs": tabs_of(engagement, sight, "audits-reconciliations"),
        "form": form,
        "table": table,
        "new_url": reverse("audits-reconciliation-new", args=[engagement_id])
        if sight.works and engagement.status in OPEN_TO_PAPERS
        else "",
        "new_label": "合わない数を記録する",
        "export": export_addresses(request),
        "crumbs": crumbs_to(by, engagement, ("数の照合", "")),
    }
    return render(request, "web/audits/fieldwork/list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_reconciliation(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Keep two or three figures that should be the same."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    index = reverse("audits-reconciliations", args=[engagement_id])
    form = ReconciliationForm(request.POST or None)

    def operation(said: dict[str, Any]) -> Reconciliation:
        figures = [StatedFigure(*row) for row in form.figures()]
        return open_reconciliation(by=by, engagement=engagement, subject=said["subject"], figures=figures)

    return step(
        request,
        form,
        operation,
        engagement=engagement,
        title="合わない数を記録する",
        submit="記録する",
        back=index,
        to=lambda made: reverse("audits-reconciliation", args=[made.pk]),
        done="数の照合を始めました。",
        via=[("数の照合", index)],
        template="reconciliation_form",
        places=[
            {
                "number": place,
                "fields": [form[f"figure-{place}-{name}"] for name in ("source", "value", "unit", "as_of")],
            }
            for place in range(1, FIGURES + 1)
        ],
    )


@signed_in
@require_safe
def reconciliation(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Show one reconciliation: its figures, what they differ by, each explanation, what was decided."""
    by = request.principal
    row, sight = find_reconciliation(by, reconciliation_id)
    figures = held(row)
    engagement = row.engagement
    undecided = row.status in (Reconciliation.Status.OPEN, Reconciliation.Status.EXPLAINED)
    context = {
        "row": row,
        "status": RECONCILIATION_STATUSES[row.status],
        "figures": [(one, figure_text(one.value, one.unit)) for one in figures.figures],
        "difference": difference_text(figures),
        "explanations": row.explanations.all(),
        "works": sight.works,
        "papers": [link.paper for link in row.papers.select_related("paper")] if sight.works else [],
        "may_ask": sight.works and undecided and engagement.status in OPEN_TO_QUESTIONS,
        "may_explain": undecided and engagement.status in OPEN_TO_PAPERS,
        "may_decide": sight.works and undecided and engagement.status in OPEN_TO_PAPERS,
        "may_reopen": sight.works and not undecided and engagement.status in OPEN_TO_PAPERS,
        "crumbs": crumbs_to(
            by,
            engagement,
            ("数の照合", reverse("audits-reconciliations", args=[engagement.pk])),
            (str(row), ""),
        ),
    }
    return render(request, "web/audits/fieldwork/reconciliation.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Put the difference to the audited section."""
    return _step(
        request,
        reconciliation_id,
        AskForm(request.POST or None),
        lambda row, said: ask_to_explain(
            by=request.principal, reconciliation=row, version=row.version, **said
        ),
        ("課公所に照会する", "照会する", "課公所に照会しました。"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def explaining(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Say what the difference comes from."""

    def operation(row: Reconciliation, said: dict[str, Any]) -> object:
        file = said["file"]
        return explain(
            by=request.principal,
            reconciliation=row,
            text=said["text"],
            calculation=said["calculation"],
            upload=(file.name, file) if file else None,
            version=row.version,
        )

    form = ExplainForm(request.POST or None, request.FILES or None)
    words = ("差異を説明する", "説明する", "説明を記録しました。")
    return _step(request, reconciliation_id, form, operation, words, for_all=True)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Accept the explanation, or let the difference stand."""
    return _step(
        request,
        reconciliation_id,
        DecideForm(request.POST or None),
        lambda row, said: decide_reconciliation(
            by=request.principal,
            reconciliation=row,
            accepted=said["outcome"] == "accept",
            because=said["because"],
            version=row.version,
        ),
        ("差異について判断する", "判断を記録する", "判断を記録しました。"),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Open it again."""
    return _step(
        request,
        reconciliation_id,
        ReopenForm(request.POST or None),
        lambda row, said: reopen_reconciliation(
            by=request.principal, reconciliation=row, version=row.version, **said
        ),
        ("もう一度照合する", "もう一度照合する", "もう一度照合します。"),
    )


def _step(
    request: SignedInRequest,
    reconciliation_id: int,
    form: Any,
    operation: Callable[[Reconciliation, dict[str, Any]], Any],
    words: tuple[str, str, str],
    *,
    for_all: bool = False,
) -> HttpResponse:
    row, sight = find_reconciliation(request.principal, reconciliation_id)
    if not (for_all or sight.works):
        raise Denied("この監査の監査人ではありません。")
    here = reverse("audits-reconciliation", args=[row.pk])
    title, submit, done = words
    return step(
        request,
        form,
        lambda said: operation(row, said),
        engagement=row.engagement,
        title=title,
        submit=submit,
        back=here,
        done=done,
        via=[("数の照合", reverse("audits-reconciliations", args=[row.engagement_id])), (str(row), here)],
        standing=row,
        lead=f"{row}　{row.subject}",
    )
