"""Alerts: the live list, boards by section and rule, one alert and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.clock import JAPAN
from tenken.common.refusals import Invalid
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.alerts import operations
from tenken.telemetry.alerts.evidence import MOST, kept_from, look_behind, may_look
from tenken.telemetry.alerts.four_eyes import is_own
from tenken.telemetry.alerts.queries import (
    AlertFilter,
    alerts_for,
    board,
    find_alert,
    handlers,
    rules_with_alerts,
    state_mark,
    steps_of,
)
from tenken.telemetry.models import Alert
from tenken.telemetry.permissions import HANDLE_ALERTS, VIEW_ALERTS
from tenken.web.addresses import address
from tenken.web.changing import show
from tenken.web.components.tables import moment
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.alert_forms import (
    AlertFilterForm,
    AssignForm,
    CloseForm,
    CommentForm,
    IncidentForm,
    words_of,
)
from tenken.web.telemetry.alert_links import linked_accounts, linked_terminals
from tenken.web.telemetry.alert_tables import LEVELS, STATUSES, AlertTable
from tenken.web.telemetry.periods import units_in_sight
from tenken.web.telemetry.search_pages import Lines

FOLDER: Final = "web/telemetry/alerts"
HERE: Final = "telemetry-alerts"
_PER_PAGE: Final = 50
_MOST_EXPORTED: Final = 20_000
_EVENTS: Final = {
    "raised": ("発生", "red"),
    "assign": ("担当者を決定", "yellow"),
    "take": ("対応を開始", "blue"),
    "note": ("記録", "neutral"),
    "close": ("完了", "green"),
    "reopen": ("再開", "red"),
    "exclude": ("除外を登録", "neutral"),
    "incident": ("インシデントに登録", "red"),
    "finding": ("課題に登録", "blue"),
}


def tabs(by: Principal, current: str) -> list[dict[str, Any]]:
    """Return the pages about alerts that *by* may open."""
    pages = (
        (HERE, "一覧", True),
        ("telemetry-alerts-board", "所属・ルール別", True),
        ("telemetry-incidents", "インシデント", True),
        ("telemetry-alerts-exclusions", "除外", by.everywhere(VIEW_ALERTS)),
        ("telemetry-alerts-settings", "設定", by.everywhere(VIEW_ALERTS)),
    )
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for name, label, shown in pages
        if shown
    ]


@signed_in
@require_safe
def alert_list(request: SignedInRequest) -> HttpResponse:
    """The alerts in sight: what is not closed, unless the address asks otherwise."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    form = _filter_form(request)
    only = form.filter()
    rows = _ordered(by, only)
    if kind := wants_export(request):
        table = _table(by, rows[:_MOST_EXPORTED], handles=False, whole=True)
        _was_read(by, "アラート一覧の出力", len(table.rows))
        return export_table(table, "アラート一覧", kind)
    table = _table(by, rows, handles=by.holds(HANDLE_ALERTS))
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    _was_read(by, "アラート一覧の閲覧", len(table.page.object_list))
    levels = board(by).by_level
    context = {
        "form": form,
        "table": table,
        "live": _live_address(request, by),
        "tabs": tabs(by, HERE),
        "figures": [
            {
                "number": levels.get(code, 0),
                "label": label,
                "tone": tone,
                "url": f"{reverse(HERE)}?{urlencode({'status': 'open', 'level': code})}",
            }
            for code, (label, tone) in LEVELS.items()
            if code != "informational" or levels.get(code)
        ],
        "handles": by.holds(HANDLE_ALERTS),
        "close_form": CloseForm(prefix="all"),
        "export": export_addresses(request),
        "here": request.get_full_path(),
    }
    return render(request, f"{FOLDER}/list.html", context, status=200 if only else 422)


