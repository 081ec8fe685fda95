"""使用の状況: what terminals report held against the policy, by section, by device, by month."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.forms import ChoiceField, Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Missing
from tenken.journal.operations import note_access
from tenken.organization.access import require_somewhere
from tenken.organization.models import Unit
from tenken.reports.blocks import ChartFigure, Series
from tenken.telemetry.device_control.attached import attached
from tenken.telemetry.device_control.compliance import Compliance, compliance
from tenken.telemetry.device_control.rules.judging import LABELS, Drift
from tenken.telemetry.permissions import VIEW_DEVICES
from tenken.web.charts import chart_response
from tenken.web.components.tables import DateColumn, MomentColumn, NumberColumn, Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.periods import asked, units_in_sight

_DAYS = 30
_LONGEST = 92
_TABLES = {"section": "課ごと", "device": "媒体ごと", "detail": "明細"}


class _TallyTable(Table):
    row_header = "name"

    name = tables.Column(verbose_name="課公所", attrs={"td": {"class": "wide-cell"}})
    total = NumberColumn(verbose_name="違い")
    unapproved = NumberColumn(verbose_name="許可なし", accessor="drifts", orderable=False)
    forbidden = NumberColumn(verbose_name="使用不可", accessor="drifts", orderable=False)
    elsewhere = NumberColumn(verbose_name="期間・場所違い", accessor="drifts", orderable=False)
    written = NumberColumn(verbose_name="書き込み", accessor="drifts", orderable=False)
    printed = NumberColumn(verbose_name="印刷", accessor="drifts", orderable=False)
    connects = NumberColumn(verbose_name="接続")
    blocked = NumberColumn(verbose_name="止めた接続")
    terminals = NumberColumn(verbose_name="端末")

    def render_unapproved(self, value: Any) -> str:
        return f"{value[Drift.UNAPPROVED]:,}"

    def render_forbidden(self, value: Any) -> str:
        return f"{value[Drift.FORBIDDEN]:,}"

    def render_elsewhere(self, value: Any) -> str:
        return f"{value[Drift.EXPIRED] + value[Drift.ELSEWHERE]:,}"

    def render_written(self, value: Any) -> str:
        return f"{value[Drift.WRITTEN]:,}"

    def render_printed(self, value: Any) -> str:
        return f"{value[Drift.PRINTED]:,}"


class SectionTallyTable(_TallyTable):
    caption = "表1　課公所ごと"

    name = tables.Column(verbose_name="課公所", attrs={"td": {"class": "wide-cell"}})


class DeviceTallyTable(_TallyTable):
    caption = "表2　媒体ごと"

    name = tables.Column(
        verbose_name="媒体（ベンダーID:プロダクトID:シリアル）", attrs={"td": {"class": "wide-cell"}}
    )

    class Meta(Table.Meta):
        exclude = ("printed",)


class DifferenceTable(Table):
    caption = "表3　使用制限との違い（日ごと）"
    row_header = "label"

    day = DateColumn(verbose_name="日")
    label = tables.Column(verbose_name="違い")
    section = tables.Column(verbose_name="課公所")
    terminal = tables.Column(verbose_name="端末")
    person = tables.Column(verbose_name="職員番号")
    device = tables.Column(verbose_name="媒体")
    identity = tables.Column(verbose_name="識別番号")
    events = NumberColumn(verbose_name="件数")
    size = NumberColumn(verbose_name="バイト")
    because = tables.Column(verbose_name="もとになる行", orderable=False)

    def render_because(self, value: str, record: Any) -> str:
        return f"第{record.policy}版 {value}"


class MovedTable(Table):
    caption = "表4　ネットワークの区分・接続の変化"
    row_header = "terminal"

    terminal = tables.Column(verbose_name="端末")
    section = tables.Column(verbose_name="課公所")
    segments = tables.Column(verbose_name="現れた区分", orderable=False)
    changes = NumberColumn(verbose_name="接続の変化")
    last = MomentColumn(verbose_name="最後")

    def render_segments(self, value: tuple[str, ...]) -> str:
        return "、".join(value) or "—"


@signed_in
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Show how a period agrees with the policy."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    form, period, unit = asked(request, VIEW_DEVICES, days=_DAYS, longest=_LONGEST)
    found = compliance(by, period, unit)
    if found.differences:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("telemetry.device_compliance", f"{period.first}/{period.last}"),
            purpose="外部媒体の使用の状況の確認",
            rows=len(found.differences),
        )
    moved = [
        {
            "terminal": row.terminal,
            "section": section,
            "segments": row.segments,
            "changes": row.changes,
            "last": row.last,
        }
        for section, row in found.moved
    ]
    shown = {
        "section": SectionTallyTable(found.sections, prefix="s-"),
        "device": DeviceTallyTable(found.devices, prefix="d-"),
        "detail": DifferenceTable(found.differences, prefix="x-"),
        "moved": MovedTable(moved, prefix="m-"),
    }
    if kind := wants_export(request):
        name = request.GET.get("table", "section")
        if name == "month":
            header, rows = _months(found)
            return export_rows(header, rows, "外部媒体の使用の状況_月ごと", kind)
        if name not in shown:
            raise Missing("この表はありません。")
        return export_table(shown[name], f"外部媒体の使用の状況_{_TABLES.get(name, '区分の変化')}", kind)
    for table in shown.values():
        RequestConfig(request, paginate={"per_page": 50}).configure(table)
    header, rows = _months(found)
    chart = _chart(found)
    context = {
        "form": form,
        "period": period,
        "found": found,
        "figures": _figures(found),
        "tables": shown,
        "months_header": header,
        "months": rows,
        "chart": chart,
        "chart_url": f"{reverse('telemetry-compliance-chart')}?{request.GET.urlencode()}",
        "chart_table": {
            "header": ["種類", "件数"],
            "rows": [[LABELS[one], found.by_drift[one]] for one in Drift],
        },
    }
    return render(request, "web/telemetry/devices/compliance.html", context)


class AttachedTable(Table):
    caption = "表1　構成情報にある外部機器"
    row_header = "name"

    terminal = tables.Column(verbose_name="端末")
    section = tables.Column(verbose_name="課公所")
    kind = tables.Column(verbose_name="種類")
    name = tables.Column(verbose_name="名称")
    identity = tables.Column(verbose_name="識別番号")
    verdict = tables.Column(verbose_name="使用制限との違い", default="なし")
    seen_at = MomentColumn(verbose_name="構成情報の受信")

    def render_verdict(self, value: str) -> str:
        return value or "なし"


class UnitForm(Form):
    """Whose inventories."""

    unit = ChoiceField(label="局・区・課", required=False)

    def __init__(self, data: Any, *, units: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, ChoiceField)
        field.choices = [("", "すべて"), *units]


@signed_in
@require_safe
def attached_page(request: SignedInRequest) -> HttpResponse:
    """Show the external devices that stand in the last inventories."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    form = UnitForm(request.GET or None, units=units_in_sight(by, VIEW_DEVICES))
    key = form.cleaned_data["unit"] if form.is_bound and form.is_valid() else ""
    unit = Unit.objects.get(pk=key, city=by.city_id) if key else None
    rows = attached(by, unit)
    table = AttachedTable(rows)
    if kind := wants_export(request):
        return export_table(table, "構成情報にある外部機器", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "form": form,
        "table": table,
        "differing": sum(1 for row in rows if row.verdict),
        "total": len(rows),
    }
    return render(request, "web/telemetry/devices/attached.html", context)


