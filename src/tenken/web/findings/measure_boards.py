"""Boards over measures: by report, owner and year; promises; what a section has to answer; what waits to be decided on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid
from tenken.findings.models import AuditReport, Finding
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES, VIEW_FINDINGS
from tenken.findings.queries import (
    MeasureBoard,
    MeasureCount,
    lacking_evidence,
    measure_board,
    my_measures,
    open_promises,
    proposals_waiting,
)
from tenken.findings.states import PROMISED, UNANSWERED
from tenken.organization.access import Principal, decide, require_somewhere
from tenken.organization.imports import waiting_files
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.exports import EXCEL, attachment, export_table, wants_export
from tenken.web.findings.boards import findings_address
from tenken.web.findings.lists import export_addresses
from tenken.web.findings.measure_forms import BoardFilterForm
from tenken.web.findings.menu import findings_tabs
from tenken.web.findings.report_tables import (
    AnswerTable,
    OwnerTable,
    PromiseTable,
    ProposalTable,
    ReportTable,
    YearTable,
    count_record,
)
from tenken.web.findings.tables import FindingTable
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.measures import TITLE, apply_measures, measures_difference, measures_workbook

_PER_PAGE = 50
_BESIDE = 25  # of the tables below another
_MEASURES = Finding.Track.MEASURES


@signed_in
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Reports and how far their measures are; the same by section and by year."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    reports = list(AuditReport.objects.restrict(by, VIEW_FINDINGS))
    form = BoardFilterForm(
        request.GET or None, years=sorted({one.fiscal_year for one in reports}, reverse=True)
    )
    chosen = form.cleaned_data["fiscal_year"] if form.is_bound and form.is_valid() else ""
    year = int(chosen) if chosen else None
    counts = measure_board(by, fiscal_year=year)
    shown = [one for one in reports if year in (None, one.fiscal_year) or one.pk in counts.by_report]
    table = ReportTable(_report_rows(shown, counts))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "監査結果報告書と措置", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    owners = OwnerTable(_owner_rows(by, counts, year), prefix="owners-")
    years = YearTable(_year_rows(counts), prefix="years-")
    for one in (owners, years):
        RequestConfig(request, paginate={"per_page": _BESIDE}).configure(one)
    context = {
        "tabs": findings_tabs(by, "findings-reports"),
        "manages": bool(decide(by, MANAGE_REPORTS)),
        "form": form,
        "figures": _figures(counts.all, year),
        "table": table,
        "owners": owners,
        "years": years,
        "export": export_addresses(request),
    }
    return render(request, "web/findings/measures.html", context)


def _report_rows(reports: list[AuditReport], counts: MeasureBoard) -> list[dict[str, Any]]:
    none = MeasureCount()
    return [
        {
            "pk": one.pk,
            "title": one.title,
            "kind": one.get_kind_display(),
            "fiscal_year": one.fiscal_year,
            **count_record(counts.by_report.get(one.pk, none)),
        }
        for one in reports
    ]


def _owner_rows(by: Principal, counts: MeasureBoard, year: int | None) -> list[dict[str, Any]]:
    names = names_with_bureau(by.city, counts.by_unit, by.on)
    every = findings_address(track=_MEASURES, fiscal_year=year)
    return [
        {
            "unit": name,
            "url": f"{every}&unit={unit}",
            **count_record(counts.by_unit[unit]),
        }
        for unit, name in names.items()
    ]


def _year_rows(counts: MeasureBoard) -> list[dict[str, Any]]:
    return [
        {"year": year, "url": findings_address(fiscal_year=year, track=_MEASURES), **count_record(count)}
        for year, count in counts.by_year.items()
    ]


def _figures(count: MeasureCount, year: int | None) -> list[dict[str, Any]]:
    waiting = sum(count.by_status.get(status, 0) for status in UNANSWERED - {PROMISED})
    promises = reverse("findings-promises")
    return [
        {"number": count.done, "label": "措置済", "tone": "green", "url": ""},
        {"number": count.promised, "label": "措置済（予定を含む）", "tone": "blue", "url": promises},
        {
            "number": count.lacking,
            "label": "措置済で証拠のないもの",
            "tone": "red" if count.lacking else "neutral",
            "url": reverse("findings-lacking"),
        },
        {"number": waiting, "label": "未着手・検討中・継続努力", "tone": "yellow", "url": ""},
        {
            "number": count.overdue,
            "label": "期限超過",
            "tone": "red" if count.overdue else "neutral",
            "url": findings_address(track=_MEASURES, overdue="on", fiscal_year=year),
        },
    ]


class PromiseFilterForm(forms.Form):
    overdue = forms.BooleanField(label="期限を過ぎたもの", required=False)


@signed_in
@require_safe
def promises(request: SignedInRequest) -> HttpResponse:
    """What was called done and is still to come, the earliest due first."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    form = PromiseFilterForm(request.GET or None)
    only = form.is_bound and form.is_valid() and form.cleaned_data["overdue"]
    table = PromiseTable(open_promises(by, overdue=only), by=by)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "予定を含む措置", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "title": "予定を含む措置",
        "lead": "「措置済」と報告したもののうち、まだ行っていないことを含むものです。証拠が届くまで、ここに残ります。",
        "form": form,
        "table": table,
        "export": export_addresses(request),
        "tabs": findings_tabs(by, "findings-reports"),
    }
    return render(request, "web/findings/measure_list.html", context)


