"""April's lists: a file is taken, what it would do is shown as a table, and the word to do it starts a job."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Missing
from tenken.files.kinds import TABLE_KINDS
from tenken.files.operations import store
from tenken.jobs.models import Job
from tenken.jobs.operations import start
from tenken.organization import imports as files
from tenken.organization import tasks
from tenken.organization.access import Principal, require
from tenken.organization.imports import waiting_files
from tenken.organization.imports.transfers import OUTCOMES, SAME
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.web.exports import CSV, EXCEL, attachment, export_table, wants_export
from tenken.web.organization.forms import ListUploadForm, TransferFilter, TransferUploadForm
from tenken.web.organization.list_tables import OUTCOME_TONES, EffectTable, TransferTable
from tenken.web.organization.open_work import open_work, total
from tenken.web.organization.pages import page, show_problems
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50
_REORGANIZE, _TRANSFER = "organization-reorganization", "organization-transfer"


def start_import(by: Principal, *, kind: str, title: str, token: str, arguments: dict[str, Any]) -> Job:
    """Keep the file that waits under *token* for good, and ask for the job that writes it."""
    name, content = waiting_files.take(by=by, token=token)
    with transaction.atomic():
        stored = store(
            by=by,
            city_code=by.city_code,
            name=name,
            stream=io.BytesIO(content),
            subject=("organization.import", kind),
            allowed=TABLE_KINDS,
        )
        job = start(
            by=by, city_code=by.city_code, kind=kind, title=title, arguments={"file": stored.pk, **arguments}
        )
    waiting_files.drop(by=by, token=token)
    return job


def _require(by: Principal) -> None:
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)


def _gone(request: SignedInRequest, gone: Missing, page_name: str) -> HttpResponse:
    """The file waits no more: say so where another can be chosen."""
    messages.warning(request, gone.message)
    return redirect(page_name)


@dataclass(frozen=True)
class _Upload:
    """A page that takes a file: what it says, how it reads, where it shows what would happen."""

    here: str
    title: str
    lead: str
    form: type[forms.Form]
    check: Callable[[Principal, str, bytes, dict[str, Any]], Any]
    preview: Callable[[str, dict[str, Any]], str]
    present: tuple[tuple[str, str], ...]

    def answer(self, request: SignedInRequest) -> HttpResponse:
        by = request.principal
        _require(by)
        form = self.form(request.POST, request.FILES) if request.method == "POST" else self.form()
        if form.is_bound and form.is_valid():
            said = form.cleaned_data
            content = said["file"].read()
            try:
                self.check(by, said["file"].name, content, said)
            except Invalid as refusal:
                show_problems(form, refusal)
            else:
                token = waiting_files.keep(by=by, name=said["file"].name, content=content)
                return redirect(self.preview(token, said))
        context = {
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "form_url": reverse(f"{self.here}-form"),
            "present": [
                {"label": label, "url": reverse(name) + mark + query}
                for label, address in self.present
                for name, mark, query in (address.partition("?"),)
            ],
        }
        return page(request, "list_upload", context, here=self.here, status=422 if form.is_bound else 200)


# --- 組織改正 ----------------------------------------------------------------------------------------------


def _check_reorganization(by: Principal, name: str, content: bytes, said: dict[str, Any]) -> None:
    files.reorganization_difference(by=by, file=files.read_reorganization_file(name, content))


@signed_in
def reorganization(request: SignedInRequest) -> HttpResponse:
    """Take a 組織改正一覧."""
    upload = _Upload(
        here=_REORGANIZE,
        title="組織改正の取込み",
        lead="統合・分割・改称・廃止・新設・移管をまとめて取り込みます。取り込む前に、組織・職・未了の点検票がどうなるかを示します。",
        form=ListUploadForm,
        check=_check_reorganization,
        preview=lambda token, said: reverse(f"{_REORGANIZE}-preview", args=[token]),
        present=(("これまでの組織改正（同じ列）", f"{_REORGANIZE}-export"),),
    )
    return upload.answer(request)


@require_safe
@signed_in
def reorganization_preview(request: SignedInRequest, token: str) -> HttpResponse:
    """What the list does to which unit, with the work that stands open there."""
    by = request.principal
    _require(by)
    try:
        name, content = waiting_files.take(by=by, token=token)
    except Missing as gone:
        return _gone(request, gone, _REORGANIZE)
    found = files.reorganization_difference(by=by, file=files.read_reorganization_file(name, content))
    counted = open_work(by, {unit for effect in found.effects for unit in effect.old_ids})
    work = {effect.rows: total(counted, effect.old_ids) for effect in found.effects}
    table = EffectTable(found.effects, work=work)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, "組織改正の内容", kind)
    context = {
        "name": name,
        "token": token,
        "table": table,
        "shown": found.digest,
        "counts": [pair for pair in found.counts().items() if pair[1]],
        "work": total(counted, counted),
        "action": reverse(f"{_REORGANIZE}-confirm"),
        "back": reverse(_REORGANIZE),
    }
    return page(request, "reorganization_preview", context, here=_REORGANIZE)


@require_POST
@signed_in
def reorganization_confirm(request: SignedInRequest) -> HttpResponse:
    """Do what was shown: a job."""
    by = request.principal
    _require(by)
    job = start_import(
        by,
        kind=tasks.REORGANIZATION,
        title="組織改正の取込み",
        token=request.POST.get("token", ""),
        arguments={"shown": request.POST.get("shown", "")},
    )
    return redirect("job", job_id=job.pk)


@require_safe
@signed_in
def reorganization_form(request: SignedInRequest) -> HttpResponse:
    """The blank form."""
    return attachment(files.reorganization_form(by=request.principal), "組織改正一覧の様式.xlsx", EXCEL)


# --- 人事異動 ----------------------------------------------------------------------------------------------


def _check_transfers(by: Principal, name: str, content: bytes, said: dict[str, Any]) -> None:
    file = files.read_transfer_file(name, content)
    files.transfer_difference(by=by, file=file, last_day=said["last_day"])


@signed_in
def transfers(request: SignedInRequest) -> HttpResponse:
    """Take a 人事異動 list."""
    upload = _Upload(
        here=_TRANSFER,
        title="人事異動の取込み",
        lead="採用・転入・異動・昇任・退職・転出・併任・解任をまとめて取り込みます。組織改正があるときは、先に取り込みます。",
        form=TransferUploadForm,
        check=_check_transfers,
        preview=lambda token, said: (
            reverse(f"{_TRANSFER}-preview", args=[token]) + ("" if said["last_day"] else "?last_day=0")
        ),
        present=(
            ("今の発令（Excel、同じ列）", f"{_TRANSFER}-export"),
            ("今の発令（CSV、同じ列）", f"{_TRANSFER}-export?export=csv"),
        ),
    )
    return upload.answer(request)


@require_safe
@signed_in
def transfer_preview(request: SignedInRequest, token: str) -> HttpResponse:
    """Who joins, moves and leaves, and what is left undone."""
    by = request.principal
    _require(by)
    try:
        name, content = waiting_files.take(by=by, token=token)
    except Missing as gone:
        return _gone(request, gone, _TRANSFER)
    last_day = request.GET.get("last_day") != "0"
    file = files.read_transfer_file(name, content)
    found = files.transfer_difference(by=by, file=file, last_day=last_day)
    form = TransferFilter(request.GET or None, auto_id="id_filter_%s")
    said = form.cleaned_data if form.is_valid() else {}
    wanted = search_key(said.get("q") or "")
    rows = [
        change
        for change in found.changes
        if (not said.get("what") or change.what == said["what"])
        and (
            not wanted
            or wanted in search_key(f"{change.number}|{change.name}|{change.before}|{change.after}")
        )
    ]
    table = TransferTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, "人事異動の差分", kind)
    counts = found.counts()
    here = reverse(f"{_TRANSFER}-preview", args=[token])
    keep = "" if last_day else "&last_day=0"
    context = {
        "name": name,
        "token": token,
        "found": found,
        "form": form,
        "table": table,
        "last_day": last_day,
        "figures": [
            {
                "number": counts[what],
                "label": what,
                "tone": OUTCOME_TONES[what][1],
                "url": f"{here}?what={what}{keep}",
            }
            for what in OUTCOMES
        ],
        "unchanged": SAME,
        "action": reverse(f"{_TRANSFER}-confirm"),
        "back": reverse(_TRANSFER),
    }
    return page(request, "transfer_preview", context, here=_TRANSFER)


@require_POST
@signed_in
def transfer_confirm(request: SignedInRequest) -> HttpResponse:
    """Write what was shown: a job."""
    by = request.principal
    _require(by)
    job = start_import(
        by,
        kind=tasks.TRANSFERS,
        title="人事異動の取込み",
        token=request.POST.get("token", ""),
        arguments={
            "shown": request.POST.get("shown", ""),
            "last_day": request.POST.get("last_day") != "0",
        },
    )
    return redirect("job", job_id=job.pk)


@require_safe
@signed_in
def transfer_form(request: SignedInRequest) -> HttpResponse:
    """The blank form."""
    return attachment(files.transfer_form(by=request.principal), "人事異動の様式.xlsx", EXCEL)


@require_safe
@signed_in
def transfer_export(request: SignedInRequest) -> HttpResponse:
    """Who holds which post today, in the list's columns (?export=csv as CP932 CSV)."""
    by = request.principal
    if wants_export(request) == "csv":
        return attachment(files.appointments_csv(by=by, on=by.on), f"今の発令_{by.on:%Y%m%d}.csv", CSV)
    content = files.appointments_workbook(by=by, on=by.on)
    return attachment(content, f"今の発令_{by.on:%Y%m%d}.xlsx", EXCEL)
