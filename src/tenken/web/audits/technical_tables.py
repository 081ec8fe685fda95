"""Tables of technical audits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from tenken.audit.models import ScanDifference, ScanImport, ScannedMachine, Weakness, WeaknessPlace
from tenken.audit.technical.readers import FORMATS
from tenken.audit.technical.rules.urgency import effective
from tenken.audit.technical.words import CRITICAL, HIGH, LOW, MEDIUM, URGENCY_LABELS, tool_label
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.web.audits.technical_labels import (
    CHANGE_LABELS,
    SCAN_STATUSES,
    SEVERITIES,
    URGENCIES,
    standing_words,
    tag,
)
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.findings.tables import LinkedNumberColumn

_SHORT = {"th": {"class": "num"}, "td": {"class": "num"}}


def _level(level: int) -> LinkedNumberColumn:
    return LinkedNumberColumn(
        lambda row: f"{reverse('audits-technical-system', args=[row['pk']])}?urgency={level}",
        verbose_name=URGENCY_LABELS[level],
        accessor=f"level_{level}",
    )


class ScannedSystemTable(Table):
    """The systems that were scanned, with what stands in each."""

    caption = "表1　診断した情報システム"
    row_header = "name"

    name = tables.Column(verbose_name="情報システム", linkify=("audits-technical-system", [tables.A("pk")]))
    owner = tables.Column(verbose_name="所管課", order_by=("owner_code",))
    last_scan = DateColumn(verbose_name="最後の診断")
    critical = _level(CRITICAL)
    high = _level(HIGH)
    medium = _level(MEDIUM)
    low = _level(LOW)
    hosts = NumberColumn(verbose_name="機器")
    out_of_support = LinkedNumberColumn(
        lambda row: reverse("audits-technical-hosts", args=[row["pk"]]), verbose_name="OSサポート終了の機器"
    )
    review = LinkedNumberColumn(
        lambda row: f"{reverse('audits-technical-system', args=[row['pk']])}?state=review&all=on",
        verbose_name="判断の見直し",
    )


class WeaknessTable(Table):
    """Weaknesses of one system: the urgency that counts beside the scanner's severity."""

    caption = "表1　ぜい弱性の一覧"
    row_header = "title"

    title = tables.Column(verbose_name="ぜい弱性", linkify=("audits-technical-weakness", [tables.A("pk")]))
    effective = StatusColumn(URGENCIES, verbose_name="緊急度")
    judged = tables.Column(verbose_name="判断", empty_values=(), order_by=("judged_until",))
    severity = StatusColumn(SEVERITIES, verbose_name="ツールの深刻度", orderable=False)
    score = NumberColumn(verbose_name="CVSS")
    hosts = NumberColumn(verbose_name="機器")
    tool = tables.Column(verbose_name="診断ツール")
    last_seen_at = DateColumn(verbose_name="最後に見つかった日")
    standing = tables.Column(verbose_name="状態", empty_values=(), order_by=("not_seen_since", "returned_at"))
    finding = tables.Column(verbose_name="課題", linkify=("findings-detail", [tables.A("finding_id")]))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def render_title(self, value: str) -> str:
        return Truncator(value).chars(60)

    def value_title(self, value: str) -> str:
        return value

    def render_judged(self, record: Weakness) -> str:
        if record.judged_urgency is None or record.judged_until is None:
            return "—"
        counts = effective(record.urgency, -1, record.judged_from, record.judged_until, self.on) < 0
        until = era_date(record.judged_until)
        by_rule = URGENCY_LABELS[record.urgency]
        return f"判断あり（規則では「{by_rule}」、{until}まで）" if counts else f"見直しが必要（{until}まで）"

    def render_tool(self, value: str) -> str:
        return tool_label(value)

    def render_standing(self, record: Weakness) -> str:
        return standing_words(record)


class WeaknessFileTable(WeaknessTable):
    """The same for a file: every column."""

    rule = tables.Column(verbose_name="ツールの番号")
    cves = tables.Column(verbose_name="CVE", orderable=False)
    cwes = tables.Column(verbose_name="CWE", orderable=False)
    vector = tables.Column(verbose_name="CVSSの内訳")
    places = NumberColumn(verbose_name="箇所")
    first_seen_at = DateColumn(verbose_name="最初に見つかった日")
    not_seen_since = DateColumn(verbose_name="見つからなくなった日")
    returned_at = DateColumn(verbose_name="再び見つかった日")
    description = tables.Column(verbose_name="説明", orderable=False)
    solution = tables.Column(verbose_name="対策", orderable=False)

    def render_cves(self, value: list[str]) -> str:
        return "、".join(value)

    def render_cwes(self, value: list[str]) -> str:
        return "、".join(value)


class PlaceTable(Table):
    """Where one weakness is and was."""

    caption = "表1　見つかった場所"
    row_header = "host"

    host = tables.Column(verbose_name="機器")
    port = tables.Column(verbose_name="ポート", attrs=_SHORT)
    service = tables.Column(verbose_name="サービス")
    location = tables.Column(verbose_name="位置")
    first_seen_at = DateColumn(verbose_name="最初に見つかった日")
    last_seen_at = DateColumn(verbose_name="最後に見つかった日")
    not_seen_since = DateColumn(verbose_name="見つからなくなった日")
    returned_at = DateColumn(verbose_name="再び見つかった日")
    output = tables.Column(verbose_name="ツールの出力", orderable=False)

    def render_host(self, record: WeaknessPlace, value: str) -> SafeString | str:
        return format_html("{}　{}", value, tag("exposed", _EXPOSED)) if record.exposed else value

    def value_host(self, value: str) -> str:
        return value

    def render_output(self, value: str) -> str:
        return Truncator(value).chars(160)

    def value_output(self, value: str) -> str:
        return value


