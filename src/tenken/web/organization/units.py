"""Units: the tree and one unit's page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.organization import queries
from tenken.organization.access import decide, require_somewhere
from tenken.organization.models import Unit, UnitPlacement
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import (
    CHANGE_PEOPLE,
    CHANGE_UNITS,
    VIEW_PEOPLE,
    VIEW_UNITS,
    WRITE_EMERGENCY_PROCEDURE,
)
from tenken.web.exports import export_table, wants_export
from tenken.web.organization.forms import UnitFilter
from tenken.web.organization.list_tables import BureauTable, UnitTable
from tenken.web.organization.pages import page
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50


@signed_in
def unit_list(request: SignedInRequest) -> HttpResponse:
    """The bureaus with what stands below them; the units of one, or those that are searched for, on a date."""
    by = request.principal
    require_somewhere(by, VIEW_UNITS)
    in_sight = Unit.objects.restrict(by, VIEW_UNITS).filter(kind__rank=1)
    form = UnitFilter(in_sight.order_by("code"), request.GET or None, auto_id="id_filter_%s")
    said = form.cleaned_data if form.is_valid() else {}
    on = said.get("on") or by.on
    lines = queries.unit_lines(by, on=on, search=said.get("q") or "")
    chosen = said.get("bureau")
    if chosen is not None:
        family = {unit.pk for unit in queries.heirs_on(chosen, on)} | {chosen.pk}
        lines = [line for line in lines if line.bureau_id in family]
    kind = wants_export(request)
    by_bureau = not kind and not said.get("q") and chosen is None and len(lines) > _PER_PAGE
    table = BureauTable(_bureaus(lines, request)) if by_bureau else UnitTable(lines)
    RequestConfig(request, paginate=False if kind or by_bureau else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, "組織一覧", kind)
    context = {
        "form": form,
        "table": table,
        "by_bureau": by_bureau,
        "units": len(lines),
        "on": era_date(on),
        "may_change": by.holds(CHANGE_UNITS),
    }
    return page(request, "units", context, here="organization-units")


def _bureaus(lines: list[queries.UnitLine], request: SignedInRequest) -> list[dict[str, Any]]:
    """Return a row per bureau, and one for what stands below none."""
    rows: dict[int | None, dict[str, Any]] = {}
    for line in lines:
        row = rows.setdefault(
            line.bureau_id, {"code": "", "name": line.bureau or "局・区の外", "answering": 0, "units": 0}
        )
        row["units"] += 1
        row["answering"] += line.unit.kind.answers_sheets
        if line.unit.pk == line.bureau_id:
            row["code"] = line.unit.code
    for bureau, row in rows.items():
        query = request.GET.copy()
        query["bureau"] = str(bureau or "")
        row["url"] = f"?{query.urlencode()}" if bureau else None
    return [rows[key] for key in sorted(rows, key=lambda key: (key is None, rows[key]["code"]))]


@signed_in
def unit(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """One unit: what it is, where it stood, what it came from and became, who holds what, who managed it."""
    by = request.principal
    shown = queries.visible_unit(by, unit_id)
    sees_people = bool(decide(by, VIEW_PEOPLE, unit=shown))
    day = by.on if shown.is_valid_on(by.on) else shown.valid_from
    placements = UnitPlacement.objects.filter(unit=shown).select_related("parent").order_by("valid_from")
    below = Unit.objects.restrict(by, VIEW_UNITS).filter(
        pk__in=UnitPlacement.objects.filter(valid_on(day), parent=shown).values("unit")
    )
    procedures = queries.emergency_procedures(by, shown)
    context = {
        "unit": shown,
        "today": request.principal.on,
        "facts": _facts(shown),
        "placements": [(row.parent.name, _period(row.valid_from, row.valid_to)) for row in placements],
        "below": below.order_by("code"),
        "successions": [
            {
                "effective": era_date(row.effective_on),
                "label": row.get_kind_display(),
                "before": row.predecessor,
                "after": row.successor,
            }
            for row in queries.successions_of(shown)
        ],
        "history_header": ["期間", "組織", "氏名", "職", "区分"],
        "placement_header": ["上位の組織", "期間"],
        "past_header": ["期間", "内容", "連絡先"],
        "posts": queries.post_lines(shown, day) if sees_people else [],
        "managers": queries.manager_on(shown, by.on),
        "history": _history(shown) if sees_people else [],
        "sees_people": sees_people,
        "procedure": next((row for row in procedures if row.valid_to is None), None),
        "past_procedures": [
            (_period(row.valid_from, row.valid_to), row.text, row.contact)
            for row in procedures
            if row.valid_to is not None
        ],
        "may_change": bool(decide(by, CHANGE_UNITS, unit=shown)) and shown.valid_to is None,
        "may_appoint": bool(decide(by, CHANGE_PEOPLE, unit=shown)) and shown.valid_to is None,
        "may_write_procedure": bool(decide(by, WRITE_EMERGENCY_PROCEDURE, unit=shown))
        and shown.valid_to is None,
        "is_root": shown.kind.rank == 0,
        "with_bureau": queries.name_with_bureau(by.city, shown.pk, day),
    }
    return page(request, "unit", context, here="organization-units")


def _facts(unit: Unit) -> list[tuple[str, str]]:
    return [
        ("所属コード", unit.code),
        ("ふりがな", unit.kana),
        ("種類", unit.kind.name + ("（点検の対象）" if unit.kind.answers_sheets else "")),
        ("実施機関", unit.body.name if unit.body else ""),
        ("期間", _period(unit.valid_from, unit.valid_to)),
    ]


def _history(unit: Unit) -> list[list[str]]:
    return [
        [_period(one.starts, one.ends), one.unit_name, one.person_name, one.post_title, one.kind]
        for one in queries.manager_history(unit)
    ]


def _period(starts: date, ends: date | None) -> str:
    """Return 「平成26年4月1日から平成27年3月31日まで」: the last day is the day before the row ends."""
    if ends is None:
        return f"{era_date(starts)}から"
    return f"{era_date(starts)}から{era_date(max(ends - timedelta(days=1), starts))}まで"


def unit_crumbs(unit: Unit) -> list[dict[str, str]]:
    """Return the way to *unit* for a page below it."""
    return [{"label": unit.name, "url": reverse("organization-unit", args=[unit.pk])}]
