"""The city's documents, their versions, and what changed between two."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from tenken.approvals.queries import trail
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, decide, require_somewhere
from tenken.policy import sealing
from tenken.policy.models import PolicyDocument, PolicyVersion
from tenken.policy.operations.guards import SUBJECT
from tenken.policy.permissions import APPROVE_PROCEDURE, CHANGE_POLICY, VIEW_POLICY, WRITE_PROCEDURE
from tenken.policy.queries import (
    DocumentView,
    clauses_by_chapter,
    clauses_by_code,
    compare_versions,
    document_views,
    draft_of,
    items_asking,
    items_on,
    published_versions,
    role_names,
    version_before,
    version_for,
    visible_documents,
)
from tenken.policy.queries.versions import may_see_drafts
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.policy.display import (
    COMPARISON_HEADER,
    VERSION_STATUSES,
    approval_events,
    change_rows,
    chapter_rows,
    comparison_lines,
)
from tenken.web.policy.forms import ClauseFilter, CompareForm, DecisionForm
from tenken.web.policy.pages import page
from tenken.web.policy.workbooks import version_workbook
from tenken.web.principal import SignedInRequest, signed_in

HERE = "policy-documents"


class VersionTable(Table):
    caption = "表1　施行した版"
    row_header = "number"

    number = tables.Column(verbose_name="版", linkify=("policy-version", [tables.A("pk")]))
    status = StatusColumn(VERSION_STATUSES, verbose_name="状態")
    effective_from = DateColumn(verbose_name="施行日")
    clause_count = NumberColumn(verbose_name="条の数")
    reason = tables.Column(verbose_name="改定の理由", orderable=False)
    compare = tables.Column(verbose_name="比較", orderable=False, accessor="pk", exclude_from_export=True)

    def render_compare(self, record: Any) -> SafeString:
        return format_html(
            '<a href="{}?after={}">第{}版を前の版と比べる</a>',
            reverse("policy-compare", args=[record.document_id]),
            record.pk,
            record.number,
        )


_DOCUMENT_HEADER = ("規程", "種類", "所管", "施行中の版", "施行日", "条の数", "改定の案")


def _document_line(view: DocumentView) -> tuple[Any, ...]:
    document, now = view.document, view.in_force
    return (
        document.title,
        document.get_kind_display(),
        document.owner.name if document.owner else "",
        now.number if now else "",
        now.effective_from if now else None,
        view.clause_count,
        view.draft.number if view.draft else "",
    )


@signed_in
@require_safe
def documents(request: SignedInRequest) -> HttpResponse:
    """List what one may read, and what is being written."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    views = document_views(by, by.on)
    if kind := wants_export(request):
        return export_rows(_DOCUMENT_HEADER, [_document_line(view) for view in views], "規程の一覧", kind)
    general = [view for view in views if not view.document.needs_approval]
    procedures = [view for view in views if view.document.needs_approval]
    context = {
        "general": general,
        "procedures": procedures,
        "waiting": [view for view in procedures if _waits_for(by, view)],
        "may_change": bool(decide(by, CHANGE_POLICY)),
        "may_write_procedure": by.holds(WRITE_PROCEDURE),
    }
    return page(request, "documents", context, here=HERE)


def _waits_for(by: Principal, view: DocumentView) -> bool:
    draft = view.draft
    return (
        draft is not None
        and draft.status == PolicyVersion.Status.IN_APPROVAL
        and bool(decide(by, APPROVE_PROCEDURE, unit=view.document.owner))
    )


