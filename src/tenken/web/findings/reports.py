"""Audit reports: the list, one report with its measures as of a day, its findings in and its reporting days."""

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

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Refusal, Stale
from tenken.findings.models import AuditReport, ReportingDate
from tenken.findings.operations import (
    correct_report,
    drop_reporting_date,
    mark_told,
    register_report,
    report_findings,
    set_reporting_date,
)
from tenken.findings.permissions import MANAGE_REPORTS, VIEW_FINDINGS
from tenken.findings.queries import MeasuresTable, report_for, visible_table
from tenken.findings.states.words import REPORT_EVENT_LABELS
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.imports import waiting_files
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.exports import EXCEL, attachment, export_table, wants_export
from tenken.web.findings.detail import read_version
from tenken.web.findings.lists import export_addresses
from tenken.web.findings.measure_forms import (
    AsOfForm,
    DateForm,
    ReportedFindingForm,
    ReportForm,
    ToldForm,
    report_initial,
    tally_words,
)
from tenken.web.findings.report_tables import MeasureRowTable, measure_record
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.reported_findings import (
    TITLE,
    apply_reported,
    reported_difference,
    reported_workbook,
)

_SHOWN = 300


class FileForm(forms.Form):
    """The filled file."""

    file = forms.FileField(
        label="入力したファイル", help_text="このページから出力したExcelファイル（.xlsx）。"
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Register a report."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    this = FiscalYear.of(by.on).year
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        units=_sections(by),
        years=_years(by),
        initial={"fiscal_year": this},
    )
    if request.method == "POST" and form.is_valid():
        try:
            report = register_report(by=by, city=by.city, data=form.data_of())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "監査結果報告書を登録しました。続けて、課題を登録してください。")
            return redirect("findings-report-detail", report_id=report.pk)
    return render(
        request, "web/findings/report_form.html", {"form": form}, status=422 if form.errors else 200
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Correct what is said of a report."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        units=_sections(by, report.unit_id),
        years=sorted({*_years(by), report.fiscal_year}, reverse=True),
        initial=report_initial(report),
    )
    form.fields["fiscal_year"].disabled = True
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            correct_report(by=by, report=report, data=form.data_of(), version=read_version(request))
        except Invalid as refusal:
            form.take(refusal)
        except Stale as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, "監査結果報告書を訂正しました。")
            return redirect("findings-report-detail", report_id=report_id)
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "report": report}
    return render(request, "web/findings/report_form.html", context, status=status)


def _years(by: Principal) -> list[int]:
    this = FiscalYear.of(by.on).year
    return list(range(this + 1, this - 21, -1))


def _sections(by: Principal, also: int | None = None) -> list[tuple[int, str]]:
    rows = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__rank__gte=1).order_by("code")
    keys = list(rows.values_list("pk", flat=True))
    if also is not None and also not in keys:
        keys.append(also)
    return list(names_with_bureau(by.city, keys, by.on).items())


