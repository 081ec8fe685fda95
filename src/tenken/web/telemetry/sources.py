"""送信元: who may send, how each is set up, and what came in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Invalid, Missing
from tenken.organization.access import Principal, require
from tenken.telemetry.models import EnrolledNode, RetentionClass, Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception import queries
from tenken.telemetry.reception.nodes import revoke_node
from tenken.telemetry.reception.quarantine import waiting_by_source
from tenken.telemetry.reception.queries import SourceLine
from tenken.telemetry.reception.sources import (
    change_source,
    has_key,
    register_source,
    renew_key,
    switch_source,
)
from tenken.telemetry.store import StoreUnavailable
from tenken.web import changing
from tenken.web.components.tables import MomentColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.seen import require_seen
from tenken.web.telemetry.source_forms import SOURCE_STATES, ReasonForm, SourceFilter, SourceForm
from tenken.web.telemetry.source_setup import setup_of

_FOLDER = "web/telemetry/sources"
_BOTH = ["GET", "HEAD", "POST"]
_HERE = "telemetry-sources"


class SourceTable(Table):
    caption = "表1　送信元"
    row_header = "name"

    name = tables.Column(
        verbose_name="名称", accessor="source__name", linkify=("telemetry-source", [tables.A("pk")])
    )
    code = tables.Column(verbose_name="コード", accessor="source__code")
    protocol = tables.Column(
        verbose_name="方式", accessor="source__get_protocol_display", order_by="source__protocol"
    )
    state = StatusColumn(SOURCE_STATES, verbose_name="状態")
    last_received_at = MomentColumn(verbose_name="最後の受信")
    events = NumberColumn(verbose_name="今日の操作ログ")
    payloads = NumberColumn(verbose_name="今日の受信")
    turned_away = NumberColumn(verbose_name="今日の送り直し")
    waiting = NumberColumn(verbose_name="読み取れず")


class DayTable(Table):
    caption = "表1　14日間の受信"
    row_header = "day"

    day = tables.DateColumn(verbose_name="日", format="n月j日")
    payloads = NumberColumn(verbose_name="受信")
    events = NumberColumn(verbose_name="操作ログ")
    size = NumberColumn(verbose_name="バイト数")
    repeated = NumberColumn(verbose_name="重複")
    quarantined = NumberColumn(verbose_name="読み取れず")
    refused = NumberColumn(verbose_name="受け取らず")
    turned_away = NumberColumn(verbose_name="送り直し")
    last_received_at = MomentColumn(verbose_name="最後の受信")
    last_peer = tables.Column(verbose_name="最後の相手")


class NodeTable(Table):
    caption = "表1　登録されたホスト"
    row_header = "host_identifier"

    host_identifier = tables.Column(verbose_name="ホストの識別子")
    terminal = tables.Column(verbose_name="端末機番号", accessor="terminal__number")
    enrolled_at = MomentColumn(verbose_name="登録")
    last_seen_at = MomentColumn(verbose_name="最後の受信")
    revoked_at = MomentColumn(verbose_name="鍵の取消し")
    revoke = tables.TemplateColumn(
        '{% if not record.revoked_at %}<a href="{% url "telemetry-node-revoke" record.pk %}">鍵を取り消す'
        '<span class="visually-hidden">：{{ record.host_identifier }}</span></a>{% else %}—{% endif %}',
        verbose_name="操作",
        orderable=False,
        exclude_from_export=True,
    )


class NodeFilter(forms.Form):
    q = forms.CharField(label="ホスト・端末機番号", required=False, max_length=60)


def page(request: SignedInRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a page of this room."""
    return render(request, f"{_FOLDER}/{template}.html", context)


def waiting_now(by: Principal) -> dict[str, int] | None:
    """Return how many parts wait in quarantine by source; None while the store does not say."""
    try:
        return waiting_by_source(by)
    except StoreUnavailable:
        return None


