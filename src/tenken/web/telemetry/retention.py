"""How long operation logs are kept: classes, months, archives, holds, deletions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.organization.access import require
from tenken.organization.models import Person, Unit
from tenken.telemetry.models import Archive, EventDeletion, LegalHold, RetentionClass, Terminal
from tenken.telemetry.permissions import MANAGE_RETENTION
from tenken.telemetry.retention import hits, operations, queries, tasks
from tenken.telemetry.retention.operations import HoldData
from tenken.telemetry.retention.queries import KeptMonth
from tenken.web import changing
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_BOTH = ["GET", "HEAD", "POST"]
_change_page = changing.change_page
_ARCHIVE_STATES = {"kept": ("保管中", "green"), "broken": ("破損", "red"), "discarded": ("廃棄", "neutral")}


class _MonthColumn(tables.Column):
    """A month as offices write it."""

    def render(self, value: Any) -> str:
        return f"{value:%Y年%-m月}"


class MonthTable(Table):
    """What can be searched now, and whether it was laid aside."""

    caption = "表1　検索できる月"
    row_header = "month"

    month = _MonthColumn(verbose_name="月")
    name = tables.Column(verbose_name="保存区分")
    rows = NumberColumn(verbose_name="件数")
    archive = tables.Column(verbose_name="保管ファイル", orderable=False, empty_values=())

    def render_archive(self, record: KeptMonth) -> str:
        if record.archive is None:
            return "まだありません"
        late = record.rows - record.archive.rows
        return "あり" if late <= 0 else f"あり（その後に届いた{late:,}件は未保管）"


class ArchiveTable(Table):
    """Archives and what may be done with each."""

    caption = "表1　保管ファイル"
    row_header = "month"

    month = _MonthColumn(verbose_name="月")
    retention = tables.Column(verbose_name="保存区分")
    rows = NumberColumn(verbose_name="件数")
    size = NumberColumn(verbose_name="バイト数")
    folder = tables.Column(verbose_name="場所")
    digest = tables.Column(verbose_name="ハッシュ値（SHA-256）")
    state = StatusColumn(_ARCHIVE_STATES, verbose_name="状態")
    verified_at = DateColumn(verbose_name="最後の検証")
    restored_until = DateColumn(verbose_name="復元の期限")
    open = tables.Column(verbose_name="操作", orderable=False, empty_values=(), exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_open(self, record: Archive) -> SafeString | str:
        if record.state == Archive.State.DISCARDED:
            return "—"
        address = reverse("telemetry-archive", args=[record.pk])
        return format_html('<a href="{}">検証・復元・廃棄</a>', address)


class HoldTable(Table):
    """Holds, released ones too."""

    caption = "表1　操作ログの保全"
    row_header = "title"

    title = tables.Column(verbose_name="件名")
    since = DateColumn(verbose_name="いつの操作から")
    until = DateColumn(verbose_name="いつの操作まで")
    reach = tables.Column(verbose_name="対象", orderable=False, empty_values=())
    reason = tables.Column(verbose_name="理由")
    ordered_at = DateColumn(verbose_name="保全した日")
    released_at = DateColumn(verbose_name="解除した日")
    open = tables.Column(verbose_name="操作", orderable=False, empty_values=(), exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_reach(self, record: LegalHold) -> str:
        named = (("所属", record.sections), ("職員", record.persons), ("端末", record.devices))
        return "、".join(f"{what}：{' '.join(codes)}" for what, codes in named if codes) or "すべて"

    def render_open(self, record: LegalHold) -> SafeString | str:
        if record.released_at:
            return "—"
        return format_html('<a href="{}">解除する</a>', reverse("telemetry-hold-release", args=[record.pk]))


class DeletionTable(Table):
    """What went by rule."""

    caption = "表1　保存期間による削除"
    row_header = "month"

    month = _MonthColumn(verbose_name="月")
    retention = tables.Column(verbose_name="保存区分")
    rows = NumberColumn(verbose_name="削除した件数")
    held = NumberColumn(verbose_name="保全のため残した件数")
    archive = tables.Column(verbose_name="保管ファイル", accessor="archive__digest", default="なし")
    done_at = DateColumn(verbose_name="削除した日")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_retention(self, value: str) -> str:
        return hits.NAME if value == hits.HITS else value


class ClassForm(forms.Form):
    keep_months = forms.IntegerField(label="検索できる月数", min_value=1, max_value=120)
    archive = forms.BooleanField(label="月ごとに保管ファイルにしてから削除する", required=False)
    archive_years = forms.IntegerField(label="保管ファイルの保存年数", min_value=0, max_value=50)


class HoldForm(forms.Form):
    """Codes are separated by spaces; none: everyone's."""

    title = forms.CharField(label="件名", max_length=120)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    since = forms.DateField(label="いつの操作から")
    until = forms.DateField(label="いつの操作まで（空欄：今後も）", required=False)
    sections = forms.CharField(
        label="所属コード（空白で区切る。空欄：すべて）", required=False, max_length=2000
    )
    persons = forms.CharField(label="職員番号（空白で区切る。空欄：すべて）", required=False, max_length=2000)
    devices = forms.CharField(
        label="端末機番号（空白で区切る。空欄：すべて）", required=False, max_length=2000
    )

    def __init__(self, *args: Any, city_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._city_id = city_id

    def _codes(self, name: str, known: Callable[[list[str]], Any], what: str) -> tuple[str, ...]:
        codes = list(dict.fromkeys(self.cleaned_data[name].split()))
        if unknown := sorted(set(codes) - set(known(codes))):
            raise forms.ValidationError(f"この{what}はありません：{'、'.join(unknown[:5])}")
        return tuple(codes)

    def clean_sections(self) -> tuple[str, ...]:
        rows = Unit.objects.of_city(self._city_id)
        return self._codes(
            "sections", lambda codes: rows.filter(code__in=codes).values_list("code", flat=True), "所属コード"
        )

    def clean_persons(self) -> tuple[str, ...]:
        rows = Person.objects.of_city(self._city_id)
        return self._codes(
            "persons",
            lambda codes: rows.filter(number__in=codes).values_list("number", flat=True),
            "職員番号",
        )

    def clean_devices(self) -> tuple[str, ...]:
        rows = Terminal.objects.of_city(self._city_id)
        return self._codes(
            "devices",
            lambda codes: rows.filter(number__in=codes).values_list("number", flat=True),
            "端末機番号",
        )


class BecauseForm(forms.Form):
    because = forms.CharField(label="解除の理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="復元の目的",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="操作証跡に残ります。",
    )


@dataclass(frozen=True)
class _Exports:
    excel: str
    csv: str


def _list(request: SignedInRequest, table: Table, name: str, template: str, **more: Any) -> HttpResponse:
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, name, kind)
    context = {"table": table, "export": _Exports("?export=excel", "?export=csv"), **more}
    return render(request, f"web/telemetry/retention/{template}.html", context)


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the classes and what each month holds."""
    seen = queries.board(request.principal)
    standing = sum(1 for hold in seen.holds if not hold.released_at)
    return _list(
        request,
        MonthTable(seen.months),
        "操作ログの保存",
        "index",
        classes=seen.classes,
        standing=standing,
        expired=len(seen.expired),
        broken=sum(1 for one in seen.archives if one.state == Archive.State.BROKEN),
    )


@signed_in
@require_safe
def archives(request: SignedInRequest) -> HttpResponse:
    """List the archives."""
    seen = queries.board(request.principal)
    over = [one for one in seen.archives if one.pk in seen.expired]
    return _list(request, ArchiveTable(seen.archives), "操作ログの保管ファイル", "archives", expired=over)


@signed_in
@require_safe
def holds(request: SignedInRequest) -> HttpResponse:
    """List the holds."""
    require(request.principal, MANAGE_RETENTION)
    rows = LegalHold.objects.restrict(request.principal, MANAGE_RETENTION)
    return _list(request, HoldTable(rows), "操作ログの保全", "holds")


@signed_in
@require_safe
def deletions(request: SignedInRequest) -> HttpResponse:
    """List what was deleted by rule."""
    require(request.principal, MANAGE_RETENTION)
    rows = EventDeletion.objects.restrict(request.principal, MANAGE_RETENTION).select_related("archive")
    return _list(request, DeletionTable(rows), "操作ログの削除", "deletions")


@signed_in
@require_http_methods(_BOTH)
def change_class(request: SignedInRequest, class_id: int) -> HttpResponse:
    """Change how long a class is kept."""
    by = request.principal
    require(by, MANAGE_RETENTION)
    row = _found(
        RetentionClass.objects.restrict(by, MANAGE_RETENTION).filter(pk=class_id).first(), "保存区分"
    )
    initial = {
        "keep_months": row.keep_months,
        "archive": row.archive,
        "archive_years": row.archive_years,
    }
    return _change_page(
        request,
        ClassForm(request.POST or None, initial=initial),
        lambda said: operations.change_class(by=by, kept=row, version=row.version, **said),
        title=f"{row.name}の保存期間を変える",
        submit="変える",
        back=reverse("telemetry-retention"),
        done="保存期間を変えました。次の夜から、この期間で削除します。",
        crumbs=_crumbs(),
        standing=row,
    )


@signed_in
@require_http_methods(_BOTH)
def new_hold(request: SignedInRequest) -> HttpResponse:
    """Put events under hold."""
    by = request.principal
    require(by, MANAGE_RETENTION)
    return _change_page(
        request,
        HoldForm(request.POST or None, city_id=by.city_id),
        lambda said: operations.order_hold(by=by, data=HoldData(**said)),
        title="操作ログを保全する",
        submit="保全する",
        back=reverse("telemetry-holds"),
        done="保全しました。解除するまで、保存期間が過ぎても削除しません。",
        crumbs=_crumbs(("操作ログの保全", "telemetry-holds")),
        lead="調査や争いに備えて、保存期間が過ぎても削除しない操作ログを決めます。",
    )


@signed_in
@require_http_methods(_BOTH)
def release_hold(request: SignedInRequest, hold_id: int) -> HttpResponse:
    """Release a hold."""
    by = request.principal
    require(by, MANAGE_RETENTION)
    hold = _found(LegalHold.objects.restrict(by, MANAGE_RETENTION).filter(pk=hold_id).first(), "保全")
    return _change_page(
        request,
        BecauseForm(request.POST or None),
        lambda said: operations.release_hold(by=by, hold=hold, because=said["because"]),
        title=f"「{hold.title}」の保全を解除する",
        submit="解除する",
        back=reverse("telemetry-holds"),
        done="解除しました。",
        crumbs=_crumbs(("操作ログの保全", "telemetry-holds")),
        danger=True,
        text="解除すると、保存期間を過ぎた操作ログは次の夜に削除されます。",
    )


@signed_in
@require_safe
def archive(request: SignedInRequest, archive_id: int) -> HttpResponse:
    """Show one archive with its files."""
    seen = queries.board(request.principal)
    row = _found(next((one for one in seen.archives if one.pk == archive_id), None), "保管ファイル")
    context = {
        "archive": row,
        "standing": row.state != Archive.State.DISCARDED,
        "expired": row.pk in seen.expired,
        "facts": [
            ("件数", f"{row.rows:,}"),
            ("場所", operations.archive_root() / row.folder),
            ("目録のハッシュ値（SHA-256）", row.digest),
            ("作成", era_date(row.made_at.astimezone(JAPAN).date())),
            ("最後の検証", era_date(row.verified_at.astimezone(JAPAN).date()) if row.verified_at else ""),
        ],
    }
    return render(request, "web/telemetry/retention/archive.html", context)


@signed_in
@require_POST
def verify(request: SignedInRequest, archive_id: int) -> HttpResponse:
    """Read an archive's files again."""
    row = _archive(request, archive_id)
    if found := operations.verify_archive(by=request.principal, archive=row):
        messages.error(request, " ".join(found))
    else:
        messages.success(request, "すべてのファイルが、作成したときのままです。")
    return redirect("telemetry-archive", archive_id)


