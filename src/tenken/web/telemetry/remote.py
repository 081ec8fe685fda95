"""リモート保守: each session and screen view with its reason, held against what terminals report."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_tables2 as tables
from django.forms import CharField, ChoiceField, Form, RadioSelect, Textarea
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.clock import JAPAN
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.device_control.operations import (
    RemoteData,
    record_remote_session,
    strike_remote_session,
)
from tenken.telemetry.device_control.remote import find_session, matched, sessions_for
from tenken.telemetry.models import RemoteSession
from tenken.telemetry.permissions import RECORD_REMOTE, VIEW_DEVICES
from tenken.telemetry.search.scope import SectionNames
from tenken.web.changing import change_page
from tenken.web.components.fields import ClockTimeField, EraDateField
from tenken.web.components.tables import MomentColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.periods import asked

_DAYS = 31


class RemoteForm(Form):
    """One session that was held."""

    terminal = CharField(label="端末", max_length=40, help_text="端末機番号")
    kind = ChoiceField(label="種別", choices=RemoteSession.Kind.choices, widget=RadioSelect)
    operator = CharField(label="実施者", max_length=100)
    day = EraDateField(label="日")
    begins = ClockTimeField(label="開始")
    ends = ClockTimeField(label="終了", help_text="例：14:05。日をまたいだときも、終わった時刻を書きます。")
    reason = CharField(label="理由", max_length=300, widget=Textarea(attrs={"rows": 3}))
    told = ChoiceField(label="使用者への連絡", choices=RemoteSession.Told.choices, widget=RadioSelect)
    ticket = CharField(label="受付番号", max_length=60, required=False)

    def typed(self) -> RemoteData:
        said = self.cleaned_data
        begins = _moment(said["day"], said["begins"])
        ends = _moment(said["day"], said["ends"])
        if ends < begins:
            ends = _moment(date.fromordinal(said["day"].toordinal() + 1), said["ends"])
        return RemoteData(
            terminal=said["terminal"],
            kind=said["kind"],
            operator=said["operator"],
            begins_at=begins,
            ends_at=ends,
            reason=said["reason"],
            told=said["told"],
            ticket=said["ticket"],
        )

    def add_error(self, field: str | None, error: Any) -> None:
        """The operation speaks of moments, the form of a day and two times."""
        super().add_error({"begins_at": "begins", "ends_at": "ends"}.get(field or "", field), error)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, JAPAN)


class StrikeForm(Form):
    reason = CharField(label="取り消す理由", max_length=300, widget=Textarea(attrs={"rows": 3}))


class SessionTable(Table):
    caption = "表1　リモート保守の記録"
    row_header = "terminal"

    begins_at = MomentColumn(verbose_name="開始")
    ends_at = tables.Column(verbose_name="終了")
    terminal = tables.Column(verbose_name="端末", accessor="terminal__number")
    unit = tables.Column(verbose_name="所属", accessor="unit_id", order_by="unit__code", default="所属なし")
    kind = tables.Column(verbose_name="種別")
    operator = tables.Column(verbose_name="実施者")
    reason = tables.Column(verbose_name="理由")
    told = tables.Column(verbose_name="使用者への連絡")
    ticket = tables.Column(verbose_name="受付番号")
    reported = tables.Column(verbose_name="端末の報告", empty_values=(), orderable=False)
    struck_because = tables.Column(verbose_name="取消し", empty_values=(), orderable=False)

    def __init__(
        self, *args: Any, names: dict[int, str], unreported: frozenset[int], may_strike: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.unreported, self.may_strike = names, unreported, may_strike

    def render_ends_at(self, value: datetime) -> str:
        return f"{value.astimezone(JAPAN):%H:%M}"

    def render_unit(self, value: int) -> str:
        return self.names.get(value, "")

    def render_reported(self, record: RemoteSession) -> str:
        if record.struck_because:
            return "—"
        return "なし" if record.pk in self.unreported else "あり"

    def render_struck_because(self, record: RemoteSession) -> Any:
        if record.struck_because:
            return f"取消し：{record.struck_because}"
        if not self.may_strike:
            return "—"
        url = reverse("telemetry-remote-strike", args=[record.pk])
        return format_html(
            '<a href="{}">取り消す<span class="visually-hidden">（{}）</span></a>',
            url,
            record.terminal.number,
        )


class UnrecordedTable(Table):
    caption = "表2　記録のないリモート接続"
    row_header = "terminal"

    at = MomentColumn(verbose_name="日時")
    terminal = tables.Column(verbose_name="端末")
    section = tables.Column(verbose_name="所属")
    user = tables.Column(verbose_name="アカウント")
    address = tables.Column(verbose_name="接続元")
    app = tables.Column(verbose_name="アプリケーション")


@signed_in
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """List the sessions of a period, and those reported without a record."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    form, period, unit = asked(request, VIEW_DEVICES, days=_DAYS)
    rows = list(sessions_for(by, period, unit))
    found = matched(by, period, unit)
    names = names_with_bureau(by.city, {row.unit_id for row in rows if row.unit_id}, by.on)
    table = SessionTable(
        rows,
        prefix="r-",
        names=names,
        unreported=found.unreported,
        may_strike=by.holds(RECORD_REMOTE),
    )
    sections = SectionNames(by.city)
    missing = UnrecordedTable(
        [
            {
                "at": event.at,
                "terminal": event.terminal,
                "section": sections.name(event.section, period.last),
                "user": event.user,
                "address": event.address,
                "app": event.app,
            }
            for event in found.unrecorded
        ],
        prefix="u-",
    )
    if found.unrecorded:
        _note(by, f"{period.first}/{period.last}", len(found.unrecorded))
    if kind := wants_export(request):
        if request.GET.get("table") == "unrecorded":
            return export_table(missing, "記録のないリモート接続", kind)
        return export_table(table, "リモート保守の記録", kind)
    for one in (table, missing):
        RequestConfig(request, paginate={"per_page": 50}).configure(one)
    context = {
        "form": form,
        "period": period,
        "table": table,
        "missing": missing,
        "counts": {
            "sessions": len(rows),
            "views": sum(1 for row in rows if row.kind == RemoteSession.Kind.VIEW),
            "unrecorded": len(found.unrecorded),
            "unreported": len(found.unreported),
        },
        "may_record": by.holds(RECORD_REMOTE),
    }
    return render(request, "web/telemetry/remote/index.html", context)


