"""Each step of an audit from its plan to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.audit.competence.queries.register import appointable
from tenken.audit.engagements.operations import (
    EngagementData,
    appoint,
    begin_engagement,
    cancel_engagement,
    change_engagement,
    choose_viewpoints,
    close_engagement,
    end_appointment,
    issue_engagement,
    link_visit,
    notify_engagement,
    order_engagement,
    plan_engagement,
    plan_visit_of,
    send_draft,
)
from tenken.audit.engagements.operations.applying import require_worker
from tenken.audit.engagements.operations.telling import linkable_visits
from tenken.audit.engagements.queries import find_engagement
from tenken.audit.engagements.queries.scope import vendor_of
from tenken.audit.models import Appointment, Engagement
from tenken.audit.permissions import MANAGE_AUDITS, ORDER_AUDITS
from tenken.audit.queries.auditors import possible_auditors
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.inspection.models import Programme, Stage
from tenken.organization.access import decide, require
from tenken.organization.queries.holders import holders_on
from tenken.web.audits.engagement_forms import (
    AppointForm,
    EndForm,
    LinkForm,
    NotifyForm,
    OrderForm,
    PlanForm,
    ReasonForm,
    SendForm,
    ViewpointsForm,
    VisitForm,
)
from tenken.web.audits.engagement_pages import (
    change_page,
    section_choices,
    system_choices,
    to_engagement,
    to_index,
)
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_BOTH = ["GET", "HEAD", "POST"]


@signed_in
@require_http_methods(_BOTH)
def plan(request: SignedInRequest) -> HttpResponse:
    """Plan an audit."""
    by = request.principal
    require(by, MANAGE_AUDITS)
    form = PlanForm(request.POST or None, initial={"fiscal_year": _year(request)}, **_offered(request))
    made: list[Engagement] = []

    def operation(said: dict[str, Any]) -> object:
        made.append(plan_engagement(by=by, data=_data(said)))
        return made

    return _created(request, form, operation, made, "監査を計画する", "計画する", "監査を計画しました。")


@signed_in
@require_http_methods(_BOTH)
def order(request: SignedInRequest) -> HttpResponse:
    """Order an audit (特命), or record that one was ordered."""
    by = request.principal
    orders = bool(decide(by, ORDER_AUDITS))
    if not orders:
        require(by, MANAGE_AUDITS)
    form = OrderForm(
        request.POST or None, initial={"fiscal_year": _year(request)}, orders=orders, **_offered(request)
    )
    made: list[Engagement] = []

    def operation(said: dict[str, Any]) -> object:
        ordered = {
            name: said.pop(name) for name in ("because", "ordered_by_name", "ordered_on") if name in said
        }
        made.append(order_engagement(by=by, data=_data(said), **ordered))
        return made

    title = "特命監査を命じる" if orders else "特命監査を記録する"
    return _created(request, form, operation, made, title, title, "特命監査を記録しました。")


@signed_in
@require_http_methods(_BOTH)
def change(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Change the plan of an audit that has not begun."""
    by, engagement = request.principal, _managed(request, engagement_id)
    initial = {name: getattr(engagement, name) for name in PlanForm.base_fields if hasattr(engagement, name)}
    initial |= {"unit": engagement.unit_id, "system": engagement.system_id}
    form = PlanForm(request.POST or None, initial=initial, **_offered(request))

    def operation(said: dict[str, Any]) -> object:
        return change_engagement(by=by, engagement=engagement, data=_data(said), version=engagement.version)

    done = "計画を変えました。" + ("通知を出し直してください。" if engagement.letter_on else "")
    return _step(request, engagement, form, operation, "計画を変える", "保存する", done)


