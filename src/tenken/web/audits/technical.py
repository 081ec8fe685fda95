"""What scanners found: systems, the weaknesses and hosts of one, two scans beside each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.assets.models import InformationSystem
from tenken.audit.permissions import MANAGE_AUDITS, VIEW_AUDITS
from tenken.audit.technical.operations.opening import may_become_findings
from tenken.audit.technical.queries.reach import (
    find_scanned_system,
    may_judge,
    open_engagements,
    scans_for,
    systems_for,
)
from tenken.audit.technical.queries.weaknesses import (
    REVIEW,
    STANDING,
    SystemFigures,
    WeaknessFilter,
    burden,
    compare_scans,
    figures_of,
    machines_of,
    tools_of,
    weaknesses_of,
)
from tenken.audit.technical.states import APPLIED
from tenken.audit.technical.words import CRITICAL, HIGH, LOW, MEDIUM, URGENCY_LABELS
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.web.audits.technical_forms import CompareForm, HostFilterForm, ThresholdForm, WeaknessFilterForm
from tenken.web.audits.technical_labels import URGENCIES, day_of
from tenken.web.audits.technical_tables import (
    ComparedTable,
    MachineTable,
    ScannedSystemTable,
    ScanTable,
    WeaknessFileTable,
    WeaknessTable,
)
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50
_LEVELS = (CRITICAL, HIGH, MEDIUM, LOW)


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the systems that were scanned, the most urgent first."""
    by = request.principal
    require_somewhere(by, VIEW_AUDITS)
    systems = list(systems_for(by))
    table = ScannedSystemTable(_rows(by, systems))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "技術監査_情報システム一覧", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    waiting = scans_for(by).filter(status="ready").order_by("requested_at")[:5]
    context = {
        "table": table,
        "waiting": waiting,
        "may_import": may_bring_in(by),
        "export": export_addresses(request),
    }
    return render(request, "web/audits/technical/index.html", context)


def may_bring_in(by: Principal) -> bool:
    """Tell whether *by* may bring in results for anything at all."""
    return by.holds(MANAGE_AUDITS) or open_engagements(by).exists()


def _rows(by: Principal, systems: list[InformationSystem]) -> list[dict[str, Any]]:
    figures = figures_of(by, systems)
    names = names_with_bureau(by.city, (one.owner_id for one in systems), by.on)
    rows = [
        {
            "pk": one.pk,
            "name": one.name,
            "owner": names.get(one.owner_id, ""),
            "owner_code": one.owner.code,
            "last_scan": day_of(found.last_scan),
            "critical": found.by_urgency[CRITICAL],
            "high": found.by_urgency[HIGH],
            "medium": found.by_urgency[MEDIUM],
            "low": found.by_urgency[LOW],
            **{f"level_{level}": found.by_urgency[level] for level in _LEVELS},
            "hosts": found.hosts,
            "out_of_support": found.out_of_support,
            "review": found.review,
        }
        for one in systems
        for found in (figures[one.pk],)
    ]
    return sorted(rows, key=lambda row: ([-row[f"level_{level}"] for level in _LEVELS], row["name"]))


@signed_in
@require_safe
def system(request: SignedInRequest, system_id: int) -> HttpResponse:
    """List the weaknesses of one system."""
    by = request.principal
    found = find_scanned_system(by, system_id)
    form = WeaknessFilterForm(request.GET or None, tools=tools_of(by, found))
    only = _filter(form)
    rows = (
        weaknesses_of(by, found, only)
        if only is not None
        else weaknesses_of(by, found, WeaknessFilter()).none()
    )
    if kind := wants_export(request):
        file_table = WeaknessFileTable(rows, on=by.on)
        RequestConfig(request, paginate=False).configure(file_table)
        return export_table(file_table, f"{found.name}_ぜい弱性", kind)
    table = WeaknessTable(rows, on=by.on)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        **system_frame(by, found, "audits-technical-system"),
        "form": form,
        "table": table,
        "export": export_addresses(request),
        "threshold": threshold_of(by, found),
    }
    return render(request, "web/audits/technical/system.html", context)


def _filter(form: WeaknessFilterForm) -> WeaknessFilter | None:
    if not form.is_bound:
        return WeaknessFilter()
    if not form.is_valid():
        return None
    said = form.cleaned_data
    return WeaknessFilter(
        text=said["q"],
        urgency=int(said["urgency"]) if said["urgency"] else None,
        severity=said["severity"],
        tool=said["tool"],
        host=said["host"].strip().lower(),
        state=said["state"] or STANDING,
        all=said["all"],
    )


