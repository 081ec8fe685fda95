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

from tenken.audit.engagement_states import LIVE
from tenken.audit.engagements.queries import engagements_for
from tenken.audit.models import Appointment, Engagement
from tenken.audit.models.engagements import EngagementQuerySet
from tenken.audit.permissions import MANAGE_AUDITORS, MANAGE_AUDITS, ORDER_AUDITS, VIEW_AUDITS
from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.organization.access import require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audits.engagement_tables import EngagementTable
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50


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
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((year, str(FiscalYear(year))) for year in years)]


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
    context = {
        "form": form,
        "table": table,
        "figures": _figures(shown),
        "may_plan": by.everywhere(MANAGE_AUDITS),
        "may_order": by.everywhere(ORDER_AUDITS) or by.everywhere(MANAGE_AUDITS),
        "may_settle": by.everywhere(MANAGE_AUDITORS),
        "export": exports(request),
    }
    return render(request, "web/audits/index.html", context)


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
