"""The two ledgers: search, filter, sort, export in the columns that come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.assets.permissions import KEEP_ASSETS, MANAGE_SYSTEMS, VIEW_ASSETS
from tenken.assets.queries import LedgerFilter, assets_for, owners_on, systems_for
from tenken.inspection.rules.standing_by import months_after
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau
from tenken.web.assets.forms import AssetFilterForm
from tenken.web.assets.system_forms import SystemFilterForm
from tenken.web.assets.tables import AssetTable, SystemTable
from tenken.web.exports import export_rows, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.ledgers import ASSET_COLUMNS, asset_rows
from tenken.workbooks.system_ledger import SYSTEM_COLUMNS, system_rows

_PER_PAGE = 50


def ledger_tabs(here: str) -> list[dict[str, Any]]:
    """Return the way between the two ledgers."""
    pages = (("情報資産台帳", "assets-list"), ("情報システム台帳", "assets-systems"))
    return [{"label": label, "url": reverse(name), "current": name == here} for label, name in pages]


def bureaus(by: Principal) -> list[tuple[int, str]]:
    """Return the 局・区 of today in sight."""
    rows = Unit.objects.restrict(by, VIEW_ASSETS).filter(valid_on(by.on), kind__rank=1)
    return list(rows.order_by("code").values_list("pk", "name"))


@signed_in
@require_safe
def asset_list(request: SignedInRequest) -> HttpResponse:
    """List the information assets in the reader's scope."""
    by = request.principal
    require_somewhere(by, VIEW_ASSETS)
    form = AssetFilterForm(request.GET or None, units=bureaus(by))
    only = _filter(form, by)
    rows = assets_for(by, only) if only is not None else assets_for(by).none()
    names = _names(by, (row.unit_id for row in rows)) if wants_export(request) else {}
    if kind := wants_export(request):
        return export_rows(ASSET_COLUMNS, list(asset_rows(rows, names)), "情報資産台帳", kind)
    table = AssetTable(rows, names={})
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    table.names = _names(by, (row.record.unit_id for row in table.paginated_rows))
    may_keep = by.holds(KEEP_ASSETS)
    return _page(request, form, table, "assets-list", may_keep, "assets-new", "assets-import")


@signed_in
@require_safe
def system_list(request: SignedInRequest) -> HttpResponse:
    """List the information systems in the reader's scope."""
    by = request.principal
    require_somewhere(by, VIEW_ASSETS)
    form = SystemFilterForm(request.GET or None, units=bureaus(by))
    only = _filter(form, by)
    rows = systems_for(by, only) if only is not None else systems_for(by).none()
    if kind := wants_export(request):
        systems = list(rows.prefetch_related("used_by", "products"))
        names = owner_names(by, (row.owner_id for row in systems))
        return export_rows(SYSTEM_COLUMNS, list(system_rows(systems, names, by.on)), "情報システム台帳", kind)
    table = SystemTable(rows, names={}, on=by.on)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    table.names = owner_names(by, (row.record.owner_id for row in table.paginated_rows))
    may_keep = by.holds(MANAGE_SYSTEMS)
    return _page(
        request, form, table, "assets-systems", may_keep, "assets-system-new", "assets-systems-import"
    )


def _page(
    request: SignedInRequest, form: Any, table: Any, here: str, may_keep: bool, new: str, upload: str
) -> HttpResponse:
    context = {
        "form": form,
        "table": table,
        "tabs": ledger_tabs(here),
        "title": "情報資産台帳" if here == "assets-list" else "情報システム台帳",
        "new_url": reverse(new) if may_keep else "",
        "new_label": "情報資産を加える" if here == "assets-list" else "情報システムを加える",
        "import_url": reverse(upload) if may_keep else "",
    }
    return render(request, "web/assets/list.html", context)


def _names(by: Principal, units: Iterable[int]) -> dict[int, str]:
    return names_with_bureau(by.city, set(units), by.on)


def owner_names(by: Principal, owners: Iterable[int]) -> dict[int, str]:
    """Return the names of who owns systems today, with their bureau, by the unit of the ledger: what became of it owns."""
    standing = owners_on(by.city, by.on, owners)
    names = _names(by, standing.values())
    return {owner: names[heir] for owner, heir in standing.items() if heir in names}


def _filter(form: Any, by: Principal) -> LedgerFilter | None:
    """Return what *form* asks for; None when it asks for what there is not."""
    if not form.is_bound:
        return LedgerFilter()
    if not form.is_valid():
        return None
    said = form.cleaned_data
    months = said.get("support", "")
    return LedgerFilter(
        text=said["q"],
        unit_id=int(said["unit"]) if said["unit"] else None,
        classification=said.get("classification", ""),
        form=said.get("form", ""),
        main=said.get("main", False),
        kind=said.get("kind", ""),
        importance=said.get("importance", ""),
        network=said.get("network", ""),
        public=said.get("public", False),
        support_until=months_after(by.on, int(months)) if months else None,
        ended=said["ended"],
    )


def facts(pairs: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return terms and values for the head of a row's page: a yes is ○."""
    return [
        (term, "○" if value is True else "" if value in (None, False) else value) for term, value in pairs
    ]
