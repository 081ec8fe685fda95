"""A ledger's file: what it would change, and the word to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenken.assets.permissions import KEEP_ASSETS, MANAGE_SYSTEMS
from tenken.common.refusals import Invalid
from tenken.organization.access import require_somewhere
from tenken.organization.capabilities import Capability
from tenken.organization.imports import waiting_files
from tenken.web.assets.forms import LedgerImportForm
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.ledger_files import SAME, Difference, apply_difference
from tenken.workbooks.ledgers import asset_difference
from tenken.workbooks.system_ledger import system_difference

_SHOWN = 500


@dataclass(frozen=True)
class _Ledger:
    title: str
    list_page: str
    upload_page: str
    confirm_page: str
    capability: Capability
    difference: Callable[..., Difference]


_ASSETS = _Ledger(
    "情報資産台帳", "assets-list", "assets-import", "assets-import-confirm", KEEP_ASSETS, asset_difference
)
_SYSTEMS = _Ledger(
    "情報システム台帳",
    "assets-systems",
    "assets-systems-import",
    "assets-systems-import-confirm",
    MANAGE_SYSTEMS,
    system_difference,
)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def asset_upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of information assets and show what it would change; nothing is written."""
    return _upload(request, _ASSETS)


@signed_in
@require_POST
def asset_confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    return _confirm(request, _ASSETS)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def system_upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of information systems and show what it would change; nothing is written."""
    return _upload(request, _SYSTEMS)


@signed_in
@require_POST
def system_confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    return _confirm(request, _SYSTEMS)


def _upload(request: SignedInRequest, ledger: _Ledger) -> HttpResponse:
    by = request.principal
    require_somewhere(by, ledger.capability)
    context = {
        "ledger": ledger.title,
        "systems": ledger is _SYSTEMS,
        "list_url": reverse(ledger.list_page),
        "upload_url": reverse(ledger.upload_page),
        "confirm_url": reverse(ledger.confirm_page),
    }
    if request.method != "POST":
        return render(request, "web/assets/import.html", context | {"form": LedgerImportForm()})
    form = LedgerImportForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = ledger.difference(by=by, name=sent.name, content=content, on=by.on)
        except Invalid as refusal:
            form.take(refusal)
        else:
            token = waiting_files.keep(by=by, name=sent.name, content=content)
            changes = [change for change in found.changes if change.what != SAME]
            shown = {
                "name": sent.name,
                "token": token,
                "found": found,
                "counts": [tuple(found.counts.values())],
                "count_header": list(found.counts),
                "changes": changes[:_SHOWN],
                "more": max(0, len(changes) - _SHOWN),
            }
            return render(request, "web/assets/import_difference.html", context | shown)
    return render(request, "web/assets/import.html", context | {"form": form}, status=422)


def _confirm(request: SignedInRequest, ledger: _Ledger) -> HttpResponse:
    by = request.principal
    require_somewhere(by, ledger.capability)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    found = ledger.difference(by=by, name=name, content=content, on=by.on)
    apply_difference(by=by, found=found, shown=request.POST.get("shown", ""))
    waiting_files.drop(by=by, token=token)
    told = "、".join(f"{what}{count}件" for what, count in found.counts.items() if what != SAME)
    messages.success(request, f"{ledger.title}に取り込みました（{told}）。")
    return redirect(ledger.list_page)
