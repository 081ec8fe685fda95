"""Lists of audits."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.engagements.queries import HeldAudit, Workload
from tenken.audit.models import Engagement
from tenken.common.fiscal_year import FiscalYear
from tenken.web.audits.engagement_labels import STATUSES, number_of
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table


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


class HeldTable(Table):
    """監査の実施一覧."""

    caption = "表1　情報セキュリティ監査の実施一覧"
    row_header = "target"

    fiscal_year = tables.Column(verbose_name="年度")
    starts_on = DateColumn(verbose_name="実施日（開始）")
    ends_on = DateColumn(verbose_name="終了")
    kind = tables.Column(verbose_name="監査の種類")
    conduct = tables.Column(verbose_name="実施のしかた")
    target = tables.Column(verbose_name="監査対象")
    theme = tables.Column(verbose_name="テーマ")
    auditor = tables.Column(verbose_name="監査を行った者")
    exceptions = NumberColumn(verbose_name="指摘", accessor="exceptions")
    opinions = NumberColumn(verbose_name="意見", accessor="opinions")
    others = NumberColumn(verbose_name="その他", accessor="others")
    issued_on = DateColumn(verbose_name="報告日")
    status = tables.Column(verbose_name="状態")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))

    def render_target(self, record: HeldAudit, value: str) -> SafeString | str:
        page = {"engagement": "audits-engagement", "visit": "audit-visit"}.get(record.source)
        return format_html('<a href="{}">{}</a>', reverse(page, args=[record.key]), value) if page else value


class WorkTable(Table):
    """Who works on what."""

    caption = "表1　監査人の担当（進行中の監査）"
    row_header = "name"

    name = tables.Column(verbose_name="監査人")
    title = tables.Column(verbose_name="職名・所属")
    part = tables.Column(verbose_name="役割")
    target = tables.Column(verbose_name="監査", accessor="engagement__unit__code")
    theme = tables.Column(verbose_name="テーマ", accessor="engagement__theme")
    starts_on = DateColumn(verbose_name="開始日", accessor="engagement__starts_on")
    ends_on = DateColumn(verbose_name="終了日", accessor="engagement__ends_on")
    status = StatusColumn(STATUSES, verbose_name="状態", accessor="engagement__status")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_target(self, record: Workload) -> SafeString:
        audit = record.engagement
        system = f"（{audit.system.name}）" if audit.system else ""
        url = reverse("audits-engagement", args=[audit.pk])
        return format_html('<a href="{}">{}{}</a>', url, self.names.get(audit.unit_id, ""), system)