@signed_in
@require_safe
def lacking(request: SignedInRequest) -> HttpResponse:
    """What is 措置済 without a file that shows it."""
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    rows = lacking_evidence(by)
    table = _LackingTable(rows, by=by, categories={})
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "証拠のない措置済", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "title": "証拠のない措置済",
        "lead": "「措置済」で予定は残っていませんが、証拠のファイルがないものです。",
        "table": table,
        "export": export_addresses(request),
        "tabs": findings_tabs(by, "findings-reports"),
    }
    return render(request, "web/findings/measure_list.html", context)


class _LackingTable(FindingTable):
    caption = "表1　証拠のない措置済"

    class Meta(FindingTable.Meta):
        exclude = ("effective_due", "category_code", "origin")


@signed_in
@require_safe
def answers(request: SignedInRequest) -> HttpResponse:
    """What one's sections have to answer by when; for the secretariat, what waits to be decided on too."""
    by = request.principal
    require_somewhere(by, REPORT_MEASURES)
    table = AnswerTable(my_measures(by), by=by)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "措置を報告する課題", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    waiting = proposals_waiting(by)
    proposals = ProposalTable(waiting, by=by, prefix="proposals-")
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(proposals)
    context = {
        "title": "措置の報告",
        "lead": "監査の指摘や意見に、いつまでにどう答えるかの一覧です。件名を選ぶと、措置を報告できます。",
        "proposals": proposals if waiting else None,
        "table": table,
        "export": export_addresses(request),
        "tabs": findings_tabs(by, "findings-answers"),
        "workbook": True,
    }
    return render(request, "web/findings/measure_list.html", context)


# --- by Excel -----------------------------------------------------------------------------------------------


class FileForm(forms.Form):
    """The filled file."""

    file = forms.FileField(
        label="入力したファイル", help_text="このページから出力したExcelファイル（.xlsx）。"
    )


@signed_in
@require_safe
def download(request: SignedInRequest) -> HttpResponse:
    """The findings whose measures wait for one's sections, to be filled in."""
    by = request.principal
    require_somewhere(by, REPORT_MEASURES)
    return attachment(measures_workbook(by=by), f"{TITLE}_{by.on:%Y%m%d}.xlsx", EXCEL)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a filled file and show the measures it would write; nothing is written."""
    by = request.principal
    require_somewhere(by, REPORT_MEASURES)
    context: dict[str, Any] = {"form": FileForm(), "problems": ()}
    if request.method != "POST":
        return render(request, "web/findings/measure_import.html", context)
    form = context["form"] = FileForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = measures_difference(by=by, name=sent.name, content=content)
        except Invalid as refusal:
            context |= {"problems": refusal.problems, "refusal": refusal.message}
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            context |= {
                "found": found,
                "header": ["課題番号", "件名", "措置", "措置の内容"],
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "rows": [
                    [number, Truncator(title).chars(40), printed, Truncator(text).chars(100)]
                    for number, title, printed, text in found.cells[:300]
                ],
            }
            return render(request, "web/findings/measure_import.html", context)
    return render(request, "web/findings/measure_import.html", context, status=422)


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the measures that were shown; what cannot be is named by its row, and nothing is written."""
    by = request.principal
    require_somewhere(by, REPORT_MEASURES)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    try:
        found = measures_difference(by=by, name=name, content=content)
        done = apply_measures(by=by, found=found, shown=request.POST.get("shown", ""))
    except Invalid as refusal:
        context = {"form": FileForm(), "problems": refusal.problems, "refusal": refusal.message}
        return render(request, "web/findings/measure_import.html", context, status=422)
    waiting_files.drop(by=by, token=token)
    messages.success(request, f"{done}件の措置を取り込みました。")
    return redirect("findings-answers")
