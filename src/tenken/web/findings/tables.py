"""The list of findings, on the page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.findings.labels import STATUSES

_NUMBER_ORDER = ("fiscal_year", "number")
_SHORT = {"th": {"class": "num"}, "td": {"class": "num"}}  # never broken over two lines


class LinkedNumberColumn(NumberColumn):
    """A figure that opens the rows it counts: *url* makes the address from the record. A nought opens nothing."""

    def __init__(self, url: Callable[[Any], str], *args: Any, **kwargs: Any) -> None:
        self.url = url
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any = None) -> SafeString | str:
        return format_html('<a href="{}">{}</a>', self.url(record), f"{value:,}") if value else str(value)


class SectionTable(Table):
    """Base of tables whose rows have a ``unit_id``: sections stand with their 局・区, named as on the reader's date."""

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = by.on
        self.directory = directory_of(by.city)

    def section(self, unit: int) -> str:
        return self.directory.name(unit, self.on)


class FindingTable(SectionTable):
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
    origin = tables.Column(verbose_name="出所")

    def __init__(self, *args: Any, categories: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories

    def render_unit(self, record: Finding) -> str:
        return self.section(record.unit_id)

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
            late = "見直し" if record.review_on else "期限超過"
            return format_html('{} <span class="tag tag--red">{}</span>', era_date(value), late)
        return era_date(value)


class FindingFileTable(FindingTable):
    """The same for a file: every column, nothing shortened."""

    fiscal_year = tables.Column(verbose_name="年度")
    kind = tables.Column(verbose_name="区分")
    track = tables.Column(verbose_name="対応のしかた")
    report = tables.Column(verbose_name="報告書", accessor="report__title")
    reference = tables.Column(verbose_name="報告書の番号")
    viewpoint = tables.Column(verbose_name="着眼点")
    perspective = tables.Column(verbose_name="視点")
    detail = tables.Column(verbose_name="内容")
    opened_on = DateColumn(verbose_name="発生日")
    cause = tables.Column(verbose_name="原因")
    immediate_action = tables.Column(verbose_name="応急処置")
    plan = tables.Column(verbose_name="改善計画")
    plan_owner = tables.Column(verbose_name="担当")
    plan_due_on = DateColumn(verbose_name="改善予定日")
    plan_needs_budget = tables.BooleanColumn(verbose_name="予算が必要", yesno="必要,")
    measure_level = tables.Column(verbose_name="対策の区分")
    budget_yen = NumberColumn(verbose_name="予算額（円）")
    budget_year = tables.Column(verbose_name="予算の年度")
    action = tables.Column(verbose_name="改善内容")
    action_on = DateColumn(verbose_name="改善実施日")
    closed_on = DateColumn(verbose_name="完了日")
    not_improved_reason = tables.Column(verbose_name="未改善の理由")
    aspect = tables.Column(verbose_name="運用面・技術面")
    system = tables.Column(verbose_name="情報システム", accessor="system__name")
    compensating_measure = tables.Column(verbose_name="リスク低減策")
    residual_risk = tables.Column(verbose_name="残るリスク")
    residual_risk_note = tables.Column(verbose_name="残るリスクの説明")
    review_on = DateColumn(verbose_name="見直し日")
    confirmed_by_name = tables.Column(verbose_name="理由を確認した者")
    confirmed_on = DateColumn(verbose_name="理由の確認日")
    closed_as_not_improved = tables.BooleanColumn(verbose_name="改善取組の終了時", yesno="未改善,")

    def render_title(self, value: str) -> str:
        return value

    def render_not_improved_reason(self, record: Finding) -> str:
        return reason_text(record.not_improved_reason, record.not_improved_note)

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_budget_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def value_plan_needs_budget(self, value: bool) -> str:
        return "必要" if value else ""

    def value_closed_as_not_improved(self, value: bool) -> str:
        return "未改善" if value else ""


class EnvironmentTable(SectionTable):
    """What bureaus have to see to: measures of the environment, whose section, why, at what cost."""

    caption = "表1　環境面での対策"
    row_header = "title"

    number = tables.Column(verbose_name="番号", order_by=_NUMBER_ORDER, attrs=_SHORT)
    measure_bureau = tables.Column(verbose_name="局・区", accessor="measure_bureau__name")
    unit = tables.Column(
        verbose_name="課公所", accessor="unit__name", order_by=("unit__code", *_NUMBER_ORDER)
    )
    title = tables.Column(verbose_name="課題", orderable=False, linkify=("findings-detail", [tables.A("pk")]))
    not_improved_reason = tables.Column(verbose_name="未改善の理由")
    plan = tables.Column(verbose_name="改善計画", orderable=False)
    budget_yen = NumberColumn(verbose_name="予算額（円）")
    budget_year = tables.Column(verbose_name="予算の年度", attrs=_SHORT)
    effective_due = DateColumn(verbose_name="期限")
    status = StatusColumn(STATUSES, verbose_name="状態")

    render_number = FindingTable.render_number
    render_effective_due = FindingTable.render_effective_due

    def render_unit(self, record: Finding) -> str:
        return self.section(record.unit_id)

    def render_title(self, value: str) -> str:
        return Truncator(value).chars(60)

    def value_title(self, value: str) -> str:
        return value

    def render_plan(self, value: str) -> str:
        return Truncator(value).chars(60)

    def value_plan(self, value: str) -> str:
        return value

    def render_not_improved_reason(self, record: Finding) -> str:
        return reason_text(record.not_improved_reason, record.not_improved_note)

    def render_budget_year(self, value: int) -> str:
        return str(FiscalYear(value))
