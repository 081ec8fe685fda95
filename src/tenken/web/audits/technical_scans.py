"""A scanner's file: sent, mapped where it is a table, read aside, seen as a difference, taken over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.assets.models import InformationSystem
from tenken.assets.queries import systems_for as ledger_systems
from tenken.audit.models import ScanImport
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.audit.technical import jobs
from tenken.audit.technical.operations import (
    apply_scan,
    compare_scan,
    discard_scan,
    map_scan,
    read_scan,
    receive_scan,
    save_mapping,
    saved_mappings,
)
from tenken.audit.technical.queries.reach import find_scan, may_import, open_engagements
from tenken.audit.technical.queries.weaknesses import differences_of
from tenken.audit.technical.readers import (
    FORMATS,
    TableHeader,
    TableMapping,
    severity_words,
    table_header,
)
from tenken.audit.technical.words import CHANGES, tool_label
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Refusal, Stale
from tenken.files.store import path_of
from tenken.jobs.live import overlay
from tenken.jobs.models import Job
from tenken.organization.access import Principal
from tenken.web.audits.technical import may_bring_in
from tenken.web.audits.technical_forms import DifferenceFilterForm, MappingForm, ScanForm
from tenken.web.audits.technical_labels import CHANGE_LABELS, SCAN_STATUSES, era_day
from tenken.web.audits.technical_tables import DifferenceTable
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_POSTABLE = ["GET", "HEAD", "POST"]
_SMALL = 300_000  # bytes; what is larger is no work for a request
_FEW = 2_000


@signed_in
@require_http_methods(_POSTABLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Take a scanner's file."""
    by = request.principal
    if not may_bring_in(by):
        raise Denied("診断結果を取り込める役割ではありません。")
    engagements = list(open_engagements(by))
    systems = list(ledger_systems(by)) if by.everywhere(MANAGE_AUDITS) else []
    form = ScanForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        engagements=[(one.pk, f"{one}　{one.system}（{one.theme}）"[:120]) for one in engagements],
        systems=[(one.pk, f"{one.code}　{one.name}") for one in systems],
        initial={key: request.GET.get(key) for key in ("engagement", "system") if request.GET.get(key)},
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        engagement = next((one for one in engagements if one.pk == said["engagement"]), None)
        chosen = engagement.system if engagement else next(one for one in systems if one.pk == said["system"])
        try:
            scan = receive_scan(
                by=by,
                system=cast(InformationSystem, chosen),
                engagement=engagement,
                stream=said["file"],
                name=said["file"].name,
                told_on=said["told_on"],
                partial=said["partial"],
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            if scan.format == "table":
                return redirect("audits-technical-mapping", scan_id=scan.pk)
            _start_reading(request, scan)
            return redirect("audits-technical-scan", scan_id=scan.pk)
    status = 422 if form.is_bound else 200
    return render(request, "web/audits/technical/new.html", {"form": form, "formats": FORMATS}, status=status)


def _start_reading(request: SignedInRequest, scan: ScanImport) -> None:
    """Read a small file at once, a large one as a job. What a reader refuses is told on the import's page."""
    by = request.principal
    if scan.file is not None and scan.file.size > _SMALL:
        jobs.ask(by=by, scan=scan, kind=jobs.READ, version=scan.version)
        return
    with suppress(Invalid):  # it is kept with the import
        read_scan(by=by, scan=scan)


@signed_in
@require_safe
def scan(request: SignedInRequest, scan_id: int) -> HttpResponse:
    """The page of one import: how far it is, then what it would change, then what came of it."""
    by = request.principal
    row = find_scan(by, scan_id)
    job = _job(row)
    busy = job is not None and job.status in jobs.BUSY
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "web/audits/technical/progress.html", {"scan": row, "job": job})
        if not busy:
            response.headers["HX-Refresh"] = "true"
        return response
    form = DifferenceFilterForm(request.GET or None)
    table = DifferenceTable(_differences(row, form))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{row.system.name}_診断結果の差分", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    label, tone = SCAN_STATUSES[row.status]
    context = {
        "scan": row,
        "job": job,
        "busy": busy,
        "failed": job if job is not None and job.status == Job.Status.FAILED else None,
        "status_label": label,
        "status_tone": tone,
        "facts": _facts(row),
        "figures": _figures(row),
        "problems": [_words(one) for one in row.problems],
        "form": form,
        "table": table,
        "export": export_addresses(request),
        "may_change": may_import(by, row.system, row.engagement),
        "shows_difference": row.status in ("ready", "applied"),
    }
    return render(request, "web/audits/technical/scan.html", context)


def _differences(row: ScanImport, form: DifferenceFilterForm) -> Any:
    rows = differences_of(row)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        if said["change"]:
            rows = rows.filter(change=said["change"])
        if said["severity"]:
            rows = rows.filter(severity=said["severity"])
        if said["q"]:
            rows = rows.filter(title__icontains=said["q"])
    return rows


def _facts(row: ScanImport) -> list[tuple[str, Any]]:
    return [
        ("ファイル", f"{row.source}（{row.file.size / 1_000_000:.1f}MB）" if row.file else row.source),
        ("ハッシュ（SHA-256）", row.file.sha256 if row.file else ""),
        ("形式", FORMATS.get(row.format, row.format)),
        ("診断ツール", "、".join(map(tool_label, row.tools))),
        ("監査", f"{row.engagement}　{row.engagement.theme}" if row.engagement else "監査に属さない診断"),
        ("年度", str(FiscalYear(row.fiscal_year))),
        ("診断日", era_day(row.scanned_at)),
        ("診断の範囲", "一部のぜい弱性だけ" if row.partial else "すべて"),
        ("送った者", f"{row.requested_by_name}（{era_day(row.requested_at)}）"),
        ("取り込んだ者", f"{row.applied_by_name}（{era_day(row.applied_at)}）" if row.applied_at else ""),
        (
            "結果",
            f"{row.figures.get('results', 0):,}件、機器{row.figures.get('hosts', 0):,}台"
            if row.figures
            else "",
        ),
    ]


