"""Lists that rules ask and hours of duty, as tables; out as files and back with their difference."""

from __future__ import annotations

from typing import Any, Final

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid, Missing
from tenken.organization.access import Principal, require
from tenken.organization.imports import waiting_files
from tenken.organization.models import Unit
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.lists import operations
from tenken.telemetry.lists.duty import ORDINARY_WEEK
from tenken.telemetry.lists.files import ADDED, CHANGED, HEADER, REMOVED, ListDifference, list_difference
from tenken.telemetry.lists.operations import NewEntry
from tenken.telemetry.lists.queries import (
    entries_of,
    in_force,
    list_for,
    lists_for,
    sections_with_hours,
    weeks_by_unit,
)
from tenken.telemetry.models import WatchEntry, WatchList
from tenken.telemetry.permissions import MANAGE_RULES
from tenken.web.changing import change_page, show
from tenken.web.components.fields import EraDateField
from tenken.web.components.tables import DateColumn, MomentColumn, NumberColumn, Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.duty_forms import DAYS, DutyForm, week_words

FOLDER: Final = "web/telemetry/lists"
HERE: Final = "telemetry-lists"
_BOTH: Final = ["GET", "HEAD", "POST"]
_SHOWN: Final = 500
_MEANING: Final = {
    "folders": "このフォルダへのアクセスを知らせます。パスにこの文字を含むファイルが対象です。",
    "keywords": "この語を名前に含むファイルやフォルダの操作を知らせます。",
    "approved_apps": "使ってよいアプリケーションの名前か実行ファイル名です。末尾に「*」を書くと、その名前で始まるものすべてです。",
    "approved_addresses": "メールを送ってよい宛先です。「@example.jp」はそのドメイン、「@*.lg.jp」はその下すべてです。",
    "approved_hosts": "閲覧とアップロードをしてよいサイトです。「*.lg.jp」はその下すべてです。",
}
_DIFFERENT: Final = {ADDED: "green", CHANGED: "yellow", REMOVED: "red"}


class ListTable(Table):
    caption = "表1　リスト"
    row_header = "name"

    name = tables.Column(
        verbose_name="リスト", linkify=lambda record: reverse("telemetry-list", args=[record.code])
    )
    code = tables.Column(verbose_name="ルールでの書き方")
    note = tables.Column(verbose_name="説明", empty_values=())
    total = NumberColumn(verbose_name="件数", empty_values=())

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_code(self, value: str) -> str:
        return f"%{value}%"

    def render_note(self, record: WatchList) -> str:
        return record.note or _MEANING.get(record.code, "—")


