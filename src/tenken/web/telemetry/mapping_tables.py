"""Lists of mappings and of what they make of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.common.clock import JAPAN
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.models import CsvLayout
from tenken.telemetry.wire.csv_mappings import TARGET_LABELS, VALUE_LABELS
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table

IN_USE = {"True": ("使用する", "green"), "False": ("使用終了", "neutral")}
_HIDDEN = frozenset({"class", "rest"})


class LayoutTable(Table):
    caption = "表1　CSVの対応づけ"
    row_header = "name"

    name = tables.Column(verbose_name="名称")
    columns_used = NumberColumn(verbose_name="取り込む列", accessor="data", orderable=False)
    in_use = StatusColumn(IN_USE, verbose_name="状態")
    version = NumberColumn(verbose_name="版")
    changed_at = DateColumn(verbose_name="変更日")
    changed_by_name = tables.Column(verbose_name="変更者")
    note = tables.Column(verbose_name="備考")

    def render_name(self, record: CsvLayout) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("telemetry-mapping", args=[record.pk]), record.name)

    def value_name(self, record: CsvLayout) -> str:
        return record.name

    def render_columns_used(self, value: dict[str, Any]) -> str:
        return str(sum(bool(rule.get("column")) for rule in value.get("columns", ())))


class LayoutFilter(forms.Form):
    """Words of the name or note, and whether it is in use."""

    q = forms.CharField(label="名称・備考", required=False)
    in_use = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), ("1", "使用する"), ("0", "使用終了")]
    )


def event_table(events: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of *events*: the columns that any of them fills, moments in Japan's time."""
    rows = list(events)
    names = [
        name
        for name in BY_NAME
        if name not in _HIDDEN and any(row.get(name) not in ("", 0, [], None) for row in rows)
    ]
    header = [TARGET_LABELS.get(name, name) for name in names]
    body = [[_cell(name, row.get(name)) for name in names] for row in rows]
    if any(row.get("rest") for row in rows):
        header.append("ほかの項目")
        for row, cells in zip(rows, body, strict=True):
            cells.append("、".join(f"{key}：{value}" for key, value in row.get("rest") or ()))
    return header, body


def _cell(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return "、".join(value)
    if not value:
        return ""
    return VALUE_LABELS.get(name, {}).get(str(value), str(value))
