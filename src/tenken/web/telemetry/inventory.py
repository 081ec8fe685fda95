"""Software on the terminals in sight: titles, their versions, whether the city allows them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.assets.support import APPLICATION, support_of
from tenken.common.era import era_date
from tenken.organization.access import require_somewhere
from tenken.telemetry.inventory.queries import (
    approved_patterns,
    find_title,
    is_approved,
    support_table,
    terminals_having,
    titles_for,
    versions_of,
)
from tenken.telemetry.inventory.rules.supporting import said_of_software
from tenken.telemetry.models import SoftwareTitle
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import SoftwareFilterForm
from tenken.web.telemetry.inventory_menu import inventory_tabs
from tenken.web.telemetry.inventory_tables import SoftwareTable

_PER_PAGE = 100
_VERSIONS = ["版", "端末数", "サポート終了日"]


@signed_in
@require_safe
def software_list(request: SignedInRequest) -> HttpResponse:
    """List the software on the terminals in sight."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form = SoftwareFilterForm(request.GET or None)
    valid = not form.is_bound or form.is_valid()
    said = form.cleaned_data if form.is_bound and valid else {"q": "", "kind": "", "approval": ""}
    kind = wants_export(request)
    counted = bool(kind) or any("terminals" in one for one in request.GET.getlist("sort"))
    rows = (
        titles_for(by, text=said["q"], kind=said["kind"], counted=counted)
        if valid
        else SoftwareTitle.objects.none()
    )
    patterns = approved_patterns(by.city)
    approved = None
    if patterns:
        # The catalogue is small: which of it the city allows is asked of names, not of the database.
        approved = frozenset(one.pk for one in _catalogue(by.city_id) if is_approved(one, patterns))
        if said["approval"]:
            rows = (
                rows.filter(pk__in=approved) if said["approval"] == "yes" else rows.exclude(pk__in=approved)
            )
    table = SoftwareTable(rows, approved=approved)
    if kind:
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "ソフトウェア", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    if not counted:
        table.counts = terminals_having(by, [row.record.pk for row in table.paginated_rows])
    context = {
        "form": form,
        "table": table,
        "tabs": inventory_tabs(by, "telemetry-software"),
        "no_list": not patterns,
    }
    return render(request, "web/telemetry/inventory/software.html", context)


def _catalogue(city_id: int) -> list[SoftwareTitle]:
    return list(SoftwareTitle.objects.of_city(city_id).only("pk", "key"))


@signed_in
@require_safe
def software_title(request: SignedInRequest, title_id: int) -> HttpResponse:
    """Show a title: its versions, how many terminals have each, and the way to them."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    title = find_title(by, title_id)
    dates = support_table(by.city, APPLICATION)
    versions = []
    for version, count in versions_of(by, title):
        support = support_of(said_of_software(title.name, version), dates)
        versions.append((version, count, support))
    if kind := wants_export(request):
        rows = [(version, count, support and support.on) for version, count, support in versions]
        return export_rows(_VERSIONS, rows, f"{title.name}の版", kind)
    base = reverse("telemetry-terminals")
    context = {
        "title": title.name,
        "facts": [
            ("提供元", title.publisher),
            ("種類", title.get_kind_display()),
            ("初めて受信した日", era_date(title.first_seen.date())),
        ],
        "versions": [
            {
                "version": version or "（版なし）",
                "count": f"{count:,}",
                "url": f"{base}?{urlencode({'title': str(title.pk), 'version': version})}",
                "ends": support and era_date(support.on),
                "ended": support is not None and support.on < by.on,
            }
            for version, count, support in versions
        ],
        "terminals_url": f"{base}?{urlencode({'title': title.pk})}",
    }
    return render(request, "web/telemetry/inventory/software_title.html", context)
