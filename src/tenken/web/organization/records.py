"""What was: reorganisations between two dates, and who answered for a section on any date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.journal.operations import note_access
from tenken.organization import imports as files
from tenken.organization import queries
from tenken.organization.access import Principal, require
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS
from tenken.web.exports import EXCEL, attachment, export_table, wants_export
from tenken.web.organization.forms import PeriodFilter, TenureFilter
from tenken.web.organization.list_tables import ReorganizationTable, TenureTable
from tenken.web.organization.pages import page
from tenken.web.organization.units import unit_crumbs
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-reorganizations"
_PER_PAGE = 50


def _period(form: PeriodFilter, today: date) -> tuple[date, date]:
    """Return the days asked for; the fiscal year of today where nothing is said."""
    said = form.cleaned_data if form.is_valid() else {}
    year = FiscalYear.of(today)
    return said.get("since") or year.starts_on, said.get("until") or year.ends_on


@require_safe
@signed_in
def reorganizations(request: SignedInRequest) -> HttpResponse:
    """What became of which unit between two dates."""
    by = request.principal
    require(by, VIEW_UNITS)
    form = PeriodFilter(request.GET or None, auto_id="id_filter_%s")
    since, until = _period(form, by.on)
    found = queries.reorganized_between(by.city, since, until)
    wanted = form.cleaned_data.get("kind") if form.is_valid() else ""
    rows = [_row(by, one) for one in found if not wanted or one.kind == wanted]
    table = ReorganizationTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, "組織改正の記録", kind)
    context = {"form": form, "table": table, "since": era_date(since), "until": era_date(until)}
    return page(request, "reorganizations", context, here=_HERE)


def _row(by: Principal, one: queries.Reorganization) -> dict[str, Any]:
    eve = date.fromordinal(max(1, one.on.toordinal() - 1))
    names = queries.names_with_bureau(by.city, [unit.pk for unit in one.before], eve)
    after = queries.names_with_bureau(by.city, [unit.pk for unit in one.after], one.on)
    return {
        "on": one.on,
        "label": one.label,
        "before": "、".join(names.values()) or "—",
        "after": "、".join(after.values()) or "—",
    }


@require_safe
@signed_in
def reorganizations_export(request: SignedInRequest) -> HttpResponse:
    """All that was ever done, in the columns of the 組織改正一覧."""
    by = request.principal
    content = files.reorganizations_workbook(by=by, start=date.min, end=by.on)
    return attachment(content, f"組織改正一覧_{by.on:%Y%m%d}.xlsx", EXCEL)


@require_safe
@signed_in
def tenures(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """Who was 情報管理者 and 副情報管理者 of a section and of what it came from, at any date."""
    by = request.principal
    unit = queries.visible_unit(by, unit_id)
    require(by, VIEW_PEOPLE, unit=unit)
    form = TenureFilter(request.GET or None, auto_id="id_filter_%s")
    said = form.cleaned_data if form.is_valid() else {}
    on: date | None = said.get("on")
    everyone = queries.tenures(unit)
    wanted = search_key(said.get("q") or "")
    rows = [
        one
        for one in everyone
        if (on is None or one.on(on))
        and (not said.get("role") or one.role_code == said["role"])
        and (not wanted or wanted in search_key(f"{one.person_name}|{one.person_number}|{one.post_title}"))
    ]
    day = on or by.on
    table = TenureTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    _note(by, unit.pk, len(rows))
    if kind:
        return export_table(table, f"在任の履歴_{unit.name}", kind)
    context = {
        "unit": unit,
        "form": form,
        "table": table,
        "day": era_date(day),
        "answering": [one for one in everyone if one.on(day)],
        "manager": queries.MANAGER,
        "crumbs": [
            {"label": "組織", "url": reverse("organization-units")},
            *unit_crumbs(unit),
            {"label": "在任の履歴"},
        ],
    }
    return page(request, "tenures", context, here="organization-units")


def _note(by: Principal, unit_id: int, rows: int) -> None:
    if rows:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("organization.unit", unit_id),
            purpose="在任の履歴の閲覧",
            rows=rows,
        )
