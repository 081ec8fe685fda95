"""Forms go out and come back: for the whole inspection, and for one section on its own page."""

from __future__ import annotations

from collections.abc import Sequence

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Problem, Refusal, Stale
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations.imported_answers import may_import
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.sheets import find_sheet
from tenken.inspection.states import EDITABLE
from tenken.jobs.operations import start
from tenken.organization.access import Principal, require_somewhere
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.exports import EXCEL, attachment, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.workbooks.forms import ReturnForm, TemplateChoice
from tenken.workbooks.imports.operations import (
    SentFile,
    may_import_any,
    read_import,
    receive_forms,
    visible_imports,
)
from tenken.workbooks.issuing import issue_form
from tenken.workbooks.jobs import ISSUE, READ
from tenken.workbooks.models import AnswerImport, FormTemplate
from tenken.workbooks.own_forms.operations import templates

IMPORT_STATUSES: dict[str, tuple[str, str]] = {
    AnswerImport.Status.READING: ("読取り中", "blue"),
    AnswerImport.Status.READY: ("確認待ち", "yellow"),
    AnswerImport.Status.APPLIED: ("取込済", "green"),
    AnswerImport.Status.DISCARDED: ("取りやめ", "neutral"),
    AnswerImport.Status.FAILED: ("読み取れず", "red"),
}
_READ_AT_ONCE = 3  # more than that is a job's


class ImportTable(Table):
    caption = "表1　取込みの一覧"
    row_header = "source"

    source = tables.Column(
        verbose_name="ファイル", linkify=("workbooks-difference", [tables.A("pk")]), accessor="source"
    )
    status = StatusColumn(IMPORT_STATUSES, verbose_name="状態")
    message = tables.Column(verbose_name="結果")
    requested_by_name = tables.Column(verbose_name="取り込んだ人")
    requested_at = DateColumn(verbose_name="受取日")


@signed_in
@require_safe
def programme_page(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Everything about the Excel forms of one inspection."""
    return _programme_page(request, _programme(request, programme_id))


def _programme(request: SignedInRequest, programme_id: int) -> Programme:
    programme = find_programme(request.principal, programme_id)
    require_somewhere(request.principal, VIEW_SHEETS)
    return programme


def _templates(by: Principal, programme: Programme) -> list[FormTemplate]:
    return [one for one in templates(by) if one.programme_code in ("", programme.code)]


def _programme_page(
    request: SignedInRequest,
    programme: Programme,
    form: ReturnForm | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    table = ImportTable(visible_imports(by).filter(programme=programme).order_by("-pk"))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{programme.name}_様式の取込み", kind)
    RequestConfig(request, paginate={"per_page": 20}).configure(table)
    known = _templates(by, programme)
    context = {
        "programme": programme,
        "fiscal_year": FiscalYear(programme.fiscal_year),
        "issue": TemplateChoice(None, known, prefix="issue"),
        "form": form or ReturnForm(None, known),
        "problems": problems,
        "table": table,
        "may_manage": by.everywhere(MANAGE_PROGRAMMES),
        "may_issue": programme.status != Programme.Status.PLANNED,
        "may_import": programme.status == Programme.Status.LAUNCHED and may_import_any(by, programme),
    }
    return render(request, "web/workbooks/programme.html", context, status=status)


@signed_in
@require_POST
def issue_all(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Ask for all forms in one archive, and go where its progress is."""
    by = request.principal
    programme = _programme(request, programme_id)
    if programme.status == Programme.Status.PLANNED:
        raise Stale("点検を開始すると、様式を受け取れます。")
    form = TemplateChoice(request.POST, _templates(by, programme), prefix="issue")
    chosen = form.chosen() if form.is_valid() else None
    job = start(
        by=by,
        city_code=by.city_code,
        kind=ISSUE,
        title=f"{programme.name}：Excelの様式をまとめて作る",
        arguments={"programme": programme.pk, "template": chosen.pk if chosen else 0},
    )
    return redirect("job", job_id=job.pk)


@signed_in
@require_POST
def import_many(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Take forms back for the whole inspection."""
    by = request.principal
    programme = find_programme(by, programme_id)
    if not may_import_any(by, programme):
        raise Denied("Excelの様式を取り込める役割ではありません。")
    form = ReturnForm(request.POST, _templates(by, programme), request.FILES)
    if form.is_valid():
        try:
            return _receive(request, programme, form)
        except (Invalid, Stale) as refusal:
            problems = refusal.problems or (Problem(refusal.message),)
            return _programme_page(request, programme, form, problems, refusal.status)
    return _programme_page(request, programme, form, status=422)


def _receive(
    request: SignedInRequest, programme: Programme, form: ReturnForm, sheet: Sheet | None = None
) -> HttpResponse:
    """Keep what was sent and read it: a few at once, many as a job. Both end on the page of the difference."""
    by = request.principal
    files = [SentFile(one.name or "", one.read()) for one in form.sent()]
    row = receive_forms(by=by, programme=programme, files=files, sheet=sheet, template=form.chosen())
    if len(files) <= _READ_AT_ONCE and not any(one.name.lower().endswith(".zip") for one in files):
        read_import(by=by, answer_import=row)
    else:
        start_reading(by, row)
    return redirect("workbooks-difference", import_id=row.pk)


def start_reading(by: Principal, row: AnswerImport) -> None:
    """Let a worker read an import."""
    job = start(
        by=by,
        city_code=by.city_code,
        kind=READ,
        title=f"Excelの様式の読取り：{row.source}",
        arguments={"import": row.pk},
    )
    AnswerImport.objects.filter(pk=row.pk).update(job_id=job.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_page(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """One section's form: to take along, and to bring back."""
    by = request.principal
    sheet = find_sheet(by, sheet_id)
    programme = find_programme(by, sheet.programme_id)
    known = _templates(by, programme)
    form, problems, status = ReturnForm(None, known), tuple[Problem, ...](), 200
    if request.method == "POST":
        if not may_import(by, sheet):
            raise Denied("この点検シートに取り込める役割ではありません。")
        form, status = ReturnForm(request.POST, known, request.FILES), 422
        if form.is_valid():
            try:
                return _receive(request, programme, form, sheet)
            except (Invalid, Stale) as refusal:
                problems, status = refusal.problems or (Problem(refusal.message),), refusal.status
    context = {
        "sheet": sheet,
        "programme": programme,
        "form": form,
        "problems": problems,
        "own_forms": known,
        "may_import": sheet.status in EDITABLE and programme.status == "launched" and may_import(by, sheet),
        "imports": visible_imports(by)
        .filter(sheet=sheet, status=AnswerImport.Status.READY)
        .order_by("-pk")[:5],
    }
    return render(request, "web/workbooks/sheet.html", context, status=status)


@signed_in
@require_safe
def download(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Return one section's form (?template=: on the city's own form)."""
    by = request.principal
    sheet = find_sheet(by, sheet_id)
    programme = find_programme(by, sheet.programme_id)
    form = TemplateChoice(request.GET, _templates(by, programme))
    template = form.chosen() if form.is_valid() else None
    name, content = issue_form(by=by, programme=programme, sheet_id=sheet.pk, template=template)
    return attachment(content, name, EXCEL)


def told(request: SignedInRequest, refusal: Refusal) -> None:
    """Say on the next page why something was not done."""
    for problem in refusal.problems or (Problem(refusal.message),):
        messages.error(request, str(problem))
