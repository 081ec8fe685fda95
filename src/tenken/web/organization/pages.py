"""What every page of the room shares: its menu, and the one way a change is asked for, made or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem
from tenken.organization.capabilities import Capability
from tenken.organization.models import Unit
from tenken.organization.permissions import (
    CHANGE_PEOPLE,
    CHANGE_UNITS,
    MANAGE_SETTINGS,
    VIEW_PEOPLE,
    VIEW_UNITS,
)
from tenken.organization.rehearsal import Effect, effect_of, rehearsal
from tenken.web.organization.open_work import open_work, total
from tenken.web.principal import SignedInRequest

_MENU: tuple[tuple[str, str, Capability, bool], ...] = (
    ("組織の一覧", "organization-units", VIEW_UNITS, False),
    ("職員の一覧", "organization-people", VIEW_PEOPLE, False),
    ("組織を加える", "organization-unit-new", CHANGE_UNITS, False),
    ("職員を加える", "organization-person-new", CHANGE_PEOPLE, True),
    ("組織改正の取込み", "organization-reorganization", CHANGE_UNITS, True),
    ("人事異動の取込み", "organization-transfer", CHANGE_PEOPLE, True),
    ("組織・職員の取込み", "organization-import", CHANGE_PEOPLE, True),
    ("組織改正の記録", "organization-reorganizations", VIEW_UNITS, True),
    ("パスワードの発行", "organization-passwords", CHANGE_PEOPLE, True),
    ("市の設定", "organization-settings", MANAGE_SETTINGS, True),
)


def page(
    request: SignedInRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """Return the page *template* of this room with the menu of what the reader may do."""
    by = request.principal
    items = [
        {"label": label, "url": reverse(name), "current": name == here}
        for label, name, capability, whole_city in _MENU
        if (by.everywhere(capability) if whole_city else by.holds(capability))
    ]
    values = {"local_nav": [{"heading": "組織", "items": items}], **context}
    return render(request, f"web/organization/{template}.html", values, status=status)


def posted(request: SignedInRequest) -> QueryDict | None:
    """Return what was sent; None for a page that is only shown."""
    return request.POST if request.method == "POST" else None


def show_problems(form: forms.Form, refusal: Invalid) -> None:
    """Put each problem of a refusal to its field, or above the form."""
    for problem in refusal.problems or (Problem(refusal.message),):
        if problem.field in form.fields:
            form.add_error(problem.field, problem.message)
        else:
            form.add_error(None, str(problem))


def change_page(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    submit: str,
    back: str | Callable[[Any], str],
    cancel: str,
    done: str,
    here: str,
    lead: str = "",
    danger: bool = False,
    crumbs: list[dict[str, str]] | None = None,
    units: Sequence[Unit] = (),
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* on what it says and go *back* with *done* said.

    With *units*, what the operation does to them is shown first, for a date ``on`` of the form, and asked again.
    A refusal as ``Invalid`` comes back to its fields (422); every other refusal is the middleware's.
    """
    trail = [{"label": "組織", "url": reverse("organization-units")}, *(crumbs or []), {"label": title}]
    if form.is_bound and form.is_valid():
        try:
            if units and "confirmed" not in request.POST:
                effect = _rehearsed(request, form, operation, units, submit)
                shown = {
                    "effect": effect,
                    "title": title,
                    "submit": submit,
                    "danger": danger,
                    "crumbs": trail,
                }
                return page(request, "unit_confirm", _asked(request, effect, cancel) | shown, here=here)
            result = operation(form.cleaned_data)
        except Invalid as refusal:
            show_problems(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back(result) if callable(back) else back)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "submit": submit,
        "danger": danger,
        "cancel": cancel,
        "crumbs": trail,
    }
    return page(request, "form", context, here=here, status=422 if form.is_bound else 200)


def _rehearsed(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    units: Sequence[Unit],
    label: str,
) -> Effect:
    """Return what *operation* does to *units*, having taken it back."""
    by, said = request.principal, dict(form.cleaned_data)
    joined = [one for one in said.get("units") or () if one.pk not in {unit.pk for unit in units}]

    def change() -> Sequence[Unit]:
        made = operation(dict(said))
        return made if isinstance(made, list) else [made] if made is not None else []

    with rehearsal(by):
        return effect_of(by, [*units, *joined], said["on"], label, change)


def _asked(request: SignedInRequest, effect: Effect, cancel: str) -> dict[str, Any]:
    """Return what the page that asks again needs: all that was sent, and the open work of the units."""
    sent = [
        (key, value)
        for key, values in request.POST.lists()
        if key != "csrfmiddlewaretoken"
        for value in values
    ]
    work = open_work(request.principal, effect.old_ids)
    return {"sent": sent, "work": total(work, effect.old_ids), "cancel": cancel, "date": era_date(effect.on)}
