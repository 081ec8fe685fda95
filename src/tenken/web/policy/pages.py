"""What every page of the room shares: its menu, and forms whose refusals come back to their fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tenken.common.refusals import Invalid, Problem
from tenken.web.principal import SignedInRequest

R = TypeVar("R")

_MENU = (
    ("規程", (("規程の一覧", "policy-documents"), ("ガイドラインとの対応", "policy-guidelines"))),
    ("点検項目", (("点検項目の一覧", "policy-bank"), ("条と点検項目の対応", "policy-traceability"))),
)


def page(
    request: SignedInRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """Return the page *template* of this room; *here* is the address name of the menu entry it belongs to."""
    menu = [
        {
            "heading": heading,
            "items": [
                {"label": label, "url": reverse(name), "current": name == here} for label, name in entries
            ],
        }
        for heading, entries in _MENU
    ]
    values = {"local_nav": menu, **context}
    return render(request, f"web/policy/{template}.html", values, status=status)


def posted(request: SignedInRequest) -> QueryDict | None:
    """Return what was sent, None for a page that is only shown: the data of a form."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, operation: Callable[[], R]) -> R | None:
    """Run *operation* for a sent and valid *form*; when it is refused as invalid, put each problem to its field."""
    if not form.is_valid():
        return None
    try:
        return operation()
    except Invalid as refusal:
        for problem in refusal.problems or [Problem(refusal.message)]:
            if problem.field in form.fields:
                form.add_error(problem.field, problem.message)
            else:
                form.add_error(None, str(problem))
        return None


def status_of(form: forms.Form) -> int:
    """Return 422 for a form that was refused, else 200."""
    return 422 if form.is_bound and form.errors else 200
