"""Products whose support ends, and the table of dates: shipped, the city's own, out to a file and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.assets.support import shipped
from tenken.common.refusals import Missing
from tenken.organization.access import require, require_somewhere
from tenken.telemetry.inventory.operations import SupportData, remove_support, save_support
from tenken.telemetry.inventory.queries import ended_products
from tenken.telemetry.models import SupportDate
from tenken.telemetry.permissions import MANAGE_TERMINALS, VIEW_TERMINALS
from tenken.web import changing
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import SupportForm
from tenken.web.telemetry.inventory_menu import inventory_tabs
from tenken.web.telemetry.inventory_tables import EndedTable, SupportTable
from tenken.web.telemetry.terminals import confirm_page, upload_page
from tenken.workbooks.ledger_imports import SUPPORT
from tenken.workbooks.support_dates import SUPPORT_COLUMNS, support_lines

_BOTH = ["GET", "HEAD", "POST"]
_AHEAD = timedelta(days=365)
_PER_PAGE = 100
_TITLE = "サポート終了"
_change_page = changing.change_page


@signed_in
@require_safe
def support_page(request: SignedInRequest) -> HttpResponse:
    """Show what has ended or ends within a year on the terminals in sight, and the table of dates."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    ended = EndedTable(ended_products(by, by.on + _AHEAD), today=by.on, prefix="ended-")
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(ended)
        return export_table(ended, "サポートが終わる製品", kind)
    own = {(row.kind, row.product): row for row in SupportDate.objects.restrict(by, VIEW_TERMINALS)}
    may_change = by.everywhere(MANAGE_TERMINALS)
    table = SupportTable(_lines(own), may_change=may_change, prefix="dates-")
    RequestConfig(request, paginate=False).configure(ended)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "tabs": inventory_tabs(by, "telemetry-support"),
        "ended": ended,
        "table": table,
        "may_change": may_change,
    }
    return render(request, "web/telemetry/inventory/support.html", context)


def _lines(own: dict[tuple[str, str], SupportDate]) -> list[dict[str, Any]]:
    lines = [
        {
            "kind": row.kind,
            "product": row.product,
            "pattern": row.pattern,
            "on": row.ends_on,
            "extended_to": row.extended_to,
            "source": row.source,
            "checked_on": row.checked_on,
            "own": "この市（数えない）" if row.hidden else "この市",
            "pk": row.pk,
        }
        for row in own.values()
    ]
    for kind in SupportDate.Kind.values:
        lines += [
            {
                "kind": kind,
                "product": row.product,
                "pattern": row.pattern,
                "on": row.on,
                "extended_to": row.extended_to,
                "source": row.source,
                "checked_on": row.checked_on,
                "own": "出荷時",
            }
            for row in shipped(kind)
            if (kind, row.product) not in own
        ]
    return lines


@signed_in
@require_http_methods(_BOTH)
def save(request: SignedInRequest) -> HttpResponse:
    """Enter a row of the city's own, over a shipped one when the address names its product."""
    by = request.principal
    require(by, MANAGE_TERMINALS)
    kind, product = request.GET.get("kind", ""), request.GET.get("product", "")
    own = SupportDate.objects.filter(city=by.city_id, kind=kind, product=product).first()
    form = SupportForm(request.POST or None, initial=_initial(kind, product, own) | {"checked_on": by.on})
    return _change_page(
        request,
        form,
        lambda said: save_support(by=by, data=SupportData(**said), version=_version(by.city_id, own, said)),
        title="サポート終了日を登録する",
        lead="同じ製品名の出荷時の行があれば、その代わりに使います。",
        submit="登録する",
        back=reverse("telemetry-support"),
        done="サポート終了日を登録しました。",
        crumbs=[{"label": _TITLE, "url": reverse("telemetry-support")}],
        standing=own,
    )


def _version(city_id: int, own: SupportDate | None, said: dict[str, Any]) -> int:
    """Return the version of the row that *said* writes over: the one shown, or one typed anew that stands already."""
    if own is not None and (own.kind, own.product) == (said["kind"], said["product"]):
        return own.version
    standing = SupportDate.objects.filter(city=city_id, kind=said["kind"], product=said["product"])
    return standing.values_list("version", flat=True).first() or 0


def _initial(kind: str, product: str, own: SupportDate | None) -> dict[str, Any]:
    if own is not None:
        return {name: getattr(own, name) for name in SupportForm.base_fields}
    row = (
        next((one for one in shipped(kind) if one.product == product), None)
        if kind in SupportDate.Kind.values
        else None
    )
    if row is None:
        return {}
    return {
        "kind": kind,
        "product": row.product,
        "pattern": row.pattern,
        "ends_on": row.on,
        "extended_to": row.extended_to,
        "source": row.source,
    }


@signed_in
@require_http_methods(_BOTH)
def remove(request: SignedInRequest, row_id: int) -> HttpResponse:
    """Take a row of the city's own away."""
    by = request.principal
    require(by, MANAGE_TERMINALS)
    row = SupportDate.objects.filter(pk=row_id, city=by.city_id).first()
    if row is None:
        raise Missing("この行はありません。")
    return _change_page(
        request,
        Form(request.POST or None),
        lambda _: remove_support(by=by, row=row, version=row.version),
        title=f"「{row.product}」の登録を取り消す",
        lead="出荷時の表に同じ製品があれば、その日付に戻ります。",
        submit="取り消す",
        danger=True,
        back=reverse("telemetry-support"),
        done=f"「{row.product}」の登録を取り消しました。",
        crumbs=[{"label": _TITLE, "url": reverse("telemetry-support")}],
        standing=row,
    )


@signed_in
@require_http_methods(_BOTH)
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of support dates and show what it would change."""
    require(request.principal, MANAGE_TERMINALS)
    return upload_page(
        request,
        ledger=SUPPORT,
        whole="telemetry-support-table",
        pages=("telemetry-support", "telemetry-support-import", "telemetry-support-import-confirm"),
        columns="出荷時の行を直すときは、同じ「種類」「製品」で書きます。「使わない」に○を付けた行は、この市では数えません。",
    )


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    require(request.principal, MANAGE_TERMINALS)
    return confirm_page(request, ledger=SUPPORT, page="telemetry-support")


@signed_in
@require_safe
def whole_table(request: SignedInRequest) -> HttpResponse:
    """Take the city's whole table out as a file: its own rows, then those shipped."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    rows = list(SupportDate.objects.restrict(by, VIEW_TERMINALS))
    kind = wants_export(request) or "excel"
    return export_rows(SUPPORT_COLUMNS, list(support_lines(rows)), "サポート終了日の表", kind)
