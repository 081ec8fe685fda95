"""What the pages of audits and of auditors share: the one way a change is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenken.assets.models import InformationSystem
from tenken.audit.engagements.queries import engagement_name
from tenken.audit.models import Engagement
from tenken.common.refusals import Invalid, Problem
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.principal import SignedInRequest
from tenken.web.seen import require_seen

Crumbs = Sequence[dict[str, str]]


def change_page(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    submit: str,
    back: str,
    done: str,
    crumbs: Crumbs,
    lead: str = "",
    text: str = "",
    danger: bool = False,
    standing: Any = None,
    template: str = "engagement_form",
    **more: Any,
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* and go *back* with *done* said. ``Invalid`` stays (422).

    *standing*: the row the form is filled in over; ``Stale`` when it is not the one that was shown any more.
    """
    if standing is not None:
        require_seen(request, standing)
    if form.is_bound and form.is_valid():
        try:
            operation(form.cleaned_data)
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "text": text,
        "submit": submit,
        "danger": danger,
        "back": back,
        "version": standing.version if standing is not None else None,
        "crumbs": [*crumbs, {"label": title, "url": ""}],
        **more,
    }
    return render(request, f"web/audits/{template}.html", context, status=422 if form.is_bound else 200)


def show(form: forms.Form, refusal: Invalid) -> None:
    """Put what an operation refused beside its fields."""
    for problem in refusal.problems or (Problem(refusal.message),):
        if problem.field in form.fields:
            form.add_error(problem.field, problem.message)
        else:
            form.add_error(None, str(problem))


def to_index() -> dict[str, str]:
    return {"label": "監査", "url": reverse("audits-index")}


def to_engagement(by: Principal, engagement: Engagement) -> list[dict[str, str]]:
    """Return the crumbs down to an audit's page."""
    name = engagement_name(engagement, by)
    return [to_index(), {"label": name, "url": reverse("audits-engagement", args=[engagement.pk])}]


def section_choices(by: Principal) -> list[tuple[str, str]]:
    """Return the sections that answer sheets, by code, each with its bureau."""
    units = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__answers_sheets=True).order_by("code")
    keys = list(units.values_list("pk", flat=True))
    names = names_with_bureau(by.city, keys, by.on)
    return [(str(key), names[key]) for key in keys]


def system_choices(by: Principal) -> list[tuple[str, str]]:
    """Return the systems of the ledger, each with the section that owns it."""
    rows = InformationSystem.objects.filter(valid_on(by.on), city=by.city_id).order_by("code")
    found = list(rows.values_list("pk", "name", "owner_id"))
    names = names_with_bureau(by.city, {owner for _, _, owner in found}, by.on)
    return [(str(key), f"{name}（{names.get(owner, '')}）") for key, name, owner in found]
