"""The checklist, on a tablet and on paper: saved as it is tapped, with photographs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.audit.models import Observation, Visit, VisitEvidence, VisitItem
from tenken.audit.operations import add_evidence, record_item, remove_evidence
from tenken.audit.operations.applying import may_record, require_recorder
from tenken.audit.queries import find_visit, letter_data, may_read_results, visit_name, visits_for
from tenken.audit.queries.checklist import checklist_of
from tenken.audit.states import OPEN_TO_RECORDS
from tenken.audit.words import seen_choices
from tenken.common.refusals import Invalid, Missing, Problem, Refusal, Stale
from tenken.web.audit.labels import SAID_TONES, when
from tenken.web.audit.pages import to_visit
from tenken.web.inspection.numbers import answer_mark, marked_version, whole_number
from tenken.web.principal import SignedInRequest, signed_in


@dataclass(frozen=True)
class Typed:
    """What somebody tapped and wrote at one line, over the version they saw."""

    seen: str
    note: str
    version: int


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Show the checklist; without JavaScript its form saves all lines at once."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    if not may_read_results(by, visit):
        raise Missing("この訪問調査の結果は、まだ課公所に示されていません。")
    if request.method == "POST":
        require_recorder(by, visit)
        return _save_all(request, visit)
    return _page(request, visit)


def _page(
    request: SignedInRequest,
    visit: Visit,
    typed: dict[int, Typed] | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    items = checklist_of(visit)
    records = (
        may_record(by, visit)
        and visit.status in OPEN_TO_RECORDS
        and visit.facts_answer != Visit.Facts.ACCEPTED
    )
    context = {
        "visit": visit,
        "title": visit_name(visit, by),
        "groups": _groups(visit, items, typed or {}),
        "shown": ",".join(str(item.pk) for item in items),
        "done": sum(bool(item.seen) for item in items),
        "total": len(items),
        "may_record": records,
        "limit": settings.MAX_UPLOAD_BYTES // (1024 * 1024),
        "problems": problems,
        "crumbs": [*to_visit(request, visit), {"label": "確認項目", "url": ""}],
    }
    return render(request, "web/audit/checklist.html", context, status=status)


def _groups(visit: Visit, items: list[VisitItem], typed: dict[int, Typed]) -> list[dict[str, Any]]:
    observed: dict[int, list[Observation]] = defaultdict(list)
    for row in Observation.objects.filter(visit=visit, dropped_because="").exclude(item=None):
        observed[row.item_id or 0].append(row)
    groups: dict[int, dict[str, Any]] = {}
    for item in items:
        group = groups.setdefault(item.category_id, {"name": item.category.name, "lines": []})
        group["lines"].append(_line(visit, item, typed.get(item.pk), observed[item.pk]))
    return list(groups.values())


def _line(visit: Visit, item: VisitItem, typed: Typed | None, observed: list[Observation]) -> dict[str, Any]:
    return {
        "item": item,
        "seen": typed.seen if typed else item.seen,
        "note": typed.note if typed else item.note,
        "mark": _mark(item),
        "choices": seen_choices(item.said),
        "said_tone": SAID_TONES.get(item.said, "neutral"),
        "evidence": item.evidence_in_force,  # type: ignore[attr-defined]
        "observations": observed,
        "save_url": reverse("audit-checklist-save", args=[visit.pk, item.pk]),
    }


def _mark(item: VisitItem) -> str:
    return answer_mark(item.version, item.seen, item.note, "")


@signed_in
@require_POST
def save(request: SignedInRequest, visit_id: int, item_id: int) -> HttpResponse:
    """Save one line, and a photograph with it; the reply carries its new version and how far the visit is."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    given = _given(request, item_id, request.POST.get("version", ""))
    with transaction.atomic():  # a photograph that is refused leaves the line as it was shown
        saved = record_item(
            by=by, visit=visit, item_id=item_id, seen=given.seen, note=given.note, version=given.version
        )
        added = _photo(request, visit, item_id)
    item = next(one for one in checklist_of(visit) if one.pk == item_id)
    context = {
        "item": item,
        "mark": _mark(saved),
        "done": visit.items.exclude(seen="").count(),
        "total": visit.items.count(),
        "evidence": item.evidence_in_force if added else None,  # type: ignore[attr-defined]
        "may_record": True,
    }
    return HttpResponse(render_to_string("web/audit/line_saved.html", context))


