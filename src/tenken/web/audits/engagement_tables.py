"""Lists of audits."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.models import Engagement
from tenken.common.fiscal_year import FiscalYear
from tenken.web.audits.engagement_labels import STATUSES, number_of
from tenken.web.components.tables import DateColumn, StatusColumn, Table


class EngagementTable(Table):
    """Audits in sight, with who leads them."""

    caption = "表1　監査の一覧"
    row_header = "number"

    number = tables.Column(verbose_name="番号", order_by=("fiscal_year", "number"), accessor="number")
    fiscal_year = tables.Column(verbose_name="年度")
    target = tables.Column(
        verbose_name="監査対象", accessor="unit__code", order_by=("unit__code", "system__code")
    )
    theme = tables.Column(verbose_name="テーマ")
    kind = tables.Column(verbose_name="種類")
    conduct = tables.Column(verbose_name="実施のしかた")
    lead = tables.Column(verbose_name="主任監査人", accessor="lead_name")
    starts_on = DateColumn(verbose_name="開始日")
    ends_on = DateColumn(verbose_name="終了日")
    status = StatusColumn(STATUSES, verbose_name="状態")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_number(self, record: Engagement) -> SafeString:
        url = reverse("audits-engagement", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, number_of(record))

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_target(self, record: Engagement) -> str:
        system = f"（{record.system.name}）" if record.system else ""
        return f"{self.names.get(record.unit_id, '')}{system}"

    def render_conduct(self, record: Engagement, value: str) -> str:
        return f"{value}（特命）" if record.special else value