def threshold_of(by: Principal, found: InformationSystem) -> dict[str, Any] | None:
    """Return the form that opens findings and how many there would be; None for who may not, or when there are none."""
    if not may_judge(by, found):
        return None
    number = may_become_findings(found, by.on).count()
    return {"form": ThresholdForm(), "number": number} if number else None


def system_frame(by: Principal, found: InformationSystem, here: str) -> dict[str, Any]:
    """Return what every page of one system shows around its content."""
    figures = figures_of(by, [found])[found.pk]
    pages = (
        ("ぜい弱性", "audits-technical-system"),
        ("機器", "audits-technical-hosts"),
        ("診断結果の取込み", "audits-technical-scans"),
        ("2つの診断の比較", "audits-technical-compare"),
    )
    return {
        "system": found,
        "owner": names_with_bureau(by.city, [found.owner_id], by.on).get(found.owner_id, ""),
        "figures": list(_cards(found, figures)),
        "tabs": [
            {"label": label, "url": reverse(page, args=[found.pk]), "current": page == here}
            for label, page in pages
        ],
    }


def _cards(found: InformationSystem, figures: SystemFigures) -> Any:
    base = reverse("audits-technical-system", args=[found.pk])
    for level in _LEVELS:
        yield {
            "number": figures.by_urgency[level],
            "label": URGENCY_LABELS[level],
            "tone": URGENCIES[str(level)][1],
            "url": f"{base}?{urlencode({'urgency': level})}",
            "unit": "件",
        }
    yield {
        "number": figures.out_of_support,
        "label": "OSのサポートが終了した機器",
        "tone": "red" if figures.out_of_support else "neutral",
        "url": reverse("audits-technical-hosts", args=[found.pk]),
        "unit": "台",
    }
    if figures.review:
        yield {
            "number": figures.review,
            "label": "判断の見直しが必要",
            "tone": "yellow",
            "url": f"{base}?{urlencode({'state': REVIEW, 'all': 'on'})}",
            "unit": "件",
        }


@signed_in
@require_safe
def hosts(request: SignedInRequest, system_id: int) -> HttpResponse:
    """List the hosts of one system with their OS and the end of its support."""
    by = request.principal
    found = find_scanned_system(by, system_id)
    form = HostFilterForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    table = MachineTable(machines_of(by, found, text), system_id=found.pk)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    shown = table.rows if kind else table.paginated_rows
    table.burden = burden(by, found, [row.record.host for row in shown])
    if kind:
        return export_table(table, f"{found.name}_機器", kind)
    context = {
        **system_frame(by, found, "audits-technical-hosts"),
        "form": form,
        "table": table,
        "export": export_addresses(request),
    }
    return render(request, "web/audits/technical/list.html", context)


@signed_in
@require_safe
def scans(request: SignedInRequest, system_id: int) -> HttpResponse:
    """List the files brought in for one system."""
    by = request.principal
    found = find_scanned_system(by, system_id)
    table = ScanTable(scans_for(by).filter(system=found))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{found.name}_診断結果", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        **system_frame(by, found, "audits-technical-scans"),
        "table": table,
        "export": export_addresses(request),
        "may_import": may_bring_in(by),
    }
    return render(request, "web/audits/technical/list.html", context)


@signed_in
@require_safe
def compare(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Show two scans of one system beside each other."""
    by = request.principal
    found = find_scanned_system(by, system_id)
    rows = list(scans_for(by).filter(system=found, status=APPLIED).order_by("-scanned_at", "-pk"))
    latest = {"first": rows[1].pk, "second": rows[0].pk} if len(rows) > 1 else None
    asked = request.GET if "first" in request.GET else latest
    form = CompareForm(asked, scans=rows)
    table = None
    if form.is_bound and form.is_valid():
        by_key = {scan.pk: scan for scan in rows}
        said = form.cleaned_data
        table = ComparedTable(compare_scans(by_key[said["first"]], by_key[said["second"]]))
        if kind := wants_export(request):
            RequestConfig(request, paginate=False).configure(table)
            return export_table(table, f"{found.name}_診断の比較", kind)
        RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        **system_frame(by, found, "audits-technical-compare"),
        "form": form if len(rows) > 1 else None,
        "table": table,
        "export": export_addresses(request),
    }
    return render(request, "web/audits/technical/list.html", context)
