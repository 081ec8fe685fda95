"""Tables of audit reports, of their measures, of promises and of what is to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Measure
from tenken.findings.queries import MeasureCount, MeasureRow
from tenken.findings.queries import until_of as until_day
from tenken.findings.states import CONSIDERING, CONTINUING, NOT_STARTED, PROMISED, VERIFIED
from tenken.findings.states.measures import BUDGET_STAGES
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.findings.labels import STATUSES
from tenken.web.findings.tables import LinkedNumberColumn, SectionTable

_SHORT = {"th": {"class": "num"}, "td": {"class": "num"}}


class MeasureRowTable(SectionTable):
    """The findings of one report with their measures as of a day."""

    caption = "表1　措置の状況"
    row_header = "title"

    reference = tables.Column(verbose_name="報告書の番号", order_by=("place",))
    kind = tables.Column(verbose_name="区分", accessor="kind_label")
    viewpoint = tables.Column(verbose_name="着眼点・視点", accessor="viewpoint_label")
    title = tables.Column(verbose_name="件名", orderable=False)
    status = StatusColumn(STATUSES, verbose_name="状態")
    measures = tables.Column(verbose_name="措置", orderable=False)
    due = DateColumn(verbose_name="予定の期限")
    unit = tables.Column(verbose_name="課公所", accessor="unit_id")
    evidence = NumberColumn(verbose_name="証拠")

    def render_unit(self, value: int) -> str:
        return self.section(value)

    def render_title(self, record: Mapping[str, Any]) -> SafeString:
        row: MeasureRow = record["row"]
        heading = format_html("{}<br>", row.heading) if row.heading else ""
        address = reverse("findings-detail", args=[row.finding_id])
        return format_html('{}<a href="{}">{}</a>', heading, address, row.title)

    def value_title(self, record: Mapping[str, Any]) -> str:
        return "　".join(part for part in (record["row"].heading, record["row"].title) if part)

    def render_measures(self, record: Mapping[str, Any]) -> SafeString:
        lines = ((one.printed, Truncator(one.text).chars(70)) for one in record["row"].measures)
        return format_html_join("", "<p>{}<br>{}</p>", lines)

    def value_measures(self, record: Mapping[str, Any]) -> str:
        return "\n".join(f"{one.printed}\n{one.text}" for one in record["row"].measures)


def measure_record(place: int, row: MeasureRow, kind_label: str) -> dict[str, Any]:
    """Return one row for :class:`MeasureRowTable`."""
    latest = row.latest
    return {
        "place": place,
        "row": row,
        "reference": row.reference,
        "kind_label": kind_label,
        "viewpoint_label": row.viewpoint or row.perspective_label,
        "title": row.title,
        "status": row.status,
        "measures": row.measures,
        "due": latest.promise_due_on if latest and row.status == PROMISED else None,
        "unit_id": row.unit_id,
        "evidence": sum(one.evidence for one in row.measures),
    }


class _CountTable(Table):
    """Base: findings of one kind of thing by how far their measures are; 措置済 apart from promised and unproved."""

    left = NumberColumn(verbose_name="未着手")
    considering = NumberColumn(verbose_name="検討中")
    continuing = NumberColumn(verbose_name="継続努力")
    promised = NumberColumn(verbose_name="措置済（予定を含む）")
    done = NumberColumn(verbose_name="措置済")
    verified = NumberColumn(verbose_name="うち確認済")
    lacking = NumberColumn(verbose_name="うち証拠なし")
    overdue = NumberColumn(verbose_name="期限超過")
    total = NumberColumn(verbose_name="計")


def count_record(count: MeasureCount) -> dict[str, Any]:
    """Return one row of figures for the tables of this module."""
    return {
        "left": count.by_status.get(NOT_STARTED, 0),
        "considering": count.by_status.get(CONSIDERING, 0),
        "continuing": count.by_status.get(CONTINUING, 0),
        "promised": count.promised,
        "done": count.done,
        "verified": count.by_status.get(VERIFIED, 0),
        "lacking": count.lacking,
        "overdue": count.overdue,
        "total": count.total,
    }


class ReportTable(_CountTable):
    """Reports with how far the measures of each are."""

    caption = "表1　監査結果報告書と措置"
    row_header = "title"

    title = tables.Column(
        verbose_name="報告書", linkify=("findings-report-detail", [tables.A("pk")]), order_by=("title",)
    )
    kind = tables.Column(verbose_name="監査の種類")
    fiscal_year = tables.Column(verbose_name="年度", attrs=_SHORT)

    class Meta(Table.Meta):
        sequence = ("title", "kind", "fiscal_year", "...")

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))


class OwnerTable(_CountTable):
    """The same by the section that has to answer."""

    caption = "表2　課公所ごとの措置"
    row_header = "unit"

    unit = tables.Column(verbose_name="課公所")
    total = LinkedNumberColumn(lambda record: record["url"], verbose_name="計")

    class Meta(Table.Meta):
        sequence = ("unit", "...")


class YearTable(_CountTable):
    """The same by fiscal year."""

    caption = "表3　年度ごとの措置"
    row_header = "year"

    year = tables.Column(verbose_name="年度", attrs=_SHORT)
    total = LinkedNumberColumn(lambda record: record["url"], verbose_name="計")

    class Meta(Table.Meta):
        sequence = ("year", "...")

    def render_year(self, value: int) -> str:
        return str(FiscalYear(value))


class PromiseTable(SectionTable):
    """What was called done and is still to come."""

    caption = "表1　予定を含む措置"
    row_header = "finding"

    promise_due_on = DateColumn(verbose_name="予定の期限")
    finding = tables.Column(verbose_name="件名", accessor="finding__title", orderable=False)
    reference = tables.Column(verbose_name="報告書の番号", accessor="finding__reference")
    report = tables.Column(verbose_name="報告書", accessor="finding__report__title")
    unit = tables.Column(verbose_name="課公所", accessor="finding__unit_id")
    measured_on = DateColumn(verbose_name="措置の日", accessor="on")
    budget_stage = tables.Column(verbose_name="予算の段階")
    text = tables.Column(verbose_name="措置", orderable=False)

    def render_unit(self, value: int) -> str:
        return self.section(value)

    def render_finding(self, record: Measure) -> SafeString:
        address = reverse("findings-detail", args=[record.finding_id])
        return format_html('<a href="{}">{}</a>', address, record.finding.title)

    def value_finding(self, record: Measure) -> str:
        return record.finding.title

    def render_promise_due_on(self, value: date) -> SafeString | str:
        if value < self.on:
            return format_html('{} <span class="tag tag--red">期限超過</span>', era_date(value))
        return era_date(value)

    def value_promise_due_on(self, value: date) -> date:
        return value

    def render_budget_stage(self, value: str) -> str:
        return BUDGET_STAGES.get(value, "")

    def render_text(self, value: str) -> str:
        return Truncator(value).chars(80)

    def value_text(self, value: str) -> str:
        return value


class AnswerTable(SectionTable):
    """What a section still has to answer, the earliest first."""

    caption = "表1　措置を報告する課題"
    row_header = "title"

    until = DateColumn(verbose_name="報告の期限", empty_values=())
    title = tables.Column(verbose_name="件名", linkify=("findings-detail", [tables.A("pk")]), orderable=False)
    status = StatusColumn(STATUSES, verbose_name="状態")
    reference = tables.Column(verbose_name="報告書の番号")
    report = tables.Column(verbose_name="報告書", accessor="report__title")
    unit = tables.Column(verbose_name="課公所", accessor="unit_id")
    proposal = tables.Column(verbose_name="手続")

    def render_unit(self, value: int) -> str:
        return self.section(value)

    def render_until(self, record: Any) -> SafeString | str:
        until = until_day(record)
        if until is None:
            return "—"
        if until < self.on:
            return format_html('{} <span class="tag tag--red">期限超過</span>', era_date(until))
        return era_date(until)

    def value_until(self, record: Any) -> date | None:
        return until_day(record)

    def render_proposal(self, value: str) -> str:
        return dict(Measure.State.choices).get(value, "")


class ProposalTable(SectionTable):
    """What sections reported and the secretariat has to decide on."""

    caption = "表1　確認を待っている措置"
    row_header = "finding"

    proposed_on = DateColumn(verbose_name="報告した日")
    finding = tables.Column(verbose_name="件名", accessor="finding__title", orderable=False)
    reference = tables.Column(verbose_name="報告書の番号", accessor="finding__reference")
    unit = tables.Column(verbose_name="課公所", accessor="finding__unit_id")
    status = tables.Column(verbose_name="区分")
    text = tables.Column(verbose_name="措置", orderable=False)

    render_unit = PromiseTable.render_unit
    render_finding = PromiseTable.render_finding
    value_finding = PromiseTable.value_finding
    render_text = PromiseTable.render_text
    value_text = PromiseTable.value_text

    def render_status(self, record: Measure) -> str:
        return record.get_status_display()