@signed_in
@require_safe
def chart_svg(request: SignedInRequest) -> HttpResponse:
    """Return the figure of the differences by kind."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    _, period, unit = asked(request, VIEW_DEVICES, days=_DAYS, longest=_LONGEST)
    return chart_response(_chart(compliance(by, period, unit)))


def _chart(found: Compliance) -> ChartFigure | None:
    if not found.differences:
        return None
    return ChartFigure(
        key="drift",
        caption="使用制限との違い",
        categories=tuple(LABELS[one] for one in Drift),
        series=(Series("件数", tuple(found.by_drift[one] for one in Drift), "now"),),
        unit="件",
        category_title="種類",
        label="図1",
    )


def _months(found: Compliance) -> tuple[list[str], list[list[Any]]]:
    header = ["月", *(LABELS[one] for one in Drift), "計"]
    rows = [
        [month, *(counts[one] for one in Drift), sum(counts.values())]
        for month, counts in found.by_month.items()
    ]
    return header, rows


def _figures(found: Compliance) -> list[dict[str, Any]]:
    total = sum(found.by_drift.values())
    sections = sum(1 for row in found.sections if row.total)

    def figure(label: str, number: int, unit: str, tone: str = "neutral", note: str = "") -> dict[str, Any]:
        tone = tone if number else "neutral"
        return {"label": label, "number": f"{number:,}", "unit": unit, "tone": tone, "note": note}

    return [
        figure("使用制限との違い", total, "件", "red"),
        figure("違いのある課公所", sections, "課公所", "yellow"),
        figure("外部媒体の接続", found.connects, "件"),
        figure("止めた接続", found.blocked, "件", "blue"),
        figure("区分・接続の変化", len(found.moved), "台", "yellow"),
    ]
