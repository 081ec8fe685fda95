"""One visit: its page, and each step from the plan to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.audit.models import Visit
from tenken.audit.operations import (
    answer_facts,
    ask_facts,
    cancel_visit,
    choose_items,
    close_visit,
    finish_visit,
    notify_visit,
    plan_visit,
    report_visit,
)
from tenken.audit.operations.applying import may_record, require_recorder
from tenken.audit.permissions import CONFIRM_FACTS, MANAGE_VISITS
from tenken.audit.queries import find_visit, letter_data, may_read_results, visit_name, visit_report
from tenken.audit.queries.auditors import possible_auditors
from tenken.audit.queries.checklist import offered_lines
from tenken.audit.states import OPEN_TO_RECORDS
from tenken.common.refusals import Invalid, Problem
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.organization.access import decide, require
from tenken.web.audit.forms import (
    AskFactsForm,
    FactsForm,
    FinishForm,
    NotifyForm,
    PlanForm,
    ReasonForm,
    ReportForm,
)
from tenken.web.audit.labels import PERMISSIONS, STATUSES, steps, timeline, when
from tenken.web.audit.pages import change_page, to_visit
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def detail(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Show one visit as far as the reader may: when and by whom, what was seen, what became of it, its story."""
    by = request.principal
    visit = find_visit(by, visit_id)
    told = may_read_results(by, visit)
    report = visit_report(by, visit_id) if told else None
    context = {
        "visit": visit,
        "title": visit_name(visit, by),
        "status": STATUSES[visit.status],
        "steps": steps(visit),
        "when": when(visit.visited_on or visit.planned_on, visit.begins_at, visit.ends_at),
        "letter": report.letter if report else letter_data(by, visit_id),
        "report": report,
        "observations": visit.observations.filter(dropped_because="").select_related("finding")
        if told
        else [],
        "practices": [
            {"row": row, "permission": PERMISSIONS[row.permission]}
            for row in visit.good_practices.filter(dropped_because="").select_related("case")
        ]
        if told
        else [],
        "events": timeline(visit.events.all()),
        **_may(request, visit),
    }
    return render(request, "web/audit/visit.html", context)