@signed_in
@require_safe
def source_list(request: SignedInRequest) -> HttpResponse:
    """List the city's senders and how each stands."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    form = SourceFilter(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    waiting = waiting_now(by)
    lines = queries.source_lines(
        by,
        protocol=said.get("protocol", ""),
        state=said.get("state", ""),
        text=said.get("q", ""),
        waiting=waiting,
    )
    table = SourceTable(lines)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind:
        return export_table(table, "送信元", kind)
    context = {"table": table, "form": form, "store_away": waiting is None}
    return page(request, "list", context)


@signed_in
@require_safe
def source_page(request: SignedInRequest, source_id: int) -> HttpResponse:
    """Show one sender: what it may, what came in, how it is set up."""
    by = request.principal
    source = queries.find_source(by, source_id)
    waiting = waiting_now(by)
    line = queries.source_line(source, waiting)
    table = DayTable(queries.source_days(source))
    kind = wants_export(request)
    RequestConfig(request, paginate=False).configure(table)
    if kind:
        return export_table(table, f"受信_{source.name}", kind)
    context = {
        "source": source,
        "line": line,
        "label": SOURCE_STATES[line.state],
        "figures": [
            {"number": f"{line.events:,}", "label": "今日の操作ログ"},
            {"number": f"{line.payloads:,}", "label": "今日の受信"},
        ],
        "waiting": None if line.waiting is None else f"{line.waiting:,}",
        "facts": _facts(source, line),
        "table": table,
        "setup": setup_of(source, queries.listening(), host=_host(request)),
        "has_key": has_key(source.protocol),
        "enrols": source.protocol == Source.Protocol.OSQUERY,
    }
    return page(request, "source", context)


def _facts(source: Source, line: SourceLine) -> list[tuple[str, Any]]:
    how = []
    if source.key_hash:
        how.append("鍵")
    if source.certificate:
        how.append(f"クライアント証明書（{source.certificate[:16]}…）")
    if networks := [one.network for one in source.addresses.all()]:
        how.append(f"アドレス（{'、'.join(networks)}）")
    classes = RetentionClass.objects.filter(city=source.city_id, code=source.retention_class)
    kept = classes.values_list("name", flat=True).first()
    facts: list[tuple[str, Any]] = [
        ("コード", source.code),
        ("方式", source.get_protocol_display()),
        ("見分け方", "、".join(how) or "まだありません"),
        ("保存区分", kept or source.retention_class),
        ("受信原本", f"{source.keep_raw_days}日残す" if source.keep_raw_days else "残さない"),
        ("毎秒の上限", f"{source.events_per_second:,}件" if source.events_per_second else "なし"),
        ("最後の相手", line.last_peer),
    ]
    if source.protocol == Source.Protocol.JSON_LINES:
        facts.insert(2, ("行の形式", source.get_dialect_display()))
    return facts


@signed_in
@never_cache
@require_http_methods(_BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """Register a sender; its key is shown this once."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    form = SourceForm(request.POST or None, city_id=by.city_id)

    def register() -> tuple[Source, str]:
        said = form.cleaned_data
        return register_source(by=by, code=said["code"], protocol=said["protocol"], settings=form.settings())

    return _keyed(request, form, register, title="送信元を登録する", submit="登録する", back=reverse(_HERE))


@signed_in
@never_cache
@require_http_methods(_BOTH)
def new_key(request: SignedInRequest, source_id: int) -> HttpResponse:
    """Give a sender a new key, shown this once."""
    by = request.principal
    source = queries.find_source(by, source_id)
    require_seen(request, source)
    form = forms.Form(request.POST if request.method == "POST" else None)
    return _keyed(
        request,
        form,
        lambda: renew_key(by=by, source_id=source.pk, version=source.version),
        title="鍵を変える",
        submit="鍵を変える",
        back=reverse("telemetry-source", args=[source.pk]),
        source=source,
    )


