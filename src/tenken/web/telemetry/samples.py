"""業務データ閲覧の抜取り: drawing, answering, and what came of it on a page and on paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.directory import directory_of
from tenken.reports.blocks import (
    ChartFigure,
    Closing,
    Column,
    Heading,
    Paper,
    Paragraph,
    Series,
    Table,
    numbered,
)
from tenken.reports.docx import docx
from tenken.reports.pdf import pdf
from tenken.telemetry.models import SampledView, ViewSample
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_ALERTS
from tenken.telemetry.search.lots import in_words
from tenken.telemetry.search.purposes import require_purpose
from tenken.telemetry.search.samples import (
    Result,
    SampleData,
    draw_sample,
    may_review,
    require_review,
    results_of,
    review_view,
    samples_for,
    views_of,
    visible_sample,
)
from tenken.web.changing import show
from tenken.web.charts import chart_response
from tenken.web.exports import attachment, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.search_forms import ReviewForm, SampleForm
from tenken.web.telemetry.search_pages import for_a_purpose, tabs
from tenken.web.telemetry.search_tables import VERDICTS, SampleTable, ViewTable

_BOTH = ["GET", "HEAD", "POST"]
_FOLDER = "web/telemetry/search"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADER = ("課公所", "抜取り", "業務上必要", "業務上必要でない", "確認できない", "未回答")


@require_safe
@signed_in
def sample_list(request: SignedInRequest) -> HttpResponse:
    """List the samples that concern the reader."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    table = SampleTable(samples_for(by))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "業務データ閲覧の抜取り", kind)
    context = {
        "table": table,
        "may_draw": by.holds(SEARCH_EVENTS),
        "tabs": tabs(by, "telemetry-samples"),
    }
    return render(request, f"{_FOLDER}/samples.html", context)


@require_http_methods(_BOTH)
@signed_in
@for_a_purpose
def sample_new(request: SignedInRequest) -> HttpResponse:
    """Draw a sample for the purpose stated."""
    by = request.principal
    purpose = require_purpose(by)
    form = SampleForm(request.POST or None, by=by)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        data = SampleData(
            title=asked["title"],
            first=asked["first"],
            last=asked["last"],
            wanted=asked["wanted"],
            unit_id=asked["unit"],
            seed=asked["seed"],
            due_on=asked["due_on"],
        )
        try:
            sample = draw_sample(by=by, data=data)
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, "閲覧を抜き取りました。各課公所の情報管理者が確認します。")
            return redirect("telemetry-sample", sample.pk)
    context = {
        "form": form,
        "title": "閲覧の抜取り",
        "lead": "期間中の業務データの閲覧から無作為に抜き取り、業務上必要だったかを各課公所が確認します。",
        "text": f"目的：{purpose}",
        "submit": "抜き取る",
        "back": reverse("telemetry-samples"),
        "crumbs": [
            {"label": "閲覧の抜取り", "url": reverse("telemetry-samples")},
            {"label": "新しい抜取り", "url": ""},
        ],
    }
    return render(request, "web/changing.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def sample_page(request: SignedInRequest, sample_id: int) -> HttpResponse:
    """One sample: its figures by section, and its views. ``?paper=word`` or ``pdf``: the same as a paper."""
    by = request.principal
    sample = visible_sample(by, sample_id)
    views = list(views_of(by, sample))
    results = results_of(views)
    _note(by, sample, len(views))
    if (paper := request.GET.get("paper", "")) in ("word", "pdf"):
        return _as_paper(by, sample, results, paper)
    table = ViewTable(views_of(by, sample), by=by)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, f"抜取り_{sample.title}", kind)
    context = {
        "sample": sample,
        "table": table,
        "figures": _figures(results),
        "result_header": _HEADER,
        "result_rows": [_line(by, one) for one in results],
        "how": in_words(sample.seed, sample.wanted, sample.population),
        "scope": directory_of(by.city).name(sample.unit_id, by.on) if sample.unit_id else "全庁",
        "chart_url": reverse("telemetry-sample-chart", args=[sample.pk]),
        "chart": _chart(by, results),
        "own_waiting": [view for view in views if not view.verdict and may_review(by, view)],
    }
    return render(request, f"{_FOLDER}/sample.html", context)


@require_safe
@signed_in
def sample_chart(request: SignedInRequest, sample_id: int) -> HttpResponse:
    """The answers by section, drawn."""
    by = request.principal
    return chart_response(_chart(by, results_of(views_of(by, visible_sample(by, sample_id)))))


def _note(by: Principal, sample: ViewSample, rows: int) -> None:
    note_access(
        by=by,
        city_code=by.city_code,
        subject=("telemetry.sample", sample.pk),
        purpose=f"閲覧の抜取り「{sample.title}」"[:200],
        rows=rows,
    )


def _name(by: Principal, unit_id: int | None) -> str:
    return directory_of(by.city).name(unit_id, by.on) if unit_id else "所属なし"