class EntryTable(Table):
    row_header = "value"

    value = tables.Column(verbose_name="値")
    note = tables.Column(verbose_name="備考")
    valid_from = DateColumn(verbose_name="開始日")
    valid_until = DateColumn(verbose_name="終了日")
    added_by_name = tables.Column(verbose_name="登録者", exclude_from_export=True)
    added_at = MomentColumn(verbose_name="登録日時", exclude_from_export=True)
    change = tables.Column(verbose_name="操作", accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_change(self, record: WatchEntry) -> SafeString:
        return format_html(
            '<a href="{}">変更<span class="visually-hidden">（{}）</span></a>',
            reverse("telemetry-list-entry", args=[record.pk]),
            record.value,
        )


class EntryForm(forms.Form):
    value = forms.CharField(label="値", max_length=300)
    note = forms.CharField(label="備考", max_length=300, required=False)
    valid_from = EraDateField(label="開始日", required=False, help_text="空欄は、すぐに有効です。")
    valid_until = EraDateField(
        label="終了日", required=False, help_text="この日まで有効です。空欄は、期限なしです。"
    )

    def entry(self) -> NewEntry:
        return NewEntry(**self.cleaned_data)


class EntryFilterForm(forms.Form):
    q = forms.CharField(label="値・備考", required=False, max_length=100)
    now = forms.BooleanField(label="今日有効なものだけ", required=False)


class ListForm(forms.Form):
    code = forms.CharField(
        label="コード",
        max_length=40,
        help_text="半角の英小文字で始まる英小文字・数字・_。ルールでは「%コード%」と書きます。",
    )
    name = forms.CharField(label="名称", max_length=100)
    note = forms.CharField(label="説明", max_length=300, required=False)


class FileForm(forms.Form):
    file = forms.FileField(label="ファイル", help_text="Excel（.xlsx）かCSV。5MBまで。")


def tabs(current: str) -> list[dict[str, Any]]:
    """Return lists and hours of duty, side by side."""
    pages = ((HERE, "リスト"), ("telemetry-duty", "執務時間"))
    return [{"label": label, "url": reverse(name), "current": name == current} for name, label in pages]


@signed_in
@require_safe
def list_index(request: SignedInRequest) -> HttpResponse:
    """Every list of the city with how many values it holds."""
    by = request.principal
    require(by, MANAGE_RULES)
    rows = lists_for(by)
    counts = _counts(by)
    for row in rows:
        row.total = counts.get(row.code, 0)  # type: ignore[attr-defined]
    table = ListTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False).configure(table)
    if kind:
        return export_table(table, "リスト", kind)
    context = {
        "table": table,
        "tabs": tabs(HERE),
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/index.html", context)


def _counts(by: Principal) -> dict[str, int]:
    rows = WatchEntry.objects.filter(watch_list__city=by.city_id).order_by()
    return dict(rows.values_list("watch_list__code").annotate(n=Count("pk")))


@signed_in
@require_http_methods(_BOTH)
def list_page(request: SignedInRequest, code: str) -> HttpResponse:
    """One list as a table; a value is added below it."""
    by = request.principal
    require(by, MANAGE_RULES)
    found = list_for(by, code)
    form = EntryForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            operations.add_entry(by=by, code=code, entry=form.entry())
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, "リストに加えました。1分以内に検知に使われます。")
            return redirect("telemetry-list", code)
    rows, choosing = _chosen(request, found)
    table = EntryTable(rows)
    table.caption = f"表1　{found.name}"
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, found.name, kind)
    context = {
        "list": found,
        "meaning": found.note or _MEANING.get(found.code, ""),
        "table": table,
        "form": form,
        "choosing": choosing,
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/list.html", context, status=422 if form.is_bound else 200)


def _chosen(request: SignedInRequest, found: WatchList) -> tuple[Any, EntryFilterForm]:
    rows = entries_of(found)
    form = EntryFilterForm(request.GET or None)
    if form.is_bound and form.is_valid():
        for word in form.cleaned_data["q"].split()[:8]:
            rows = rows.filter(value__icontains=word) | rows.filter(note__icontains=word)
        if form.cleaned_data["now"]:
            rows = rows.filter(in_force(request.principal.on))
    return rows, form


@signed_in
@require_http_methods(_BOTH)
def new_list(request: SignedInRequest) -> HttpResponse:
    """Make a list of the city's own."""
    by = request.principal
    require(by, MANAGE_RULES)
    return change_page(
        request,
        ListForm(request.POST or None),
        lambda said: operations.make_list(by=by, **said),
        title="新しいリスト",
        lead="市の検知ルールで使うリストを作ります。",
        submit="作る",
        back=reverse(HERE),
        done="リストを作りました。",
        crumbs=[{"label": "リスト", "url": reverse(HERE)}],
    )


def _entry_in_sight(by: Principal, entry_id: int) -> WatchEntry:
    rows = WatchEntry.objects.filter(watch_list__city=by.city_id, pk=entry_id)
    if (row := rows.select_related("watch_list").first()) is None:
        raise Missing("リストの値が見つかりません。")
    return row


@signed_in
@require_http_methods(_BOTH)
def entry(request: SignedInRequest, entry_id: int) -> HttpResponse:
    """Change a value, its note or its period."""
    by = request.principal
    require(by, MANAGE_RULES)
    row = _entry_in_sight(by, entry_id)
    standing = {name: getattr(row, name) for name in ("value", "note", "valid_from", "valid_until")}
    form = EntryForm(request.POST or None, initial=standing)
    back = reverse("telemetry-list", args=[row.watch_list.code])
    return change_page(
        request,
        form,
        lambda _said: operations.change_entry(by=by, entry_id=row.pk, entry=form.entry()),
        title="リストの値の変更",
        submit="保存する",
        back=back,
        done="変更しました。1分以内に検知に使われます。",
        crumbs=[{"label": "リスト", "url": reverse(HERE)}, {"label": row.watch_list.name, "url": back}],
        folder=FOLDER,
        template="entry",
        entry=row,
    )


@signed_in
@require_POST
def remove_entry(request: SignedInRequest, entry_id: int) -> HttpResponse:
    """Take a value out of its list."""
    found = operations.remove_entry(by=request.principal, entry_id=entry_id)
    messages.success(request, "リストから削除しました。")
    return redirect("telemetry-list", found.code)


@signed_in
@require_http_methods(_BOTH)
def upload(request: SignedInRequest, code: str) -> HttpResponse:
    """Take a file of a list and show what it would change; nothing is written."""
    by = request.principal
    require(by, MANAGE_RULES)
    found = list_for(by, code)
    sent_now = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if sent_now else FileForm()
    context = {"list": found, "form": form, "header": HEADER}
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            difference = list_difference(by=by, code=code, name=sent.name, content=content)
        except Invalid as refusal:
            show(form, refusal)
        else:
            token = waiting_files.keep(by=by, name=sent.name, content=content)
            return render(
                request, f"{FOLDER}/difference.html", context | _shown(sent.name, token, difference)
            )
    return render(request, f"{FOLDER}/import.html", context, status=422 if form.is_bound else 200)


def _shown(name: str, token: str, difference: ListDifference) -> dict[str, Any]:
    kinds = (ADDED, CHANGED, REMOVED)
    return {
        "name": name,
        "token": token,
        "version": difference.version,
        "count_header": kinds,
        "counts": [[difference.count(what) for what in kinds]],
        "changes": [
            {"what": one.what, "tone": _DIFFERENT[one.what], "value": one.value, "details": one.details}
            for one in difference.changes[:_SHOWN]
        ],
        "more": max(0, len(difference.changes) - _SHOWN),
    }


@signed_in
@require_POST
def confirm(request: SignedInRequest, code: str) -> HttpResponse:
    """Write the difference that was shown."""
    by = request.principal
    require(by, MANAGE_RULES)
    token, told = request.POST.get("token", ""), request.POST.get("version", "")
    name, content = waiting_files.take(by=by, token=token)
    difference = list_difference(by=by, code=code, name=name, content=content)
    version = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1
    added, changed, removed = operations.replace_entries(
        by=by, code=code, entries=difference.entries, version=version
    )
    waiting_files.drop(by=by, token=token)
    messages.success(request, f"取り込みました（追加{added}件、変更{changed}件、削除{removed}件）。")
    return redirect("telemetry-list", code)


# --- hours of duty ----------------------------------------------------------------------------------------


@signed_in
@require_safe
def duty(request: SignedInRequest) -> HttpResponse:
    """The hours of duty of every unit, as a table of weekdays."""
    by = request.principal
    require(by, MANAGE_RULES)
    found = sections_with_hours(by)
    header = ("所属コード", "組織", "決まり", *(label for _, label in DAYS))
    names = names_with_bureau(by.city, [unit.pk for unit, _, _ in found], by.on)
    if kind := wants_export(request):
        lines = [
            (unit.code, names[unit.pk], _source(unit, holder), *week_words(week, none=""))
            for unit, week, holder in found
        ]
        return export_rows(header, lines, "執務時間", kind)
    rows = [
        {
            "name": names[unit.pk],
            "url": reverse("telemetry-duty-unit", args=[unit.pk]),
            "source": _source(unit, holder),
            "own": holder is not None and holder.pk == unit.pk,
            "cells": week_words(week),
        }
        for unit, week, holder in found
    ]
    context = {
        "rows": rows,
        "days": [label for _, label in DAYS],
        "tabs": tabs("telemetry-duty"),
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/duty.html", context)


def _source(unit: Unit, holder: Unit | None) -> str:
    if holder is None:
        return "はじめの設定"
    return "この組織の設定" if holder.pk == unit.pk else f"{holder.name}の設定"


@signed_in
@require_http_methods(_BOTH)
def duty_unit(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """The hours of one unit. All empty: as the unit above it."""
    by = request.principal
    require(by, MANAGE_RULES)
    unit = Unit.objects.restrict(by, MANAGE_RULES).filter(pk=unit_id).first()
    if unit is None:
        raise Missing("組織が見つかりません。")
    own = weeks_by_unit(by.city).get(unit.pk, ())
    form = DutyForm(request.POST or None, week=own or ORDINARY_WEEK)
    return change_page(
        request,
        form,
        lambda said: operations.set_duty_hours(
            by=by,
            unit=unit,
            week=() if request.POST.get("action") == "inherit" else form.week(),
            seen=form.seen(own),
        ),
        title=f"{unit.name}の執務時間",
        lead="この組織と、執務時間を決めていない下の組織に当てはめます。",
        submit="保存する",
        back=reverse("telemetry-duty"),
        done="執務時間を保存しました。1分以内に、これから届く操作ログに使われます。",
        crumbs=[
            {"label": "リスト", "url": reverse(HERE)},
            {"label": "執務時間", "url": reverse("telemetry-duty")},
        ],
        folder=FOLDER,
        template="duty_unit",
        own=bool(own),
        unit=unit,
    )
