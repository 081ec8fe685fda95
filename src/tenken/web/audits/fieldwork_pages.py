"""What the pages of the fieldwork share: whose page it is, its tabs and crumbs, the one way a change is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenken.audit.engagements.queries import engagement_name, find_engagement
from tenken.audit.fieldwork.seeing import Sight, sight_of
from tenken.audit.models import Engagement
from tenken.common.refusals import Invalid, Missing
from tenken.organization.access import Principal
from tenken.web.changing import show
from tenken.web.principal import SignedInRequest
from tenken.web.seen import require_seen

_TABS = (
    ("概要", "audits-fieldwork", True),
    ("チェックリスト", "audits-checklist", False),
    ("監査調書", "audits-papers", False),
    ("質問と回答", "audits-questions", True),
    ("資料の依頼", "audits-requests", True),
    ("数の照合", "audits-reconciliations", True),
    ("表の確かめ", "audits-tables", False),
)


def working_engagement(by: Principal, pk: int) -> tuple[Engagement, Sight]:
    """Return an audit for those who work on it; ``Missing`` for all others."""
    engagement = find_engagement(by, pk)
    sight = sight_of(by, engagement)
    if not sight.works:
        raise Missing("監査がないか、見ることのできる範囲にありません。")
    return engagement, sight


def addressed_engagement(by: Principal, pk: int) -> tuple[Engagement, Sight]:
    """Return an audit for those who work on it and for who answers for its section; ``Missing`` for all others."""
    engagement = find_engagement(by, pk)
    sight = sight_of(by, engagement)
    if not sight.sees(engagement.unit_id):
        raise Missing("監査がないか、見ることのできる範囲にありません。")
    return engagement, sight


def tabs_of(engagement: Engagement, sight: Sight, current: str) -> list[dict[str, Any]]:
    """Return the tabs of an audit's fieldwork that the reader has."""
    return [
        {"label": label, "url": reverse(page, args=[engagement.pk]), "current": page == current}
        for label, page, for_all in _TABS
        if for_all or sight.works
    ]


def crumbs_to(by: Principal, engagement: Engagement, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Return the crumbs down to an audit's fieldwork, then *more* (label, address)."""
    name = engagement_name(engagement, by)
    return [
        {"label": "監査", "url": reverse("audits-index")},
        {"label": name, "url": reverse("audits-engagement", args=[engagement.pk])},
        {"label": "監査の実施", "url": reverse("audits-fieldwork", args=[engagement.pk])},
        *({"label": label, "url": url} for label, url in more),
    ]


def step(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    engagement: Engagement,
    title: str,
    submit: str,
    back: str,
    done: str,
    via: Sequence[tuple[str, str]] = (),
    to: Callable[[Any], str] | None = None,
    lead: str = "",
    text: str = "",
    danger: bool = False,
    standing: Any = None,
    template: str = "form",
    **more: Any,
) -> HttpResponse:
    """Show *form*; when it is sent and valid, run *operation* and go *back* (or *to* what it returned) with *done* said.

    What the operation refuses stays beside its fields (422). *standing*: the row the form is filled in over.
    """
    if standing is not None:
        require_seen(request, standing)
    if getattr(request, "upload_too_large", None):
        form.add_error(None, "ファイルが大きすぎます。")
    if form.is_bound and form.is_valid():
        try:
            made = operation(form.cleaned_data)
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, done)
            return redirect(to(made) if to else back)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "text": text,
        "submit": submit,
        "danger": danger,
        "back": back,
        "version": standing.version if standing is not None else None,
        "crumbs": crumbs_to(request.principal, engagement, *via, (title, "")),
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, f"web/audits/fieldwork/{template}.html", context, status=status)
