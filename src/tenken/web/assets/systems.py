"""One information system: see, add, change, take off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenken.assets.models import InformationSystem
from tenken.assets.operations import SYSTEM, add_system, change_system, retire_system
from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.assets.queries import find_system, sections_for
from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization.access import decide, require, require_somewhere
from tenken.organization.queries import name_with_bureau
from tenken.web.assets.assets import form_page
from tenken.web.assets.forms import RetireForm, SystemForm
from tenken.web.assets.history import history
from tenken.web.assets.lists import facts
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_POSTABLE = ["GET", "HEAD", "POST"]
_UP = ("情報システム台帳", "assets-systems")


@signed_in
@require_safe
def detail(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Show one row of the ledger with its history."""
    by = request.principal
    system = find_system(by, system_id)
    may_manage = system.valid_to is None and bool(decide(by, MANAGE_SYSTEMS, unit=system.owner))
    context = {
        "title": system.name,
        "up": {"label": _UP[0], "url": reverse(_UP[1])},
        "facts": facts(
            [
                ("コード", system.code),
                ("所管課", name_with_bureau(by.city, system.owner_id, by.on)),
                ("重要な情報システム", system.important),
                ("概要", system.outline),
                ("開始日", era_date(system.valid_from)),
                ("終了日", system.valid_to and era_date(system.valid_to)),
            ]
        ),
        "change_url": reverse("assets-system-change", args=[system.pk]) if may_manage else "",
        "retire_url": reverse("assets-system-retire", args=[system.pk]) if may_manage else "",
        "events": history(by.city_code, (SYSTEM, system.pk)),
    }
    return render(request, "web/assets/detail.html", context)


@signed_in
@require_http_methods(_POSTABLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Add an information system to the ledger."""
    by = request.principal
    require_somewhere(by, MANAGE_SYSTEMS)
    form = SystemForm(_sent(request), owners=sections_for(by, MANAGE_SYSTEMS, by.on))
    if form.is_bound and form.is_valid():
        try:
            system = add_system(by=by, data=form.system_data())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{system.name}」を台帳に加えました。")
            return redirect("assets-system", system_id=system.pk)
    return form_page(request, form, "情報システムを加える", "加える", reverse(_UP[1]), up=_UP)


@signed_in
@require_http_methods(_POSTABLE)
def change(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Change one row of the ledger."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    owners = sections_for(by, MANAGE_SYSTEMS, by.on)
    if system.owner_id not in dict(owners):
        owners.insert(0, (system.owner_id, f"{system.owner.code}　{system.owner.name}"))
    initial = SystemForm.initial_of(system)
    form = SystemForm(_sent(request), owners=owners, fixed_code=True, initial=initial)
    if form.is_bound and form.is_valid():
        version = whole_number(form.cleaned_data["version"] or "0")
        try:
            change_system(by=by, system=system, data=form.system_data(), version=version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "台帳を変更しました。")
            return redirect("assets-system", system_id=system.pk)
    return form_page(request, form, f"「{system.name}」を変更する", "保存する", _url(system), up=_UP)


@signed_in
@require_http_methods(_POSTABLE)
def retire(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Take one row off the ledger from a date on."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    form = RetireForm(_sent(request), initial={"valid_to": by.on, "version": system.version})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        version = whole_number(said["version"] or "0")
        try:
            retire_system(by=by, system=system, version=version, valid_to=said["valid_to"])
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{system.name}」を台帳から外しました。")
            return redirect(_UP[1])
    lead = "使わなくなった情報システムを台帳から外します。記録は残り、「台帳から外したもの」で見ることができます。"
    title = f"「{system.name}」を台帳から外す"
    return form_page(request, form, title, "外す", _url(system), lead=lead, danger=True, up=_UP)


def _sent(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _url(system: InformationSystem) -> str:
    return reverse("assets-system", args=[system.pk])
