"""The lists of the rotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.models import PriorAudit
from tenken.audit.rotation.queries import JustifiedSystem
from tenken.audit.rotation.rules.compare import Difference
from tenken.common.era import era_date
from tenken.web.audits.rotation_labels import TIERS, year_label
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table


class ChoiceTable(Table):
    """Every system of a selection, the weightiest first; a file has its parts and lots besides."""

    caption = "表1　監査対象の候補"
    row_header = "name"

    rank = NumberColumn(verbose_name="順位")
    code = tables.Column(verbose_name="コード", visible=False)
    name = tables.Column(verbose_name="情報システム")
    section = tables.Column(verbose_name="所管課")
    points = NumberColumn(verbose_name="点数")
    tier = StatusColumn(TIERS, verbose_name="区分")
    step = tables.Column(verbose_name="選んだ段")
    due = tables.Column(verbose_name="訪問の期限", empty_values=())
    parts = tables.Column(verbose_name="主な理由", orderable=False)
    technical_points = NumberColumn(verbose_name="技術監査の点数", visible=False)
    lot = NumberColumn(verbose_name="くじの値", visible=False)
    drawn_tier = StatusColumn(TIERS, verbose_name="規則による区分", visible=False)
    override_reason = tables.Column(verbose_name="変更の理由", visible=False)
    overridden_by = tables.Column(verbose_name="変更した者", visible=False)
    engagement = tables.Column(verbose_name="監査の番号", visible=False)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, whole: bool = False, **kwargs: Any) -> None:
        """*whole*: with every column and all parts, for a file."""
        super().__init__(*args, **kwargs)
        self.whole = whole
        if whole:
            for column in self.columns.iterall():
                self.columns.show(column.name)

    def render_name(self, record: JustifiedSystem) -> SafeString | str:
        if self.whole:
            return record.name
        mark = format_html('　<span class="note">{}</span>', "重要") if record.important else ""
        url = reverse("rotation-choice", args=[record.choice_id])
        return format_html('<a href="{}">{}</a>{}', url, record.name, mark)

    def render_due(self, record: JustifiedSystem) -> str:
        return year_label(record.due)

    def render_parts(self, record: JustifiedSystem) -> str:
        return "、".join(record.parts if self.whole else heaviest(record.parts))

    def render_step(self, record: JustifiedSystem, value: str) -> SafeString | str:
        if not record.overridden:
            return value
        was = TIERS[record.drawn_tier][0]
        return format_html("{}（規則では{}）", value, was)


def heaviest(parts: tuple[str, ...]) -> list[str]:
    """Return the two sentences with the most points."""
    return sorted(parts, key=lambda said: -int(said.rpartition("（")[2].rstrip("点）")))[:2]


class DifferenceTable(Table):
    """This year's choice beside last year's."""

    caption = "表1　前年度との比較"
    row_header = "name"

    code = tables.Column(verbose_name="コード")
    name = tables.Column(verbose_name="情報システム", accessor="code")
    before = StatusColumn(TIERS, verbose_name="前年度")
    after = StatusColumn(TIERS, verbose_name="今回")
    change = tables.Column(verbose_name="変化")
    why = tables.Column(verbose_name="理由", orderable=False)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_name(self, record: Difference) -> str:
        return self.names.get(record.code, record.code)

    def render_change(self, record: Difference) -> str:
        return record.change.label


class UniverseTable(Table):
    """The audit universe with what is known of each system today. Rows: see ``web.audits.rotation``."""

    caption = "表1　監査の母集団"
    row_header = "name"

    code = tables.Column(verbose_name="コード")
    name = tables.Column(verbose_name="情報システム")
    section = tables.Column(verbose_name="所管課")
    important = tables.Column(verbose_name="重要")
    last_self = DateColumn(verbose_name="自己点検")
    last_visit = DateColumn(verbose_name="訪問調査")
    last_technical = DateColumn(verbose_name="技術監査")
    failures = NumberColumn(verbose_name="障害")
    changes = NumberColumn(verbose_name="監査後の変更")
    findings = NumberColumn(verbose_name="未改善の課題")
    support = DateColumn(verbose_name="サポート終了")
    points = NumberColumn(verbose_name="点数")
    due = tables.Column(verbose_name="訪問の期限")

    def render_important(self, value: bool) -> str:
        return "重要" if value else "—"

    def render_due(self, value: int) -> str:
        return year_label(value)


class PriorTable(Table):
    """Audits held before Tenken."""

    caption = "表1　過去の監査"
    row_header = "system"

    system = tables.Column(verbose_name="情報システム", accessor="system__name")
    code = tables.Column(verbose_name="コード", accessor="system__code")
    tier = StatusColumn(TIERS, verbose_name="区分")
    held_on = DateColumn(verbose_name="実施日")
    source = tables.Column(verbose_name="出所")
    recorded_by_name = tables.Column(verbose_name="記録者")
    struck_because = tables.Column(verbose_name="取り消した理由")
    strike = tables.Column(verbose_name="操作", empty_values=(), orderable=False, exclude_from_export=True)

    def __init__(self, *args: Any, may_manage: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_manage:
            self.columns.hide("strike")

    def render_strike(self, record: PriorAudit) -> SafeString | str:
        if record.struck_because:
            return "取消し済"
        hidden = f"（{record.system.name}　{era_date(record.held_on)}）"
        return format_html(
            '<a href="{}">取り消す<span class="visually-hidden">{}</span></a>',
            reverse("rotation-prior-strike", args=[record.pk]),
            hidden,
        )
