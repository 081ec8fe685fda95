"""What the pages of this room share: the menu beside them, and the one way a change is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenken.common.refusals import Invalid, Problem
from tenken.meetings.permissions import MANAGE_MEETINGS, VIEW_DUTIES, VIEW_MEETINGS
from tenken.web.principal import SignedInRequest
from tenken.web.seen import require_seen


def page(
    request: SignedInRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """Return the page *template* of this room with its menu."""
    by = request.principal
    entries = (
        ("会議", "meetings-index", by.holds(VIEW_MEETINGS)),
        ("職務の実施状況", "meetings-duties", by.holds(VIEW_DUTIES) or by.holds(MANAGE_MEETINGS)),
    )
    items = [
        {"label": label, "url": reverse(name), "current": name == here}
        for label, name, allowed in entries
        if allowed
    ]
    values = {"local_nav": [{"heading": "会議と職務", "items": items}], **context}
    return render(request, f"web/meetings/{template}.html", values, status=status)


def change_page(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    submit: str,
    back: Callable[[Any], str],
    cancel: str,
    done: str,
    here: str,
    lead: str = "",
    danger: bool = False,
    standing: Any = None,
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* and go *back* with *done* said. ``Invalid`` stays (422).

    *standing*: the row the form is filled in over; ``Stale`` when it is not the one that was shown any more.
    """
    if standing is not None:
        require_seen(request, standing)
    if form.is_bound and form.is_valid():
        try:
            result = operation(form.cleaned_data)
        except Invalid as refusal:
            _show(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back(result))
    heading, url = (
        ("職務の実施状況", reverse("meetings-duties"))
        if here == "meetings-duties"
        else ("会議", reverse("meetings-index"))
    )
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "submit": submit,
        "danger": danger,
        "cancel": cancel,
        "version": standing.version if standing is not None else None,
        "crumbs": [{"label": heading, "url": url}, {"label": title}],
    }
    return page(request, "form", context, here=here, status=422 if form.is_bound else 200)


def _show(form: forms.Form, refusal: Invalid) -> None:
    for problem in refusal.problems or (Problem(refusal.message),):
        if problem.field in form.fields:
            form.add_error(problem.field, problem.message)
        else:
            form.add_error(None, str(problem))
