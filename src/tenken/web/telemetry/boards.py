"""端末の状況: the live map by section, one section's terminals, and the way to every page of the room."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import Case, CharField, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.organization.queries.units import visible_unit
from tenken.telemetry.boards.counts import count_board
from tenken.telemetry.boards.health import LiveMap, live_map, unplaced, watched
from tenken.telemetry.boards.seeing import Period
from tenken.telemetry.inventory.queries import figures_of, standing_on
from tenken.telemetry.models import Terminal
from tenken.telemetry.permissions import VIEW_ALERTS, VIEW_TERMINALS
from tenken.telemetry.store import StoreUnavailable
from tenken.web.addresses import address
from tenken.web.components.tables import DateColumn, MomentColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in

_ATTENTION = "attention"
STATES = {
    "never": ("受信なし", "neutral"),
    "silent": ("途絶", "yellow"),
    "outdated": ("更新が古い", "yellow"),
    "unprotected": ("対策ソフトなし", "red"),
    "fine": ("正常", "green"),
}


class SectionTable(Table):
    """The map as a list: for export and for who reads no colours."""

    caption = "表1　課公所ごとの端末"
    row_header = "name"

    bureau = tables.Column(verbose_name="局・区")
    name = tables.Column(verbose_name="課公所")
    terminals = NumberColumn(verbose_name="端末")
    reporting = NumberColumn(verbose_name="受信あり")
    silent = NumberColumn(verbose_name="途絶・受信なし")
    outdated = NumberColumn(verbose_name="更新が古い")
    unprotected = NumberColumn(verbose_name="対策ソフトなし")
    alerts = NumberColumn(verbose_name="アラート")
    state = tables.Column(verbose_name="状態")


class TerminalTable(Table):
    """A section's terminals, the worst first."""

    caption = "表1　端末"
    row_header = "number"

    number = tables.Column(verbose_name="端末機番号")
    computer_name = tables.Column(verbose_name="コンピューター名")
    kind = tables.Column(verbose_name="種類")
    person = tables.Column(verbose_name="使用者", accessor="person__name", order_by="person__number")
    os_name = tables.Column(verbose_name="OS")
    standing = StatusColumn(STATES, verbose_name="状態", order_by=("standing", "number"))
    last_seen = MomentColumn(verbose_name="最後の受信")
    antivirus_updated_on = DateColumn(verbose_name="パターンファイル")
    patched_on = DateColumn(verbose_name="更新プログラム")

    class Meta(Table.Meta):
        sequence = ("number", "standing", "last_seen", "person", "...")

    def render_number(self, value: str, record: Terminal) -> Any:
        url = address("telemetry-terminal", record.pk)
        return format_html('<a href="{}">{}</a>', url, value) if url else value


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the live map, whole or what is to be looked at, and what happened today."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    found = live_map(by)
    if kind := wants_export(request):
        return export_table(SectionTable(_rows(found)), "課公所ごとの端末", kind)
    return render(request, "web/telemetry/boards/index.html", {"today": _today(by)} | _map(request, found))


