"""The risk part across sections: what moved, which countermeasures are missing, where high risks remain; and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, F, Value, When
from django.forms import BooleanField, ChoiceField, Field, Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.assets.models import Classification, Storage
from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Answer, SheetAsset
from tenken.inspection.queries.boards import NO_BUREAU, find_programme
from tenken.inspection.queries.risk_overview import AssetCount, RiskOverview, SectionRisk, risk_overview
from tenken.inspection.rules.residual_risk import HIGH, LEVEL_LABELS, LOW, MEDIUM
from tenken.inspection.threats import threats
from tenken.organization.queries import names_with_bureau
from tenken.reports.blocks import ChartFigure, Series
from tenken.web.charts import chart_response
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.inspection.risk_tables import (
    BureauRiskTable,
    MissingTable,
    SectionAssetTable,
    SectionMissingTable,
    SectionRiskTable,
)
from tenken.web.principal import SignedInRequest, signed_in

_DRAWN = 10
_PER_PAGE = 50


@signed_in
@require_safe
def overview(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show the risk part of the whole inspection on one page; ``?export=`` takes its missing countermeasures out."""
    by = request.principal
    programme = find_programme(by, programme_id)
    found = risk_overview(by, programme)
    missing = MissingTable(found.missing, base=_url("missing", programme_id), prefix="missing-")
    RequestConfig(request, paginate=False).configure(missing)
    if kind := wants_export(request):
        if request.GET.get("table") == "assets":
            return _export_assets(found, kind)
        if request.GET.get("table") == "bureaus":
            return export_table(_bureaus(request, found), "局・区別の残るリスク", kind)
        return export_table(missing, "不足している対策", kind)
    high = found.high
    figures = [
        (
            len(found.sheets),
            "対象の課公所",
            reverse("inspection-sheets", args=[programme_id]),
            "課公所",
            "neutral",
        ),
        (len(found.assets), "主要な情報資産", _url("assets", programme_id), "件", "blue"),
        (len(high), "高いリスク", f"{_url('high', programme_id)}?level=high", "件", "red"),
        (
            sum(1 for risk in high if risk.decision is None),
            "高いリスクのうち対応が未定",
            f"{_url('high', programme_id)}?level=high&undecided=on",
            "件",
            "yellow",
        ),
    ]
    chart = _chart(found)
    context = {
        "programme": programme,
        "before": FiscalYear(found.before.fiscal_year) if found.before else "",
        "figures": figures,
        "asset_header": _ASSET_HEADER,
        "by_class": _shown(_asset_rows(found.by_class)),
        "by_form": _shown(_asset_rows(found.by_form)),
        "missing": missing,
        "bureaus": _bureaus(request, found),
        "chart": chart,
        "chart_table": {
            "header": ["対策", *(one.name for one in chart.series)],
            "rows": [
                [name, *("—" if one.values[at] is None else one.values[at] for one in chart.series)]
                for at, name in enumerate(chart.categories)
            ],
        },
        "assets_url": _url("assets", programme_id),
    }
    return render(request, "web/inspection/risk_overview.html", context)


_ASSET_HEADER = ["区分", "資産", "前回", "増減", "件数の計", "前回の計"]


def _asset_rows(counts: Sequence[AssetCount]) -> list[list[Any]]:
    """Return the figures of main assets as a file takes them; None where there was no inspection before."""
    return [
        [
            one.label,
            one.assets,
            one.assets_before,
            None if one.assets_before is None else one.assets - one.assets_before,
            one.amount,
            one.amount_before,
        ]
        for one in counts
    ]


def _shown(rows: list[list[Any]]) -> list[list[Any]]:
    return [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]


def _export_assets(found: RiskOverview, kind: str) -> HttpResponse:
    rows = [["重要性分類", *row] for row in _asset_rows(found.by_class)]
    rows += [["保管の形", *row] for row in _asset_rows(found.by_form)]
    return export_rows(["区分", "内訳", *_ASSET_HEADER[1:]], rows, "主要な情報資産の動向", kind)


def _bureaus(request: SignedInRequest, found: RiskOverview) -> BureauRiskTable:
    by = request.principal
    keys = [row.bureau_id for row in found.by_bureau if row.bureau_id is not None]
    names = names_with_bureau(by.city, keys, by.on)
    rows = [
        {
            "key": row.bureau_id or 0,
            "code": names.get(row.bureau_id or 0, NO_BUREAU),
            "name": names.get(row.bureau_id or 0, NO_BUREAU),
            "sections": row.sections,
            "high": row.by_level[HIGH],
            "medium": row.by_level[MEDIUM],
            "low": row.by_level[LOW],
            "undecided": row.undecided,
        }
        for row in found.by_bureau
    ]
    table = BureauRiskTable(rows, base=_url("high", found.programme.pk), prefix="bureau-")
    RequestConfig(request, paginate=False).configure(table)
    return table


def _chart(found: RiskOverview) -> ChartFigure:
    """Return the most common missing countermeasures as bars, beside the time before where there was one."""
    rows = found.missing[:_DRAWN]
    series = [Series("今回", tuple(row.missing for row in rows), "now")]
    if found.before is not None:
        series.insert(0, Series("前回", tuple(row.missing_before for row in rows), "before"))
    return ChartFigure(
        key="missing",
        caption="不足している対策",
        categories=tuple(f"{row.number} {Truncator(row.text).chars(22)}" for row in rows),
        series=tuple(series),
        unit="課公所",
        category_title="対策",
    )


