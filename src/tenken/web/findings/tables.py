"""The list of findings, on the page and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.queries import is_overdue
from tenken.findings.states import reason_text
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.findings.labels import STATUSES

_NUMBER_ORDER = ("fiscal_year", "number")
_SHORT = {"th": {"class": "num"}, "td": {"class": "num"}}  # never broken over two lines


class FindingTable(Table):
    """Findings with their state and date; what is late says so."""

    caption = "表1　課題の一覧"
    row_header = "title"

    number = tables.Column(verbose_name="番号", order_by=_NUMBER_ORDER, attrs=_SHORT)
    title = tables.Column(verbose_name="課題", orderable=False, linkify=("findings-detail", [tables.A("pk")]))
    status = StatusColumn(STATUSES, verbose_name="状態")
    effective_due = DateColumn(verbose_name="期限")
    unit = tables.Column(
        verbose_name="課公所", accessor="unit__name", order_by=("unit__code", *_NUMBER_ORDER)
    )
    category_code = tables.Column(verbose_name="調査項目", order_by=("category_code", *_NUMBER_ORDER))
    fiscal_year = tables.Column(verbose_name="年度", order_by=_NUMBER_ORDER, attrs=_SHORT)

    def __init__(self, *args: Any, categories: Mapping[str, str], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories
        self.on = on

    def render_number(self, record: Finding) -> str:
        return str(record)

    def render_category_code(self, value: str) -> str:
        return self.categories.get(value, value)

    def render_title(self, value: str) -> str:
        return Truncator(value).chars(60)

    def value_title(self, value: str) -> str:
        return value

    def render_effective_due(self, record: Finding, value: date) -> SafeString | str:
        if is_overdue(record, self.on):
            return format_html('{} <span class="tag tag--red">期限超過</span>', era_date(value))
        return era_date(value)

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))


class FindingFileTable(FindingTable):
    """The same for a file: every column, nothing shortened."""

    detail = tables.Column(verbose_name="内容")
    origin = tables.Column(verbose_name="出所")
    opened_on = DateColumn(verbose_name="発生日")
    plan = tables.Column(verbose_name="改善計画")
    plan_owner = tables.Column(verbose_name="担当")
    plan_due_on = DateColumn(verbose_name="改善予定日")
    plan_needs_budget = tables.BooleanColumn(verbose_name="予算が必要", yesno="必要,")
    action = tables.Column(verbose_name="改善内容")
    action_on = DateColumn(verbose_name="改善実施日")
    closed_on = DateColumn(verbose_name="完了日")
    not_improved_reason = tables.Column(verbose_name="未改善の理由")
    closed_as_not_improved = tables.BooleanColumn(verbose_name="改善取組の終了時", yesno="未改善,")

    def render_title(self, value: str) -> str:
        return value

    def render_not_improved_reason(self, record: Finding) -> str:
        return reason_text(record.not_improved_reason, record.not_improved_note)

    def value_plan_needs_budget(self, value: bool) -> str:
        return "必要" if value else ""

    def value_closed_as_not_improved(self, value: bool) -> str:
        return "未改善" if value else ""
