"""What forms would change: seen first, then taken over or put aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid, Stale
from tenken.inspection.models import Sheet
from tenken.jobs.live import overlay
from tenken.jobs.models import Job
from tenken.jobs.operations import start
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.components.tables import NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.workbooks.issuing import IMPORT_STATUSES, start_reading, told
from tenken.workbooks.imports.comparing import in_words
from tenken.workbooks.imports.operations import apply_import, discard_import, find_import, read_import
from tenken.workbooks.jobs import APPLY
from tenken.workbooks.models import AnswerImport, ImportedForm

FORM_STATUSES: dict[str, tuple[str, str]] = {
    ImportedForm.Status.CHANGED: ("変更あり", "blue"),
    ImportedForm.Status.UNCHANGED: ("変更なし", "neutral"),
    ImportedForm.Status.REFUSED: ("取り込めない", "red"),
}
_AT_ONCE = 3
_SMALL = 1_000_000  # bytes; what is larger is no work for a request
_BUSY = (Job.Status.WAITING, Job.Status.RUNNING)


class FormTable(Table):
    caption = "表1　様式の一覧"
    row_header = "file_name"

    file_name = tables.Column(verbose_name="ファイル")
    unit = tables.Column(verbose_name="課公所", empty_values=(), order_by=("sheet__unit__code",))
    status = StatusColumn(FORM_STATUSES, verbose_name="状態")
    changes = NumberColumn(verbose_name="変わる回答", orderable=False)
    problems = NumberColumn(verbose_name="誤り", orderable=False)

    def __init__(self, *args: Any, names: dict[int, str], base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.base = names, base

    def render_unit(self, record: ImportedForm) -> str:
        return self.names.get(record.sheet.unit_id, "") if record.sheet else "—"

    def render_changes(self, record: ImportedForm, value: list[Any]) -> SafeString | str:
        return self._link("changes", record, len(value))

    def render_problems(self, record: ImportedForm, value: list[Any]) -> SafeString | str:
        return self._link("problems", record, len(value))

    def _link(self, show: str, record: ImportedForm, number: int) -> SafeString | str:
        if not number:
            return "0"
        return format_html(
            '<a href="{}?show={}&amp;form={}">{}</a>', self.base, show, record.pk, f"{number:,}"
        )


class ProblemTable(Table):
    caption = "表2　誤りの一覧"
    row_header = "file_name"

    file_name = tables.Column(verbose_name="ファイル")
    unit = tables.Column(verbose_name="課公所")
    place = tables.Column(verbose_name="場所")
    message = tables.Column(verbose_name="誤り")


class ChangeTable(Table):
    caption = "表3　変わる回答"
    row_header = "unit"

    unit = tables.Column(verbose_name="課公所")
    number = tables.Column(verbose_name="設問")
    place = tables.Column(verbose_name="場所")
    before = tables.Column(verbose_name="いまの回答")
    after = tables.Column(verbose_name="取り込む回答")


@signed_in
@require_safe
def difference(request: SignedInRequest, import_id: int) -> HttpResponse:
    """The page of one import: how far it is, then what it would change, then what came of it."""
    row = find_import(request.principal, import_id)
    job = _job(row)
    busy = job is not None and job.status in _BUSY
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "web/workbooks/progress.html", {"row": row, "job": job})
        if not busy:
            response.headers["HX-Refresh"] = "true"
        return response
    table, title = _table(request, row)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{row.programme.name}_様式の取込み_{title}", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    label, tone = IMPORT_STATUSES[AnswerImport.Status(row.status)]
    counts = dict(row.forms.order_by().values_list("status").annotate(Count("pk")))
    context = {
        "row": row,
        "programme": row.programme,
        "job": job,
        "busy": busy,
        "failed": job if job is not None and job.status == Job.Status.FAILED else None,
        "job_problems": [_words(one) for one in job.problems] if job is not None else [],
        "status_label": label,
        "status_tone": tone,
        "table": table,
        "tabs": _tabs(request, row),
        "changed": counts.get(ImportedForm.Status.CHANGED, 0),
        "unchanged": counts.get(ImportedForm.Status.UNCHANGED, 0),
        "refused": counts.get(ImportedForm.Status.REFUSED, 0),
    }
    return render(request, "web/workbooks/difference.html", context)


def _words(problem: Any) -> str:
    place, message = str(problem.get("place", "")), str(problem.get("message", ""))
    return f"{place}：{message}" if place else message


def _job(row: AnswerImport) -> Job | None:
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    return overlay(job) if job else None


def _tabs(request: SignedInRequest, row: AnswerImport) -> list[dict[str, Any]]:
    base, shown = reverse("workbooks-difference", args=[row.pk]), request.GET.get("show", "")
    return [
        {"label": label, "url": f"{base}?show={show}" if show else base, "current": shown == show}
        for show, label in (("", "様式の一覧"), ("problems", "誤り"), ("changes", "変わる回答"))
    ]


def _table(request: SignedInRequest, row: AnswerImport) -> tuple[Table, str]:
    forms = row.forms.select_related("sheet__unit").order_by("order")
    if key := request.GET.get("form"):
        forms = forms.filter(pk=whole_number(key))
    names = _names(request, forms)
    show = request.GET.get("show", "")
    if show == "problems":
        return ProblemTable(list(_problems(forms, names))), "誤り"
    if show == "changes":
        return ChangeTable(list(_changes(forms, names))), "変わる回答"
    return FormTable(forms, names=names, base=reverse("workbooks-difference", args=[row.pk])), "様式"


def _names(request: SignedInRequest, forms: Any) -> dict[int, str]:
    units = Sheet.objects.filter(pk__in=forms.values("sheet")).values_list("unit_id", flat=True)
    return names_with_bureau(request.principal.city, units, request.principal.on)


def _unit(form: ImportedForm, names: dict[int, str]) -> str:
    return names.get(form.sheet.unit_id, "") if form.sheet else ""


def _problems(forms: Iterable[ImportedForm], names: dict[int, str]) -> Iterator[dict[str, Any]]:
    for form in forms:
        for problem in form.problems:
            yield {"file_name": form.file_name, "unit": _unit(form, names), **problem}


def _changes(forms: Iterable[ImportedForm], names: dict[int, str]) -> Iterator[dict[str, Any]]:
    for form in forms:
        for change in form.changes:
            yield {
                "unit": _unit(form, names),
                "number": change["number"],
                "place": change["place"],
                "before": in_words(change["before"]),
                "after": in_words(change["after"]),
            }
        if form.assets:
            yield {
                "unit": _unit(form, names),
                "number": "主要な情報資産",
                "place": "「リスク対策状況点検」",
                "before": _assets(form.assets["before"]),
                "after": _assets(form.assets["after"]),
            }


def _assets(rows: list[dict[str, Any]]) -> str:
    return "、".join(row["name"] for row in rows) or "（なし）"


@signed_in
@require_POST
def read_again(request: SignedInRequest, import_id: int) -> HttpResponse:
    """Make the difference anew, against the sheets as they are now."""
    row = find_import(request.principal, import_id)
    try:
        large = row.file is not None and row.file.size > _SMALL
        if row.job_id or large or row.forms.count() > _AT_ONCE:
            start_reading(request.principal, row)
        else:
            read_import(by=request.principal, answer_import=row)
    except (Invalid, Stale) as refusal:
        told(request, refusal)
    return redirect("workbooks-difference", import_id=import_id)


@signed_in
@require_POST
def apply(request: SignedInRequest, import_id: int) -> HttpResponse:
    """Take over what was seen: a few at once, many as a job."""
    by = request.principal
    row = find_import(by, import_id)
    version = whole_number(request.POST.get("version", ""))
    without_refused = request.POST.get("without_refused") == "1"
    try:
        if row.forms.filter(status=ImportedForm.Status.CHANGED).count() > _AT_ONCE:
            _start_applying(request, row, version, without_refused)
        else:
            done = apply_import(by=by, answer_import=row, version=version, without_refused=without_refused)
            messages.success(request, done.message)
    except (Invalid, Stale) as refusal:
        told(request, refusal)
    return redirect("workbooks-difference", import_id=import_id)


def _start_applying(request: SignedInRequest, row: AnswerImport, version: int, without_refused: bool) -> None:
    if row.status != AnswerImport.Status.READY or row.version != version:
        raise Stale("差分が作り直されたか、すでに取り込まれています。内容を確かめてください。")
    if row.forms.filter(status=ImportedForm.Status.REFUSED).exists() and not without_refused:
        raise Invalid("取り込めない様式があります。除いて取り込むときは、印を付けてください。")
    job = start(
        by=request.principal,
        city_code=request.principal.city_code,
        kind=APPLY,
        title=f"Excelの様式の取込み：{row.source}",
        arguments={"import": row.pk, "version": version, "without_refused": without_refused},
    )
    AnswerImport.objects.filter(pk=row.pk).update(job_id=job.pk)


@signed_in
@require_POST
def discard(request: SignedInRequest, import_id: int) -> HttpResponse:
    """Put an import aside."""
    row = find_import(request.principal, import_id)
    try:
        discard_import(by=request.principal, answer_import=row)
    except Stale as refusal:
        told(request, refusal)
    else:
        messages.success(request, "取込みを取りやめました。何も変わっていません。")
    return redirect("workbooks-difference", import_id=import_id)