@signed_in
@require_safe
def chart_svg(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Return the figure of the missing countermeasures."""
    programme = find_programme(request.principal, programme_id)
    return chart_response(_chart(risk_overview(request.principal, programme)))


# --- the rows behind the numbers ---------------------------------------------------------------------------------


class _RowsFilter(Form):
    """A filter over rows of sections: a bureau, and what the page adds."""

    unit = ChoiceField(label="局・区", required=False)

    def __init__(self, data: Any, found: RiskOverview, request: SignedInRequest) -> None:
        super().__init__(data)
        keys = {line.bureau for line in found.sheets.values() if line.bureau is not None}
        names = names_with_bureau(request.principal.city, keys, request.principal.on)
        choices = sorted((str(key), name) for key, name in names.items())
        if any(line.bureau is None for line in found.sheets.values()):
            choices.append(("0", NO_BUREAU))
        _choose(self.fields["unit"], choices)

    @property
    def said(self) -> dict[str, Any]:
        """What was asked for; what there is not asks for nothing."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}

    @property
    def bureau(self) -> int | None:
        return int(self.said["unit"]) if self.said.get("unit") else None


class _RiskFilter(_RowsFilter):
    level = ChoiceField(label="判定", required=False, choices=[("", "すべて"), *LEVEL_LABELS.items()])
    threat = ChoiceField(
        label="脅威", required=False, choices=[("", "すべて"), *((one.code, one.name) for one in threats())]
    )
    undecided = BooleanField(label="対応が未定", required=False)


class _AssetFilter(_RowsFilter):
    classification = ChoiceField(
        label="重要性分類", required=False, choices=[("", "すべて"), *Classification.choices]
    )
    form = ChoiceField(label="保管の形", required=False, choices=[("", "すべて"), *Storage.choices])


class _MissingFilter(_RowsFilter):
    item = ChoiceField(label="対策", required=False)

    def __init__(self, data: Any, found: RiskOverview, request: SignedInRequest) -> None:
        super().__init__(data, found, request)
        _choose(self.fields["item"], [(one.code, f"{one.number} {one.text[:30]}") for one in found.missing])


@signed_in
@require_safe
def high(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List residual risks of sections."""
    found = risk_overview(request.principal, find_programme(request.principal, programme_id))
    form = _RiskFilter(request.GET or None, found, request)
    said = form.said

    def wanted(risk: SectionRisk) -> bool:
        return (
            (form.bureau is None or (risk.bureau_id or 0) == form.bureau)
            and said.get("level", "") in ("", risk.residual.level)
            and said.get("threat", "") in ("", risk.threat.code)
            and not (said.get("undecided") and risk.decision)
        )

    rows = [risk for risk in found.risks if wanted(risk)]
    table = SectionRiskTable(rows, names=_names(request, (risk.unit_id for risk in rows)))
    return _rows_page(request, found, form, table, "残るリスク")


@signed_in
@require_safe
def assets(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List main assets of sections."""
    found = risk_overview(request.principal, find_programme(request.principal, programme_id))
    form = _AssetFilter(request.GET or None, found, request)
    rows = SheetAsset.objects.filter(sheet__in=found.sheets_of(found.programme)).select_related("sheet")
    rows = rows.annotate(
        class_order=Case(When(classification=Classification.S, then=Value("0")), default="classification")
    ).order_by("sheet__bureau__code", "sheet__unit__code", "order")
    said = form.said
    if form.bureau is not None:
        rows = rows.filter(sheet__bureau=form.bureau or None)
    if said.get("classification"):
        rows = rows.filter(classification=said["classification"])
    if said.get("form"):
        keys = [asset.pk for asset in found.assets if said["form"] in asset.forms]
        rows = rows.filter(pk__in=keys)
    table = SectionAssetTable(rows, names=_names(request, (line.unit for line in found.sheets.values())))
    return _rows_page(request, found, form, table, "主要な情報資産")


@signed_in
@require_safe
def missing(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List the sections where a countermeasure is missing."""
    found = risk_overview(request.principal, find_programme(request.principal, programme_id))
    form = _MissingFilter(request.GET or None, found, request)
    rows = (
        Answer.objects.filter(
            sheet__in=found.sheets_of(found.programme), question__in=list(found.questions), verdict="issue"
        )
        .select_related("sheet")
        .annotate(assets=Count("sheet__assets"))
        .order_by("sheet__bureau__code", "sheet__unit__code", F("question__order"))
    )
    if form.bureau is not None:
        rows = rows.filter(sheet__bureau=form.bureau or None)
    if item := form.said.get("item"):
        rows = rows.filter(question__revision__item__code=item)
    table = SectionMissingTable(rows, names=_names(request, (line.unit for line in found.sheets.values())))
    return _rows_page(request, found, form, table, "対策が不足している課公所")


def _rows_page(
    request: SignedInRequest, found: RiskOverview, form: Form, table: Any, title: str
) -> HttpResponse:
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{found.programme.name}_{title}", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {"programme": found.programme, "form": form, "table": table, "title": title}
    return render(request, "web/inspection/risk_rows.html", context)


def _names(request: SignedInRequest, units: Any) -> dict[int, str]:
    return names_with_bureau(request.principal.city, set(units), request.principal.on)


def _choose(field: Field, choices: Sequence[tuple[str, str]]) -> None:
    assert isinstance(field, ChoiceField)
    field.choices = [("", "すべて"), *choices]


def _url(page: str, programme_id: int) -> str:
    return reverse(f"inspection-risk-{page}", args=[programme_id])
