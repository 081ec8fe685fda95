"""The one way a change of visits and audits is asked for: a form on a page of its own, filled in over what stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tenken.common.refusals import Invalid, Problem
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
    folder: str = "web",
    template: str = "changing",
    standing: Any = None,
    **more: Any,
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* and go *back* with *done* said. ``Invalid`` stays (422).

    *folder*, *template*: which page shows the form. *standing*: the row the form is filled in over; ``Stale`` when it is not the one that was shown any more.
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
    return render(request, f"{folder}/{template}.html", context, status=422 if form.is_bound else 200)


def show(form: forms.Form, refusal: Invalid) -> None:
    """Put what an operation refused beside its fields."""
    for problem in refusal.problems or (Problem(refusal.message),):
        if problem.field in form.fields:
            form.add_error(problem.field, problem.message)
        else:
            form.add_error(None, str(problem))