@signed_in
@require_safe
def map_part(request: SignedInRequest) -> HttpResponse:
    """Return the map anew, for a page that stays open."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    return render(request, "web/telemetry/boards/map.html", _map(request, live_map(by)))


def _map(request: SignedInRequest, found: LiveMap) -> dict[str, Any]:
    """The map and its figures, each with the list behind it. The figures count the terminals of no section too."""
    by = request.principal
    counts = figures_of(by, standing_on(by.city, by.on)) | {"alerts": found.total("alerts")}
    ledger, alerts = reverse("telemetry-terminals"), reverse("telemetry-alerts")
    only = request.GET.get("show") == _ATTENTION
    careful = found.attention()
    return {
        "map": careful if only else found,
        "figures": [
            {
                "label": label,
                "number": f"{counts[code]:,}",
                "unit": unit,
                "tone": tone if counts[code] else "neutral",
                "url": url,
            }
            for code, label, unit, tone, url in (
                ("terminals", "端末", "台", "neutral", ledger),
                ("reporting", "受信あり", "台", "green", f"{ledger}?condition=reporting"),
                ("unheard", "途絶・受信なし", "台", "yellow", f"{ledger}?condition=unheard"),
                ("out_of_date", "更新が古い", "台", "yellow", f"{ledger}?condition=out_of_date"),
                ("no_antivirus", "対策ソフトなし", "台", "red", f"{ledger}?condition=no_antivirus"),
                ("alerts", "完了していないアラート", "件", "red", alerts if by.holds(VIEW_ALERTS) else ""),
            )
        ],
        "shown": [
            {"label": f"すべて（{len(found.tiles)}）", "url": "?", "current": not only},
            {"label": f"確認の要る課（{len(careful.tiles)}）", "url": f"?show={_ATTENTION}", "current": only},
        ],
        "only": only,
        "unplaced": unplaced(by),
        "unplaced_url": f"{ledger}?condition=unplaced",
        "at": f"{clock.now().astimezone(JAPAN):%H:%M}",
        "ledger": ledger,
        "alerts": alerts,
        "map_url": reverse("telemetry-map") + (f"?show={_ATTENTION}" if only else ""),
        "terminals_url": reverse("telemetry-boards"),
    }


def _rows(found: LiveMap) -> list[dict[str, Any]]:
    names = ("name", "terminals", "reporting", "silent", "outdated", "unprotected", "alerts", "state")
    return [
        {"bureau": bureau.name} | {name: getattr(tile, name) for name in names}
        for bureau in found.bureaus
        for tile in bureau.sections
    ]


def _today(by: Principal) -> list[tuple[str, str]] | None:
    """Return what was counted today, None when the store cannot be asked: the map does not need it."""
    try:
        counts = count_board(by, Period(by.on, by.on)).total()
    except StoreUnavailable:
        return None
    return [
        ("操作", f"{counts.operations:,}件"),
        ("時間外の操作", f"{counts.off_hours:,}件"),
        ("外部媒体の接続", f"{counts.connects:,}件（止めた接続 {counts.blocks:,}件）"),
        ("外部媒体への書き込み", f"{counts.copies:,}件"),
        ("印刷", f"{counts.printed:,}ページ"),
    ]


@signed_in
@require_safe
def section(request: SignedInRequest, unit_id: int) -> HttpResponse:
    """Show one section's (or bureau's) terminals and its week."""
    by = request.principal
    unit = visible_unit(by, unit_id, VIEW_TERMINALS)
    standing = standing_on(by.city, by.on)
    rows = (
        watched(by, unit)
        .select_related("person")
        .annotate(
            standing=Case(
                When(standing.no_antivirus, then=Value("unprotected")),
                When(standing.silent, then=Value("silent")),
                When(standing.never, then=Value("never")),
                When(standing.out_of_date, then=Value("outdated")),
                default=Value("fine"),
                output_field=CharField(),
            )
        )
        .order_by("number")
    )
    name = names_with_bureau(by.city, [unit.pk], by.on).get(unit.pk, unit.name)
    table = TerminalTable(rows)
    if kind := wants_export(request):
        return export_table(table, f"{name}の端末", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    tiles = live_map(by, unit).tiles
    context = {
        "unit": unit,
        "name": name,
        "table": table,
        "tiles": tiles if len(tiles) > 1 else [],
        "week": _week(by, unit),
        "week_url": f"{reverse('telemetry-counts')}?unit={unit.pk}",
        "ledger_url": f"{reverse('telemetry-terminals')}?unit={unit.pk}",
        "alerts_url": f"{reverse('telemetry-alerts')}?unit={unit.pk}" if by.holds(VIEW_ALERTS) else "",
    }
    return render(request, "web/telemetry/boards/section.html", context)


def _week(by: Principal, unit: Any) -> list[tuple[str, str]] | None:
    try:
        board = count_board(by, Period.ending(by.on, 7), unit)
    except StoreUnavailable:
        return None
    now, before = board.total(), board.total(before=True)
    return [
        (label, f"{getattr(now, key):,}{unit_word}（前の7日 {getattr(before, key):,}{unit_word}）")
        for label, key, unit_word in (
            ("操作", "operations", "件"),
            ("時間外の操作", "off_hours", "件"),
            ("外部媒体の接続", "connects", "件"),
            ("外部媒体への書き込み", "copies", "件"),
            ("印刷", "printed", "ページ"),
        )
    ]