def _keyed(
    request: SignedInRequest,
    form: forms.Form,
    operation: Callable[[], tuple[Source, str]],
    *,
    title: str,
    submit: str,
    back: str,
    source: Source | None = None,
) -> HttpResponse:
    """Show *form*; when *operation* was done, show the key it made, which no other page ever shows."""
    if form.is_bound and form.is_valid():
        try:
            made, key = operation()
        except Invalid as refusal:
            changing.show(form, refusal)
        else:
            if not key:
                messages.success(request, f"送信元「{made.name}」を登録しました。")
                return redirect("telemetry-source", made.pk)
            setup = setup_of(made, queries.listening(), host=_host(request), key=key)
            return page(request, "key", {"source": made, "key": key, "setup": setup})
    context = {"form": form, "title": title, "submit": submit, "back": back, "source": source}
    response = page(request, "form", context)
    response.status_code = 422 if form.is_bound else 200
    return response


@signed_in
@require_http_methods(_BOTH)
def change(request: SignedInRequest, source_id: int) -> HttpResponse:
    """Change what a sender may."""
    by = request.principal
    source = queries.find_source(by, source_id)
    form = SourceForm(request.POST or None, city_id=by.city_id, source=source)
    return _change_page(
        request,
        source,
        form,
        lambda said: change_source(
            by=by, source_id=source.pk, version=source.version, settings=form.settings(source)
        ),
        title="送信元を変える",
        submit="変更する",
        done="送信元を変更しました。",
    )


@signed_in
@require_http_methods(_BOTH)
def switch(request: SignedInRequest, source_id: int) -> HttpResponse:
    """Stop taking in what a sender sends, or begin again."""
    by = request.principal
    source = queries.find_source(by, source_id)
    stops = source.enabled
    words = "受信を止める" if stops else "受信を再開する"
    return _change_page(
        request,
        source,
        ReasonForm(request.POST or None),
        lambda said: switch_source(
            by=by, source_id=source.pk, version=source.version, enabled=not stops, reason=said["reason"]
        ),
        title=words,
        submit=words,
        done="受信を止めました。" if stops else "受信を再開しました。",
        lead="止めている間に送られたものは受け取りません。送信元は、たまったものを後で送り直します。"
        if stops
        else "",
        danger=stops,
    )


def _change_page(
    request: SignedInRequest, source: Source, form: forms.Form, operation: Any, **words: Any
) -> HttpResponse:
    back = reverse("telemetry-source", args=[source.pk])
    crumbs = [
        {"label": "送信元", "url": reverse(_HERE)},
        {"label": source.name, "url": back},
    ]
    show = partial(changing.change_page, standing=source)
    return show(request, form, operation, back=back, crumbs=crumbs, **words)


@signed_in
@require_safe
def nodes(request: SignedInRequest, source_id: int) -> HttpResponse:
    """List the hosts that enrolled with a sender's secret."""
    by = request.principal
    source = queries.find_source(by, source_id)
    form = NodeFilter(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.nodes_of(by, source)
    if text:
        rows = rows.filter(host_identifier__icontains=text) | rows.filter(terminal__number__icontains=text)
    table = NodeTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 100}).configure(table)
    if kind:
        return export_table(table, f"登録されたホスト_{source.name}", kind)
    return page(request, "nodes", {"source": source, "table": table, "form": form})


@signed_in
@require_http_methods(_BOTH)
def node_revoke(request: SignedInRequest, node_id: int) -> HttpResponse:
    """Take a host's key away."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    if request.method == "POST":
        node = revoke_node(by=by, node_id=node_id)
        messages.success(
            request, f"「{node.host_identifier}」の鍵を取り消しました。次の通信で登録し直します。"
        )
        return redirect("telemetry-source-nodes", node.source_id)
    node = _node(by, node_id)
    return page(request, "revoke", {"node": node, "source": node.source})


def _node(by: Principal, node_id: int) -> EnrolledNode:
    node = (
        EnrolledNode.objects.restrict(by, MANAGE_SOURCES).select_related("source").filter(pk=node_id).first()
    )
    if node is None:
        raise Missing("登録されたホストがありません。")
    return node


def _host(request: SignedInRequest) -> str:
    """Return the name the reader reached this server by; senders reach it by the same."""
    return split_domain_port(request.get_host())[0]
