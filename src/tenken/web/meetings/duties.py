"""The duties of the CISO and of bureau managers: done, due, overdue."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Missing
from tenken.meetings import operations
from tenken.meetings.models import DutyRecord, Meeting
from tenken.meetings.operations.duties import may_record
from tenken.meetings.permissions import MANAGE_MEETINGS, VIEW_DUTIES
from tenken.meetings.queries import DutyLine, duty_lines, find_duty, meetings
from tenken.meetings.rules.duty_state import COMING, DONE, DUE, LABELS, OVERDUE
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.meetings.forms import DutyForm, DutyRecordForm, NewDutyForm, ReasonForm
from tenken.web.meetings.pages import change_page, page
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "meetings-duties"
STATES = {
    DONE: (LABELS[DONE], "green"),
    DUE: (LABELS[DUE], "yellow"),
    COMING: (LABELS[COMING], "neutral"),
    OVERDUE: (LABELS[OVERDUE], "red"),
}
_WHO = {"ciso": "最高情報セキュリティ責任者", "bureau_manager": "局（区）情報管理者"}


class DutyTable(Table):
    caption = "表1　職務の実施状況"
    row_header = "name"

    name = tables.Column(
        verbose_name="職務",
        accessor="duty__name",
        order_by="duty__order",
        linkify=lambda record: duty_url(record),
    )
    state = StatusColumn(STATES, verbose_name="状態", accessor="state__state")
    who = tables.Column(verbose_name="行う者", accessor="duty__role", order_by=("duty__role", "unit__code"))
    kind = tables.Column(verbose_name="種類", accessor="duty__get_kind_display", order_by="duty__kind")
    done = tables.Column(
        verbose_name="実施", accessor="state__done", attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    next_due_on = DateColumn(verbose_name="次の期限", accessor="state__next_due_on")
    last_done_on = DateColumn(verbose_name="最近の実施日", accessor="state__last_done_on")

    def render_who(self, record: DutyLine, value: str) -> str:
        return f"{record.unit.name}長" if record.unit else _WHO.get(value, value)

    def render_done(self, record: DutyLine, value: int) -> str:
        return f"{value}／{record.state.expected}回"


class DutyFilter(forms.Form):
    fiscal_year = forms.ChoiceField(label="年度", required=False)
    role = forms.ChoiceField(label="行う者", required=False, choices=[("", "すべて"), *_WHO.items()])
    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *LABELS.items()])

    def __init__(self, data: Any, *, this_year: FiscalYear) -> None:
        super().__init__(data)
        field = self.fields["fiscal_year"]
        assert isinstance(field, forms.ChoiceField)
        years = [FiscalYear(this_year.year - back) for back in range(10)]
        field.choices = [(str(year.year), str(year)) for year in years]


def duty_url(line: DutyLine) -> str:
    """Return the address of a duty, of its bureau where it has one."""
    url = reverse("meetings-duty", args=[line.duty.pk])
    return f"{url}?{urlencode({'unit': line.unit.pk})}" if line.unit else url


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List how every duty in sight stands."""
    by = request.principal
    if not (by.holds(VIEW_DUTIES) or by.holds(MANAGE_MEETINGS)):
        raise Denied("職務の実施状況を見ることのできる役割ではありません。")
    this_year = FiscalYear.of(by.on)
    form = DutyFilter(request.GET or None, this_year=this_year)
    said = form.cleaned_data if form.is_valid() else {}
    year = FiscalYear(int(said["fiscal_year"])) if said.get("fiscal_year") else this_year
    lines = duty_lines(by, year, role=said.get("role", ""))
    if said.get("state"):
        lines = [line for line in lines if line.state.state == said["state"]]
    table = DutyTable(lines)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"職務の実施状況_{year}", kind)
    context = {
        "table": table,
        "form": form,
        "year": year,
        "overdue": sum(line.state.state == OVERDUE for line in lines),
        "may_manage": by.everywhere(MANAGE_MEETINGS),
    }
    return page(request, "duties", context, here=_HERE)