@signed_in
@require_http_methods(_BOTH)
def viewpoints(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Word the viewpoints of one audit."""
    by, engagement = request.principal, _managed(request, engagement_id)
    written = ViewpointsForm.written(engagement.viewpoints)
    form = ViewpointsForm(request.POST or None, initial={"viewpoints": written})

    def operation(said: dict[str, Any]) -> object:
        return choose_viewpoints(
            by=by, engagement=engagement, viewpoints=form.rows(), version=engagement.version
        )

    return _step(request, engagement, form, operation, "着眼点を変える", "保存する", "着眼点を決めました。")


@signed_in
@require_http_methods(_BOTH)
def appointing(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Appoint an auditor: who may not is offered all the same, the refusal says why."""
    by, engagement = request.principal, _managed(request, engagement_id)
    day = max(by.on, engagement.starts_on)
    offered = appointable(by.city, engagement.unit, vendor_of(engagement), day, max(engagement.ends_on, day))
    choices = []
    for one in offered:
        marks = ["独立性なし"] if one.conflict else []
        marks += [] if one.competence else ["主任の要件なし"]
        who = f"{one.auditor.name}（{one.auditor.organization_name or '職員'}）"
        choices.append((one.auditor.pk, who + (f"　※{'・'.join(marks)}" if marks else "")))
    form = AppointForm(
        request.POST or None, initial={"valid_from": by.on, "part": "member"}, auditors=choices
    )

    def operation(said: dict[str, Any]) -> object:
        return appoint(
            by=by,
            engagement=engagement,
            auditor_id=said["auditor"],
            part=said["part"],
            valid_from=said["valid_from"],
            version=engagement.version,
        )

    text = "監査人は、監査人の名簿に登録した人から選びます。"
    return _step(
        request, engagement, form, operation, "監査人を任命する", "任命する", "任命しました。", text=text
    )


@signed_in
@require_http_methods(_BOTH)
def appointment_end(request: SignedInRequest, appointment_id: int) -> HttpResponse:
    """End an appointment and say why."""
    by = request.principal
    row = Appointment.objects.filter(pk=appointment_id, engagement__city=by.city_id).first()
    if row is None:
        raise Missing("この任命はありません。")
    engagement = _managed(request, row.engagement_id)
    form = EndForm(request.POST or None, initial={"valid_to": by.on})
    return _step(
        request,
        engagement,
        form,
        lambda said: end_appointment(by=by, appointment=row, **said),
        f"{row.name}さんの任命を終える",
        "任命を終える",
        "任命を終えました。",
    )


@signed_in
@require_http_methods(_BOTH)
def notify(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Write to the audited."""
    by, engagement = request.principal, _managed(request, engagement_id)
    managers = holders_on([engagement.unit_id], "section_manager", by.on).get(engagement.unit_id, [])
    initial = {
        "letter_number": engagement.letter_number,
        "drafted_by": engagement.drafted_by or by.actor.name,
        "drafted_on": engagement.drafted_on or by.on,
        "letter_to": engagement.letter_to or (managers[0].post_title if managers else ""),
        "letter_from": engagement.letter_from or (by.grants[0].post_title if by.grants else by.actor.name),
        "request": engagement.request,
    }
    form = NotifyForm(request.POST or None, initial=initial)
    return _step(
        request,
        engagement,
        form,
        lambda said: notify_engagement(by=by, engagement=engagement, version=engagement.version, **said),
        "課公所に通知する",
        "通知する",
        "課公所に通知しました。",
        text="通知すると、監査対象の課公所と局・区はこの監査の計画と通知を見ることができるようになり、メールが送られます。",
    )


@signed_in
@require_http_methods(_BOTH)
def cancel(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Call the audit off."""
    by, engagement = request.principal, _managed(request, engagement_id)
    return _step(
        request,
        engagement,
        ReasonForm(request.POST or None),
        lambda said: cancel_engagement(by=by, engagement=engagement, version=engagement.version, **said),
        "監査を取りやめる",
        "取りやめる",
        "監査を取りやめました。",
        danger=True,
    )


@signed_in
@require_http_methods(_BOTH)
def visit(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Tie a visit that stands to the audit, or plan one."""
    by, engagement = request.principal, _managed(request, engagement_id)
    visits = linkable_visits(engagement)
    if visits:
        link = LinkForm(request.POST or None, visits=visits)

        def linking(said: dict[str, Any]) -> object:
            chosen = next(one for one in visits if one.pk == said["visit"])
            return link_visit(by=by, engagement=engagement, visit=chosen, version=engagement.version)

        title, submit, done = "訪問調査を決める", "この訪問調査とする", "訪問調査を決めました。"
        return _step(request, engagement, link, linking, title, submit, done)
    stages = list(
        Stage.objects.filter(
            kind=Stage.Kind.VISIT,
            programme__city=by.city_id,
            programme__fiscal_year=engagement.fiscal_year,
            programme__status=Programme.Status.LAUNCHED,
        ).select_related("programme")
    )
    auditors = possible_auditors(
        by, engagement.unit, max(by.on, engagement.starts_on), vendor=vendor_of(engagement)
    )
    initial = {"planned_on": max(by.on, engagement.starts_on)}
    form = VisitForm(request.POST or None, initial=initial, stages=stages, auditors=auditors)

    def planning(said: dict[str, Any]) -> object:
        said["stage_id"] = said.pop("stage")
        return plan_visit_of(by=by, engagement=engagement, version=engagement.version, **said)

    text = "" if stages else "今年度に実施中の点検に、訪問調査の段階がありません。"
    return _step(
        request,
        engagement,
        form,
        planning,
        "訪問調査を計画する",
        "計画する",
        "訪問調査を計画しました。",
        text=text,
    )


@signed_in
@require_POST
def begin(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Begin the fieldwork."""
    engagement = find_engagement(request.principal, engagement_id)
    begin_engagement(by=request.principal, engagement=engagement, version=_seen(request))
    messages.success(request, "監査を始めました。")
    return redirect("audits-engagement", engagement_id=engagement_id)


@signed_in
@require_http_methods(_BOTH)
def send(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Send the draft to the audited for the facts."""
    by, engagement = request.principal, find_engagement(request.principal, engagement_id)
    require_worker(by, engagement)
    count = engagement.items.filter(dropped_because="").count()
    return _step(
        request,
        engagement,
        SendForm(request.POST or None),
        lambda said: send_draft(by=by, engagement=engagement, version=engagement.version, **said),
        "報告書案を送る",
        "課公所に送る",
        "報告書案を送りました。",
        text=f"概要、総合意見と{count}件の項目を、いま書かれているとおりに課公所に示し、事実に相違がないかを求めます。",
    )


@signed_in
@require_http_methods(_BOTH)
def issue(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Issue the report: it is frozen, and its items become findings."""
    by, engagement = request.principal, find_engagement(request.principal, engagement_id)
    require_worker(by, engagement)
    count = engagement.items.filter(dropped_because="").count()
    form = forms.Form({} if request.method == "POST" else None)
    return _step(
        request,
        engagement,
        form,
        lambda said: issue_engagement(by=by, engagement=engagement, version=engagement.version),
        "報告書を発行する",
        "発行する",
        "監査報告書を発行しました。",
        text=f"{count}件の項目に番号を付けて、課公所の課題にします。発行した報告書は、変えることができません。",
    )


@signed_in
@require_POST
def close(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """End the audit once everything is settled."""
    engagement = find_engagement(request.principal, engagement_id)
    try:
        close_engagement(by=request.principal, engagement=engagement, version=_seen(request))
    except Invalid as refusal:
        for problem in refusal.problems or (Problem(refusal.message),):
            messages.error(request, str(problem))
    else:
        messages.success(request, "監査を終了しました。")
    return redirect("audits-engagement", engagement_id=engagement_id)


def _managed(request: SignedInRequest, engagement_id: int) -> Engagement:
    engagement = find_engagement(request.principal, engagement_id)
    require(request.principal, MANAGE_AUDITS)
    return engagement


def _seen(request: SignedInRequest) -> int:
    return whole_number(request.POST.get("version", ""))


def _year(request: SignedInRequest) -> int:
    return FiscalYear.of(request.principal.on).year


def _offered(request: SignedInRequest) -> dict[str, Any]:
    by = request.principal
    return {"units": section_choices(by), "systems": system_choices(by), "year": _year(request)}


def _data(said: dict[str, Any]) -> EngagementData:
    values = dict(said)
    return EngagementData(unit_id=values.pop("unit"), system_id=values.pop("system"), **values)


def _created(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    made: list[Engagement],
    title: str,
    submit: str,
    done: str,
) -> HttpResponse:
    """Ask for a new audit and go to its page."""
    response = change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=reverse("audits-index"),
        done=done,
        crumbs=[to_index()],
    )
    return redirect("audits-engagement", engagement_id=made[0].pk) if made else response


def _step(
    request: SignedInRequest,
    engagement: Engagement,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    title: str,
    submit: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    crumbs = to_engagement(request.principal, engagement)
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=reverse("audits-engagement", args=[engagement.pk]),
        done=done,
        lead=crumbs[-1]["label"],
        crumbs=crumbs,
        standing=engagement,
        **more,
    )
