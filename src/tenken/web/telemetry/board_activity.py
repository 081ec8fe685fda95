"""上位の端末と人, and 先週からの変化."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Missing
from tenken.journal.operations import note_access
from tenken.organization.access import require_somewhere
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.boards.activity import changes, talkers
from tenken.telemetry.boards.seeing import Period
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_TERMINALS
from tenken.web.addresses import address
from tenken.web.components.tables import LOOSE, MomentColumn, NumberColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.periods import asked

_LONGEST = 31


class TalkerTable(Table):
    row_header = "key"

    key = tables.Column(verbose_name="端末")
    name = tables.Column(verbose_name="コンピューター名")
    section = tables.Column(verbose_name="課公所")
    events = NumberColumn(verbose_name="操作")
    off_hours = NumberColumn(verbose_name="時間外")
    sent = NumberColumn(verbose_name="送信・持出し（MB）", accessor="sent_megabytes")
    searched_by = "device"

    def __init__(self, *args: Any, period: Period, searches: bool, **kwargs: Any) -> None:
        """*searches*: the reader may search operations; each row then leads to those it counts."""
        super().__init__(*args, **kwargs)
        self.period, self.searches = period, searches

    def render_key(self, value: str) -> str:
        if not self.searches:
            return value
        asked = {
            "since": self.period.first.isoformat(),
            "until": self.period.last.isoformat(),
            self.searched_by: value,
        }
        return format_html('<a href="{}?{}">{}</a>', reverse("telemetry-search"), urlencode(asked), value)


class LoudTable(TalkerTable):
    caption = "表1　操作の多い端末"

    class Meta(Table.Meta):
        exclude = ("sent",)


class SenderTable(TalkerTable):
    caption = "表2　送信・持出しの多い端末"


class PeopleTable(TalkerTable):
    caption = "表3　操作の多い人"

    key = tables.Column(verbose_name="職員番号")
    name = tables.Column(verbose_name="氏名")
    searched_by = "person"


@signed_in
@require_safe
def talkers_page(request: SignedInRequest) -> HttpResponse:
    """Show the terminals and the people with most to say. That people were named is noted."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form, period, unit = asked(request, VIEW_TERMINALS, days=7, longest=_LONGEST)
    found = talkers(by, period, unit, people=True)
    if found.people:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("telemetry.talkers", f"{period.first}/{period.last}"),
            purpose="操作の多い人の確認",
            rows=len(found.people),
        )
    behind: dict[str, Any] = {"period": period, "searches": by.holds(SEARCH_EVENTS)}
    shown: dict[str, Any] = {
        "loud": LoudTable(found.terminals, prefix="l-", **behind),
        "senders": SenderTable(found.senders, prefix="s-", **behind),
        "people": PeopleTable(found.people, prefix="p-", **behind),
    }
    if kind := wants_export(request):
        return _exported(shown, request.GET.get("table", "loud"), kind)
    for table in shown.values():
        RequestConfig(request, paginate=False).configure(table)
    context = {
        "form": form,
        "period": period,
        "tables": shown,
    }
    return render(request, "web/telemetry/boards/talkers.html", context)


def _exported(shown: dict[str, Any], name: str, kind: str) -> HttpResponse:
    if name not in shown:
        raise Missing("この表はありません。")
    return export_table(shown[name], shown[name].caption.partition("　")[2], kind)


class _TerminalTable(Table):
    row_header = "number"

    number = tables.Column(verbose_name="端末機番号")
    computer_name = tables.Column(verbose_name="コンピューター名")
    unit = tables.Column(verbose_name="課公所", accessor="unit_id", order_by="unit__code", default="所属なし")
    last_seen = MomentColumn(verbose_name="最後の受信")

    def __init__(self, *args: Any, names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_number(self, value: str, record: Any) -> Any:
        url = address("telemetry-terminal", record.pk)
        return format_html('<a href="{}">{}</a>', url, value) if url else value

    def render_unit(self, value: int) -> str:
        return self.names.get(value, "")


class NewTerminalTable(_TerminalTable):
    caption = "表1　新しい端末"


class SilentTable(_TerminalTable):
    caption = "表2　受信が途絶えた端末"


class SoftwareTable(Table):
    caption = "表3　新しいソフトウェア"
    row_header = "name"

    name = tables.Column(verbose_name="名称", linkify=("telemetry-software-title", [tables.A("title_id")]))
    kind = tables.Column(verbose_name="種類")
    publisher = tables.Column(verbose_name="提供元", attrs=LOOSE)
    terminals = NumberColumn(verbose_name="端末")
    first_seen = MomentColumn(verbose_name="初めての受信")


class NewDeviceTable(Table):
    caption = "表4　新しい外部媒体"
    row_header = "identity"

    name = tables.Column(verbose_name="名称")
    identity = tables.Column(verbose_name="識別番号")
    approved = tables.BooleanColumn(verbose_name="許可", yesno="○,なし")
    section = tables.Column(verbose_name="課公所")
    terminal = tables.Column(verbose_name="端末")
    first = MomentColumn(verbose_name="初めての接続")
    events = NumberColumn(verbose_name="接続")


class NewOperationTable(Table):
    caption = "表5　初めての種類の操作"
    row_header = "section"

    section = tables.Column(verbose_name="課公所")
    op = tables.Column(verbose_name="操作")
    events = NumberColumn(verbose_name="件数")

    def render_op(self, value: str) -> str:
        known = BY_CODE.get(value)
        return known.label if known else value


@signed_in
@require_safe
def changes_page(request: SignedInRequest) -> HttpResponse:
    """Show what is different from the weeks before."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form, period, unit = asked(request, VIEW_TERMINALS, days=7, longest=_LONGEST)
    found = changes(by, period, unit)
    units = {row.unit_id for row in (*found.terminals, *found.silent) if row.unit_id}
    names = names_with_bureau(by.city, units, by.on)
    shown: dict[str, Any] = {
        "terminals": NewTerminalTable(found.terminals, prefix="t-", names=names),
        "silent": SilentTable(found.silent, prefix="g-", names=names),
        "software": SoftwareTable(found.software, prefix="s-"),
        "devices": NewDeviceTable(found.devices, prefix="d-"),
        "operations": NewOperationTable(found.operations, prefix="o-"),
    }
    if kind := wants_export(request):
        return _exported(shown, request.GET.get("table", "terminals"), kind)
    for table in shown.values():
        RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "form": form,
        "period": period,
        "tables": [(name, table) for name, table in shown.items()],
        "figures": [
            {"label": table.caption.partition("　")[2], "number": f"{len(table.rows):,}", "url": f"#{name}"}
            for name, table in shown.items()
        ],
    }
    return render(request, "web/telemetry/boards/changes.html", context)
