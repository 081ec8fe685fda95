"""Papers of one record: read on the page, taken out as files."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tenken.common.era import parse_date
from tenken.common.refusals import Invalid, Missing
from tenken.reports.blocks import ChartFigure, Paper, numbered
from tenken.reports.record_papers import RecordPaper, record_paper
from tenken.reports.render import MEDIA_TYPES
from tenken.reports.render import render as render_form
from tenken.web.charts import chart_response
from tenken.web.components.fields import EraDateField
from tenken.web.exports import attachment
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.reports.showing import shown_blocks


class AsOfForm(forms.Form):
    """The day a paper speaks of."""

    as_of = EraDateField(
        label="基準日", help_text="この日の時点の内容を示します。例：2026-07-01、令和8年7月1日"
    )


@signed_in
@require_safe
def page(request: SignedInRequest, code: str, key: int) -> HttpResponse:
    """Show a paper of a record as it would print; ``?as_of=`` is the day it speaks of, today when not given."""
    kind, paper, query = _asked(request, code, key)
    context = {
        "kind": kind,
        "paper": paper,
        "letters": paper.letters,
        "blocks": [
            *shown_blocks(
                paper, lambda name: reverse("reports-record-figure", args=[code, key, name]) + query
            )
        ],
        "form": AsOfForm(initial={"as_of": _day(request)}) if kind.dated else None,
        "downloads": {
            form: reverse("reports-record-file", args=[code, key, form]) + query for form in kind.forms
        },
    }
    return render(request, "web/reports/record.html", context)


@signed_in
@require_safe
def download(request: SignedInRequest, code: str, key: int, form: str) -> HttpResponse:
    """Send a paper of a record as Word, PDF, Excel or HTML."""
    kind, paper, _ = _asked(request, code, key)
    if form not in kind.forms:
        raise Missing("その形式の資料はありません。")
    return attachment(
        render_form(paper, form), f"{paper.title}_{paper.issued_on:%Y%m%d}.{form}", MEDIA_TYPES[form]
    )


@signed_in
@require_safe
def figure(request: SignedInRequest, code: str, key: int, name: str) -> HttpResponse:
    """Draw one figure of a paper of a record."""
    _, paper, _ = _asked(request, code, key)
    for block in numbered(paper).blocks:
        if isinstance(block, ChartFigure) and block.key == name:
            return chart_response(block)
    raise Missing("その図はありません。")


def _asked(request: SignedInRequest, code: str, key: int) -> tuple[RecordPaper, Paper, str]:
    kind = record_paper(code)
    day = _day(request)
    query = "?" + urlencode({"as_of": day.isoformat()}) if "as_of" in request.GET else ""
    return kind, kind.of(request.principal, key, day), query


def _day(request: SignedInRequest) -> date:
    text = request.GET.get("as_of", "").strip()
    if not text:
        return request.principal.on
    try:
        return parse_date(text)
    except ValueError as error:
        raise Invalid(f"基準日が正しくありません：{error}") from None
