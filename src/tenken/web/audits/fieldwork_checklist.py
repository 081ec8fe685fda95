"""The checklist of an audit: chosen from the bank, a result each, items proposed from what is amiss."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.audit.engagements.queries import engagement_name
from tenken.audit.fieldwork.operations import choose_lines, propose_from_line, record_line
from tenken.audit.fieldwork.operations.checklist import ORIGIN
from tenken.audit.fieldwork.queries.checklist import (
    checklist_of,
    has_visit_lines,
    offered_lines,
    proposed_lines,
    visit_lines_of,
)
from tenken.audit.fieldwork.seeing import Sight
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS
from tenken.audit.models import ChecklistLine, Engagement
from tenken.audit.words import seen_label
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.web.audit.labels import SAID_TONES
from tenken.web.audits.fieldwork_lists import RESULTS
from tenken.web.audits.fieldwork_pages import crumbs_to, tabs_of, working_engagement
from tenken.web.exports import export_rows, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import answer_mark, marked_version, whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show the lines with what was said, what was found and its evidence; sent, it saves every line that was changed."""
    engagement, sight = working_engagement(request.principal, engagement_id)
    if has_visit_lines(engagement):
        return _of_visit(request, engagement, sight)
    if request.method == "POST":
        return _save(request, engagement, sight)
    if kind := wants_export(request):
        return export_rows(_HEADER, _exported(engagement), f"監査チェックリスト_{engagement}", kind)
    return _page(request, engagement, sight)


_HEADER = ("番号", "調査項目", "確認項目", "自己点検の回答", "結果", "確かめたこと", "証拠", "記録者")


def _exported(engagement: Engagement) -> list[tuple[Any, ...]]:
    return [
        (
            line.order,
            line.category.name,
            line.revision.question,
            line.get_said_display(),
            line.get_result_display(),
            line.note,
            "、".join(str(link.paper) for link in line.papers.all()),
            line.recorded_by_name,
        )
        for line in checklist_of(engagement)
    ]


def _page(
    request: SignedInRequest,
    engagement: Engagement,
    sight: Sight,
    typed: dict[int, tuple[str, str]] | None = None,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    lines = checklist_of(engagement)
    proposed = proposed_lines(engagement)
    groups: dict[int, dict[str, Any]] = {}
    for line in lines:
        result, note = (typed or {}).get(line.pk, (line.result, line.note))
        group = groups.setdefault(line.category_id, {"name": line.category.name, "lines": []})
        group["lines"].append(
            {
                "row": line,
                "result": result,
                "note": note,
                "mark": answer_mark(line.version, line.result, line.note, ""),
                "said_tone": SAID_TONES.get(line.said, "neutral"),
                "status": RESULTS.get(line.result),
                "item": proposed.get(ORIGIN.format(line.pk)),
            }
        )
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, request.principal),
        "tabs": tabs_of(engagement, sight, "audits-checklist"),
        "groups": list(groups.values()),
        "results": ChecklistLine.Result.choices,
        "done": sum(bool(line.result) for line in lines),
        "total": len(lines),
        "may_record": engagement.status in OPEN_TO_PAPERS,
        "problems": problems,
        "export": export_addresses(request),
        "crumbs": crumbs_to(request.principal, engagement, ("チェックリスト", "")),
    }
    status = 422 if problems else 200
    return render(request, "web/audits/fieldwork/checklist.html", context, status=status)


def _save(request: SignedInRequest, engagement: Engagement, sight: Sight) -> HttpResponse:
    """Save the lines whose result or note is not what was shown; all, or none where one is refused."""
    typed = {
        line.pk: (request.POST.get(f"result-{line.pk}", ""), request.POST.get(f"note-{line.pk}", ""))
        for line in engagement.lines.all()
        if f"mark-{line.pk}" in request.POST
    }
    problems: list[Problem] = []
    saved = 0
    with transaction.atomic():
        for line in engagement.lines.filter(pk__in=typed):
            result, note = typed[line.pk]
            mark = request.POST[f"mark-{line.pk}"]
            version = marked_version(mark)
            if mark == answer_mark(version, result, note, ""):
                continue
            try:
                record_line(by=request.principal, line=line, result=result, note_text=note, version=version)
                saved += 1
            except Invalid as refusal:
                problems += refusal.problems
        if problems:
            transaction.set_rollback(True)
    if problems:
        return _page(request, engagement, sight, typed, tuple(problems))
    messages.success(
        request, f"{saved}項目の結果を保存しました。" if saved else "変わったところはありません。"
    )
    return redirect("audits-checklist", engagement_id=engagement.pk)


def _of_visit(request: SignedInRequest, engagement: Engagement, sight: Sight) -> HttpResponse:
    rows = [
        {
            "row": line,
            "said_tone": SAID_TONES.get(line.said, "neutral"),
            "seen": seen_label(line.said, line.seen),
            "tone": {"agree": "green", "disagree": "red"}.get(line.seen, "neutral"),
        }
        for line in visit_lines_of(engagement)
    ]
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, request.principal),
        "tabs": tabs_of(engagement, sight, "audits-checklist"),
        "rows": rows,
        "visit_url": reverse("audit-checklist", args=[engagement.visit_id]),
        "crumbs": crumbs_to(request.principal, engagement, ("チェックリスト", "")),
    }
    return render(request, "web/audits/fieldwork/visit_checklist.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Choose lines from the bank; what the audited answered stands beside each."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    problems: tuple[Problem, ...] = ()
    codes = request.POST.getlist("items")
    if request.method == "POST":
        try:
            choose_lines(by=by, engagement=engagement, item_codes=codes)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "確認項目を決めました。")
            return redirect("audits-checklist", engagement_id=engagement_id)
    chosen = set(codes) or set(engagement.lines.values_list("revision__item__code", flat=True))
    groups: dict[int, dict[str, Any]] = {}
    for line in offered_lines(engagement, by.on):
        group = groups.setdefault(
            line.category_id, {"name": line.category, "part": line.part_label, "lines": []}
        )
        tone = SAID_TONES.get(line.said, "neutral")
        group["lines"].append({"line": line, "chosen": line.item_code in chosen, "tone": tone})
    context = {
        "engagement": engagement,
        "groups": list(groups.values()),
        "problems": problems,
        "crumbs": crumbs_to(
            by,
            engagement,
            ("チェックリスト", reverse("audits-checklist", args=[engagement_id])),
            ("確認項目を選ぶ", ""),
        ),
    }
    status = 422 if problems else 200
    return render(request, "web/audits/fieldwork/choose.html", context, status=status)


@signed_in
@require_POST
def propose(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Make an item of the report from a line (its key is sent as ``line``)."""
    by = request.principal
    engagement, _sight = working_engagement(by, engagement_id)
    key = whole_number(request.POST.get("line", ""))
    line = ChecklistLine.objects.filter(pk=key, engagement=engagement).first()
    if line is None:
        raise Missing("確認項目がありません。")
    propose_from_line(by=by, line=line)
    messages.success(request, "報告書の項目の案を作りました。")
    return redirect("audits-checklist", engagement_id=engagement_id)