def _line(by: Principal, one: Result) -> list[Any]:
    return [_name(by, one.unit_id), one.drawn, one.needed, one.not_needed, one.unknown, one.waiting]


def _figures(results: list[Result]) -> list[dict[str, Any]]:
    return [
        {"number": sum(one.drawn for one in results), "label": "抜取り", "tone": "neutral"},
        {"number": sum(one.needed for one in results), "label": "業務上必要", "tone": "green"},
        {"number": sum(one.not_needed for one in results), "label": "業務上必要でない", "tone": "red"},
        {"number": sum(one.unknown for one in results), "label": "確認できない", "tone": "neutral"},
        {"number": sum(one.waiting for one in results), "label": "未回答", "tone": "yellow"},
    ]


def _chart(by: Principal, results: list[Result]) -> ChartFigure:
    return ChartFigure(
        key="answers",
        caption="課公所ごとの確認の結果",
        categories=tuple(_name(by, one.unit_id) for one in results),
        series=(
            Series("抜取り", tuple(one.drawn for one in results), "before"),
            Series("業務上必要", tuple(one.needed for one in results), "now"),
            Series("業務上必要でない", tuple(one.not_needed for one in results), "open"),
        ),
        unit="件",
        category_title="課公所",
    )


def _as_paper(by: Principal, sample: ViewSample, results: list[Result], kind: str) -> HttpResponse:
    total = [sum(column) for column in zip(*(_line(by, one)[1:] for one in results), strict=True)]
    today = clock.today()
    period = f"{era_date(sample.starts_on)}から{era_date(sample.ends_on)}まで"
    answered = total[0] - total[4]
    blocks = (
        Heading(1, "抜取りの方法"),
        Paragraph(f"目的は「{sample.purpose}」、期間は{period}である。"),
        Paragraph(in_words(sample.seed, sample.wanted, sample.population)),
        Heading(1, "確認の結果"),
        Paragraph(
            f"抜き取った{total[0]:,}件のうち{answered:,}件を課公所が確認し、業務上必要が{total[1]:,}件、"
            f"業務上必要でないが{total[2]:,}件、確認できないが{total[3]:,}件であった（未回答{total[4]:,}件）。",
            refs=("results",),
        ),
        Table(
            key="results",
            caption="課公所ごとの確認の結果",
            columns=(Column(_HEADER[0], width=3), *(Column(name, "right") for name in _HEADER[1:])),
            rows=tuple(tuple(_line(by, one)) for one in results),
            total=("計", *total),
        ),
        _chart(by, results),
        Closing(),
    )
    made = numbered(
        Paper(
            code="telemetry-sample",
            title=f"業務データの閲覧の抜取り（{sample.title}）",
            number="",
            city_name=by.city.name,
            issued_on=today,
            fiscal_year=today.year if today.month > 3 else today.year - 1,
            header="業務データの閲覧の抜取り",
            blocks=blocks,
        )
    )
    name = f"抜取り_{sample.title}_{today:%Y%m%d}"
    if kind == "word":
        return attachment(docx(made), f"{name}.docx", _WORD)
    return attachment(pdf(made), f"{name}.pdf", "application/pdf")


@require_http_methods(_BOTH)
@signed_in
def sample_view(request: SignedInRequest, sample_id: int, view_id: int) -> HttpResponse:
    """One drawn view, and the section's answer."""
    by = request.principal
    sample = visible_sample(by, sample_id)
    view = views_of(by, sample).filter(pk=view_id).first()
    if view is None:
        raise Missing("抜き取った閲覧が見つかりません。")
    if request.method == "POST":
        require_review(by, view)
    form = ReviewForm(request.POST or None, initial={"verdict": view.verdict, "note": view.note})
    if form.is_bound and form.is_valid():
        seen = request.POST.get("version", "")
        try:
            review_view(
                by=by,
                view_id=view.pk,
                version=int(seen) if seen.isascii() and seen.isdigit() else None,
                **form.cleaned_data,
            )
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, f"{view.number}番を確認しました。")
            return redirect(_next(by, sample, view))
    _note(by, sample, 1)
    context = {
        "sample": sample,
        "view": view,
        "unit": _name(by, view.unit_id),
        "verdict": VERDICTS[view.verdict],
        "form": form,
        "may_review": may_review(by, view),
    }
    return render(request, f"{_FOLDER}/sample_view.html", context, status=422 if form.is_bound else 200)


def _next(by: Principal, sample: ViewSample, view: SampledView) -> str:
    """Return the next view that waits for the reader's answer, or the sample."""
    waiting = views_of(by, sample).filter(verdict="")
    for one in waiting.filter(number__gt=view.number)[:50]:
        if may_review(by, one):
            return reverse("telemetry-sample-view", args=[sample.pk, one.pk])
    return reverse("telemetry-sample", args=[sample.pk])
