"""Writing the next version of a document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tenken.approvals.queries import trail
from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.policy import operations, sealing
from tenken.policy.models import Chapter, Clause, PolicyVersion
from tenken.policy.operations.guards import SUBJECT, require_writer
from tenken.policy.queries import (
    clauses_by_chapter,
    compare_versions,
    items_asking,
    published_versions,
    role_names,
    version_before,
    version_for,
)
from tenken.web.policy.display import approval_events, change_rows, nature_of
from tenken.web.policy.documents import HERE, document_for
from tenken.web.policy.forms import (
    ChapterChangeForm,
    ChapterForm,
    ClauseAddForm,
    ClauseChangeForm,
    DraftHeadForm,
    VersionForm,
)
from tenken.web.policy.pages import attempt, page, posted, status_of
from tenken.web.principal import SignedInRequest, signed_in


def writable(by: Principal, pk: int) -> PolicyVersion:
    """Return the version that *by* may write; ``Missing`` or ``Denied`` otherwise."""
    version = version_for(by, pk)
    require_writer(by, version.document)
    return version


def _form_page(
    request: SignedInRequest, version: PolicyVersion, form: Any, title: str, submit: str
) -> HttpResponse:
    context = {
        "version": version,
        "document": version.document,
        "form": form,
        "title": title,
        "submit": submit,
    }
    return page(request, "draft_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Begin the next version of a document."""
    by = request.principal
    document = document_for(by, pk)
    require_writer(by, document)
    form = VersionForm(posted(request))
    made = attempt(
        form,
        lambda: operations.start_draft(by=by, document=document, on=by.on, **form.cleaned_data),
    )
    if made:
        messages.success(request, "案を作りました。条を変更してください。")
        return redirect("policy-draft", pk=made.pk)
    context = {"document": document, "last": published_versions(document).last(), "form": form}
    return page(request, "draft_new", context, here=HERE, status=status_of(form))


@signed_in
@require_safe
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a draft with what it changes so far, and the ways to edit it."""
    by = request.principal
    version = writable(by, pk)
    if version.is_published:
        return redirect("policy-version", pk=pk)
    before = version_before(version)
    comparison = compare_versions(before, version)
    changed = {one.code for one in comparison.changed}
    added = {one.code for one in comparison.added} if before else set()
    chapters = [
        (view.chapter, [(one, nature_of(one.nature), _tag(one.code, changed, added)) for one in view.clauses])
        for view in clauses_by_chapter(version)
    ]
    context = {
        "version": version,
        "document": version.document,
        "chapters": chapters,
        "comparison": comparison,
        "is_first": before is None,
        "blanks": [one for _, rows in chapters for one, *_ in rows if "〔" in one.text],
        "events": approval_events(trail((SUBJECT, version.pk))) if version.document.needs_approval else [],
    }
    return page(request, "draft", context, here=HERE)


def _tag(code: str, changed: set[str], added: set[str]) -> tuple[str, str, str] | None:
    if code in added:
        return ("added", "追加", "green")
    return ("changed", "変更", "yellow") if code in changed else None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def head(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a draft's number, date and reason."""
    by = request.principal
    version = writable(by, pk)
    shown = {
        "number": version.number,
        "effective_from": era_date(version.effective_from),
        "reason": version.reason,
        "seen": sealing.head_mark(version),
    }
    form = DraftHeadForm(posted(request), initial=shown)
    if attempt(form, lambda: operations.change_draft(by=by, version=version, on=by.on, **form.cleaned_data)):
        messages.success(request, "版と施行日を変更しました。")
        return redirect("policy-draft", pk=pk)
    return _form_page(request, version, form, "版と施行日の変更", "変更する")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm and throw a draft away."""
    by = request.principal
    version = writable(by, pk)
    document = version.document
    if request.method == "POST":
        operations.discard_draft(by=by, version=version, on=by.on)
        messages.success(request, "案を破棄しました。")
        return redirect("policy-versions", pk=document.pk)
    comparison = compare_versions(version_before(version), version)
    context = {"version": version, "document": document, "comparison": comparison}
    return page(request, "draft_discard", context, here=HERE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm what changes, from when and why, and put the draft into force."""
    by = request.principal
    version = writable(by, pk)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        operations.publish_version(by=by, version=version, seen=seen, on=by.on)
        messages.success(
            request, f"第{version.number}版を施行しました。{era_date(version.effective_from)}から有効です。"
        )
        return redirect("policy-version", pk=pk)
    return page(request, "draft_publish", confirmation(by, version), here=HERE)


def confirmation(by: Principal, version: PolicyVersion) -> dict[str, Any]:
    """Return what a confirming page shows: all changes against the version before, and the items they touch."""
    before = version_before(version)
    comparison = compare_versions(before, version)
    return {
        "version": version,
        "document": version.document,
        "before": before,
        "comparison": comparison,
        "changes": change_rows(comparison, role_names(by.city_id)) if before else [],
        "items": items_asking(by.city_id, comparison.touched_codes, max(by.on, version.effective_from)),
        "seen": sealing.version_mark(version),
    }


