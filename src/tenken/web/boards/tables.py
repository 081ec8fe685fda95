"""Tables of the boards. Every number opens the rows behind it."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tenken.findings.rules.ages import ANY_AGE
from tenken.inspection.models import Programme
from tenken.reports.boards import BureauRow, SectionRow
from tenken.web.components.tables import NumberColumn, StatusColumn, Table
from tenken.web.inspection.labels import SHEET_STATUSES


def findings_url(**query: Any) -> str:
    """Return the list of findings narrowed to *query*."""
    return f"{reverse('findings-list')}?{urlencode(query)}"


def opened(number: int, url: str) -> SafeString | str:
    """Return a number with its way to the rows behind it; 0 has none."""
    return format_html('<a href="{}">{}</a>', url, f"{number:,}") if number and url else f"{number:,}"


class _WorkTable(Table):
    """The columns of open work. Subclasses say which unit a row is (``unit_of``)."""

    open = NumberColumn(verbose_name="改善が済んでいない課題", accessor="work__open")
    overdue = NumberColumn(verbose_name="期限超過", accessor="work__overdue")
    not_improved = NumberColumn(verbose_name="未改善", accessor="work__not_improved")
    treated = NumberColumn(verbose_name="改善困難", accessor="work__treated")
    relapsed = NumberColumn(verbose_name="再発", accessor="work__relapsed")

    def unit_of(self, record: Any) -> int:
        raise NotImplementedError

    def render_open(self, record: Any, value: int) -> SafeString | str:
        return opened(value, findings_url(unit=self.unit_of(record), age=ANY_AGE))

    def render_overdue(self, record: Any, value: int) -> SafeString | str:
        return opened(value, findings_url(unit=self.unit_of(record), overdue="on"))

    def render_not_improved(self, record: Any, value: int) -> SafeString | str:
        return opened(value, findings_url(unit=self.unit_of(record), status="not_improved"))

    def render_treated(self, record: Any, value: int) -> SafeString | str:
        return opened(value, findings_url(unit=self.unit_of(record), status="risk_treatment"))

    def render_relapsed(self, record: Any, value: int) -> SafeString | str:
        url = f"{reverse('findings-relapse')}?{urlencode({'unit': self.unit_of(record)})}"
        return opened(value, url)


class BureauTable(_WorkTable):
    caption = "表1　局・区の状況"
    row_header = "name"

    name = tables.Column(
        verbose_name="局・区",
        order_by="code",
        linkify=lambda record: f"{reverse('boards-bureau')}?unit={record.unit_id}",
    )
    sections = NumberColumn(verbose_name="点検の対象")
    percent = NumberColumn(verbose_name="提出率")
    with_issues = NumberColumn(verbose_name="課題のある課公所")

    class Meta(Table.Meta):
        sequence = ("name", "sections", "percent", "with_issues", "...")

    def __init__(self, *args: Any, programme: Programme | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = reverse("inspection-sheets", args=[programme.pk]) if programme else ""

    def unit_of(self, record: BureauRow) -> int:
        return record.unit_id or 0

    def _sheets(self, record: BureauRow, number: int, **query: str) -> SafeString | str:
        asked = {"bureau": str(record.unit_id or 0), **query}
        return opened(number, f"{self.sheets}?{urlencode(asked)}" if self.sheets else "")

    def render_sections(self, record: BureauRow, value: int) -> SafeString | str:
        return self._sheets(record, value)

    def render_percent(self, value: int) -> str:
        return f"{value}%"

    def render_with_issues(self, record: BureauRow, value: int) -> SafeString | str:
        return self._sheets(record, value, state="with_issues")


class SectionTable(_WorkTable):
    caption = "表1　課公所の状況"
    row_header = "name"

    name = tables.Column(
        verbose_name="課公所",
        accessor="unit__name",
        order_by="unit__code",
        linkify=("organization-unit", [tables.A("unit__pk")]),
    )
    status = StatusColumn(SHEET_STATUSES, verbose_name="点検シート", accessor="sheet__status")
    issues = NumberColumn(verbose_name="点検の課題", accessor="sheet__issues")

    class Meta(Table.Meta):
        sequence = ("name", "status", "issues", "...")

    def unit_of(self, record: SectionRow) -> int:
        return record.unit.pk

    def render_issues(self, record: SectionRow, value: int) -> SafeString | str:
        assert record.sheet is not None
        return opened(value, reverse("inspection-sheet", args=[record.sheet.pk]))
