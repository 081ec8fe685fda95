"""Lists about operation logs: searches recorded and kept, exports, drawn views, overrides."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.telemetry.models import SampledView, SavedSearch, SearchRecord
from tenken.telemetry.search.samples import SampleLine
from tenken.web.addresses import address
from tenken.web.components.tables import LOOSE, DateColumn, MomentColumn, NumberColumn, StatusColumn, Table

VERDICTS = {
    "": ("未回答", "yellow"),
    "needed": ("業務上必要", "green"),
    "not_needed": ("業務上必要でない", "red"),
    "unknown": ("確認できない", "neutral"),
}


class RecordTable(Table):
    """検索の記録, newest first."""

    caption = "表1　操作ログの検索の記録"
    row_header = "searched_at"

    searched_at = MomentColumn(verbose_name="検索日時")
    person = tables.Column(verbose_name="検索した者", order_by=("person__number", "-searched_at"))
    kind = tables.Column(verbose_name="種類")
    purpose = tables.Column(verbose_name="目的", order_by=("purpose__kind", "-searched_at"))
    summary = tables.Column(verbose_name="条件", orderable=False)
    shown = NumberColumn(verbose_name="表示した件数")
    exported = tables.Column(verbose_name="出力")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_person(self, record: SearchRecord) -> str:
        return f"{record.person.name}（{record.person.number}）"

    def render_exported(self, record: SearchRecord) -> str:
        return "出力あり" if record.exported else "—"


class SavedTable(Table):
    """保存した検索."""

    caption = "表1　保存した検索"
    row_header = "name"

    name = tables.Column(verbose_name="名称")
    summary = tables.Column(verbose_name="条件", orderable=False)
    owner = tables.Column(verbose_name="作成者", accessor="owner__name")
    shared = tables.Column(verbose_name="共有")
    saved_at = MomentColumn(verbose_name="保存日時")
    remove = tables.Column(verbose_name="操作", empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def render_name(self, record: SavedSearch) -> SafeString:
        return format_html('<a href="{}?{}">{}</a>', reverse("telemetry-search"), record.query, record.name)

    def render_shared(self, record: SavedSearch) -> str:
        return "共有" if record.shared else "自分だけ"

    def render_remove(self, record: SavedSearch) -> SafeString | str:
        if record.owner_id != self.by.person_id:
            return "—"
        url = reverse("telemetry-search-saved-remove", args=[record.pk])
        return format_html('<a href="{}">削除する</a>', url)


class ExportTable(Table):
    """出力したファイル of one's own."""

    caption = "表1　出力したファイル"
    row_header = "searched_at"

    searched_at = MomentColumn(verbose_name="出力日時", accessor="search__searched_at")
    summary = tables.Column(verbose_name="条件", accessor="search__summary", orderable=False)
    purpose = tables.Column(verbose_name="目的", accessor="search__purpose", orderable=False)
    format = tables.Column(verbose_name="形式")
    rows = NumberColumn(verbose_name="件数")
    file = tables.Column(verbose_name="ファイル", orderable=False, empty_values=())
    sha256 = tables.Column(verbose_name="SHA-256", accessor="file__sha256", orderable=False, attrs=LOOSE)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_file(self, record: Any) -> SafeString:
        """*record*: a ``SearchExport`` with ``failed``, whether its job was in vain."""
        if record.file is None:
            told = "失敗：理由を見る" if record.failed else "処理の状況"
            return format_html('<a href="{}">{}</a>', address("job", record.job_id), told)
        url = reverse("file-download", args=[record.file_id, record.file.name])
        return format_html('<a href="{}">{}</a>', url, record.file.name)


class SampleTable(Table):
    """閲覧の抜取り with what is answered."""

    caption = "表1　業務データ閲覧の抜取り"
    row_header = "title"

    title = tables.Column(verbose_name="名称", accessor="sample__title", order_by="sample__title")
    starts_on = DateColumn(verbose_name="期間の初日", accessor="sample__starts_on")
    ends_on = DateColumn(verbose_name="期間の末日", accessor="sample__ends_on")
    due_on = DateColumn(verbose_name="回答期限", accessor="sample__due_on")
    drawn = NumberColumn(verbose_name="抜取り")
    waiting = NumberColumn(verbose_name="未回答")
    not_needed = NumberColumn(verbose_name="業務上必要でない")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_title(self, record: SampleLine) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("telemetry-sample", args=[record.sample.pk]), record.sample.title
        )


class ViewTable(Table):
    """抜き取った閲覧."""

    caption = "表2　抜き取った閲覧"
    row_header = "number"

    number = NumberColumn(verbose_name="番号")
    ts = MomentColumn(verbose_name="閲覧日時")
    unit = tables.Column(verbose_name="課公所", accessor="unit__code", empty_values=())
    person_name = tables.Column(verbose_name="職員", order_by=("person_number", "number"), empty_values=())
    device = tables.Column(verbose_name="端末")
    what = tables.Column(verbose_name="閲覧したもの")
    off_hours = tables.Column(verbose_name="時間外")
    verdict = StatusColumn(VERDICTS, verbose_name="業務上の必要", empty_values=())
    note = tables.Column(verbose_name="確認の内容", orderable=False)
    reviewed_by = tables.Column(verbose_name="確認した者", accessor="reviewed_by__name")

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.directory = by.on, directory_of(by.city)

    def render_number(self, record: SampledView) -> SafeString:
        url = reverse("telemetry-sample-view", args=[record.sample_id, record.pk])
        return format_html('<a href="{}">{}</a>', url, record.number)

    def render_unit(self, record: SampledView) -> str:
        return self.directory.name(record.unit_id, self.on) if record.unit_id else "所属なし"

    def render_person_name(self, record: SampledView) -> str:
        if record.person_name:
            return f"{record.person_name}（{record.person_number}）"
        return record.person_number or "記録なし"

    def render_off_hours(self, record: SampledView) -> str:
        return "時間外" if record.off_hours else "—"


class OverrideTable(Table):
    """解除の件数 by section."""

    caption = "表1　フィルタリングの解除の件数"
    row_header = "name"

    name = tables.Column(verbose_name="課公所", order_by="order")
    overrides = NumberColumn(verbose_name="解除の件数")
    before = NumberColumn(verbose_name="前月")
    change = NumberColumn(verbose_name="増減")
    web = NumberColumn(verbose_name="Web利用")
    per_thousand = NumberColumn(verbose_name="1,000件あたり")
    told = MomentColumn(verbose_name="所属長への通知")

    def render_change(self, value: int) -> str:
        return f"{value:+,}" if value else "0"

    def render_name(self, record: dict[str, Any]) -> SafeString:
        return format_html('<a href="{}">{}</a>', record["url"], record["name"])
