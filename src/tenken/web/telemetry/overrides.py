"""フィルタリングの解除: each section's count by month, and on which day its head is told."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.permissions import MANAGE_SETTINGS
from tenken.reports.blocks import ChartFigure, Series
from tenken.telemetry.models import OverrideNotice
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.search.overrides import (
    Overrides,
    month_before,
    months_up_to,
    overrides_in,
    rule_of,
    set_rule,
)
from tenken.web.changing import change_page
from tenken.web.charts import chart_response
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.search_forms import MonthForm, OverrideRuleForm
from tenken.web.telemetry.search_pages import tabs
from tenken.web.telemetry.search_tables import OverrideTable

_FOLDER = "web/telemetry/search"
_MONTHS_BACK = 72


def _month(request: SignedInRequest) -> tuple[MonthForm, date]:
    """Return the form and the month it asks for: the last whole one unless another is chosen."""
    months = [month_before(clock.today())]
    while len(months) < _MONTHS_BACK:
        months.append(month_before(months[-1]))
    months.insert(0, clock.today().replace(day=1))
    form = MonthForm(request.GET or None, months=months, initial={"month": f"{months[1]:%Y-%m}"})
    chosen = form.cleaned_data["month"] if form.is_bound and form.is_valid() else ""
    return form, next((one for one in months if f"{one:%Y-%m}" == chosen), months[1])


@require_safe
@signed_in
def board(request: SignedInRequest) -> HttpResponse:
    """Each section in the reader's sight with its overrides of a month."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form, month = _month(request)
    found = overrides_in(by, month)
    table = OverrideTable(_rows(by, found, month), order_by=("-overrides", "name"))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, f"フィルタリングの解除の件数_{month:%Y%m}", kind)
    total = sum(one.overrides for one in found)
    before = sum(one.before for one in found)
    context = {
        "form": form,
        "month": month,
        "table": table,
        "total": total,
        "before": before,
        "sections": sum(1 for one in found if one.overrides),
        "rule": rule_of(by.city),
        "may_set": by.everywhere(MANAGE_SETTINGS),
        "tabs": tabs(by, "telemetry-overrides"),
        **_chart_context(found, month, ""),
    }
    return render(request, f"{_FOLDER}/overrides.html", context)


def _rows(by: Principal, found: list[Overrides], month: date) -> list[dict[str, Any]]:
    told = dict(
        OverrideNotice.objects.restrict(by, VIEW_TERMINALS)
        .filter(month=month)
        .values_list("unit_id", "told_at")
    )
    return [
        {
            "order": order,
            "name": one.name,
            "overrides": one.overrides,
            "before": one.before,
            "change": one.overrides - one.before,
            "web": one.web,
            "per_thousand": one.per_thousand,
            "told": told.get(one.unit_id),
            "url": f"{reverse('telemetry-overrides-unit', args=[one.unit_id])}?{urlencode({'month': f'{month:%Y-%m}'})}",
        }
        for order, one in enumerate(found)
    ]


@require_safe
@signed_in
def unit_board(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """One section's overrides over thirteen months."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form, month = _month(request)
    one = _unit(by, month, unit_id)
    context = {
        "one": one,
        "form": form,
        "month": month,
        "notices": OverrideNotice.objects.restrict(by, VIEW_TERMINALS)
        .filter(unit=unit_id)
        .order_by("-month")[:13],
        **_chart_context([one], month, str(unit_id)),
    }
    return render(request, f"{_FOLDER}/overrides_unit.html", context)


def _unit(by: Principal, month: date, unit_id: int) -> Overrides:
    found = next((one for one in overrides_in(by, month) if one.unit_id == unit_id), None)
    if found is None:
        raise Missing("この課公所の記録はありません。")
    return found


def _chart_context(found: list[Overrides], month: date, unit: str) -> dict[str, Any]:
    chart = _chart(found, month)
    query = {"month": f"{month:%Y-%m}"} | ({"unit": unit} if unit else {})
    numbers = chart.series[0].values
    return {
        "chart": chart if any(numbers) else None,
        "chart_url": f"{reverse('telemetry-overrides-chart')}?{urlencode(query)}",
        "chart_table": {
            "header": ["月", "解除の件数"],
            "rows": [[name, number] for name, number in zip(chart.categories, numbers, strict=True)],
        },
    }


def _chart(found: list[Overrides], month: date) -> ChartFigure:
    months = months_up_to(month)
    return ChartFigure(
        key="overrides",
        caption="フィルタリングの解除の件数の推移",
        categories=tuple(f"{one.year}年{one.month}月" for one in months),
        series=(
            Series(
                "解除の件数", tuple(sum(one.history[at] for one in found) for at in range(len(months))), "now"
            ),
        ),
        unit="件",
        category_title="月",
    )


@require_safe
@signed_in
def chart(request: SignedInRequest) -> HttpResponse:
    """The thirteen months up to a month, drawn: of all in sight, or of ``?unit=``."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    _, month = _month(request)
    asked = request.GET.get("unit", "")
    if not asked:
        return chart_response(_chart(overrides_in(by, month), month))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return chart_response(_chart([_unit(by, month, int(asked))], month))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: SignedInRequest) -> HttpResponse:
    """On which day of the month section heads are told."""
    by = request.principal
    require(by, MANAGE_SETTINGS)
    rule = rule_of(by.city)
    form = OverrideRuleForm(
        request.POST or None,
        initial={"enabled": rule.enabled, "day": rule.day, "tell_none": rule.tell_none},
    )
    return change_page(
        request,
        form,
        lambda asked: set_rule(by=by, version=rule.version, **asked),
        title="解除の件数の通知",
        lead="前月にフィルタリングを解除した件数を、毎月、各課公所の情報管理者にメールで知らせます。",
        submit="設定を保存する",
        back=reverse("telemetry-overrides"),
        done="通知の設定を保存しました。",
        crumbs=[{"label": "フィルタリングの解除", "url": reverse("telemetry-overrides")}],
        standing=rule,
    )
