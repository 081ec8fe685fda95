"""Sheets follow a reorganisation in the middle of a campaign: what will happen, then doing it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenken.common import clock
from tenken.common.refusals import Problem, Stale
from tenken.inspection.models import Programme
from tenken.inspection.operations import carry_over_reorganisation
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.reorganisation import CarryOver, carry_over_plan
from tenken.organization.access import require
from tenken.organization.queries import names_with_bureau
from tenken.web.components.fields import EraDateField
from tenken.web.principal import SignedInRequest, signed_in


class DayForm(forms.Form):
    """The day of the organisation to go by."""

    on = EraDateField(label="組織の基準日")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def carry_over(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show what the organisation of a day asks of the sheets; apply exactly that."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, MANAGE_PROGRAMMES)
    given = request.POST if request.method == "POST" else request.GET
    form = DayForm(given if "on" in given else {"on": clock.today().isoformat()})
    if not form.is_valid():
        return _page(request, programme, form, None, status=422)
    on: date = form.cleaned_data["on"]
    if request.method == "POST":
        try:
            done = carry_over_reorganisation(
                by=request.principal, programme=programme, on=on, seen=request.POST.get("seen", "")
            )
        except Stale as refusal:
            plan = carry_over_plan(request.principal, programme, on)
            return _page(request, programme, form, plan, (Problem(refusal.message),), refusal.status)
        messages.success(
            request,
            f"{sum(len(heir.sources) for heir in done.heirs)}件を引き継ぎ、{len(done.gone)}件を対象外にし、"
            f"{len(done.new)}件の点検シートを新しく配りました。",
        )
        return redirect("inspection-carry-over", programme_id=programme_id)
    return _page(request, programme, form, carry_over_plan(request.principal, programme, on))


def _page(
    request: SignedInRequest,
    programme: Programme,
    form: DayForm,
    plan: CarryOver | None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"programme": programme, "form": form, "plan": plan, "problems": problems}
    context["runs"] = programme.status == Programme.Status.LAUNCHED
    if plan:
        units = {
            *(heir.unit.pk for heir in plan.heirs),
            *(sheet.unit_id for heir in plan.heirs for sheet in heir.sources),
            *(sheet.unit_id for sheet in (*plan.gone, *plan.staying)),
            *(unit.pk for unit, _ in plan.new),
        }
        names = names_with_bureau(request.principal.city, units, plan.on)
        context |= {
            "heirs": [
                (names[heir.unit.pk], heir, [(names[one.unit_id], one) for one in heir.sources])
                for heir in plan.heirs
            ],
            "gone": [(names[sheet.unit_id], sheet) for sheet in plan.gone],
            "new": [names[unit.pk] for unit, _ in plan.new],
            "staying": [(names[sheet.unit_id], sheet) for sheet in plan.staying],
        }
    return render(request, "web/inspection/carry_over.html", context, status=status)