def _given(request: SignedInRequest, item_id: int, mark: str) -> Typed:
    return Typed(
        seen=request.POST.get(f"seen-{item_id}", ""),
        note=request.POST.get(f"note-{item_id}", ""),
        version=marked_version(mark),
    )


def _photo(request: SignedInRequest, visit: Visit, item_id: int) -> bool:
    """Keep the file sent with a line; tell whether there was one."""
    upload = request.FILES.get(f"photo-{item_id}")
    if getattr(request, "upload_too_large", ""):
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise Invalid(f"ファイルが大きすぎます。{limit}MBまでにしてください。")
    if upload is None or upload.file is None:
        return False
    add_evidence(
        by=request.principal, visit=visit, item_id=item_id, name=upload.name or "", stream=upload.file
    )
    return True


def _save_all(request: SignedInRequest, visit: Visit) -> HttpResponse:
    keys = [whole_number(key) for key in request.POST.get("shown", "").split(",") if key]
    marks = request.POST.getlist("version")
    if len(marks) != len(keys) or not keys:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    typed = {key: _given(request, key, mark) for key, mark in zip(keys, marks, strict=True)}
    changed = {
        key: typed[key]
        for key, mark in zip(keys, marks, strict=True)
        if answer_mark(typed[key].version, typed[key].seen, typed[key].note, "") != mark
    }
    refused: dict[int, Refusal] = {}
    for key, given in changed.items():
        try:
            record_item(
                by=request.principal,
                visit=visit,
                item_id=key,
                seen=given.seen,
                note=given.note,
                version=given.version,
            )
        except (Invalid, Stale) as refusal:
            refused[key] = refusal
    for key in keys:
        try:
            _photo(request, visit, key)
        except Invalid as refusal:
            refused.setdefault(key, refusal)
    if refused:
        problems = tuple(
            problem
            for key, refusal in refused.items()
            for problem in refusal.problems or (Problem(refusal.message, "", f"seen-{key}"),)
        )
        stale = any(refusal.status == Stale.status for refusal in refused.values())
        kept = {key: given for key, given in changed.items() if key in refused}
        return _page(request, visit, kept, problems, Stale.status if stale else Invalid.status)
    messages.success(request, "保存しました。")
    return redirect("audit-checklist", visit_id=visit.pk)


@signed_in
@require_POST
def evidence_remove(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    """Take a photograph off a line."""
    row = (
        VisitEvidence.objects.filter(pk=evidence_id, item__visit__in=visits_for(request.principal))
        .select_related("item__visit", "file")
        .first()
    )
    if row is None:
        raise Missing("ファイルがありません。")
    remove_evidence(by=request.principal, evidence=row)
    messages.success(request, f"「{row.file.name}」を取り消しました。")
    return redirect(f"{reverse('audit-checklist', args=[row.item.visit_id])}#id_seen-{row.item_id}")


@signed_in
@require_safe
def on_paper(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Show the checklist as it is printed: what the section said, empty boxes, room to write."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    if not may_read_results(by, visit):
        raise Missing("この訪問調査の結果は、まだ課公所に示されていません。")
    letter = letter_data(by, visit_id)
    blank = request.GET.get("blank") == "1"
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in checklist_of(visit):
        boxes = [(label, not blank and code == item.seen) for code, label in seen_choices(item.said)]
        groups[item.category.name].append({"item": item, "boxes": boxes, "note": "" if blank else item.note})
    context = {
        "visit": visit,
        "letter": letter,
        "when": when(letter.planned_on, letter.begins_at, letter.ends_at),
        "groups": dict(groups),
        "blank": blank,
        "crumbs": [*to_visit(request, visit), {"label": "確認票", "url": ""}],
    }
    return render(request, "web/audit/checklist_paper.html", context)
