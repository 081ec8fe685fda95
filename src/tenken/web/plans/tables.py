"""The list of annual plans."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.common.fiscal_year import FiscalYear
from tenken.plans.models import AnnualPlan
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table

PLAN_STATUSES = {"draft": ("案", "yellow"), "adopted": ("決定", "green")}


class PlanTable(Table):
    """The years with a plan."""

    fiscal_year = tables.Column(verbose_name="年度")
    activity_count = NumberColumn(verbose_name="取組")
    status = StatusColumn(PLAN_STATUSES, verbose_name="状態")
    adopted_on = DateColumn(verbose_name="決定日", default="－")

    caption = "表1　年間計画の一覧"
    row_header = "fiscal_year"

    class Meta(Table.Meta):
        model = AnnualPlan
        fields = ("fiscal_year", "activity_count", "status", "adopted_on")

    def render_fiscal_year(self, value: int) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("plans-plan", args=[value]), FiscalYear(value))

    def value_fiscal_year(self, value: int) -> str:
        return str(FiscalYear(value))