@signed_in
@require_safe
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a version, clause by clause; the items that ask about each beside it."""
    by = request.principal
    shown = version_for(by, pk)
    names = role_names(by.city_id)
    form = ClauseFilter(request.GET or None, names)
    wanted = form.cleaned_data if form.is_valid() else {"role": "", "nature": ""}
    chapters = clauses_by_chapter(shown)
    items = items_on(by.city_id, max(by.on, shown.effective_from))
    may_write = _may_write(by, shown.document)
    waiting = shown.status == PolicyVersion.Status.IN_APPROVAL
    rounds = trail((SUBJECT, shown.pk)) if shown.document.needs_approval else []
    context = {
        "version": shown,
        "document": shown.document,
        "status": VERSION_STATUSES[shown.status],
        "chapters": chapter_rows(
            chapters, names, items, roles=_wanted_roles(by, wanted["role"]), nature=wanted["nature"]
        ),
        "clause_count": sum(len(chapter.clauses) for chapter in chapters),
        "form": form,
        "filtered": bool(wanted["role"] or wanted["nature"]),
        "may_write": may_write,
        "may_decide": waiting and bool(decide(by, APPROVE_PROCEDURE, unit=shown.document.owner)),
        "decision": DecisionForm(),
        "open_draft": draft_of(shown.document) if may_write else None,
        "events": approval_events(rounds),
        "seen": sealing.version_mark(shown) if waiting else "",
    }
    return page(request, "version", context, here=HERE)


def _wanted_roles(by: Principal, role: str) -> frozenset[str]:
    if role == "mine":
        return by.role_codes or frozenset({role})
    return frozenset({role}) if role else frozenset()


def _may_write(by: Principal, document: PolicyDocument) -> bool:
    if document.needs_approval:
        return bool(decide(by, WRITE_PROCEDURE, unit=document.owner))
    return bool(decide(by, CHANGE_POLICY))


@signed_in
@require_safe
def version_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a version as an Excel workbook."""
    shown = version_for(request.principal, pk)
    return version_workbook(shown, clauses_by_chapter(shown), role_names(request.principal.city_id))


@signed_in
@require_safe
def clause(request: SignedInRequest, code: str) -> HttpResponse:
    """Go to a clause in force by its code: the address other pages link to."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    found = clauses_by_code(by.city_id, [code], by.on).get(code)
    if found is None:
        raise Missing(f"コード「{code[:40]}」の条は、いま施行されている規程にありません。")
    return redirect(f"{reverse('policy-version', args=[found.version_id])}#{found.code}")


def document_for(by: Principal, pk: int) -> PolicyDocument:
    """Return a document *by* may read; ``Missing`` otherwise."""
    found = visible_documents(by).select_related("owner").filter(pk=pk).first()
    if found is None:
        raise Missing("この規程は見つかりません。")
    return found


@signed_in
@require_safe
def versions(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the versions of a document."""
    by = request.principal
    document = document_for(by, pk)
    table = VersionTable(published_versions(document).reverse())
    tables.RequestConfig(request, paginate={"per_page": 50}).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"{document.title}の版", kind)
    may_write = _may_write(by, document)
    draft = draft_of(document) if may_see_drafts(by, document) else None
    context = {"document": document, "table": table, "draft": draft, "may_write": may_write}
    return page(request, "versions", context, here=HERE)


@signed_in
@require_safe
def compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what one version of a document changes against another, and the items that touches."""
    by = request.principal
    document = document_for(by, pk)
    known = {str(one.pk): one for one in published_versions(document)}
    if may_see_drafts(by, document) and (draft := draft_of(document)):
        known[str(draft.pk)] = draft
    before, after = _chosen(known, request.GET.get("before", ""), request.GET.get("after", ""))
    labels = [(key, _label(one)) for key, one in reversed(known.items())]
    form = CompareForm({"before": before and before.pk, "after": after.pk}, labels)
    comparison = compare_versions(before, after)
    names = role_names(by.city_id)
    if kind := wants_export(request):
        lines = comparison_lines(comparison, names)
        return export_rows(COMPARISON_HEADER, lines, f"{document.title}の版の比較", kind)
    context = {
        "document": document,
        "before": before,
        "after": after,
        "form": form,
        "comparison": comparison,
        "changes": change_rows(comparison, names),
        "items": items_asking(by.city_id, comparison.touched_codes, max(by.on, after.effective_from)),
    }
    return page(request, "compare", context, here=HERE)


def _label(one: PolicyVersion) -> str:
    return f"第{one.number}版（{'施行' if one.is_published else '案'}）"


def _chosen(
    known: dict[str, PolicyVersion], before: str, after: str
) -> tuple[PolicyVersion | None, PolicyVersion]:
    if not known:
        raise Missing("比べる版がありません。")
    chosen = known.get(after) or list(known.values())[-1]
    return known.get(before) or version_before(chosen), chosen
