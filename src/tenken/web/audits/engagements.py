"""The list of audits: filter, sort, export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.audit.competence.queries.register import conflicted_appointments
from tenken.audit.engagement_states import LIVE
from tenken.audit.engagements.queries import audits_held, engagements_for, workloads
from tenken.audit.engagements.queries.waiting import next_step, waiting_engagements
from tenken.audit.models import Appointment, Engagement
from tenken.audit.models.engagements import EngagementQuerySet
from tenken.audit.permissions import (
    MANAGE_AUDITS,
    ORDER_AUDITS,
    VIEW_AUDITORS,
    VIEW_AUDITS,
    VIEW_ROTATION,
)
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.organization.access import require, require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.engagement_forms import choose
from tenken.web.audits.engagement_tables import EngagementTable, HeldTable, WorkTable
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE, _YEARS = 50, 10


class YearForm(forms.Form):
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "year", [("", "すべて"), *((year, str(FiscalYear(year))) for year in years)])


class EngagementFilterForm(forms.Form):
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "すべて"), ("live", "進行中"), *Engagement.Status.choices],
    )
    kind = forms.ChoiceField(
        label="種類",
        required=False,
        choices=[("", "すべて"), *Engagement.Kind.choices, ("special", "特命監査")],
    )
    q = forms.CharField(label="監査対象・テーマ", required=False, max_length=60)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "year", [("", "すべて"), *((year, str(FiscalYear(year))) for year in years)])


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the audits the reader may see."""
    by = request.principal
    require_somewhere(by, VIEW_AUDITS)
    everything = engagements_for(by)
    years = sorted(set(everything.values_list("fiscal_year", flat=True)), reverse=True)
    form = EngagementFilterForm(request.GET or None, years=years)
    leads = Appointment.objects.filter(
        engagement=OuterRef("pk"), part=Appointment.Part.LEAD, valid_to__isnull=True
    )
    rows = _narrowed(everything, form).annotate(lead_name=Subquery(leads.values("name")[:1]))
    shown = list(rows.order_by("-fiscal_year", "-number"))
    table = EngagementTable(shown, names=names_with_bureau(by.city, {row.unit_id for row in shown}, by.on))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, "監査一覧", kind)
    mine = list(waiting_engagements(by).select_related("unit", "system").order_by("starts_on", "pk")[:20])
    names = names_with_bureau(by.city, {row.unit_id for row in mine}, by.on)
    context = {
        "form": form,
        "table": table,
        "waiting": [(row, names.get(row.unit_id, ""), next_step(by, row)) for row in mine],
        "figures": _figures(shown),
        "may_plan": by.everywhere(MANAGE_AUDITS),
        "may_order": by.everywhere(ORDER_AUDITS) or by.everywhere(MANAGE_AUDITS),
        "may_read_auditors": by.holds(VIEW_AUDITORS),
        "may_read_rotation": by.everywhere(VIEW_ROTATION),
        "conflicts": conflicted_appointments(by.city, by.on) if by.everywhere(MANAGE_AUDITS) else [],
        "export": exports(request),
    }
    return render(request, "web/audits/index.html", context)


@signed_in
@require_safe
def held(request: SignedInRequest) -> HttpResponse:
    """監査の実施一覧: every audit held in ten years, or in one, whoever held it."""
    by = request.principal
    require(by, MANAGE_AUDITS)
    this = FiscalYear.of(by.on).year
    form = YearForm(request.GET or None, years=list(range(this + 1, this - _YEARS, -1)))
    chosen = form.cleaned_data["year"] if form.is_bound and form.is_valid() else None
    rows = audits_held(by.city, [chosen] if chosen else range(this - _YEARS + 1, this + 2))
    table = HeldTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, "情報セキュリティ監査の実施一覧", kind)
    context = {"form": form, "table": table, "title": "監査の実施一覧", "export": exports(request)}
    return render(request, "web/audits/engagements_list.html", context)


@signed_in
@require_safe
def work(request: SignedInRequest) -> HttpResponse:
    """Who works on which audits, and which appointments are in conflict."""
    by = request.principal
    require(by, MANAGE_AUDITS)
    rows = workloads(by)
    names = names_with_bureau(by.city, {row.engagement.unit_id for row in rows}, by.on)
    table = WorkTable(rows, names=names)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, "監査人の担当", kind)
    context = {
        "table": table,
        "title": "監査人の担当",
        "conflicts": conflicted_appointments(by.city, by.on),
        "export": exports(request),
    }
    return render(request, "web/audits/engagements_list.html", context)


def _narrowed(rows: EngagementQuerySet, form: EngagementFilterForm) -> EngagementQuerySet:
    if not form.is_bound:
        return rows
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["year"]:
        rows = rows.filter(fiscal_year=asked["year"])
    if asked["status"]:
        rows = rows.filter(status__in=LIVE if asked["status"] == "live" else {asked["status"]})
    if asked["kind"]:
        rows = rows.filter(**({"special": True} if asked["kind"] == "special" else {"kind": asked["kind"]}))
    for word in asked["q"].split():
        rows = rows.filter(
            Q(unit__search_text__contains=search_key(word))
            | Q(system__name__contains=word)
            | Q(theme__contains=word)
        )
    return rows


def _figures(shown: list[Engagement]) -> list[dict[str, Any]]:
    parts = (
        ("計画中", "neutral", "planned"),
        ("通知済", "blue", "notified"),
        ("実施中", "yellow", "fieldwork"),
        ("事実確認中", "yellow", "drafted"),
        ("報告済", "blue", "issued"),
        ("終了", "green", "closed"),
    )
    return [
        {
            "number": sum(one.status == status for one in shown),
            "label": label,
            "unit": "件",
            "tone": tone,
            "url": f"{reverse('audits-index')}?{urlencode({'status': status})}",
        }
        for label, tone, status in parts
    ]


def exports(request: SignedInRequest) -> dict[str, str]:
    """Return the addresses of the present list as Excel and CSV."""
    query = request.GET.copy()
    links = {}
    for kind in ("excel", "csv"):
        query["export"] = kind
        links[kind] = f"?{query.urlencode()}"
    return links
