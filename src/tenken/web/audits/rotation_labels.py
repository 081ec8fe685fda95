"""How the rotation is spoken of on its pages, and the crumbs and changes they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenken.audit.rotation.rules.parts import Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.web.principal import SignedInRequest
from tenken.web.seen import require_seen

TIERS = {
    Tier.NONE.value: (Tier.NONE.label, "neutral"),
    Tier.SELF.value: (Tier.SELF.label, "blue"),
    Tier.VISIT.value: (Tier.VISIT.label, "yellow"),
    Tier.TECHNICAL.value: (Tier.TECHNICAL.label, "red"),
}
TIER_CHOICES = [(tier.value, tier.label) for tier in Tier]
# In a matrix of many years a letter has to do; the page explains them.
TIER_MARKS = {Tier.NONE: "－", Tier.SELF: "自", Tier.VISIT: "訪", Tier.TECHNICAL: "技"}
SELECTION_STATUSES = {
    "drawn": ("検討中", "yellow"),
    "adopted": ("決定", "green"),
    "discarded": ("不採用", "neutral"),
}
PLAN_STATUSES = {"draft": ("案", "yellow"), "adopted": ("決定", "green")}
WEIGHTS_HEADER = ("見るもの", "数え方", "点数", "上限")
Crumb = dict[str, str]


def year_label(year: int | None) -> str:
    """Return 「平成27年度」; a dash for none."""
    return str(FiscalYear(year)) if year is not None else "—"


def crumbs(*more: tuple[str, str]) -> list[Crumb]:
    """Return the way down to a page of the rotation: (label, address) of each step below 監査対象の選定."""
    steps = (("監査", reverse("audits-index")), ("監査対象の選定", reverse("rotation-index")), *more)
    return [{"label": label, "url": url} for label, url in steps]


def change_page(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    submit: str,
    back: str | Callable[[Any], str],
    done: str,
    up: list[Crumb],
    template: str = "form",
    standing: Any = None,
    **more: Any,
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* and go *back* (of what came out) with *done* said.

    ``Invalid`` stays on the page (422); *standing*: the row it is filled in over, ``Stale`` when that changed since.
    """
    if standing is not None:
        require_seen(request, standing)
    if form.is_bound and form.is_valid():
        try:
            made = operation(form.cleaned_data)
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back if isinstance(back, str) else back(made))
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": up[-1]["url"],
        "version": standing.version if standing is not None else None,
        "crumbs": [*up, {"label": title, "url": ""}],
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, f"web/audits/rotation/{template}.html", context, status=status)


def show(form: forms.Form, refusal: Invalid) -> None:
    """Put what an operation refused beside its fields."""
    for problem in refusal.problems or (Problem(refusal.message),):
        if problem.field in form.fields:
            form.add_error(problem.field, problem.message)
        else:
            form.add_error(None, str(problem))
