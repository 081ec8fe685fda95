"""Tables of 追跡調査."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from tenken.findings.models import TraceLine
from tenken.findings.queries.traces import STATE_LABELS, STATES
from tenken.findings.states import TREATED, VERIFIED
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.findings.tables import LinkedNumberColumn, SectionTable

TRACE_STATUSES = {"running": ("実施中", "blue"), "closed": ("終了", "green")}
LINE_STATUSES = {
    "unanswered": ("未回答", "neutral"),
    "answered": ("回答済（確認待ち）", "blue"),
    "returned": ("差戻し", "red"),
    "confirmed": ("確認済", "green"),
}


class TraceTable(Table):
    """The city's traces with how far they have come."""

    caption = "表1　追跡調査"
    row_header = "name"

    name = tables.Column(
        verbose_name="名称", accessor="trace__name", linkify=("findings-trace", [tables.A("trace__pk")])
    )
    status = StatusColumn(TRACE_STATUSES, verbose_name="状態", accessor="trace__status")
    opened_on = DateColumn(verbose_name="開始日", accessor="trace__opened_on")
    due_on = DateColumn(verbose_name="回答の期限", accessor="trace__due_on")
    lines = NumberColumn(verbose_name="課公所")
    with_section = NumberColumn(verbose_name="未回答・差戻し")
    to_confirm = NumberColumn(verbose_name="確認待ち")
    confirmed = NumberColumn(verbose_name="確認済")


def _state_column(place: int) -> tables.Column:
    state = STATES[place]
    return LinkedNumberColumn(
        lambda row: lines_address(row["trace"], unit=row["bureau_id"], answer=state),
        verbose_name=STATE_LABELS[state],
        accessor=f"states__{place}",
    )


def lines_address(trace: int, **query: Any) -> str:
    """Return the address of a trace's lines, narrowed."""
    asked = {name: value for name, value in query.items() if value}
    return f"{reverse('findings-trace', args=[trace])}?{urlencode(asked)}#lines"


class BoardTable(Table):
    """A trace by 局・区: what is answered, what is confirmed."""

    caption = "表1　局・区別の回答"
    row_header = "name"

    name = tables.Column(verbose_name="局・区", order_by="bureau_id")
    state0, state1, state2, state3 = (_state_column(place) for place in range(len(STATES)))
    total = LinkedNumberColumn(
        lambda row: lines_address(row["trace"], unit=row["bureau_id"]), verbose_name="計"
    )
    confirmed = LinkedNumberColumn(
        lambda row: lines_address(row["trace"], unit=row["bureau_id"], status="confirmed"),
        verbose_name="確認済",
    )


class LineTable(SectionTable):
    """The lines of a trace, with a mark for what may be confirmed in one go."""

    caption = "表2　課公所の回答"
    row_header = "unit"

    mark = tables.Column(verbose_name="確認", empty_values=(), orderable=False, exclude_from_export=True)
    unit = tables.Column(verbose_name="課公所", accessor="unit__name", order_by=("unit__code",))
    status = StatusColumn(LINE_STATUSES, verbose_name="状態")
    answer = tables.Column(verbose_name="回答")
    note = tables.Column(verbose_name="内容", orderable=False)
    n_proofs = NumberColumn(verbose_name="証拠")
    finding = tables.Column(
        verbose_name="課題",
        orderable=False,
        linkify=lambda record: (
            reverse("findings-detail", args=[record.finding_id]) if record.finding_id else None
        ),
    )
    answered_on = DateColumn(verbose_name="回答日")
    answered_by_name = tables.Column(verbose_name="回答した者")
    confirmed_on = DateColumn(verbose_name="確認日")

    def __init__(self, *args: Any, may_confirm: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_confirm:
            self.columns.hide("mark")

    def render_mark(self, record: TraceLine) -> SafeString | str:
        waits = record.finding is not None and record.finding.status not in (VERIFIED, TREATED)
        if record.status != TraceLine.Status.ANSWERED or waits:
            return ""
        return format_html(
            '<label class="choice"><input type="checkbox" name="line" value="{}:{}">'
            '<span class="visually-hidden">{}の回答を確認した</span></label>',
            record.pk,
            record.version,
            record.unit.name,
        )

    def render_unit(self, record: TraceLine) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("findings-trace-line", args=[record.pk]),
            self.section(record.unit_id),
        )

    def value_unit(self, record: TraceLine) -> str:
        return self.section(record.unit_id)

    def render_finding(self, record: TraceLine) -> str:
        assert record.finding is not None
        return f"{record.finding}（{record.finding.get_status_display()}）"

    def render_note(self, value: str) -> str:
        return Truncator(value).chars(40)

    def value_note(self, value: str) -> str:
        return value