@signed_in
@require_safe
def detail(request: SignedInRequest, duty_id: int) -> HttpResponse:
    """Show one duty: what the policy says, and what was done, year by year."""
    by = request.principal
    duty = find_duty(by, duty_id)
    unit = _unit(request)
    records = (
        DutyRecord.objects.filter(duty=duty, unit=unit)
        .select_related("meeting__council", "retraction")
        .order_by("-done_on", "-pk")
    )
    line = next(
        (one for one in duty_lines(by, FiscalYear.of(by.on)) if (one.duty, one.unit) == (duty, unit)), None
    )
    if line is None and unit is None:
        raise Missing("職務がないか、見ることのできる範囲にありません。")
    context = {
        "duty": duty,
        "unit": unit,
        "line": line,
        "label": STATES[line.state.state] if line else None,
        "who": f"{unit.name}長" if unit else _WHO.get(duty.role, duty.role),
        "records": records,
        "may_record": may_record(by, duty, unit),
        "may_manage": by.everywhere(MANAGE_MEETINGS),
    }
    return page(request, "duty", context, here=_HERE)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, duty_id: int) -> HttpResponse:
    """Record that a duty was done."""
    by = request.principal
    duty = find_duty(by, duty_id)
    unit = _unit(request)
    if not may_record(by, duty, unit):
        raise Denied("この職務の実施を記録できるのは、本人と事務局だけです。")
    held = meetings(by).filter(status=Meeting.Status.HELD)
    back = reverse("meetings-duty", args=[duty_id]) + (f"?unit={unit.pk}" if unit else "")
    return change_page(
        request,
        DutyRecordForm(request.POST or None, held=held),
        lambda said: operations.record_duty(by=by, duty=duty, unit=unit, **said),
        title="職務の実施を記録する",
        lead=duty.name + (f"（{unit.name}）" if unit else ""),
        submit="記録する",
        back=lambda _: back,
        cancel=back,
        done="職務の実施を記録しました。",
        here=_HERE,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def retract(request: SignedInRequest, record_id: int) -> HttpResponse:
    """Take a record back."""
    by = request.principal
    done = (
        DutyRecord.objects.filter(pk=record_id, duty__city=by.city_id).select_related("duty", "unit").first()
    )
    if done is None or not may_record(by, done.duty, done.unit):
        raise Missing("記録がないか、取り消すことのできる範囲にありません。")
    back = reverse("meetings-duty", args=[done.duty_id]) + (f"?unit={done.unit_id}" if done.unit_id else "")
    return change_page(
        request,
        ReasonForm(request.POST or None),
        lambda said: operations.retract_duty_record(by=by, done=done, reason=said["reason"]),
        title="実施の記録を取り消す",
        lead=f"{done.duty.name}：{done.text[:60]}",
        submit="取り消す",
        back=lambda _: back,
        cancel=back,
        done="実施の記録を取り消しました。記録は「取消し」として残ります。",
        here=_HERE,
        danger=True,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Set a new duty."""
    by = request.principal
    require(by, MANAGE_MEETINGS)
    return change_page(
        request,
        NewDutyForm(request.POST or None),
        lambda said: operations.save_duty(by=by, duty=None, **said),
        title="職務を加える",
        submit="加える",
        back=lambda _: reverse(_HERE),
        cancel=reverse(_HERE),
        done="職務を加えました。",
        here=_HERE,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, duty_id: int) -> HttpResponse:
    """Change a duty's name, months or end."""
    by = request.principal
    require(by, MANAGE_MEETINGS)
    duty = find_duty(by, duty_id)
    initial = {
        "name": duty.name,
        "kind": duty.kind,
        "months": [str(month) for month in duty.months],
        "retired_on": duty.retired_on,
    }
    return change_page(
        request,
        DutyForm(request.POST or None, initial=initial),
        lambda said: operations.save_duty(by=by, duty=duty, version=duty.version, **said),
        standing=duty,
        title="職務を変える",
        lead=duty.name,
        submit="変更する",
        back=lambda _: reverse(_HERE),
        cancel=reverse(_HERE),
        done="職務を変更しました。",
        here=_HERE,
    )


def _unit(request: SignedInRequest) -> Unit | None:
    """Return the bureau the address names, if it is in the reader's sight; ``Missing`` otherwise."""
    by: Principal = request.principal
    given = request.GET.get("unit", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Missing("組織がありません。")
    unit = Unit.objects.restrict(by, VIEW_DUTIES).filter(pk=int(given), kind__rank=1).first()
    if unit is None:
        raise Missing("組織がないか、見ることのできる範囲にありません。")
    return unit