def _note(by: Principal, period: str, rows: int) -> None:
    note_access(
        by=by,
        city_code=by.city_code,
        subject=("telemetry.remote_events", period),
        purpose="リモート接続と記録の照合",
        rows=rows,
    )


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": "リモート保守", "url": reverse("telemetry-remote")},
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Record a session."""
    by = request.principal
    require_somewhere(by, RECORD_REMOTE)
    initial = {"operator": by.actor.name, "day": by.on, "terminal": request.GET.get("terminal", "")[:40]}
    form = RemoteForm(request.POST if request.method == "POST" else None, initial=initial)
    return change_page(
        request,
        form,
        lambda said: record_remote_session(by=by, data=form.typed()),
        title="リモート保守を記録する",
        lead="端末を遠隔で操作したとき、画面を閲覧したときに、理由とともに記録します。監査人も見ます。",
        submit="記録する",
        back=reverse("telemetry-remote"),
        done="記録しました。",
        crumbs=_crumbs(),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def strike(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Strike a record that was wrong."""
    by = request.principal
    session = find_session(by, session_id)
    require_somewhere(by, RECORD_REMOTE)
    return change_page(
        request,
        StrikeForm(request.POST if request.method == "POST" else None),
        lambda said: strike_remote_session(
            by=by, session=session, reason=said["reason"], version=session.version
        ),
        title="リモート保守の記録を取り消す",
        text=f"{session.terminal.number}　{session.begins_at.astimezone(JAPAN):%Y-%m-%d %H:%M}　{session.reason}",
        lead="記録は消えず、取消しの理由とともに残ります。",
        submit="取り消す",
        back=reverse("telemetry-remote"),
        done="記録を取り消しました。",
        crumbs=_crumbs(),
        danger=True,
        standing=session,
    )
