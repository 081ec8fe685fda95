"""Licences bought against installed, and as files out and back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.inventory.operations import LicenceData, add_licence, change_licence
from tenken.telemetry.inventory.queries import licence_uses
from tenken.telemetry.models import SoftwareLicence
from tenken.telemetry.permissions import MANAGE_TERMINALS, VIEW_TERMINALS
from tenken.web import changing
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import LicenceForm
from tenken.web.telemetry.inventory_menu import inventory_tabs
from tenken.web.telemetry.inventory_tables import LicenceTable, LicenceUseTable
from tenken.web.telemetry.terminals import confirm_page, places, upload_page
from tenken.workbooks.ledger_imports import LICENCES
from tenken.workbooks.licence_ledger import LICENCE_COLUMNS, licence_rows

_BOTH = ["GET", "HEAD", "POST"]
_TITLE = "ライセンス"
_change_page = changing.change_page


@signed_in
@require_safe
def licence_list(request: SignedInRequest) -> HttpResponse:
    """Show licences bought against installed, and the licences."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    uses = LicenceUseTable(licence_uses(by, by.on), prefix="use-")
    rows = SoftwareLicence.objects.restrict(by, VIEW_TERMINALS)
    names = names_with_bureau(by.city, {row.unit_id for row in rows if row.unit_id}, by.on)
    table = LicenceTable(rows, names=names, may_change=by.holds(MANAGE_TERMINALS), prefix="licence-")
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(uses)
        return export_table(uses, "ライセンスの過不足", kind)
    for one in (uses, table):
        RequestConfig(request, paginate=False).configure(one)
    context = {
        "tabs": inventory_tabs(by, "telemetry-licences"),
        "uses": uses,
        "table": table,
        "short": sum(1 for row in uses.rows if row.record.left < 0),
        "may_change": by.holds(MANAGE_TERMINALS),
    }
    return render(request, "web/telemetry/inventory/licences.html", context)


@signed_in
@require_safe
def licence_file(request: SignedInRequest) -> HttpResponse:
    """Take the licences in sight out as a file that can come back."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    rows = list(SoftwareLicence.objects.restrict(by, VIEW_TERMINALS).select_related("unit"))
    names = names_with_bureau(by.city, {row.unit_id for row in rows if row.unit_id}, by.on)
    kind = wants_export(request) or "excel"
    return export_rows(LICENCE_COLUMNS, list(licence_rows(rows, names)), _TITLE, kind)


@signed_in
@require_http_methods(_BOTH)
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of licences and show what it would change; nothing is written."""
    require_somewhere(request.principal, MANAGE_TERMINALS)
    return upload_page(
        request,
        ledger=LICENCES,
        whole="telemetry-licence-file",
        pages=("telemetry-licences", "telemetry-licences-import", "telemetry-licences-import-confirm"),
        columns="「番号」のある行は、その番号のライセンスを直します。新しいライセンスは「番号」を空欄にし、全庁のものは「所属コード」も空欄にします。"
        "「購入した課」の列は読みません。",
    )


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    require_somewhere(request.principal, MANAGE_TERMINALS)
    return confirm_page(request, ledger=LICENCES, page="telemetry-licences")


@signed_in
@require_http_methods(_BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """Enter licences that were bought."""
    by = request.principal
    require_somewhere(by, MANAGE_TERMINALS)
    form = LicenceForm(request.POST or None, units=places(by), initial={"valid_from": by.on})
    return _change_page(
        request,
        form,
        lambda said: add_licence(by=by, data=_data(said)),
        title="ライセンスを登録する",
        submit="登録する",
        back=reverse("telemetry-licences"),
        done="ライセンスを登録しました。",
        crumbs=_crumbs(),
    )


@signed_in
@require_http_methods(_BOTH)
def change(request: SignedInRequest, licence_id: int) -> HttpResponse:
    """Change licences, or let them end."""
    by = request.principal
    licence = _managed(by, licence_id)
    initial = {name: getattr(licence, name) for name in LicenceForm.base_fields} | {
        "unit": licence.unit_id or ""
    }
    form = LicenceForm(request.POST or None, units=places(by), initial=initial)
    return _change_page(
        request,
        form,
        lambda said: change_licence(by=by, licence=licence, data=_data(said), version=licence.version),
        title=f"「{licence.name}」を変更する",
        submit="保存する",
        back=reverse("telemetry-licences"),
        done="ライセンスを変更しました。",
        crumbs=_crumbs(),
        standing=licence,
    )


def _managed(by: Principal, licence_id: int) -> SoftwareLicence:
    rows = SoftwareLicence.objects.restrict(by, VIEW_TERMINALS).select_related("unit__city")
    licence = rows.filter(pk=licence_id).first()
    if licence is None:
        raise Missing("このライセンスはないか、見ることのできる範囲にありません。")
    require(by, MANAGE_TERMINALS, unit=licence.unit)
    return licence


def _data(said: dict[str, Any]) -> LicenceData:
    unit = Unit.objects.select_related("city").get(pk=int(said["unit"])) if said["unit"] else None
    return LicenceData(**{**said, "unit": unit})


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _TITLE, "url": reverse("telemetry-licences")}]