@signed_in
@require_safe
def live(request: SignedInRequest) -> HttpResponse:
    """The list's table anew when something in sight changed since *mark*; 204 when nothing did."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    asked = request.GET.copy()
    if asked.pop("mark", [""])[-1] == state_mark(by):
        return HttpResponse(status=204)
    request.GET = QueryDict(asked.urlencode())  # what the table's links are made of
    table = _table(by, _ordered(by, _filter_form(request).filter()), handles=by.holds(HANDLE_ALERTS))
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    _was_read(by, "アラート一覧の閲覧", len(table.page.object_list))
    context = {"table": table, "live": _live_address(request, by)}
    return render(request, f"{FOLDER}/live.html", context)


def _was_read(by: Principal, purpose: str, rows: int, alert: Alert | None = None) -> None:
    """An alert says what somebody did: that it was read is noted."""
    if rows:
        subject = ("telemetry.alert", alert.pk if alert else "")
        note_access(by=by, city_code=by.city_code, subject=subject, purpose=purpose, rows=rows)


def _filter_form(request: SignedInRequest) -> AlertFilterForm:
    by = request.principal
    asked = any(name in AlertFilterForm.base_fields for name in request.GET)
    return AlertFilterForm(
        request.GET if asked else None,
        rules=rules_with_alerts(by),
        units=units_in_sight(by, VIEW_ALERTS),
    )


def _ordered(by: Principal, only: AlertFilter | None) -> Any:
    if only is None:
        return Alert.objects.none()
    return alerts_for(by, only).order_by("-severity", "-last_at", "-pk")


def _table(by: Principal, rows: Any, *, handles: bool, whole: bool = False) -> AlertTable:
    units = set(Alert.objects.restrict(by, VIEW_ALERTS).order_by().values_list("unit", flat=True).distinct())
    names = names_with_bureau(by.city, [pk for pk in units if pk], by.on)
    return AlertTable(rows, units=names, handles=handles, by=by, whole=whole)


def _live_address(request: SignedInRequest, by: Principal) -> str:
    query = request.GET.copy()
    query["mark"] = state_mark(by)
    return f"{reverse('telemetry-alerts-live')}?{query.urlencode()}"


@signed_in
@require_POST
def act_on_many(request: SignedInRequest) -> HttpResponse:
    """Take one alert in hand from the list, or close those chosen; back to the list as it was asked for."""
    by = request.principal
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse(HERE)
    try:
        if one := request.POST.get("take"):
            done = operations.take(by=by, alert_ids=[_number(one)])
            messages.success(request, f"{done[0]}の対応を始めました。")
        else:
            chosen = [_number(value) for value in request.POST.getlist("alert")]
            closed = operations.close(
                by=by,
                alert_ids=chosen,
                reason=request.POST.get("all-reason", ""),
                comment=request.POST.get("all-comment", ""),
            )
            messages.success(request, f"{len(closed)}件を完了にしました。")
    except Invalid as refusal:
        messages.error(request, refusal.message)
    return redirect(back)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("アラートを選び直してください。")
    return int(text)


@signed_in
@require_safe
def alert_board(request: SignedInRequest) -> HttpResponse:
    """Open alerts by section and by rule, the gravest first; each figure opens its alerts."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    found = board(by)
    names = names_with_bureau(by.city, [one.key for one in found.by_section if one.key], by.on)
    header = ("区分", "名称", *(label for label, _ in LEVELS.values()), "計")
    groups = (
        ("所属", "unit", [(one, names.get(one.key, one.name)) for one in found.by_section]),
        ("検知ルール", "rule", [(one, one.name) for one in found.by_rule]),
    )
    if kind := wants_export(request):
        lines = [
            (group, name, *(one.by_level.get(level, 0) for level in LEVELS), one.total)
            for group, _, tallies in groups
            for one, name in tallies
        ]
        return export_rows(header, lines, "アラートの所属・ルール別件数", kind)
    context = {
        "tabs": tabs(by, "telemetry-alerts-board"),
        "levels": [label for label, _ in LEVELS.values()],
        "statuses": [
            {
                "number": found.by_status.get(code, 0),
                "label": label,
                "tone": tone,
                "url": f"{reverse(HERE)}?{urlencode({'status': code})}",
            }
            for code, (label, tone) in STATUSES.items()
            if code != "closed"
        ],
        "groups": [
            {
                "title": f"表{number}　{group}ごとの完了していないアラート",
                "head": group,
                "rows": [
                    {
                        "name": name,
                        "url": f"{reverse(HERE)}?{urlencode({'status': 'open', param: one.key})}"
                        if one.key
                        else "",
                        "cells": [one.by_level.get(level, 0) for level in LEVELS],
                        "total": one.total,
                    }
                    for one, name in tallies
                ],
            }
            for number, (group, param, tallies) in enumerate(groups, start=1)
        ],
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/board.html", context)


# --- one alert --------------------------------------------------------------------------------------------


@signed_in
@require_safe
def alert_page(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """One alert: what it is about, what was done, what can be done."""
    alert = find_alert(request.principal, alert_id)
    _was_read(request.principal, "アラートの閲覧", 1, alert)
    return _page(request, alert)


@signed_in
@require_POST
def step(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """Do what the form ``action`` names: assign, take, close, reopen, note, incident, finding. ``Invalid`` stays (422)."""
    alert = find_alert(request.principal, alert_id)
    require(request.principal, HANDLE_ALERTS, unit=alert.unit)
    action = request.POST.get("action", "")
    if action not in _STEPS:
        raise Invalid("その操作はありません。")
    made = _forms(request.principal, alert, request.POST, action)
    form = made.get(action)
    if form is not None and not form.is_valid():
        return _page(request, alert, made, 422)
    try:
        done = _STEPS[action](request, alert, form.cleaned_data if form else {})
    except Invalid as refusal:
        if form is None:
            messages.error(request, refusal.message)
            return redirect("telemetry-alert", alert_id)
        show(form, refusal)
        return _page(request, alert, made, 422)
    messages.success(request, done)
    return redirect("telemetry-alert", alert_id)


def _seen(request: SignedInRequest) -> int | None:
    told = request.POST.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None


def _assign(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    operations.assign(
        by=request.principal,
        alert_id=alert.pk,
        person_id=int(said["person"]),
        comment=said["comment"],
        seen=_seen(request),
    )
    return "担当者を決めました。"


def _take(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    operations.take(by=request.principal, alert_ids=[alert.pk], seen=_seen(request))
    return "対応を始めました。"


def _close(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    operations.close(by=request.principal, alert_ids=[alert.pk], seen=_seen(request), **said)
    return "完了にしました。"


def _reopen(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    operations.reopen(by=request.principal, alert_id=alert.pk, seen=_seen(request), **said)
    return "再開しました。"


def _note(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    operations.note(by=request.principal, alert_id=alert.pk, **said)
    return "記録しました。"


def _incident(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    made = operations.open_incident(by=request.principal, alert_ids=[alert.pk], **said)
    return f"インシデント{made}に登録しました。"


def _finding(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> str:
    made = operations.open_finding(by=request.principal, alert_id=alert.pk)
    return f"課題{made}に登録しました。"


_STEPS: Final[dict[str, Callable[[SignedInRequest, Alert, dict[str, Any]], str]]] = {
    "assign": _assign,
    "take": _take,
    "close": _close,
    "reopen": _reopen,
    "note": _note,
    "incident": _incident,
    "finding": _finding,
}


def _forms(by: Principal, alert: Alert, data: Any = None, action: str = "") -> dict[str, forms.Form]:
    """Return the forms an alert has, by action; the one sent is bound."""

    def sent(name: str) -> Any:
        return data if name == action else None

    if alert.status == Alert.Status.CLOSED:
        return {
            "reopen": CommentForm(sent("reopen"), auto_id="reopen-%s"),
            "note": CommentForm(sent("note"), auto_id="note-%s"),
        }
    first = f"{alert.first_at.astimezone(JAPAN):%Y年%-m月%-d日 %H:%M}"
    outline = f"{alert.title}（{alert}、{first}から{alert.hit_count}件）"
    return {
        "assign": AssignForm(sent("assign"), people=handlers(by, alert), auto_id="assign-%s"),
        "close": CloseForm(sent("close"), auto_id="close-%s"),
        "note": CommentForm(sent("note"), auto_id="note-%s"),
        "incident": IncidentForm(sent("incident"), initial={"outline": outline}, auto_id="incident-%s"),
    }


def _page(
    request: SignedInRequest, alert: Alert, made: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    by = request.principal
    handles = bool(decide(by, HANDLE_ALERTS, unit=alert.unit))
    own = handles and is_own(by, alert)
    made = (made or _forms(by, alert)) if handles else {}
    context = {
        "alert": alert,
        "level": LEVELS[alert.level],
        "status": STATUSES[alert.status],
        "facts": _facts(by, alert),
        "steps": [_shown_step(one) for one in steps_of(alert)],
        "forms": {name: form for name, form in made.items() if not own or name == "note"},
        "handles": handles,
        "own": own,
        "past_retention": _past_retention(alert),
        "mine": alert.status == Alert.Status.IN_HAND and alert.assignee_id == by.person_id,
        "may_look": may_look(by, alert),
        "incidents": list(alert.incidents.all()),
        "finding_url": address("findings-detail", alert.finding_id) if alert.finding_id else "",
    }
    return render(request, f"{FOLDER}/alert.html", context, status=status)


def _past_retention(alert: Alert) -> str:
    """Say which single operations of an alert are past their retention, '' when none is."""
    since = kept_from(alert)
    if since is None:
        return "このアラートの一つ一つの操作は、保存期間を過ぎたため残っていません。件数と日時は、当時のものです。"
    if since > alert.first_at:
        day = f"{since.astimezone(JAPAN):%Y年%-m月%-d日}"
        return f"{day}より前の一つ一つの操作は、保存期間を過ぎたため残っていません。件数と日時は、当時のものです。"
    return ""


def _shown_step(one: Any) -> dict[str, Any]:
    what, tone = _EVENTS.get(one.event, (one.event, "neutral"))
    return {
        "when": moment(one.recorded_at),
        "who": one.by_name,
        "what": what,
        "comment": one.comment,
        "tone": tone,
    }


def _facts(by: Principal, alert: Alert) -> list[tuple[str, Any]]:
    unit = names_with_bureau(by.city, [alert.unit_id], by.on).get(alert.unit_id) if alert.unit_id else ""
    group = "、".join(f"{words_of(name)}：{value}" for name, value in alert.group.items() if value)
    return [
        ("所属", unit or (f"所属不明（{alert.section}）" if alert.section else "所属不明")),
        ("端末", linked_terminals(by, alert)),
        ("アカウント", linked_accounts(by, alert)),
        ("検知件数", f"{alert.hit_count:,}件"),
        ("最初の操作", moment(alert.first_at)),
        ("最後の操作", moment(alert.last_at)),
        ("まとめた項目", group),
        ("発生", moment(alert.raised_at)),
        ("担当者", alert.assignee.name if alert.assignee else ""),
        ("完了の理由", alert.get_reason_display() if alert.reason else ""),
    ]


@signed_in
@require_safe
def alert_events(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """The events behind an alert. Opening the page is a look into operation logs and recorded as one."""
    by = request.principal
    alert = find_alert(by, alert_id)
    behind = look_behind(by=by, alert=alert)
    context = {
        "alert": alert,
        "lines": list(Lines(by, behind.rows)),
        "most": MOST if len(behind.rows) >= MOST else 0,
    }
    return render(request, f"{FOLDER}/events.html", context)