def _figures(row: ScanImport) -> list[dict[str, Any]]:
    base = reverse("audits-technical-scan", args=[row.pk])
    return [
        {
            "number": row.figures.get(code, 0),
            "label": label,
            "tone": CHANGE_LABELS[code][1],
            "url": f"{base}?change={code}",
        }
        for code, label in CHANGES.items()
    ]


def _words(problem: Any) -> str:
    place, message = str(problem.get("place", "")), str(problem.get("message", ""))
    return f"{place}：{message}" if place else message


def _job(row: ScanImport) -> Job | None:
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    return overlay(job) if job else None


@signed_in
@require_POST
def read_again(request: SignedInRequest, scan_id: int) -> HttpResponse:
    """Read the file again, or only make the difference anew when it is read."""
    by = request.principal
    row = find_scan(by, scan_id)
    try:
        if row.status == "ready":
            compare_scan(by=by, scan=row)
        elif row.format == "table" and row.mapping is None:
            return redirect("audits-technical-mapping", scan_id=scan_id)
        else:
            _start_reading(request, row)
    except (Invalid, Stale) as refusal:
        _told(request, refusal)
    return redirect("audits-technical-scan", scan_id=scan_id)


@signed_in
@require_POST
def apply(request: SignedInRequest, scan_id: int) -> HttpResponse:
    """Take over what was seen: a little at once, much as a job."""
    by = request.principal
    row = find_scan(by, scan_id)
    version = whole_number(request.POST.get("version", ""))
    try:
        if row.figures.get("places", 0) > _FEW:
            if row.version != version or row.status != "ready":
                raise Stale("差分が作り直されたか、すでに取り込まれています。内容を確かめてください。")
            jobs.ask(by=by, scan=row, kind=jobs.APPLY, version=version)
        else:
            messages.success(request, apply_scan(by=by, scan=row, version=version).message)
    except (Invalid, Stale) as refusal:
        _told(request, refusal)
    return redirect("audits-technical-scan", scan_id=scan_id)


@signed_in
@require_POST
def discard(request: SignedInRequest, scan_id: int) -> HttpResponse:
    """Put an import aside."""
    row = find_scan(request.principal, scan_id)
    try:
        discard_scan(by=request.principal, scan=row)
    except Stale as refusal:
        _told(request, refusal)
    else:
        messages.success(request, "取込みを取りやめました。何も変わっていません。")
    return redirect("audits-technical-scan", scan_id=scan_id)


def _told(request: SignedInRequest, refusal: Refusal) -> None:
    messages.error(request, " ".join([refusal.message, *map(str, refusal.problems)]))


# --- the mapping of a table ------------------------------------------------------------------------------


@signed_in
@require_http_methods(_POSTABLE)
def mapping(request: SignedInRequest, scan_id: int) -> HttpResponse:
    """Say which column of a table is what: proposed from its header, previewed, kept under a name."""
    by = request.principal
    row = find_scan(by, scan_id)
    if row.format != "table" or row.file is None or not may_import(by, row.system, row.engagement):
        raise Denied("この診断結果の対応づけを変えることはできません。")
    asked = request.POST if request.method == "POST" else request.GET
    path = Path(path_of(row.file.sha256))
    header = table_header(path, sheet=asked.get("sheet", ""))
    start = _proposal(by, row, header, asked.get("saved", ""))
    if (
        request.method == "POST"
    ):  # what the words of the severity column mean is asked of the column now chosen
        column = request.POST.get("severity", "")
        start = replace(start, severity=whole_number(column) if column else None)
    words = severity_words(path, start)
    form = MappingForm(
        request.POST if request.method == "POST" else None, columns=header.columns, words=words, mapping=start
    )
    status = 200
    if form.is_bound:
        if form.is_valid() and _mapped(request, row, form):
            return redirect("audits-technical-scan", scan_id=scan_id)
        status = 422
    context = {
        "scan": row,
        "form": form,
        "header": header,
        "columns": [name or f"{at + 1}列目" for at, name in enumerate(header.columns)],
        "samples": [_padded(cells, len(header.columns)) for cells in header.samples],
        "saved": saved_mappings(by),
        "chosen": asked.get("saved", ""),
    }
    return render(request, "web/audits/technical/mapping.html", context, status=status)


def _proposal(by: Principal, row: ScanImport, header: TableHeader, saved: str) -> TableMapping:
    """Return what the form starts from: the mapping chosen by name, the import's own, else what the header suggests."""
    kept = next((one.mapping for one in saved_mappings(by) if one.name == saved), None) or row.mapping
    if kept is None:
        return header.propose()
    fitting: dict[str, Any] = {
        name: None
        if isinstance(value, int) and name != "header_row" and value >= len(header.columns)
        else value
        for name, value in kept.items()
    }
    return TableMapping(**{**fitting, "sheet": header.sheet, "header_row": header.row})


def _mapped(request: SignedInRequest, row: ScanImport, form: MappingForm) -> bool:
    by = request.principal
    said = form.said()
    try:
        version = whole_number(request.POST.get("version", ""))
        row = map_scan(by=by, scan=row, mapping=said, version=version)
        if name := form.cleaned_data["save_as"].strip():
            save_mapping(by=by, name=name, mapping=said)
        _start_reading(request, row)
    except Invalid as refusal:
        form.take(refusal)
        return False
    return True


def _padded(cells: tuple[str, ...], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]
