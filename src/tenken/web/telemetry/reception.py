"""受信の状態: how the receiving processes and the road behind them are, a few seconds ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.organization.access import require
from tenken.telemetry.models import ReceiverState
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception import queries
from tenken.web.components.tables import moment
from tenken.web.exports import export_rows, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.sources import page

_MB = 1024 * 1024
_GB = 1024 * _MB
# Below this share of the disk a batch may soon find no room.
_LEAST_FREE = 0.1
_LONG_SECONDS = 10.0


@dataclass(frozen=True)
class ReceiverView:
    """One receiving process in words: its state, what is wrong, its figures, its facts."""

    name: str
    tone: str
    label: str
    troubles: tuple[str, ...]
    figures: tuple[dict[str, Any], ...]
    facts: tuple[tuple[str, str], ...]
    wrong_from: tuple[tuple[str, str], ...]


@signed_in
@require_safe
def reception(request: SignedInRequest) -> HttpResponse:
    """Show how receiving stands; the part that changes is asked again every five seconds."""
    require(request.principal, MANAGE_SOURCES)
    views = [receiver_view(state) for state in queries.receivers()]
    if kind := wants_export(request):
        rows = [[view.name, name, value] for view in views for name, value in view.facts]
        return export_rows(["受信プロセス", "項目", "値"], rows, "受信の状態", kind)
    context = {"receivers": views}
    if getattr(request, "htmx", False):
        return render(request, "web/telemetry/sources/reception_part.html", context)
    return page(request, "reception", context)


def receiver_view(row: ReceiverState) -> ReceiverView:
    """Return *row* in words."""
    state, line = row.state, row.state.get("pipeline", {})
    late = queries.is_late(row)
    troubles = tuple(_troubles(row, late))
    label, tone = ("応答なし", "red") if late else ("注意", "yellow") if troubles else ("正常", "green")
    return ReceiverView(
        name=row.name,
        tone=tone,
        label=label,
        troubles=troubles,
        figures=tuple(_figures(state, line)),
        facts=tuple(_facts(row)),
        wrong_from=tuple((str(address), f"{count:,}") for address, count in state.get("wrong_from", [])),
    )


def _troubles(row: ReceiverState, late: bool) -> list[str]:
    line, disk = row.state.get("pipeline", {}), row.state.get("disk", {})
    found = []
    if late:
        found.append(
            f"{moment(row.told_at)}から知らせがありません。受信プロセスが動いているか確かめてください。"
        )
    if not line.get("running", True):
        found.append("操作ログを書き込む処理が動いていません。")
    for name, words in (
        ("trouble", "保管庫に書き込めません"),
        ("detection_error", "検知ルールを調べられません"),
        ("alert_error", "アラートを上げられません"),
    ):
        if line.get(name):
            found.append(f"{words}：{line[name]}")
    if line.get("lag_seconds", 0) > _LONG_SECONDS:
        found.append(f"書き込みが{line['lag_seconds']:.0f}秒遅れています。")
    if disk and disk["free"] < disk["total"] * _LEAST_FREE:
        found.append(f"ディスクの空きが{disk['free'] / _GB:.1f}GBです。")
    return found


def _figures(state: dict[str, Any], line: dict[str, Any]) -> list[dict[str, Any]]:
    connections = state.get("connections", {})
    return [
        {"number": f"{line.get('events', 0):,}", "label": "受け取った操作ログ", "unit": "件"},
        {"number": f"{line.get('lag_seconds', 0.0):.1f}", "label": "書き込みの遅れ", "unit": "秒"},
        {
            "number": f"{line.get('queue_parcels', 0):,}",
            "label": "書き込みを待つ受信",
            "unit": "件",
            "note": f"{line.get('queue_bytes', 0) / _MB:.1f}MB",
        },
        {
            "number": f"{connections.get('http', 0) + connections.get('syslog', 0):,}",
            "label": "いまの接続",
            "unit": "本",
            "note": f"うちsyslog {connections.get('syslog', 0):,}本",
        },
    ]


def _facts(row: ReceiverState) -> list[tuple[str, str]]:
    state, line = row.state, row.state.get("pipeline", {})
    where, disk = state.get("addresses", {}), state.get("disk", {})
    listens = [f"{'HTTPS' if where.get('tls') else 'HTTP'} {where.get('host', '')}:{where.get('port', '')}"]
    if where.get("syslog_port"):
        listens.append(f"syslog（TCP） {where['syslog_port']}")
    if where.get("syslog_tls_port"):
        listens.append(f"syslog（TLS） {where['syslog_tls_port']}")
    most = state.get("in_memory_most", 0)
    return [
        ("受信しているところ", "、".join(listens)),
        ("開始", moment(row.started_at)),
        ("最後の知らせ", moment(row.told_at)),
        ("最後の書き込み", _told(line.get("committed_at"))),
        ("受信", f"{line.get('parcels', 0):,}件（重複{line.get('repeated', 0):,}件）"),
        ("構成情報", f"{line.get('inventories', 0):,}件"),
        ("読み取れなかったもの", f"{line.get('quarantined', 0):,}件"),
        ("後で送り直すよう伝えたもの", f"{state.get('turned_away', 0):,}件"),
        ("書き込めなかったもの", f"{line.get('failed', 0):,}件（送信元が送り直します）"),
        ("受信中のデータ", f"{state.get('in_memory', 0) / _MB:.1f}MB（{most / _MB:.0f}MBまで）"),
        ("順番を待つ送信元", f"{state.get('waiting', 0):,}"),
        ("アラート", f"{line.get('alerts', 0):,}件（遅れ{line.get('alert_lag_seconds', 0.0):.1f}秒）"),
        ("違う鍵", f"{state.get('wrong_keys', 0):,}回"),
        ("最後の誤り", str(line.get("last_error") or "なし")),
        (
            "ディスクの空き",
            f"{disk['free'] / _GB:.1f}GB（{disk['total'] / _GB:.1f}GBのうち）" if disk else "別のサーバー",
        ),
    ]


def _told(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else "まだありません"
