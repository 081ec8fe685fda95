"""The bank and policies as files: OSCAL out, tables and OSCAL back in, with the difference before anything is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.common.tabular_files import read_table_file
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.imports import waiting_files
from tenken.policy import operations, sealing
from tenken.policy.exchange import oscal
from tenken.policy.exchange.rows import BankRow, ClauseRow, bank_rows, clause_rows
from tenken.policy.exchange.tables import read_bank_table, read_clause_table
from tenken.policy.operations.exchange import ADD, LABELS, MOVE, REVISE, SAME
from tenken.policy.permissions import CHANGE_BANK, VIEW_POLICY
from tenken.policy.queries import role_names, standing_items, version_for
from tenken.web.components.fields import EraDateField
from tenken.web.exports import attachment
from tenken.web.policy.bank import HERE as BANK
from tenken.web.policy.documents import HERE as DOCUMENTS
from tenken.web.policy.drafts import writable
from tenken.web.policy.pages import page, posted, status_of
from tenken.web.principal import SignedInRequest, signed_in

_JSON = "application/json"
_SHOWN = 500


class BankFileForm(forms.Form):
    """A bank on file, and from when its words count."""

    on = EraDateField(label="適用日", help_text="新しい文言を使い始める日。例：2026-04-01、令和8年4月1日")
    file = forms.FileField(
        label="点検項目のファイル", help_text="書き出したExcel（.xlsx）かCSV、またはOSCALのcatalog（.json）。"
    )


class DraftFileForm(forms.Form):
    file = forms.FileField(
        label="規程のファイル", help_text="書き出したExcel（.xlsx）かCSV、またはOSCALのcatalog（.json）。"
    )
    seen = forms.CharField(widget=forms.HiddenInput)


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")


def _bank_rows_of(name: str, content: bytes) -> list[BankRow]:
    if _is_json(name):
        return oscal.bank_rows_of(oscal.read_oscal(content, name))
    return read_bank_table(read_table_file(content, name))


def _clause_rows_of(name: str, content: bytes, names: dict[str, str]) -> list[ClauseRow]:
    if _is_json(name):
        return oscal.clause_rows_of(oscal.read_oscal(content, name))
    return read_clause_table(read_table_file(content, name), names)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@signed_in
@require_safe
def version_oscal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a version of a policy as an OSCAL catalog."""
    by = request.principal
    version = version_for(by, pk)
    catalog = oscal.policy_catalog(
        city_code=by.city_code,
        document=version.document.code,
        title=version.document.title,
        version=version.number,
        modified=version.published_at or _midnight(version.effective_from),
        rows=clause_rows(version),
    )
    return attachment(oscal.dump(catalog), f"{version.document.title}_第{version.number}版.json", _JSON)


@signed_in
@require_safe
def bank_oscal(request: SignedInRequest) -> HttpResponse:
    """Send the bank as an OSCAL catalog."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    catalog = oscal.bank_catalog(
        city_code=by.city_code,
        title=f"{by.city.name}　点検項目",
        version=by.on.isoformat(),
        modified=_midnight(by.on),
        rows=bank_rows(by.city_id, by.on),
    )
    return attachment(oscal.dump(catalog), f"点検項目_{by.on:%Y%m%d}.json", _JSON)


@signed_in
@require_safe
def bank_profile(request: SignedInRequest) -> HttpResponse:
    """Send the choice of every year's items as an OSCAL profile."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    profile = oscal.bank_profile(
        city_code=by.city_code,
        title=f"{by.city.name}　{FiscalYear.of(by.on)}の毎年の点検",
        version=by.on.isoformat(),
        modified=_midnight(by.on),
        catalog=f"点検項目_{by.on:%Y%m%d}.json",
        item_codes=[one.item.code for one in standing_items(by.city_id, by.on)],
    )
    return attachment(oscal.dump(profile), f"毎年の点検_{by.on:%Y%m%d}.json", _JSON)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def bank_import(request: SignedInRequest) -> HttpResponse:
    """Take a bank from a file and show what it would change; nothing is written."""
    by = request.principal
    require(by, CHANGE_BANK)
    form = BankFileForm(posted(request), request.FILES or None, initial={"on": by.on})
    _say_too_large(request, form)
    if form.is_bound and form.is_valid():
        sent, on = form.cleaned_data["file"], form.cleaned_data["on"]
        content = sent.read()
        try:
            found = operations.bank_difference(by=by, rows=_bank_rows_of(sent.name, content), on=on)
        except Invalid as refusal:
            _say(form, refusal)
        else:
            token = waiting_files.keep(by=by, name=sent.name, content=content)
            return page(request, "bank_difference", _difference(found, token, sent.name, on), here=BANK)
    return page(request, "bank_import", {"form": form}, here=BANK, status=status_of(form))


def _difference(found: operations.BankDifference, token: str, name: str, on: date) -> dict[str, Any]:
    changing = found.changing
    return {
        "name": name,
        "token": token,
        "on": on,
        "mark": found.mark,
        "count_header": ["区分", "件数"],
        "header": ["コード", "区分", "変わるところ", "点検内容"],
        "counts": [[what, found.count(what)] for what in (ADD, REVISE, MOVE, SAME)],
        "rows": [
            [one.row.code, one.what, "、".join(LABELS[field] for field in one.fields), one.row.question]
            for one in changing[:_SHOWN]
        ],
        "more": max(0, len(changing) - _SHOWN),
        "absent": found.absent,
        "changes": bool(changing),
    }


@signed_in
@require_POST
def bank_apply(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    by = request.principal
    require(by, CHANGE_BANK)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Invalid("適用日を読み取れません。ファイルをもう一度選んでください。") from None
    found = operations.apply_bank(
        by=by, rows=_bank_rows_of(name, content), shown=request.POST.get("mark", ""), on=on
    )
    waiting_files.drop(by=by, token=token)
    told = "、".join(f"{what}{found.count(what)}件" for what in (ADD, REVISE, MOVE))
    messages.success(request, f"点検項目を取り込みました。{told}。")
    return redirect("policy-bank")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draft_import(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put the text of a file in place of a draft's; what it changes is seen on the draft's page."""
    by: Principal = request.principal
    version = writable(by, pk)
    form = DraftFileForm(
        posted(request), request.FILES or None, initial={"seen": sealing.version_mark(version)}
    )
    _say_too_large(request, form)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            rows = _clause_rows_of(sent.name, sent.read(), role_names(by.city_id))
            count = operations.replace_draft_content(
                by=by, version=version, seen=form.cleaned_data["seen"], rows=rows, on=by.on
            )
        except Invalid as refusal:
            _say(form, refusal)
        else:
            messages.success(request, f"{count}条を案に取り込みました。前の版との違いを確かめてください。")
            return redirect("policy-draft", pk=pk)
    context = {"form": form, "version": version, "document": version.document}
    return page(request, "draft_import", context, here=DOCUMENTS, status=status_of(form))


def _say_too_large(request: SignedInRequest, form: forms.Form) -> None:
    if form.is_bound and getattr(request, "upload_too_large", None):
        form.add_error("file", "ファイルが大きすぎます（20MBまで）。")


def _say(form: forms.Form, refusal: Invalid) -> None:
    """Put every problem of a refusal above the form, with its place."""
    for problem in refusal.problems or (Problem(refusal.message),):
        form.add_error(None, str(problem))
