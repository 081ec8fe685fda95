"""One information asset: see, add, change, take off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenken.assets.operations import ASSET, add_asset, change_asset, retire_asset
from tenken.assets.permissions import KEEP_ASSETS
from tenken.assets.queries import find_asset, sections_for, system_choices
from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization.access import decide, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.queries import name_with_bureau
from tenken.web.assets.forms import AssetForm, RetireForm
from tenken.web.assets.history import history
from tenken.web.assets.lists import facts
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.ledgers import forms_text

_POSTABLE = ["GET", "HEAD", "POST"]


@signed_in
@require_safe
def detail(request: SignedInRequest, asset_id: int) -> HttpResponse:
    """Show one row of the ledger with its history."""
    by = request.principal
    asset = find_asset(by, asset_id)
    may_keep = asset.valid_to is None and bool(decide(by, KEEP_ASSETS, unit=asset.unit))
    context = {
        "title": asset.name,
        "up": {"label": "情報資産台帳", "url": reverse("assets-list")},
        "facts": facts(
            [
                ("所管", name_with_bureau(by.city, asset.unit_id, by.on)),
                ("番号", asset.number),
                ("重要性分類", asset.get_classification_display()),
                ("件数", None if asset.amount is None else f"{asset.amount:,}件"),
                ("保管の形", forms_text(asset.forms)),
                ("保管場所", asset.location),
                ("個人情報を含む", asset.personal_data),
                ("主要な情報資産", asset.main),
                ("情報システム", asset.system and asset.system.name),
                ("開始日", era_date(asset.valid_from)),
                ("終了日", asset.valid_to and era_date(asset.valid_to)),
            ]
        ),
        "change_url": reverse("assets-change", args=[asset.pk]) if may_keep else "",
        "retire_url": reverse("assets-retire", args=[asset.pk]) if may_keep else "",
        "events": history(by.city_code, (ASSET, asset.pk)),
    }
    return render(request, "web/assets/detail.html", context)


@signed_in
@require_http_methods(_POSTABLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Add an information asset to the ledger of a section."""
    by = request.principal
    require_somewhere(by, KEEP_ASSETS)
    units = sections_for(by, KEEP_ASSETS, by.on)
    sent = request.POST if request.method == "POST" else None
    form = AssetForm(sent, units=units or [(0, "")], systems=system_choices(by, by.on))
    if form.is_bound and form.is_valid():
        unit = Unit.objects.select_related("city").get(pk=int(form.cleaned_data["unit"]))
        try:
            asset = add_asset(by=by, unit=unit, data=form.asset_data())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{asset.name}」を台帳に加えました。")
            return redirect("assets-detail", asset_id=asset.pk)
    return form_page(request, form, "情報資産を加える", "加える", reverse("assets-list"))


@signed_in
@require_http_methods(_POSTABLE)
def change(request: SignedInRequest, asset_id: int) -> HttpResponse:
    """Change one row of the ledger."""
    by = request.principal
    asset = find_asset(by, asset_id)
    require(by, KEEP_ASSETS, unit=asset.unit)
    systems = system_choices(by, by.on)
    if asset.system and (asset.system_id, asset.system.name) not in systems:
        systems.append((asset.system.pk, asset.system.name))
    sent = request.POST if request.method == "POST" else None
    form = AssetForm(sent, systems=systems, initial=AssetForm.initial_of(asset))
    if form.is_bound and form.is_valid():
        version = whole_number(form.cleaned_data["version"] or "0")
        try:
            change_asset(by=by, asset=asset, data=form.asset_data(), version=version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "台帳を変更しました。")
            return redirect("assets-detail", asset_id=asset.pk)
    return form_page(request, form, f"「{asset.name}」を変更する", "保存する", _url(asset.pk))


@signed_in
@require_http_methods(_POSTABLE)
def retire(request: SignedInRequest, asset_id: int) -> HttpResponse:
    """Take one row off the ledger from a date on."""
    by = request.principal
    asset = find_asset(by, asset_id)
    require(by, KEEP_ASSETS, unit=asset.unit)
    sent = request.POST if request.method == "POST" else None
    form = RetireForm(sent, initial={"valid_to": by.on, "version": asset.version})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            retire_asset(
                by=by, asset=asset, version=whole_number(said["version"] or "0"), valid_to=said["valid_to"]
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{asset.name}」を台帳から外しました。")
            return redirect("assets-list")
    lead = (
        "持たなくなった情報資産を台帳から外します。記録は残り、「台帳から外したもの」で見ることができます。"
    )
    return form_page(
        request, form, f"「{asset.name}」を台帳から外す", "外す", _url(asset.pk), lead=lead, danger=True
    )


def _url(asset_id: int) -> str:
    return reverse("assets-detail", args=[asset_id])


def form_page(
    request: SignedInRequest,
    form: Any,
    title: str,
    submit: str,
    back: str,
    *,
    lead: str = "",
    danger: bool = False,
    up: tuple[str, str] = ("情報資産台帳", "assets-list"),
) -> HttpResponse:
    """Return the page of a form of this room; 422 when it was sent and is wrong."""
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "lead": lead,
        "danger": danger,
        "up": {"label": up[0], "url": reverse(up[1])},
    }
    return render(request, "web/assets/form.html", context, status=422 if form.is_bound else 200)
