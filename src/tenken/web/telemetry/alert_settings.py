"""What raises no alert, what became an incident, and how the city handles alerts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Denied
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.alerts import operations
from tenken.telemetry.alerts.grouping import EXCLUDABLE
from tenken.telemetry.alerts.queries import exclusions_for, find_alert, incidents_for, settings_for
from tenken.telemetry.permissions import HANDLE_ALERTS, MANAGE_RULES, VIEW_ALERTS
from tenken.web.changing import change_page
from tenken.web.exports import export_table, wants_export
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.alert_forms import ExclusionForm, SettingsForm
from tenken.web.telemetry.alert_tables import LEVELS, ExclusionTable, IncidentTable
from tenken.web.telemetry.alerts import FOLDER, HERE, tabs

_BOTH = ["GET", "HEAD", "POST"]


def _require_whole_city(by: Principal) -> None:
    require_somewhere(by, VIEW_ALERTS)
    if not by.everywhere(VIEW_ALERTS):
        raise Denied("全庁のアラートを見る役割ではありません。")


@signed_in
@require_http_methods(_BOTH)
def exclude(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """Let hits like an alert's raise nothing for a time."""
    by = request.principal
    alert = find_alert(by, alert_id)
    require(by, HANDLE_ALERTS, unit=alert.unit)
    form = ExclusionForm(request.POST or None, alert=alert, by=by, settings=settings_for(by))
    return change_page(
        request,
        form,
        lambda said: operations.exclude(
            by=by,
            alert_id=alert.pk,
            conditions=form.chosen(),
            reason=said["reason"],
            expires_on=said["expires_on"],
        ),
        title="アラートの除外",
        lead=f"「{alert.title}」のうち、条件に当てはまる検知を、期限まで知らせません。検知そのものは記録に残ります。",
        submit="除外する",
        back=reverse("telemetry-alert", args=[alert.pk]),
        done="除外を登録しました。このアラートは、理由を付けて完了にしてください。",
        crumbs=[
            {"label": "アラート", "url": reverse(HERE)},
            {"label": str(alert), "url": reverse("telemetry-alert", args=[alert.pk])},
        ],
    )


@signed_in
@require_safe
def exclusions(request: SignedInRequest) -> HttpResponse:
    """What is left out, until when and why; what has ended stays listed."""
    by = request.principal
    _require_whole_city(by)
    table = ExclusionTable(
        exclusions_for(by).order_by("-pk"), by=by, may_end=by.everywhere(HANDLE_ALERTS), words=EXCLUDABLE
    )
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "アラートの除外", kind)
    context = {
        "table": table,
        "tabs": tabs(by, "telemetry-alerts-exclusions"),
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/exclusions.html", context)


@signed_in
@require_POST
def end_exclusion(request: SignedInRequest, exclusion_id: int) -> HttpResponse:
    """End an exclusion before its date."""
    operations.end_exclusion(by=request.principal, exclusion_id=exclusion_id)
    messages.success(request, "除外を打ち切りました。これからの検知は、また知らせます。")
    return redirect("telemetry-alerts-exclusions")


@signed_in
@require_safe
def incidents(request: SignedInRequest) -> HttpResponse:
    """The incidents opened from alerts in sight."""
    by = request.principal
    require_somewhere(by, VIEW_ALERTS)
    rows = incidents_for(by)
    names = names_with_bureau(
        by.city, [pk for pk in rows.order_by().values_list("unit", flat=True).distinct() if pk], by.on
    )
    table = IncidentTable(rows, units=names)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "インシデント一覧", kind)
    context = {
        "table": table,
        "tabs": tabs(by, "telemetry-incidents"),
        "export": export_addresses(request),
    }
    return render(request, f"{FOLDER}/incidents.html", context)


@signed_in
@require_http_methods(_BOTH)
def settings(request: SignedInRequest) -> HttpResponse:
    """Whom alerts are mailed to, how often, and how long an exclusion may hold."""
    by = request.principal
    _require_whole_city(by)
    standing = settings_for(by)
    if request.method == "POST":
        require(by, MANAGE_RULES)
    if by.everywhere(MANAGE_RULES):
        names = ("staff_from", "managers_from", "mails_per_hour", "exclusion_days")
        form = SettingsForm(request.POST or None, initial={name: getattr(standing, name) for name in names})
        return change_page(
            request,
            form,
            lambda _said: operations.save_settings(by=by, data=form.data_class()),
            title="アラートの設定",
            lead="アラートは、この画面の一覧にいつも載ります。メールで知らせる範囲を決めます。",
            submit="保存する",
            back=reverse("telemetry-alerts-settings"),
            done="保存しました。",
            crumbs=[{"label": "アラート", "url": reverse(HERE)}],
            standing=standing,
            folder=FOLDER,
            template="settings",
            tabs=tabs(by, "telemetry-alerts-settings"),
        )
    facts = [
        ("事務局に知らせる重要度", f"{LEVELS[standing.staff_from][0]}以上"),
        (
            "所属の情報管理者に知らせる重要度",
            f"{LEVELS[standing.managers_from][0]}以上" if standing.managers_from else "知らせない",
        ),
        ("1時間の通知の上限", f"{standing.mails_per_hour}通"),
        ("除外の最長日数", f"{standing.exclusion_days}日"),
    ]
    context = {
        "facts": facts,
        "tabs": tabs(by, "telemetry-alerts-settings"),
        "crumbs": [{"label": "アラート", "url": reverse(HERE)}, {"label": "アラートの設定", "url": ""}],
    }
    return render(request, f"{FOLDER}/settings.html", context)
