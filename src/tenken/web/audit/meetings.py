"""報告会, and visits that took place before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenken.audit.models import Visit
from tenken.audit.operations import hold_report_meeting, record_past_visit
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries import visit_name, visits_for
from tenken.audit.states import FOLLOW_UP, REPORTED
from tenken.common.refusals import Invalid, Missing
from tenken.inspection.models import Programme, Stage
from tenken.inspection.queries.boards import find_programme
from tenken.organization.access import require
from tenken.organization.models import Unit
from tenken.organization.queries.naming import names_with_bureau
from tenken.policy.queries.bank import items_on
from tenken.web.audit.forms import MeetingForm, PastVisitForm
from tenken.web.audit.pages import change_page, to_list
from tenken.web.changing import show
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Record a report meeting over reported visits."""
    by = request.principal
    programme = find_programme(by, programme_id)
    require(by, MANAGE_VISITS)
    stage = _stage(programme)
    visits = list(visits_for(by).filter(stage=stage, status__in=(REPORTED, FOLLOW_UP)))
    form = MeetingForm(request.POST or None, visits=[(visit.pk, visit_name(visit, by)) for visit in visits])

    def operation(said: dict[str, Any]) -> object:
        keys = set(said.pop("visits"))
        chosen: list[Visit] = [visit for visit in visits if visit.pk in keys]
        return hold_report_meeting(by=by, stage=stage, visits=chosen, **said)

    return change_page(
        request,
        form,
        operation,
        title="訪問調査報告会を記録する",
        submit="記録する",
        back=f"{reverse('audit-visits')}?programme={programme_id}",
        done="報告会を記録しました。フォローアップが始まりました。",
        lead=programme.name,
        text="" if visits else "報告した訪問調査がまだありません。",
        crumbs=[to_list()],
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def past(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Bring in a visit that took place before it could be planned here."""
    by = request.principal
    programme = find_programme(by, programme_id)
    require(by, MANAGE_VISITS)
    stage = _stage(programme)
    units = list(
        Unit.objects.filter(sheets__programme=programme).distinct().order_by("code").values_list("pk", "code")
    )
    names = names_with_bureau(by.city, [pk for pk, _ in units], stage.starts_on)
    day = programme.launched_on or stage.starts_on
    items = [
        (one.item.code, f"{one.category.name}：{one.revision.question}"[:80])
        for one in items_on(programme.city_id, day)
    ]
    form = PastVisitForm(
        request.POST or None,
        units=[(pk, f"{code}　{names.get(pk, '')}") for pk, code in units],
        items=items,
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            visit = record_past_visit(
                by=by,
                stage=stage,
                unit=Unit.objects.get(pk=said["unit"]),
                visited_on=said["visited_on"],
                findings=form.findings(),
                good_practices=[line for line in said["good_practices"].splitlines() if line.strip()],
            )
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, "訪問調査を取り込みました。")
            return redirect("audit-visit", visit_id=visit.pk)
    context = {
        "form": form,
        "programme": programme,
        "back": f"{reverse('audit-visits')}?programme={programme_id}",
        "crumbs": [to_list(), {"label": "済んだ訪問調査を取り込む", "url": ""}],
    }
    return render(request, "web/audit/past.html", context, status=422 if form.is_bound else 200)


def _stage(programme: Programme) -> Stage:
    stage = programme.stages.filter(kind=Stage.Kind.VISIT).first()
    if stage is None:
        raise Missing("この点検には、訪問調査の段階がありません。")
    stage.programme = programme
    return stage
