"""The organisation and its people as a file: what it would change, and the word to do it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization import imports as organization_files
from tenken.organization import tasks
from tenken.organization.access import require
from tenken.organization.imports import waiting_files
from tenken.organization.imports.columns import PEOPLE, UNITS
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.web.exports import CSV, EXCEL, attachment, wants_export
from tenken.web.organization.forms import ImportForm
from tenken.web.organization.lists import start_import
from tenken.web.organization.pages import page, show_problems
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-import"
_SHOWN = 500


@signed_in
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file and show what it would change; nothing is written."""
    by = request.principal
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)
    if request.method != "POST":
        return page(request, "import", {"form": ImportForm()}, here=_HERE)
    form = ImportForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")
    if form.is_valid():
        sent, on = form.cleaned_data["file"], form.cleaned_data["on"]
        try:
            content = sent.read()
            file = organization_files.read_organization_file(sent.name, content)
            found = organization_files.difference(by=by, file=file, on=on)
        except Invalid as refusal:
            show_problems(form, refusal)
        else:
            token = waiting_files.keep(by=by, name=sent.name, content=content)
            return page(request, "import_difference", _difference(found, token, sent.name), here=_HERE)
    return page(request, "import", {"form": form}, here=_HERE, status=422)


def _difference(found: organization_files.Difference, token: str, name: str) -> dict[str, Any]:
    changes = [change for change in found.changes if change.what != "変更なし"]
    return {
        "found": found,
        "name": name,
        "token": token,
        "on": found.on.isoformat(),
        "date": era_date(found.on),
        "count_header": ["シート", "追加", "変更", "変更なし"],
        "counts": [(sheet, *found.counts(sheet).values()) for sheet in (UNITS, PEOPLE)],
        "changes": changes[:_SHOWN],
        "more": max(0, len(changes) - _SHOWN),
    }


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown: a job."""
    by = request.principal
    require(by, CHANGE_UNITS)
    require(by, CHANGE_PEOPLE)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Invalid("施行日を読み取れません。ファイルをもう一度選んでください。") from None
    job = start_import(
        by,
        kind=tasks.ORGANIZATION,
        title="組織・職員の取込み",
        token=request.POST.get("token", ""),
        arguments={"on": on.isoformat(), "shown": request.POST.get("shown", "")},
    )
    return redirect("job", job_id=job.pk)


@signed_in
def export(request: SignedInRequest) -> HttpResponse:
    """The whole organisation as a file that can come back (?export=csv&sheet=職員 for one sheet as CSV)."""
    by = request.principal
    if wants_export(request) == "csv":
        people = request.GET.get("sheet") == PEOPLE
        content = (organization_files.people_csv if people else organization_files.units_csv)(by=by, on=by.on)
        return attachment(content, f"{PEOPLE if people else UNITS}_{by.on:%Y%m%d}.csv", CSV)
    content = organization_files.organization_workbook(by=by, on=by.on)
    return attachment(content, f"組織と職員_{by.on:%Y%m%d}.xlsx", EXCEL)
