"""Working papers: the index, one paper, writing and superseding."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import PaperTargets, write_paper
from tenken.audit.fieldwork.queries.papers import find_paper, papers_of, retention_years
from tenken.audit.fieldwork.rules.retention import kept_until
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS
from tenken.audit.models import Engagement, WorkingPaper
from tenken.web.audits.fieldwork_forms import PaperForm, StatusFilterForm
from tenken.web.audits.fieldwork_lists import PaperTable
from tenken.web.audits.fieldwork_pages import crumbs_to, step, tabs_of, working_engagement
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def papers(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """The index of an audit's working papers."""
    by = request.principal
    engagement, sight = working_engagement(by, engagement_id)
    form = StatusFilterForm(request.GET or None, choices=list(WorkingPaper.Kind.choices), label="種類")
    rows = papers_of(engagement)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        rows = rows.filter(kind=said["status"]) if said["status"] else rows
        rows = rows.filter(title__icontains=said["q"]) if said["q"] else rows
    table = PaperTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, f"監査調書の索引_{engagement}", kind)
    until = kept_until(engagement.issued_on, retention_years(by.city_id))
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "tabs": tabs_of(engagement, sight, "audits-papers"),
        "table": table,
        "form": form,
        "until": until,
        "years": retention_years(by.city_id),
        "may_write": engagement.status in OPEN_TO_PAPERS,
        "export": export_addresses(request),
        "crumbs": crumbs_to(by, engagement, ("監査調書", "")),
    }
    return render(request, "web/audits/fieldwork/papers.html", context)


@signed_in
@require_safe
def paper(request: SignedInRequest, paper_id: int) -> HttpResponse:
    """One working paper as it was sealed."""
    by = request.principal
    row, _sight = find_paper(by, paper_id)
    context = {
        "paper": row,
        "replaced_by": getattr(row, "superseded_by", None),
        "files": [one.file for one in row.files.all()],
        "links": _links(row),
        "may_write": row.engagement.status in OPEN_TO_PAPERS,
        "crumbs": crumbs_to(
            by,
            row.engagement,
            ("監査調書", reverse("audits-papers", args=[row.engagement_id])),
            (str(row), ""),
        ),
    }
    return render(request, "web/audits/fieldwork/paper.html", context)


def _links(row: WorkingPaper) -> list[tuple[str, str]]:
    """Return (what, address) of everything a paper is the evidence of."""
    found = []
    for link in row.links.all():
        if link.line:
            url = reverse("audits-checklist", args=[row.engagement_id])
            found.append((f"確認項目：{link.line.revision.question}", url))
        if link.visit_item:
            url = reverse("audits-checklist", args=[row.engagement_id])
            found.append((f"確認項目：{link.visit_item.revision.question}", url))
        if link.question:
            found.append((f"質問{link.question}", reverse("audits-question", args=[link.question_id])))
        if link.reconciliation:
            url = reverse("audits-reconciliation", args=[link.reconciliation_id])
            found.append((f"数の照合{link.reconciliation}　{link.reconciliation.subject}", url))
        if link.item:
            url = reverse("audits-engagement", args=[row.engagement_id])
            found.append((f"報告書の項目：{link.item.title}", url))
    return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_paper(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Write a working paper; ``?line=`` (``?visit_item=``, ``?question=``, ``?reconciliation=``) chooses what it is for."""
    engagement, _sight = working_engagement(request.principal, engagement_id)
    initial: dict[str, Any] = {
        "made_on": request.principal.on,
        "kind": request.GET.get("kind", WorkingPaper.Kind.EVIDENCE),
    }
    for name in ("line", "question", "reconciliation", "item"):
        if asked := request.GET.get(name, ""):
            initial[f"{name}s"] = [whole_number(asked)]
    return _write(request, engagement, None, initial)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def supersede(request: SignedInRequest, paper_id: int) -> HttpResponse:
    """Correct a paper by a new one that says why."""
    row, _sight = find_paper(request.principal, paper_id)
    initial = {
        "kind": row.kind,
        "title": row.title,
        "made_on": row.made_on,
        "source": row.source,
        "text": row.text,
        "lines": [one.line_id or one.visit_item_id for one in row.links.all()],
        "questions": [one.question_id for one in row.links.all()],
        "reconciliations": [one.reconciliation_id for one in row.links.all()],
        "items": [one.item_id for one in row.links.all()],
    }
    return _write(request, row.engagement, row, initial)


def _write(
    request: SignedInRequest, engagement: Engagement, old: WorkingPaper | None, initial: dict[str, Any]
) -> HttpResponse:
    by = request.principal
    form = PaperForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        targets=_targets(engagement),
        superseding=old is not None,
    )
    lines = "visit_items" if _from_visit(engagement) else "lines"

    def operation(said: dict[str, Any]) -> WorkingPaper:
        return write_paper(
            by=by,
            engagement=engagement,
            kind=said["kind"],
            title=said["title"],
            text=said["text"],
            source=said["source"],
            made_on=said["made_on"],
            uploads=[(file.name, file) for file in said["uploads"]],
            targets=PaperTargets(
                **{
                    lines: tuple(said.get("lines", ())),
                    "questions": tuple(said.get("questions", ())),
                    "reconciliations": tuple(said.get("reconciliations", ())),
                    "items": tuple(said.get("items", ())),
                }
            ),
            supersedes=old,
            because=said.get("because", ""),
        )

    index = reverse("audits-papers", args=[engagement.pk])
    return step(
        request,
        form,
        operation,
        engagement=engagement,
        title=f"監査調書{old}を差し替える" if old else "監査調書を書く",
        submit="封印して保存する",
        back=reverse("audits-paper", args=[old.pk]) if old else index,
        to=lambda made: reverse("audits-paper", args=[made.pk]),
        done="監査調書を保存しました。",
        via=[("監査調書", index)],
        text="保存した調書は、書き換えることも消すこともできません。誤りは、理由を付けて差し替えます。",
    )


def _from_visit(engagement: Engagement) -> bool:
    return engagement.visit_id is not None and not engagement.lines.exists()


def _targets(engagement: Engagement) -> dict[str, list[tuple[int, str]]]:
    """Return what a paper may be the evidence of, by the form's fields."""
    lines = (
        engagement.visit.items.select_related("revision")
        if engagement.visit is not None and _from_visit(engagement)
        else engagement.lines.select_related("revision")
    )
    return {
        "lines": [(one.pk, f"{one.order}　{one.revision.question[:80]}") for one in lines],
        "questions": [(one.pk, f"{one}　{one.topic}") for one in engagement.questions.all()],
        "reconciliations": [(one.pk, f"{one}　{one.subject}") for one in engagement.reconciliations.all()],
        "items": [(one.pk, one.title[:80]) for one in engagement.items.filter(dropped_because="")],
    }