@signed_in
@require_http_methods(_BOTH)
def restore(request: SignedInRequest, archive_id: int) -> HttpResponse:
    """Ask for an archive to be put back."""
    by = request.principal
    row = _archive(request, archive_id)
    return _change_page(
        request,
        PurposeForm(request.POST or None),
        lambda said: tasks.ask_to_restore(by=by, archive=row, purpose=said["purpose"]),
        title=f"{row.month:%Y年%-m月}の操作ログを復元する",
        submit="復元する",
        back=reverse("telemetry-archive", args=[archive_id]),
        done="復元を始めました。終わると検索できます。",
        crumbs=_crumbs(("保管ファイル", "telemetry-archives")),
        text=f"{row.rows:,}件を、{operations.RESTORED_DAYS}日の間検索できるようにします。",
    )


@signed_in
@require_POST
def forget(request: SignedInRequest, archive_id: int) -> HttpResponse:
    """Take a restored month out again."""
    operations.remove_restored(by=request.principal, archive=_archive(request, archive_id))
    messages.success(request, "復元を終えました。保管ファイルは残っています。")
    return redirect("telemetry-archive", archive_id)


@signed_in
@require_POST
def discard(request: SignedInRequest, archive_id: int) -> HttpResponse:
    """Discard an archive whose years are over."""
    operations.discard_archive(by=request.principal, archive=_archive(request, archive_id))
    messages.success(request, "保管ファイルを廃棄しました。")
    return redirect("telemetry-archives")


def _archive(request: SignedInRequest, archive_id: int) -> Archive:
    require(request.principal, MANAGE_RETENTION)
    rows = Archive.objects.restrict(request.principal, MANAGE_RETENTION)
    return _found(rows.filter(pk=archive_id).first(), "保管ファイル")


def _found(row: Any, what: str) -> Any:
    if row is None:
        raise Missing(f"この{what}はありません。")
    return row


def _crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    whole = (("操作ログの保存", "telemetry-retention"), *steps)
    return [{"label": label, "url": reverse(page)} for label, page in whole]