# --- chapters and clauses -----------------------------------------------------------------------------


def _chapter(version: PolicyVersion, pk: int) -> Chapter:
    found = version.chapters.filter(pk=pk).first()
    if found is None:
        raise Missing("この章は見つかりません。")
    found.version = version
    return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def chapter_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a chapter."""
    by = request.principal
    version = writable(by, pk)
    form = ChapterForm(posted(request))
    if attempt(form, lambda: operations.add_chapter(by=by, version=version, on=by.on, **form.cleaned_data)):
        messages.success(request, "章を加えました。")
        return redirect("policy-draft", pk=pk)
    return _form_page(request, version, form, "章の追加", "章を加える")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def chapter_change(request: SignedInRequest, pk: int, chapter_pk: int) -> HttpResponse:
    """Change a chapter's number and title, or remove it when it is empty."""
    by = request.principal
    version = writable(by, pk)
    chapter = _chapter(version, chapter_pk)
    if request.method == "POST" and "remove" in request.POST:
        operations.remove_chapter(by=by, chapter=chapter, on=by.on)
        messages.success(request, "章を削除しました。")
        return redirect("policy-draft", pk=pk)
    shown = {"number": chapter.number, "title": chapter.title, "seen": sealing.chapter_mark(chapter)}
    form = ChapterChangeForm(posted(request), initial=shown)
    if attempt(
        form, lambda: operations.change_chapter(by=by, chapter=chapter, on=by.on, **form.cleaned_data)
    ):
        messages.success(request, "章を変更しました。")
        return redirect("policy-draft", pk=pk)
    context = {
        "version": version,
        "document": version.document,
        "form": form,
        "title": f"{chapter.number} {chapter.title}の変更",
        "submit": "変更する",
        "removable": not chapter.clauses.exists(),
    }
    return page(request, "draft_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_add(request: SignedInRequest, pk: int, chapter_pk: int) -> HttpResponse:
    """Add a clause at the end of a chapter."""
    by = request.principal
    version = writable(by, pk)
    chapter = _chapter(version, chapter_pk)
    form = ClauseAddForm(posted(request), roles=role_names(by.city_id))
    if attempt(
        form,
        lambda: operations.add_clause(
            by=by, chapter=chapter, code=form.cleaned_data["code"], typed=form.typed(), on=by.on
        ),
    ):
        messages.success(request, "条を加えました。")
        return redirect("policy-draft", pk=pk)
    return _form_page(request, version, form, f"{chapter.number} {chapter.title}に条を加える", "条を加える")


def _clause(version: PolicyVersion, pk: int) -> Clause:
    found = version.clauses.filter(pk=pk).first()
    if found is None:
        raise Missing("この条は見つかりません。")
    found.version = version
    return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_change(request: SignedInRequest, pk: int, clause_pk: int) -> HttpResponse:
    """Change a clause."""
    by = request.principal
    version = writable(by, pk)
    clause = _clause(version, clause_pk)
    shown = {
        "number": clause.number,
        "heading": clause.heading,
        "text": clause.text,
        "nature": clause.nature,
        "binds": clause.binds,
        "refines": "、".join(clause.refines),
        "seen": sealing.clause_mark(clause),
    }
    form = ClauseChangeForm(posted(request), initial=shown, roles=role_names(by.city_id))
    if attempt(
        form,
        lambda: operations.change_clause(
            by=by, clause=clause, seen=form.cleaned_data["seen"], typed=form.typed(), on=by.on
        ),
    ):
        messages.success(request, f"{clause.number}を変更しました。")
        return redirect("policy-draft", pk=pk)
    context = {
        "version": version,
        "document": version.document,
        "form": form,
        "title": f"{clause.number} {clause.heading}の変更",
        "submit": "変更する",
        "clause": clause,
        "items": items_asking(by.city_id, [clause.code], by.on),
    }
    return page(request, "draft_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def clause_remove(request: SignedInRequest, pk: int, clause_pk: int) -> HttpResponse:
    """Confirm and remove a clause."""
    by = request.principal
    version = writable(by, pk)
    clause = _clause(version, clause_pk)
    if request.method == "POST":
        operations.remove_clause(by=by, clause=clause, seen=request.POST.get("seen", ""), on=by.on)
        messages.success(request, f"{clause.number}を削除しました。")
        return redirect("policy-draft", pk=pk)
    context = {
        "version": version,
        "document": version.document,
        "clause": clause,
        "seen": sealing.clause_mark(clause),
        "items": items_asking(by.city_id, [clause.code], by.on),
    }
    return page(request, "clause_remove", context, here=HERE)