def _may(request: SignedInRequest, visit: Visit) -> dict[str, bool]:
    """Return what the reader can do with the visit now."""
    by = request.principal
    manages = bool(decide(by, MANAGE_VISITS))
    records = may_record(by, visit)
    status = visit.status
    answered = visit.facts_answer == Visit.Facts.ACCEPTED
    overdue = visit.facts_due_on is not None and visit.facts_due_on < by.on
    return {
        "manages": manages,
        "may_plan": manages and status in ("planned", "notified"),
        "may_choose": (manages or records) and status in ("planned", "notified", "in_progress"),
        "may_record": records and status in OPEN_TO_RECORDS and not answered,
        "may_finish": records and status == "in_progress",
        "may_ask_facts": (manages or records) and status == "visited" and not answered,
        "may_answer_facts": status == "visited"
        and visit.facts_asked_on is not None
        and not answered
        and bool(decide(by, CONFIRM_FACTS, unit=visit.unit)),
        "may_report": (manages or records) and status == "visited" and bool(visit.facts_answer or overdue),
        "may_close": manages and status in ("reported", "follow_up"),
        "may_practise": records and status in ("in_progress", "visited", "reported", "follow_up"),
        "may_answer_permission": bool(decide(by, IMPROVE_FINDINGS, unit=visit.unit)),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Settle when, where and by whom."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require(by, MANAGE_VISITS)
    standing = list(visit.auditors.all())
    initial = {
        "planned_on": visit.planned_on,
        "begins_at": visit.begins_at,
        "ends_at": visit.ends_at,
        "place": visit.place,
        "request": visit.request,
        "lead": next((one.person_id for one in standing if one.lead), None),
        "team": [one.person_id for one in standing if not one.lead],
    }
    vendor = visit.system.vendor if visit.system else ""
    auditors = possible_auditors(by, visit.unit, visit.planned_on or visit.stage.starts_on, vendor=vendor)
    form = PlanForm(request.POST or None, initial=initial, auditors=auditors)

    def operation(said: dict[str, Any]) -> object:
        return plan_visit(by=by, visit=visit, version=visit.version, **said)

    return _step(request, visit, form, operation, "訪問を計画する", "計画を保存する", "計画を保存しました。")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def items(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Choose what is looked at; lines worth it are chosen to begin with."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    if not decide(by, MANAGE_VISITS):
        require_recorder(by, visit)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            choose_items(
                by=by,
                visit=visit,
                item_codes=request.POST.getlist("items"),
                version=whole_number(request.POST.get("version", "")),
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "確認項目を決めました。")
            return redirect("audit-visit", visit_id=visit_id)
    lines = offered_lines(visit)
    chosen = set(visit.items.values_list("revision__item__code", flat=True)) or {
        line.item_code for line in lines if line.asked and line.because
    }
    if request.method == "POST":
        chosen = set(request.POST.getlist("items"))
    groups: dict[tuple[bool, int], dict[str, Any]] = {}
    for line in lines:
        group = groups.setdefault(
            (not line.asked, line.category_id),
            {"name": line.category, "part": line.part_label, "asked": line.asked, "lines": []},
        )
        group["lines"].append({"line": line, "chosen": line.item_code in chosen})
    context = {
        "visit": visit,
        "title": visit_name(visit, by),
        "groups": [groups[key] for key in sorted(groups, key=lambda key: key[0])],
        "problems": problems,
        "crumbs": [*to_visit(request, visit), {"label": "確認項目を選ぶ", "url": ""}],
    }
    return render(request, "web/audit/items.html", context, status=422 if problems else 200)


@signed_in
@require_safe
def letter(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Show the letter as it is printed."""
    visit = find_visit(request.principal, visit_id)
    data = letter_data(request.principal, visit_id)
    context = {
        "visit": visit,
        "letter": data,
        "when": when(data.planned_on, data.begins_at, data.ends_at),
        "crumbs": [*to_visit(request, visit), {"label": "訪問調査実施通知", "url": ""}],
    }
    return render(request, "web/audit/letter.html", context)


@signed_in
@require_safe
def report_page(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Show the report as it is printed."""
    visit = find_visit(request.principal, visit_id)
    data = visit_report(request.principal, visit_id)
    context = {
        "visit": visit,
        "report": data,
        "when": when(data.visited_on, visit.begins_at, visit.ends_at),
        "crumbs": [*to_visit(request, visit), {"label": "訪問調査報告書", "url": ""}],
    }
    return render(request, "web/audit/report.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notify(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Write to the section."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require(by, MANAGE_VISITS)
    form = NotifyForm(request.POST or None, initial={"letter_number": visit.letter_number})
    text = (
        f"訪問予定日：{when(visit.planned_on, visit.begins_at, visit.ends_at)}\n"
        "通知すると、課公所と局・区はこの訪問調査を見ることができるようになり、メールが送られます。"
    )
    return _step(
        request,
        visit,
        form,
        lambda said: notify_visit(by=by, visit=visit, version=visit.version, **said),
        "課公所に通知する",
        "通知する",
        "課公所に通知しました。",
        text=text,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Call the visit off."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require(by, MANAGE_VISITS)
    return _step(
        request,
        visit,
        ReasonForm(request.POST or None),
        lambda said: cancel_visit(by=by, visit=visit, version=visit.version, **said),
        "訪問調査を取りやめる",
        "取りやめる",
        "訪問調査を取りやめました。",
        danger=True,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """End the visit on the spot."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require_recorder(by, visit)
    return _step(
        request,
        visit,
        FinishForm(request.POST or None),
        lambda said: finish_visit(by=by, visit=visit, version=visit.version, **said),
        "訪問を終える",
        "訪問を終える",
        "訪問を終えました。",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def facts_ask(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Ask the section whether what was written down is so."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    if not decide(by, MANAGE_VISITS):
        require_recorder(by, visit)
    return _step(
        request,
        visit,
        AskFactsForm(request.POST or None),
        lambda said: ask_facts(by=by, visit=visit, version=visit.version, **said),
        "事実の確認を求める",
        "課公所に求める",
        "事実の確認を求めました。",
        text="課公所の情報管理者に、確かめた結果と指摘事項を示します。期限までに回答がないときは、相違ないものとして報告できます。",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """The section's manager answers."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require(by, CONFIRM_FACTS, unit=visit.unit)
    return _step(
        request,
        visit,
        FactsForm(request.POST or None),
        lambda said: answer_facts(by=by, visit=visit, version=visit.version, **said),
        "事実を確認する",
        "回答する",
        "回答しました。",
        text="訪問調査のページで、確かめた結果と指摘事項を読んでから回答してください。",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Report the visit: its 指摘事項 become findings."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    if not decide(by, MANAGE_VISITS):
        require_recorder(by, visit)
    count = visit.observations.filter(dropped_because="").count()
    opinion = f"\n課公所の意見：{visit.facts_comment}" if visit.facts_comment else ""
    return _step(
        request,
        visit,
        ReportForm(
            request.POST or None,
            commented=visit.facts_answer == Visit.Facts.COMMENTED,
            initial={"summary": visit.summary},
        ),
        lambda said: report_visit(by=by, visit=visit, version=visit.version, **said),
        "訪問調査を報告する",
        "報告する",
        "訪問調査を報告しました。",
        text=f"指摘事項は{count}件です。報告すると、それぞれが課公所の課題になり、改善が始まります。{opinion}",
    )


@signed_in
@require_POST
def close(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """End the visit once everything is verified."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    try:
        close_visit(by=by, visit=visit, version=whole_number(request.POST.get("version", "")))
    except Invalid as refusal:
        for problem in refusal.problems or (Problem(refusal.message),):
            messages.error(request, str(problem))
    else:
        messages.success(request, "訪問調査を終了しました。")
    return redirect("audit-visit", visit_id=visit_id)


def _step(
    request: SignedInRequest,
    visit: Visit,
    form: Any,
    operation: Callable[[dict[str, Any]], Any],
    title: str,
    submit: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=reverse("audit-visit", args=[visit.pk]),
        done=done,
        lead=visit_name(visit, request.principal),
        crumbs=to_visit(request, visit),
        standing=visit,
        **more,
    )
