"""The lists of this room."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.models import Visit
from tenken.audit.queries import SheetAgainstVisit
from tenken.audit.queries.candidates import Candidate
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.web.audit.labels import SAID_TONES, SEEN_TONES, STATUSES
from tenken.web.components.tables import NumberColumn, StatusColumn, Table

_TAG = '<span class="tag tag--{}" data-status="{}">{}</span>'


class VisitTable(Table):
    """Visits; the figures of what was seen only where the reader may read them (``readable``)."""

    caption = "表1　訪問調査の一覧"
    row_header = "unit"

    unit = tables.Column(verbose_name="課公所", accessor="unit__code")
    programme = tables.Column(verbose_name="点検", accessor="stage__programme__name")
    day = tables.Column(verbose_name="訪問日", accessor="day", empty_values=())
    status = StatusColumn(STATUSES, verbose_name="状態")
    lead = tables.Column(verbose_name="主任の監査人", accessor="lead_name")
    item_count = NumberColumn(verbose_name="確認項目")
    disagree_count = NumberColumn(verbose_name="相違")
    observation_count = NumberColumn(verbose_name="指摘事項")
    left_count = NumberColumn(verbose_name="改善中")

    def __init__(self, *args: Any, names: dict[int, str], everything: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.everything = names, everything

    def render_unit(self, record: Visit) -> SafeString:
        url = reverse("audit-visit", args=[record.pk])
        system = f"（{record.system.name}）" if record.system else ""
        return format_html('<a href="{}">{}{}</a>', url, self.names.get(record.unit_id, ""), system)

    def render_day(self, record: Visit) -> str:
        if record.visited_on:
            return era_date(record.visited_on)
        return f"{era_date(record.planned_on)}（予定）" if record.planned_on else "未定"

    def render_disagree_count(self, record: Visit, value: int) -> str:
        return f"{value:,}" if self.everything or record.disclosed else "—"

    render_observation_count = render_disagree_count
    render_left_count = render_disagree_count


class CandidateTable(Table):
    """Who could be visited, with a box to choose by hand."""

    caption = "表1　訪問先の候補"
    row_header = "section"

    choose = tables.Column(verbose_name="指名", empty_values=(), orderable=False, exclude_from_export=True)
    code = tables.Column(verbose_name="コード")
    section = tables.Column(verbose_name="課公所")
    issues = NumberColumn(verbose_name="課題")
    all_well = tables.Column(verbose_name="課題なしと回答")
    relapses = NumberColumn(verbose_name="再発")
    last_visited = tables.Column(verbose_name="前回の訪問")
    standing = tables.Column(verbose_name="今年度")

    def render_choose(self, record: Candidate) -> SafeString:
        if record.standing:
            return format_html("<span>{}</span>", "訪問先")
        return format_html(
            '<label class="choice"><input type="checkbox" name="chosen" value="{}-{}" form="by-hand">'
            '<span class="visually-hidden">{}を指名する</span></label>',
            record.unit_id,
            record.system_id or 0,
            record.section,
        )

    def render_all_well(self, value: bool) -> str:
        return "課題なし" if value else "—"

    def render_last_visited(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_standing(self, value: bool) -> str:
        return "訪問先" if value else "—"


class AgainstTable(Table):
    """The sheet against the visit, a line each."""

    caption = "表1　点検シートと訪問調査の突合"
    row_header = "section"

    section = tables.Column(verbose_name="課公所")
    category = tables.Column(verbose_name="調査項目")
    question = tables.Column(verbose_name="点検項目")
    said_label = tables.Column(verbose_name="点検シート", order_by="said")
    seen_label = tables.Column(verbose_name="訪問調査", order_by="seen")
    note = tables.Column(verbose_name="見たこと", orderable=False)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_section(self, record: SheetAgainstVisit, value: str) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("audit-visit", args=[record.visit_id]), value)

    def render_said_label(self, record: SheetAgainstVisit, value: str) -> SafeString:
        return format_html(_TAG, SAID_TONES.get(record.said, "neutral"), record.said, value)

    def render_seen_label(self, record: SheetAgainstVisit, value: str) -> SafeString:
        return format_html(_TAG, SEEN_TONES.get(record.seen, "neutral"), record.seen, value)
