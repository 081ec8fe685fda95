"""Pairs of terminals that may be one, compared and decided; from when on a terminal is silent or old."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.organization.access import require, require_somewhere
from tenken.telemetry.inventory.operations import decide_match, save_settings, split_match
from tenken.telemetry.inventory.queries import doubts_for, find_doubt, settings_of
from tenken.telemetry.inventory.rules.identity import REASONS, Reason
from tenken.telemetry.models import DoubtfulMatch, Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS, VIEW_TERMINALS
from tenken.web import changing
from tenken.web.components.tables import moment
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import DecideForm, ReasonForm, SettingsForm
from tenken.web.telemetry.inventory_menu import LEDGER, inventory_tabs
from tenken.web.telemetry.inventory_tables import DoubtTable
from tenken.web.telemetry.terminals import may_manage, place_of

_BOTH = ["GET", "HEAD", "POST"]
_PER_PAGE = 50
_change_page = changing.change_page


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": LEDGER, "url": reverse("telemetry-terminals")},
        {"label": "同じかもしれない端末", "url": reverse("telemetry-doubts")},
    ]


@signed_in
@require_safe
def doubt_list(request: SignedInRequest) -> HttpResponse:
    """List the pairs that wait for a decision, or those decided."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    decided = request.GET.get("decided") == "1"
    table = DoubtTable(doubts_for(by, decided=decided))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, "同じかもしれない端末", kind)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    context = {
        "title": "同じかもしれない端末",
        "tabs": inventory_tabs(by, "telemetry-doubts"),
        "table": table,
        "decided": decided,
    }
    return render(request, "web/telemetry/inventory/doubts.html", context)


@signed_in
@require_http_methods(_BOTH)
def compare(request: SignedInRequest, doubt_id: int) -> HttpResponse:
    """Compare two terminals side by side; who may, decides."""
    by = request.principal
    doubt = find_doubt(by, doubt_id)
    new, old = doubt.terminal, doubt.other
    may = may_manage(by, old) and may_manage(by, new) and doubt.state != DoubtfulMatch.State.SAME
    if request.method == "POST":
        for one in (new, old):
            require(by, MANAGE_TERMINALS, unit=one.unit)
    form = DecideForm(request.POST or None)
    return changing.change_page(
        request,
        form,
        lambda said: decide_match(
            by=by,
            doubt=doubt,
            same=said["same"] == "same",
            because=said["because"],
            version=doubt.version,
        ),
        title=f"{new.number}と{old.number}",
        submit="判断を記録する",
        back=reverse("telemetry-doubts"),
        done="判断を記録しました。",
        crumbs=_crumbs(),
        standing=doubt,
        folder="web/telemetry/inventory",
        template="doubt",
        doubt=doubt,
        reason=REASONS[Reason(doubt.reason)],
        header=["項目", new.number, old.number],
        rows=[(label, *values) for label, values in _compared(by, new, old)],
        may=may,
        split_url=reverse("telemetry-doubt-split", args=[doubt.pk])
        if doubt.state == DoubtfulMatch.State.SAME and by.holds(MANAGE_TERMINALS)
        else "",
    )


def _compared(by: Any, new: Terminal, old: Terminal) -> list[tuple[str, list[str]]]:
    def said(row: Terminal) -> list[tuple[str, str]]:
        report = getattr(row, "report", None)
        return [
            (LEDGER, "登録済み" if row.in_ledger else "受信のみ"),
            ("所属", place_of(by, row)),
            ("コンピューター名", row.computer_name),
            ("システムモデル", f"{row.manufacturer} {row.model}".strip()),
            ("システムシリアル", row.serial),
            ("UUID", row.uuid),
            ("MACアドレス", "、".join(report.macs) if report else ""),
            ("OS", f"{row.os_name} {row.os_version}".strip()),
            ("最後の利用者", report.last_user if report else ""),
            ("初めて受信した日時", moment(row.first_seen)),
            ("最後に受信した日時", moment(row.last_seen)),
        ]

    return [
        (label, [mine or "—", other or "—"])
        for (label, mine), (_, other) in zip(said(new), said(old), strict=True)
    ]


@signed_in
@require_http_methods(_BOTH)
def split(request: SignedInRequest, doubt_id: int) -> HttpResponse:
    """Take back that two terminals are one."""
    by = request.principal
    doubt = find_doubt(by, doubt_id)
    for one in (doubt.terminal, doubt.other):
        require(by, MANAGE_TERMINALS, unit=one.unit)
    form = ReasonForm(request.POST or None)
    return _change_page(
        request,
        form,
        lambda said: split_match(by=by, doubt=doubt, because=said["because"], version=doubt.version),
        title="「同じ端末」という判断を取り消す",
        lead="2台は別々に数えられ、それぞれの識別は元に戻ります。",
        submit="取り消す",
        danger=True,
        back=reverse("telemetry-doubts"),
        done="判断を取り消しました。",
        crumbs=_crumbs(),
        standing=doubt,
    )


@signed_in
@require_http_methods(_BOTH)
def settings(request: SignedInRequest) -> HttpResponse:
    """Settle from when on a terminal is silent or old."""
    by = request.principal
    require(by, MANAGE_TERMINALS)
    kept = settings_of(by.city)
    form = SettingsForm(request.POST or None, initial=SettingsForm.initial_of(kept))
    return _change_page(
        request,
        form,
        lambda said: save_settings(
            by=by,
            silent_days=said["silent_days"],
            antivirus_days=said["antivirus_days"],
            patch_days=said["patch_days"],
            junk=said["junk"].splitlines(),
            version=kept.version,
        ),
        title="構成情報の設定",
        submit="保存する",
        back=reverse("telemetry-terminals"),
        done="設定を保存しました。",
        crumbs=_crumbs()[:1],
        standing=kept,
    )
