"""Reading the journal. Whoever reads it leaves a note of that too."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.common.clock import JAPAN
from tenken.common.refusals import Missing
from tenken.journal.labels import operation_label
from tenken.journal.models import Chain, Entry, PersonalDataAccess, Seal
from tenken.journal.operations import note_access
from tenken.journal.queries import Content, accesses, contents, entries
from tenken.organization.access import Principal, require
from tenken.organization.permissions import VIEW_JOURNAL
from tenken.web.addresses import address
from tenken.web.exports import export_rows, wants_export
from tenken.web.journal.forms import AccessFilter, JournalFilter
from tenken.web.principal import SignedInRequest, signed_in

PER_PAGE = 50
MOST_EXPORTED = 20_000
CHANNELS = {"web": "画面", "api": "API", "cli": "コマンド", "task": "自動処理"}
_HEADER = ["番号", "記録日時", "業務日", "操作者", "氏名", "経路", "操作", "対象の種類", "対象"]


@require_safe
@signed_in
def entry_list(request: SignedInRequest) -> HttpResponse:
    """List the city's entries, newest first; older ones by a link (counting a long journal would be slow)."""
    by = request.principal
    require(by, VIEW_JOURNAL)
    form = JournalFilter(request.GET or None)
    found = entries(by.city_code, **_criteria(form))
    if form.is_bound and not form.is_valid():
        found = found.none()
    if kind := wants_export(request):
        rows = list(found[:MOST_EXPORTED])
        _note(by, "操作証跡の出力", len(rows))
        return export_rows(_HEADER, _export_lines(rows), "操作証跡", kind)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(sequence__lt=int(before))
    page = list(found[: PER_PAGE + 1])
    shown = page[:PER_PAGE]
    _note(by, "操作証跡の閲覧", len(shown))
    said = contents(shown)
    context = {
        "form": form,
        "rows": [_line(entry, said.get(entry.pk)) for entry in shown],
        "older": shown[-1].sequence if len(page) > PER_PAGE else None,
        "newest": not before,
        "chain": Chain.objects.filter(pk=by.city_code).first(),
        "seal": Seal.objects.filter(city_code=by.city_code).order_by("-sealed_on").first(),
        "tabs": _tabs("entries"),
        "verify_url": address("journal-verify"),
    }
    return render(request, "web/journal/list.html", context)


def _criteria(form: JournalFilter) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {}
    chosen = form.cleaned_data
    return {
        "since": chosen["since"],
        "until": chosen["until"],
        "actor_code": chosen["actor"].strip(),
        "operation": chosen["operation"],
        "subject": chosen["subject"],
    }


def _note(by: Principal, purpose: str, rows: int) -> None:
    if rows:
        note_access(by=by, city_code=by.city_code, subject=("journal.entry", ""), purpose=purpose, rows=rows)


def _line(entry: Entry, said: Content | None) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "recorded_at": entry.recorded_at,
        "business_date": entry.business_date,
        "actor": entry.actor_code,
        "name": said.name if said else "",
        "channel": CHANNELS.get(entry.channel, entry.channel),
        "operation": operation_label(entry.operation),
        "code": entry.operation,
        "subject": f"{entry.subject_type}:{entry.subject_id}",
        "url": address("journal-entry", entry.sequence),
    }


def _export_lines(rows: list[Entry]) -> list[list[Any]]:
    said = contents(rows)
    return [
        [
            entry.sequence,
            entry.recorded_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S"),
            entry.business_date.isoformat(),
            entry.actor_code,
            content.name if (content := said.get(entry.pk)) else "",
            CHANNELS.get(entry.channel, entry.channel),
            operation_label(entry.operation),
            entry.subject_type,
            entry.subject_id,
        ]
        for entry in rows
    ]


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": "操作の記録", "url": address("journal-list"), "current": current == "entries"},
        {
            "label": "個人情報の閲覧の記録",
            "url": address("journal-accesses"),
            "current": current == "accesses",
        },
    ]


@require_safe
@signed_in
def entry(request: SignedInRequest, sequence: int) -> HttpResponse:
    """One entry with what it says and the hashes that hold it in the chain."""
    by = request.principal
    require(by, VIEW_JOURNAL)
    found = Entry.objects.filter(city_code=by.city_code, sequence=sequence).first()
    if found is None:
        raise Missing("記録が見つかりません。")
    _note(by, f"操作証跡{sequence}番の閲覧", 1)
    said = contents([found]).get(found.pk)
    changes = said.changes if said else {}
    context = {
        "entry": found,
        "line": _line(found, said),
        "erased": said is None,
        "address": said.address if said else "",
        "changes": [(key, json.dumps(value, ensure_ascii=False, indent=1)) for key, value in changes.items()],
        "previous_url": address("journal-entry", sequence - 1) if sequence > 1 else "",
        "next_url": address("journal-entry", sequence + 1)
        if Chain.objects.filter(pk=by.city_code, count__gt=sequence).exists()
        else "",
    }
    return render(request, "web/journal/entry.html", context)


_ACCESS_HEADER = ("閲覧日時", "閲覧者", "目的", "対象の種類", "対象", "件数", "接続元")


def _access_line(row: PersonalDataAccess) -> tuple[Any, ...]:
    moment = row.accessed_at.astimezone(JAPAN)
    said = (row.purpose, row.subject_type, row.subject_id, row.rows, row.address)
    return f"{moment:%Y-%m-%d %H:%M:%S}", row.actor_code, *said


@require_safe
@signed_in
def access_list(request: SignedInRequest) -> HttpResponse:
    """List who read personal data, newest first."""
    by = request.principal
    require(by, VIEW_JOURNAL)
    form = AccessFilter(request.GET or None)
    criteria: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        criteria = {
            "since": chosen["since"],
            "until": chosen["until"],
            "actor_code": chosen["actor"].strip(),
        }
    found = accesses(by.city_code, **criteria)
    if form.is_bound and not form.is_valid():
        found = found.none()
    if kind := wants_export(request):
        rows = [_access_line(row) for row in found[:MOST_EXPORTED]]
        _note(by, "個人情報の閲覧の記録の出力", len(rows))
        return export_rows(_ACCESS_HEADER, rows, "個人情報の閲覧の記録", kind)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    page = list(found[: PER_PAGE + 1])
    context = {
        "form": form,
        "rows": page[:PER_PAGE],
        "older": page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None,
        "channels": CHANNELS,
        "tabs": _tabs("accesses"),
    }
    return render(request, "web/journal/accesses.html", context)
