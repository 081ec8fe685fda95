"""Lists about alerts: alerts, exclusions, incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.organization.access import Principal
from tenken.telemetry.alerts.four_eyes import is_own
from tenken.telemetry.alerts.states import CLOSED
from tenken.telemetry.models import Alert, AlertExclusion, AlertIncident
from tenken.web.addresses import address
from tenken.web.components.tables import DateColumn, MomentColumn, NumberColumn, StatusColumn, Table

LEVELS = {
    "critical": ("緊急", "red"),
    "high": ("高", "red"),
    "medium": ("中", "yellow"),
    "low": ("低", "blue"),
    "informational": ("参考", "neutral"),
}
STATUSES = {
    "new": ("未対応", "red"),
    "assigned": ("担当決定", "yellow"),
    "in_hand": ("対応中", "blue"),
    "closed": ("完了", "neutral"),
}


# How wide a cell is at least (alerts.css): what is short stays on one line.
WIDE = {"td": {"class": "cell-wide"}}
_MIDDLE = {"td": {"class": "cell-middle"}}
_NARROW = {"td": {"class": "cell-line"}}


class AlertTable(Table):
    """Alerts of all sections in sight; with *handles*, each can be chosen and taken in hand. *whole*: with what only the
    file holds."""

    caption = "表1　アラート"
    row_header = "number"

    chosen = tables.Column(verbose_name="選択", accessor="pk", orderable=False, exclude_from_export=True)
    number = tables.Column(
        verbose_name="番号",
        linkify=lambda record: reverse("telemetry-alert", args=[record.pk]),
        attrs=_NARROW,
    )
    level = StatusColumn(LEVELS, verbose_name="重要度", order_by=("severity",))
    status = StatusColumn(STATUSES, verbose_name="状態")
    title = tables.Column(verbose_name="内容", attrs=WIDE)
    unit = tables.Column(verbose_name="所属", order_by=("unit__code",), empty_values=(), attrs=_MIDDLE)
    device = tables.Column(verbose_name="端末", empty_values=(), attrs=_NARROW)
    who = tables.Column(
        verbose_name="アカウント", accessor="user", order_by=("user",), empty_values=(), attrs=_NARROW
    )
    hit_count = NumberColumn(verbose_name="件数")
    last_at = MomentColumn(verbose_name="最後の操作", attrs=_NARROW)
    raised_at = MomentColumn(verbose_name="発生")
    assignee = tables.Column(
        verbose_name="担当者", accessor="assignee__name", order_by=("assignee__name",), attrs=_NARROW
    )
    take = tables.Column(
        verbose_name="対応", accessor="pk", orderable=False, exclude_from_export=True, attrs=_NARROW
    )

    class Meta(Table.Meta):
        sequence = ("chosen", "number", "level", "status", "take", "title", "last_at", "...")

    def __init__(
        self,
        *args: Any,
        units: Mapping[int, str],
        handles: bool,
        by: Principal,
        whole: bool = False,
        **kwargs: Any,
    ) -> None:
        self.units, self.by = units, by
        left_out = () if handles else ("chosen", "take")
        kwargs["exclude"] = left_out if whole else (*left_out, "raised_at")
        super().__init__(*args, **kwargs)

    def render_chosen(self, record: Alert) -> SafeString | str:
        if is_own(self.by, record):
            return "—"
        return format_html(
            '<input type="checkbox" name="alert" value="{}" aria-label="{}を選ぶ" data-alert-choose>',
            record.pk,
            str(record),
        )

    def render_number(self, record: Alert) -> str:
        return str(record)

    def render_unit(self, record: Alert) -> str:
        if record.unit_id is None:
            return f"所属不明（{record.section}）" if record.section else "所属不明"
        return self.units.get(record.unit_id, record.unit.name if record.unit else "")

    def render_who(self, record: Alert) -> str:
        return _with_more(record.user or record.person, record.seen.get("users", ()))

    def render_device(self, record: Alert) -> str:
        return _with_more(record.device or record.computer, record.seen.get("devices", ()))

    def render_take(self, record: Alert) -> SafeString | str:
        mine = record.status == Alert.Status.IN_HAND and record.assignee_id == self.by.person_id
        if record.status == CLOSED or mine:
            return "—"
        if is_own(self.by, record):
            return "本人のため不可"
        return format_html(
            '<button class="button button--secondary button--small" type="submit" name="take" value="{}" '
            'data-alert-take>対応する<span class="visually-hidden">（{}）</span></button>',
            record.pk,
            str(record),
        )


def _with_more(first: str, seen: Any) -> str:
    others = len([one for one in seen if one != first])
    return f"{first}ほか{others}" if first and others else first or "—"


class ExclusionTable(Table):
    caption = "表1　アラートの除外"
    row_header = "rule"

    rule = tables.Column(
        verbose_name="検知ルール", accessor="rule__shown_title", order_by=("rule__title_ja", "rule__title")
    )
    conditions = tables.Column(verbose_name="条件", orderable=False)
    reason = tables.Column(verbose_name="理由")
    expires_on = DateColumn(verbose_name="有効期限")
    state = tables.Column(verbose_name="状態", empty_values=(), orderable=False)
    hit_total = NumberColumn(verbose_name="除外した件数（保存期間内）")
    made_from = tables.Column(
        verbose_name="元のアラート",
        orderable=False,
        linkify=lambda record: (
            reverse("telemetry-alert", args=[record.made_from_id]) if record.made_from_id else ""
        ),
    )
    made_by_name = tables.Column(verbose_name="登録者")
    end = tables.Column(verbose_name="操作", empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, by: Any, may_end: bool, words: Mapping[str, str], **kwargs: Any) -> None:
        self.by, self.words = by, words
        if not may_end:
            kwargs["exclude"] = ("end",)
        super().__init__(*args, **kwargs)

    def _in_force(self, record: AlertExclusion) -> bool:
        return record.ended_at is None and record.expires_on >= self.by.on

    def render_conditions(self, value: Mapping[str, str]) -> str:
        return "、".join(f"{self.words.get(name, name)}＝{one}" for name, one in value.items())

    def render_state(self, record: AlertExclusion) -> str:
        if record.ended_at:
            return "打切り"
        return "有効" if self._in_force(record) else "期限切れ"

    def render_end(self, record: AlertExclusion) -> SafeString | str:
        if not self._in_force(record):
            return "—"
        return format_html(
            '<button class="button button--secondary button--small" type="submit" formaction="{}">打ち切る'
            '<span class="visually-hidden">（{}）</span></button>',
            reverse("telemetry-alerts-exclusion-end", args=[record.pk]),
            record.rule.shown_title,
        )


class IncidentTable(Table):
    caption = "表1　アラートから登録したインシデント"
    row_header = "number"

    number = tables.Column(verbose_name="番号", order_by=("fiscal_year", "number"))
    happened_at = MomentColumn(verbose_name="発生日時")
    kind = tables.Column(verbose_name="種別")
    unit = tables.Column(verbose_name="所属", order_by=("unit__code",), empty_values=())
    outline = tables.Column(verbose_name="概要")
    alerts = tables.Column(verbose_name="アラート", orderable=False, empty_values=())
    opened_by_name = tables.Column(verbose_name="登録者")
    opened_at = MomentColumn(verbose_name="登録日時")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, units: Mapping[int, str], **kwargs: Any) -> None:
        self.units = units
        super().__init__(*args, **kwargs)

    def render_number(self, record: AlertIncident) -> str:
        return str(record)

    def render_unit(self, record: AlertIncident) -> str:
        return self.units.get(record.unit_id or 0, "所属不明")

    def render_alerts(self, record: AlertIncident) -> SafeString:
        links = [
            format_html('<a href="{}">{}</a>', address("telemetry-alert", alert.pk), str(alert))
            for alert in record.alerts.all()
        ]
        return SafeString("、".join(links))
