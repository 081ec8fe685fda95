"""指摘事項 and 優良事例 of a visit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.audit.models import GoodPractice, Observation, Visit
from tenken.audit.operations import (
    answer_practice_permission,
    ask_permission,
    drop_observation,
    drop_practice,
    propose_practice,
    save_observation,
    save_practice,
)
from tenken.audit.operations.applying import require_recorder
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries import find_visit, may_read_results, visit_name, visits_for
from tenken.audit.queries.checklist import checklist_of
from tenken.common.refusals import Missing
from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.organization.access import decide, require
from tenken.policy.models import CheckCategory
from tenken.web.audit.forms import (
    AnswerPermissionForm,
    ObservationForm,
    PracticeForm,
    ProposeForm,
    ReasonForm,
)
from tenken.web.audit.pages import change_page, to_visit
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def observation_new(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Write down a 指摘事項; ``?item=`` names the line it was seen at."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require_recorder(by, visit)
    item = request.GET.get("item", "")
    form = _observation_form(request, visit, {"item": whole_number(item) if item else None})
    return _change(
        request,
        visit,
        form,
        lambda said: save_observation(by=by, visit=visit, **_said(said)),
        "指摘事項を記録する",
        "記録する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def observation(request: SignedInRequest, observation_id: int) -> HttpResponse:
    """Change a 指摘事項."""
    by = request.principal
    row = _observation(request, observation_id)
    require_recorder(by, row.visit)
    initial = {
        "item": row.item_id,
        "category": row.category_code,
        "title": row.title,
        "detail": row.detail,
        "due_on": row.due_on,
    }
    form = _observation_form(request, row.visit, initial)
    return _change_row(
        request,
        row,
        form,
        lambda said: save_observation(
            by=by, visit=row.visit, observation=row, version=row.version, **_said(said)
        ),
        "指摘事項を直す",
        "保存する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def observation_drop(request: SignedInRequest, observation_id: int) -> HttpResponse:
    """Take a 指摘事項 back."""
    by = request.principal
    row = _observation(request, observation_id)
    require_recorder(by, row.visit)
    return _change_row(
        request,
        row,
        ReasonForm(request.POST or None),
        lambda said: drop_observation(by=by, observation=row, version=row.version, **said),
        "指摘事項を取り下げる",
        "取り下げる",
        danger=True,
        text=row.title,
    )


def _observation(request: SignedInRequest, observation_id: int) -> Observation:
    row = (
        Observation.objects.filter(pk=observation_id, visit__in=visits_for(request.principal))
        .select_related("visit__stage__programme__city", "visit__unit__city", "visit__system")
        .first()
    )
    if row is None or not may_read_results(request.principal, row.visit):
        raise Missing("指摘事項がないか、見ることのできる範囲にありません。")
    return row


def _observation_form(request: SignedInRequest, visit: Visit, initial: dict[str, Any]) -> ObservationForm:
    return ObservationForm(
        request.POST or None,
        initial=initial,
        items=checklist_of(visit),
        categories=_categories(request),
    )


def _said(said: dict[str, Any]) -> dict[str, Any]:
    kept = dict(said)
    return {"item_id": kept.pop("item"), "category_code": kept.pop("category"), **kept}


def _categories(request: SignedInRequest) -> list[CheckCategory]:
    return list(CheckCategory.objects.filter(city=request.principal.city_id).order_by("part", "order"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def practice_new(request: SignedInRequest, visit_id: int) -> HttpResponse:
    """Write down a good practice."""
    by, visit = request.principal, find_visit(request.principal, visit_id)
    require_recorder(by, visit)
    return _change(
        request,
        visit,
        PracticeForm(request.POST or None, categories=_categories(request)),
        lambda said: save_practice(by=by, visit=visit, text=said["text"], category_code=said["category"]),
        "優良事例を記録する",
        "記録する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: SignedInRequest, practice_id: int) -> HttpResponse:
    """Change the words of a good practice."""
    by = request.principal
    row = _practice(request, practice_id)
    require_recorder(by, row.visit)
    return _change_row(
        request,
        row,
        PracticeForm(
            request.POST or None,
            initial={"text": row.text, "category": row.category_code},
            categories=_categories(request),
        ),
        lambda said: save_practice(
            by=by,
            visit=row.visit,
            practice=row,
            version=row.version,
            text=said["text"],
            category_code=said["category"],
        ),
        "優良事例を直す",
        "保存する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def practice_drop(request: SignedInRequest, practice_id: int) -> HttpResponse:
    """Take a good practice back."""
    by = request.principal
    row = _practice(request, practice_id)
    require_recorder(by, row.visit)
    return _change_row(
        request,
        row,
        ReasonForm(request.POST or None),
        lambda said: drop_practice(by=by, practice=row, version=row.version, **said),
        "優良事例を取り下げる",
        "取り下げる",
        danger=True,
        text=row.text,
    )


@signed_in
@require_POST
def practice_ask(request: SignedInRequest, practice_id: int) -> HttpResponse:
    """Ask the section whether it may be named."""
    row = _practice(request, practice_id)
    ask_permission(by=request.principal, practice=row, version=whole_number(request.POST.get("version", "")))
    messages.success(request, "課名の掲載を照会しました。")
    return redirect("audit-visit", visit_id=row.visit_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def practice_answer(request: SignedInRequest, practice_id: int) -> HttpResponse:
    """The section answers; the secretariat may record what it was told."""
    by = request.principal
    row = _practice(request, practice_id)
    if not decide(by, MANAGE_VISITS):
        require(by, IMPROVE_FINDINGS, unit=row.visit.unit)
    return _change_row(
        request,
        row,
        AnswerPermissionForm(request.POST or None),
        lambda said: answer_practice_permission(
            by=by, practice=row, granted=said["granted"] == "yes", version=row.version
        ),
        "課名の掲載に答える",
        "回答する",
        text=f"優良事例：{row.text}\n「載せないでほしい」のときも、課名を添えずに事例として使うことがあります。",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def practice_propose(request: SignedInRequest, practice_id: int) -> HttpResponse:
    """Propose a good practice for the casebook."""
    by = request.principal
    row = _practice(request, practice_id)
    require(by, MANAGE_VISITS)
    return _change_row(
        request,
        row,
        ProposeForm(request.POST or None, initial={"title": row.text[:100], "measure": row.text}),
        lambda said: propose_practice(by=by, practice=row, version=row.version, **said),
        "事例集に提案する",
        "提案する",
    )


def _practice(request: SignedInRequest, practice_id: int) -> GoodPractice:
    row = (
        GoodPractice.objects.filter(pk=practice_id, visit__in=visits_for(request.principal))
        .select_related("visit__stage__programme__city", "visit__unit__city", "visit__system")
        .first()
    )
    if row is None or not may_read_results(request.principal, row.visit):
        raise Missing("優良事例がないか、見ることのできる範囲にありません。")
    return row


def _change_row(request: SignedInRequest, row: Any, *args: Any, **more: Any) -> HttpResponse:
    """Change something recorded on a visit, as it was when it was shown."""
    return _change(request, row.visit, *args, standing=row, **more)


def _change(
    request: SignedInRequest, visit: Visit, form: Any, operation: Any, title: str, submit: str, **more: Any
) -> HttpResponse:
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=reverse("audit-visit", args=[visit.pk]),
        done="保存しました。",
        lead=visit_name(visit, request.principal),
        crumbs=to_visit(request, visit),
        **more,
    )