_EXPOSED = {"exposed": ("外部から届く", "red")}


class MachineTable(Table):
    """The hosts of a system with their OS and what stands on each."""

    caption = "表1　診断した機器"
    row_header = "host"

    host = tables.Column(verbose_name="機器")
    host_name = tables.Column(verbose_name="機器名")
    operating_system = tables.Column(verbose_name="OS")
    support_ended_on = DateColumn(verbose_name="OSのサポート終了日")
    exposed = tables.Column(verbose_name="外部から")
    number = NumberColumn(verbose_name="ぜい弱性", empty_values=(), orderable=False)
    highest = tables.Column(verbose_name="最も高い緊急度", empty_values=(), orderable=False)
    last_scanned_at = DateColumn(verbose_name="最後の診断")

    def __init__(self, *args: Any, system_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.system_id = system_id
        self.burden: Mapping[str, tuple[int, int]] = {}

    def render_support_ended_on(self, value: date) -> SafeString:
        return format_html('{} <span class="tag tag--red">サポート終了</span>', era_date(value))

    def render_exposed(self, value: bool) -> str:
        return "届く" if value else "届かない"

    def render_number(self, record: ScannedMachine) -> SafeString | str:
        number, _ = self.burden.get(record.host, (0, 0))
        if not number:
            return "0"
        url = reverse("audits-technical-system", args=[self.system_id])
        return format_html('<a href="{}?host={}">{}</a>', url, record.host, f"{number:,}")

    def value_number(self, record: ScannedMachine) -> int:
        return self.burden.get(record.host, (0, 0))[0]

    def render_highest(self, record: ScannedMachine) -> SafeString | str:
        number, highest = self.burden.get(record.host, (0, 0))
        return tag(highest, URGENCIES) if number else "—"


class ScanTable(Table):
    """The files brought in for a system."""

    caption = "表1　診断結果の取込み"
    row_header = "source"

    source = tables.Column(verbose_name="ファイル", linkify=("audits-technical-scan", [tables.A("pk")]))
    format = tables.Column(verbose_name="形式")
    scanned_at = DateColumn(verbose_name="診断日")
    fiscal_year = tables.Column(verbose_name="年度", attrs=_SHORT)
    engagement = tables.Column(
        verbose_name="監査",
        linkify=("audits-engagement", [tables.A("engagement_id")]),
        order_by=("engagement_id",),
    )
    status = StatusColumn(SCAN_STATUSES, verbose_name="状態")
    results = NumberColumn(verbose_name="結果", accessor="figures__results", orderable=False)
    new = NumberColumn(verbose_name="新しい", accessor="figures__new", orderable=False)
    gone = NumberColumn(verbose_name="見つからなくなった", accessor="figures__gone", orderable=False)
    returned = NumberColumn(verbose_name="再び見つかった", accessor="figures__returned", orderable=False)
    requested_by_name = tables.Column(verbose_name="取り込んだ者")

    def render_format(self, value: str) -> str:
        return FORMATS.get(value, value)

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_source(self, record: ScanImport, value: str) -> str:
        return f"{value}（一部だけの診断）" if record.partial else value


class DifferenceTable(Table):
    """What one import changes."""

    caption = "表1　取り込むと変わるところ"
    row_header = "title"

    title = tables.Column(verbose_name="ぜい弱性")
    change = StatusColumn(CHANGE_LABELS, verbose_name="変化")
    severity = StatusColumn(SEVERITIES, verbose_name="ツールの深刻度", orderable=False)
    hosts_before = NumberColumn(verbose_name="いまの機器")
    hosts_after = NumberColumn(verbose_name="取込み後の機器")
    added = NumberColumn(verbose_name="加わる")
    removed = NumberColumn(verbose_name="見えなくなる")
    tool = tables.Column(verbose_name="診断ツール")
    rule = tables.Column(verbose_name="ツールの番号")

    def render_tool(self, value: str) -> str:
        return tool_label(value)

    def render_title(self, record: ScanDifference, value: str) -> str:
        return Truncator(value).chars(80)

    def value_title(self, value: str) -> str:
        return value


class ComparedTable(Table):
    """Two scans beside each other, in hosts."""

    caption = "表1　2つの診断の比較"
    row_header = "title"

    title = tables.Column(verbose_name="ぜい弱性")
    severity = StatusColumn(SEVERITIES, verbose_name="ツールの深刻度", orderable=False)
    before = NumberColumn(verbose_name="前の診断の機器")
    after = NumberColumn(verbose_name="後の診断の機器")
    added = NumberColumn(verbose_name="加わった")
    removed = NumberColumn(verbose_name="なくなった")
    tool = tables.Column(verbose_name="診断ツール")
    rule = tables.Column(verbose_name="ツールの番号")

    def render_tool(self, value: str) -> str:
        return tool_label(value)