@signed_in
@require_safe
def detail(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Show a report with its measures as of a day."""
    return _page(request, report_for(request.principal, report_id))


def _page(
    request: SignedInRequest,
    report: AuditReport,
    *,
    date_form: DateForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    require_somewhere(by, VIEW_FINDINGS)
    as_of_form = AsOfForm(request.GET or None)
    bound = as_of_form.is_bound and as_of_form.is_valid()
    as_of = (as_of_form.cleaned_data["as_of"] if bound else None) or by.on
    found = visible_table(by, report, as_of)
    table = MeasureRowTable(_rows(found), by=by)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"措置の状況_{report.code}_{as_of:%Y%m%d}", kind)
    RequestConfig(request, paginate={"per_page": 100}).configure(table)
    manages = bool(decide(by, MANAGE_REPORTS))
    context = {
        "report": report,
        "facts": _facts(by, report, found),
        "as_of": era_date(as_of),
        "as_of_form": as_of_form,
        "figures": _figures(found),
        "printed": "、".join(f"{label}{found.printed[code]}" for code, label in _PRINTED),
        "table": table,
        "export": export_addresses(request),
        "papers": [
            (label, f"{reverse('reports-record', args=[code, report.pk])}?as_of={as_of:%Y-%m-%d}")
            for code, label in _PAPERS
        ],
        "manages": manages,
        "dates": [(row, ToldForm(auto_id=f"id_told_{row.pk}_%s")) for row in report.reporting_dates.all()],
        "date_form": date_form or DateForm(auto_id="id_date_%s"),
        "date_open": date_form is not None,
        "problem": problem,
        "events": _timeline(report),
    }
    return render(request, "web/findings/report.html", context, status=status)


# Printed as of the day shown: code of the paper, what its link says.
_PAPERS = (
    ("measures", "措置状況等の報告（印刷・Word・PDF・Excel・HTML）"),
    ("measures-notice", "監査委員への措置の通知"),
    ("measures-publication", "公表する概要"),
)
_PRINTED = (("done", "措置済"), ("continuing", "継続努力"), ("considering", "検討中"))


def _rows(found: MeasuresTable) -> list[dict[str, Any]]:
    pairs = [(part.kind_label, row) for part in found.parts for row in part.rows]
    return [measure_record(place, row, label) for place, (label, row) in enumerate(pairs)]


def _facts(by: Principal, report: AuditReport, found: MeasuresTable) -> list[tuple[str, str]]:
    tallies = "、".join(tally_words(one) for one in report.tallies)
    rows = [
        ("監査の種類", found.kind),
        ("監査のテーマ", report.theme),
        ("監査を行った者", report.auditor),
        ("監査対象", report.target),
        ("監査実施期間", found.period),
        ("報告日", era_date(report.issued_on) if report.issued_on else ""),
        ("年度", str(FiscalYear(report.fiscal_year))),
        ("公表された件数", f"{tallies}（個々の課題は登録していません）" if tallies else ""),
        ("備考", report.note),
    ]
    return [row for row in rows if row[1]]


def _figures(found: MeasuresTable) -> list[dict[str, Any]]:
    """Return the latest status of each row, 措置済 apart from what it promises."""
    bare = found.lacking_evidence
    return [
        {"number": found.done, "label": "措置済", "tone": "green"},
        {"number": found.promised, "label": "措置済（予定を含む）", "tone": "blue"},
        {"number": found.latest["continuing"], "label": "継続努力", "tone": "yellow"},
        {"number": found.latest["considering"], "label": "検討中", "tone": "yellow"},
        {"number": found.latest[""], "label": "未着手", "tone": "red"},
        {"number": bare, "label": "措置済で証拠のないもの", "tone": "red" if bare else "neutral"},
    ]


def _timeline(report: AuditReport) -> list[dict[str, Any]]:
    return [
        {
            "when": era_date(event.happened_on),
            "who": event.by_name,
            "what": REPORT_EVENT_LABELS.get(event.event, event.event),
            "comment": event.comment,
            "tone": "blue",
        }
        for event in report.events.all()
    ]


# --- findings in --------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add_finding(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Enter one finding of a report by hand."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    form = ReportedFindingForm(
        request.POST if request.method == "POST" else None,
        report=report,
        units=_sections(by, report.unit_id),
        initial={"unit_id": report.unit_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            finding = report_findings(by=by, report=report, rows=[form.data_of()])[0]
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"課題{finding}を登録しました。")
            return redirect("findings-report-finding", report_id=report_id)
    context = {"form": form, "report": report}
    return render(request, "web/findings/report_finding.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def template(request: SignedInRequest, report_id: int) -> HttpResponse:
    """The empty form for the findings of a report."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    return attachment(reported_workbook(by=by, report=report), f"{TITLE}_{report.code}.xlsx", EXCEL)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Take a filled form and show what it would add; nothing is written."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    context: dict[str, Any] = {"report": report, "form": FileForm(), "problems": ()}
    if request.method != "POST":
        return render(request, "web/findings/report_import.html", context)
    form = context["form"] = FileForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = reported_difference(by=by, report=report, name=sent.name, content=content)
        except Invalid as refusal:
            context |= {"problems": refusal.problems, "refusal": refusal.message}
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            kinds = dict(ReportedFindingForm.base_fields["kind"].choices)  # type: ignore[attr-defined]
            context |= {
                "found": found,
                "header": ["区分", "番号", "着眼点", "件名", "課公所"],
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "rows": [
                    [
                        kinds[row.kind],
                        row.reference,
                        row.viewpoint,
                        Truncator(row.title).chars(60),
                        found.units.get(row.unit_id or report.unit_id or 0, ""),
                    ]
                    for row in found.rows[:_SHOWN]
                ],
            }
            return render(request, "web/findings/report_import.html", context)
    return render(request, "web/findings/report_import.html", context, status=422)


@signed_in
@require_POST
def confirm(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Write what was shown; what cannot be is named by its row, and nothing is written."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    try:
        found = reported_difference(by=by, report=report, name=name, content=content)
        made = apply_reported(by=by, report=report, found=found, shown=request.POST.get("shown", ""))
    except Invalid as refusal:
        context = {
            "report": report,
            "form": FileForm(),
            "problems": refusal.problems,
            "refusal": refusal.message,
        }
        return render(request, "web/findings/report_import.html", context, status=422)
    waiting_files.drop(by=by, token=token)
    messages.success(request, f"{len(made)}件の課題を登録しました。")
    return redirect("findings-report-detail", report_id=report_id)


# --- reporting days -----------------------------------------------------------------------------------------


@signed_in
@require_POST
def set_date(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Set a day as of which measures are told."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report = report_for(by, report_id)
    form = DateForm(request.POST, auto_id="id_date_%s")
    if form.is_valid():
        try:
            set_reporting_date(by=by, report=report, **form.cleaned_data)
        except Invalid as refusal:
            form.take(refusal)
        except Stale as refusal:
            return _page(request, report, problem=refusal.message, status=refusal.status)
        else:
            messages.success(request, "措置の報告日を設定しました。")
            return redirect("findings-report-detail", report_id=report_id)
    return _page(request, report, date_form=form, status=422)


@signed_in
@require_POST
def tell(request: SignedInRequest, report_id: int, date_id: int) -> HttpResponse:
    """Say that the measures up to a reporting day were told to the auditors."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report, row = _date(by, report_id, date_id)
    try:
        frozen = mark_told(by=by, reporting_date=row, document_number=request.POST.get("document_number", ""))
    except (Invalid, Stale) as refusal:
        return _page(request, report, problem=_told(refusal), status=refusal.status)
    messages.success(request, f"通知済みにしました。措置{frozen}件は、もう変更できません。")
    return redirect("findings-report-detail", report_id=report_id)


@signed_in
@require_POST
def drop_date(request: SignedInRequest, report_id: int, date_id: int) -> HttpResponse:
    """Take a reporting day back."""
    by = request.principal
    require(by, MANAGE_REPORTS)
    report, row = _date(by, report_id, date_id)
    try:
        drop_reporting_date(by=by, reporting_date=row)
    except Stale as refusal:
        return _page(request, report, problem=refusal.message, status=refusal.status)
    messages.success(request, "措置の報告日を取り消しました。")
    return redirect("findings-report-detail", report_id=report_id)


def _date(by: Principal, report_id: int, date_id: int) -> tuple[AuditReport, ReportingDate]:
    report = report_for(by, report_id)
    row = ReportingDate.objects.filter(report=report, pk=date_id).first()
    if row is None:
        raise Missing("措置の報告日が見つかりません。")
    return report, row


def _told(refusal: Refusal) -> str:
    return "".join(str(problem) for problem in refusal.problems) or refusal.message
