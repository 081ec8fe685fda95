"""The list of findings: filter, sort, figures that open their rows, export."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import AuditReport
from tenken.findings.permissions import CHECK_FINDINGS, VIEW_FINDINGS
from tenken.findings.queries import (
    FindingFilter,
    StatusSummary,
    findings_for,
    status_summary,
    urgent_first,
    years_of,
)
from tenken.findings.states import CANNOT_FIX, NOT_IMPROVED, OPEN, PLANNED, REPORTED, TREATED, VERIFIED
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.policy.models import CheckCategory
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.forms import FindingFilterForm
from tenken.web.findings.labels import STATUSES
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.tables import FindingFileTable, FindingTable
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50


@signed_in
@require_safe
def finding_list(request: SignedInRequest) -> HttpResponse:
    """List the findings in the reader's scope."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    categories = dict(
        CheckCategory.objects.filter(city=by.city_id).order_by("part", "order").values_list("code", "name")
    )
    form = FindingFilterForm(
        request.GET or None,
        years=years_of(by),
        units=bureaus_in_sight(by, request.GET.get("unit", "")),
        categories=list(categories.items()),
        systems=_system_in_sight(by, request.GET.get("system", "")),
        reports=list(AuditReport.objects.restrict(by, VIEW_FINDINGS).values_list("pk", "title")),
    )
    only = _filter(form)
    rows = urgent_first(findings_for(by, only), by.on) if only is not None else findings_for(by).none()
    if kind := wants_export(request):
        file_table = FindingFileTable(rows.select_related("report"), categories=categories, by=by)
        RequestConfig(request, paginate=False).configure(file_table)
        return export_table(file_table, "課題一覧", kind)
    table = FindingTable(rows, categories=categories, by=by)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    year = only.fiscal_year if only else None
    summary = status_summary(by, year)
    context = {
        "form": form,
        "table": table,
        "fiscal_year": str(FiscalYear(year)) if year else "",
        "figures": _figures(summary, year),
        "tabs": findings_tabs(by, "findings-list"),
        "overdue": 0 if only and only.overdue else summary.overdue,
        "overdue_url": _list_url(year, overdue="on"),
        "may_check": by.holds(CHECK_FINDINGS),
        "export": export_addresses(request),
    }
    return render(request, "web/findings/list.html", context)


def _filter(form: FindingFilterForm) -> FindingFilter | None:
    """Return what *form* asks for; None when it asks for what there is not."""
    if not form.is_bound:
        return FindingFilter()
    if not form.is_valid():
        return None
    values = form.cleaned_data
    return FindingFilter(
        fiscal_year=int(values["fiscal_year"]) if values["fiscal_year"] else None,
        unit_id=int(values["unit"]) if values.get("unit") else None,
        category_code=values["category"],
        status=values["status"],
        overdue=values["overdue"],
        origin=values["origin"],
        level=values["level"],
        kind=values["kind"],
        track=values["track"],
        report_id=int(values["report"]) if values.get("report") else None,
        age=values["age"],
        item_code=values["item"],
        review_due=values["review_due"],
        aspect=values["aspect"],
        system=values["system"],
        risk=values["risk"],
        text=values["q"],
    )


def bureaus_in_sight(by: Principal, chosen: str) -> list[tuple[int, str]]:
    """Return the bureaus in sight, and the unit the address names when it is another one in sight."""
    rows = Unit.objects.restrict(by, VIEW_FINDINGS)
    bureaus = list(rows.filter(valid_on(by.on), kind__rank=1).order_by("code").values_list("pk", "name"))
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 and int(chosen) not in dict(bureaus):
        bureaus += rows.filter(pk=int(chosen)).values_list("pk", "name")
    return bureaus


def _system_in_sight(by: Principal, chosen: str) -> list[tuple[int, str]]:
    """Return the system the address names, when a finding in sight is about it."""
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return []
    rows = findings_for(by, FindingFilter(system=chosen)).order_by()
    return list(rows.values_list("system_id", "system__name").distinct())


def _figures(summary: StatusSummary, year: int | None) -> list[dict[str, Any]]:
    return [
        {
            "number": summary.by_status.get(status, 0),
            "label": STATUSES[status][0],
            "tone": STATUSES[status][1],
            "url": _list_url(year, status=status),
        }
        for status in (OPEN, PLANNED, REPORTED, VERIFIED, NOT_IMPROVED, CANNOT_FIX, TREATED)
        if status not in (CANNOT_FIX, TREATED) or summary.by_status.get(status)
    ]


def _list_url(year: int | None, **query: Any) -> str:
    shared = {"fiscal_year": year} if year else {}
    return f"{reverse('findings-list')}?{urlencode(shared | query)}"


def export_addresses(request: SignedInRequest) -> dict[str, str]:
    """Return the addresses of the present list as Excel and CSV."""
    query = request.GET.copy()
    links = {}
    for kind in ("excel", "csv"):
        query["export"] = kind
        links[kind] = f"?{query.urlencode()}"
    return links
