"""Meetings: planned, held with minutes, called off."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.meetings import operations
from tenken.meetings.models import Meeting
from tenken.meetings.permissions import MANAGE_MEETINGS, VIEW_MEETINGS
from tenken.meetings.queries import find_meeting
from tenken.meetings.queries import meetings as meetings_of
from tenken.meetings.states import CANCELLED, HELD, PLANNED
from tenken.organization.access import require, require_somewhere
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.meetings.forms import MeetingForm, MinutesForm, ReasonForm, agenda_text
from tenken.web.meetings.pages import change_page, page
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "meetings-index"
STATUSES = {PLANNED: ("予定", "blue"), HELD: ("開催済", "green"), CANCELLED: ("中止", "neutral")}


class MeetingTable(Table):
    caption = "表1　会議の一覧"
    row_header = "council"

    council = tables.Column(
        verbose_name="会議", accessor="council__name", linkify=("meetings-meeting", [tables.A("pk")])
    )
    fiscal_year = tables.Column(verbose_name="年度", order_by=("fiscal_year", "number"))
    meets_on = DateColumn(verbose_name="開催日")
    place = tables.Column(verbose_name="会場")
    agenda = tables.Column(verbose_name="議事", orderable=False)
    status = StatusColumn(STATUSES, verbose_name="状態")

    def render_council(self, record: Meeting, value: str) -> str:
        return f"{value}　第{record.number}回"

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_agenda(self, value: list[dict[str, str]]) -> str:
        return "、".join(one["title"] for one in value)


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the meetings of all years."""
    by = request.principal
    require_somewhere(by, VIEW_MEETINGS)
    table = MeetingTable(meetings_of(by))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    if kind := wants_export(request):
        return export_table(table, "会議一覧", kind)
    return page(request, "index", {"table": table, "may_manage": by.everywhere(MANAGE_MEETINGS)}, here=_HERE)


@signed_in
@require_safe
def detail(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Show one meeting: when and where, the agenda, what came of it."""
    meeting = find_meeting(request.principal, meeting_id)
    context = {
        "meeting": meeting,
        "title": title_of(meeting),
        "label": STATUSES[meeting.status],
        "when": when(meeting.meets_on, meeting.begins_at, meeting.ends_at),
        "may_manage": request.principal.everywhere(MANAGE_MEETINGS),
    }
    return page(request, "meeting", context, here=_HERE)


def title_of(meeting: Meeting) -> str:
    """Return 「情報セキュリティ専門委員会　平成27年度第1回」."""
    return f"{meeting.council.name}　{FiscalYear(meeting.fiscal_year)}第{meeting.number}回"


def when(day: date, begins_at: time | None, ends_at: time | None) -> str:
    """Return 「平成27年7月29日（水）13:00～14:30」."""
    times = "".join(
        f"{one.hour}:{one.minute:02d}{mark}" for one, mark in ((begins_at, "～"), (ends_at, "")) if one
    )
    return f"{era_date(day)}（{'月火水木金土日'[day.weekday()]}）{times}"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Plan a meeting."""
    by = request.principal
    require(by, MANAGE_MEETINGS)
    return change_page(
        request,
        MeetingForm(request.POST or None, city_id=by.city_id),
        lambda said: operations.plan_meeting(by=by, **said),
        title="会議を予定する",
        submit="予定する",
        back=lambda made: reverse("meetings-meeting", args=[made.pk]),
        cancel=reverse(_HERE),
        done="会議を予定しました。",
        here=_HERE,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Change a meeting to come."""
    by, meeting = request.principal, find_meeting(request.principal, meeting_id)
    require(by, MANAGE_MEETINGS)
    names = ("meets_on", "begins_at", "ends_at", "place")
    initial: dict[str, Any] = {name: getattr(meeting, name) for name in names}
    initial["agenda"] = agenda_text(meeting.agenda)
    return _change(
        request,
        meeting,
        MeetingForm(request.POST or None, city_id=by.city_id, meeting=meeting, initial=initial),
        lambda said: operations.change_meeting(by=by, meeting=meeting, version=meeting.version, **said),
        "予定を変える",
        "変更する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Write down what came of a meeting."""
    by, meeting = request.principal, find_meeting(request.principal, meeting_id)
    require(by, MANAGE_MEETINGS)
    initial = {"attendees": meeting.attendees, "minutes": meeting.minutes}
    return _change(
        request,
        meeting,
        MinutesForm(request.POST or None, initial=initial),
        lambda said: operations.hold_meeting(by=by, meeting=meeting, version=meeting.version, **said),
        "開催の結果を記録する",
        "記録する",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Call a meeting off."""
    by, meeting = request.principal, find_meeting(request.principal, meeting_id)
    require(by, MANAGE_MEETINGS)
    return _change(
        request,
        meeting,
        ReasonForm(request.POST or None),
        lambda said: operations.cancel_meeting(by=by, meeting=meeting, version=meeting.version, **said),
        "会議を中止する",
        "中止する",
        danger=True,
    )


def _change(
    request: SignedInRequest,
    meeting: Meeting,
    form: Any,
    operation: Any,
    title: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    url = reverse("meetings-meeting", args=[meeting.pk])
    return change_page(
        request,
        form,
        operation,
        title=title,
        lead=title_of(meeting),
        submit=submit,
        back=lambda _: url,
        cancel=url,
        done="会議の記録を保存しました。",
        here=_HERE,
        danger=danger,
        standing=meeting,
    )
