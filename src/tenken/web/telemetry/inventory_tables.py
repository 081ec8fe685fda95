"""Terminals, software and licences as lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tenken.assets.support import Support
from tenken.common.era import era_date
from tenken.telemetry.inventory.queries import EndedProduct, LicenceUse, Standing
from tenken.telemetry.inventory.rules.identity import REASONS, Reason
from tenken.telemetry.models import (
    DoubtfulMatch,
    InstalledSoftware,
    InventoryChange,
    SoftwareTitle,
    SupportDate,
    Terminal,
)
from tenken.web.components.tables import LOOSE, DateColumn, MomentColumn, NumberColumn, StatusColumn, Table

TERMINAL_STATES = {
    "in_use": ("使用中", "green"),
    "spare": ("予備", "neutral"),
    "lost": ("所在不明", "red"),
    "retired": ("廃棄・返却", "neutral"),
}
WHATS = {
    "first": ("初めて", "blue"),
    "added": ("追加", "green"),
    "removed": ("削除", "red"),
    "changed": ("変更", "yellow"),
}
SUBJECTS = {
    **dict(SoftwareTitle.Kind.choices),
    "inventory": "構成情報",
    "antivirus_state": "ウイルス対策の状態",
    "computer_name": "コンピューター名",
    "domain": "ドメイン・ワークグループ",
    "manufacturer": "メーカー",
    "model": "システムモデル",
    "serial": "システムシリアル",
    "uuid": "UUID",
    "os_name": "OS",
    "os_version": "OSの版",
    "cpu": "CPU",
    "memory": "メモリ",
    "disk": "ディスク",
    "network": "ネットワーク",
    "monitor": "モニター",
    "printer": "プリンター",
    "usb": "USB機器",
    "optical": "光学ドライブ",
    "modem": "モデム",
}


class TerminalTable(Table):
    """Terminals; *names*: of the sections, with their bureau; *standing*: what is called old."""

    caption = "表1　端末台帳"
    row_header = "number"

    number = tables.Column(
        verbose_name="端末機番号", order_by=("number", "pk"), linkify=("telemetry-terminal", [tables.A("pk")])
    )
    unit = tables.Column(
        verbose_name="所属", accessor="unit_id", order_by=("unit__code", "number"), empty_values=()
    )
    person = tables.Column(
        verbose_name="使用者", accessor="person__name", order_by=("person__kana", "number")
    )
    kind = tables.Column(verbose_name="種類", order_by=("kind", "number"))
    state = StatusColumn(TERMINAL_STATES, verbose_name="状態", order_by=("state", "number"))
    computer_name = tables.Column(verbose_name="コンピューター名")
    model = tables.Column(verbose_name="モデル")
    os_name = tables.Column(verbose_name="OS", order_by=("os_name", "os_version", "number"))
    last_seen = MomentColumn(verbose_name="最後の受信", order_by=("last_seen", "number"))
    signs = tables.Column(verbose_name="気をつけること", orderable=False, empty_values=())

    class Meta(Table.Meta):
        sequence = ("number", "unit", "person", "state", "signs", "last_seen", "kind", "...")

    def __init__(self, *args: Any, names: Mapping[int, str], standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.standing = names, standing

    def render_unit(self, record: Terminal) -> str:
        if record.unit_id is None or record.unit is None:
            return "（未配置）"
        return self.names.get(record.unit_id, record.unit.name)

    def render_signs(self, record: Terminal) -> SafeString | str:
        signs = signs_of(record, self.standing)
        return format_html_join(
            "、", '<span class="tag tag--{}">{}</span>', ((tone, label) for label, tone in signs)
        ) or ("—")


def signs_of(terminal: Terminal, standing: Standing) -> list[tuple[str, str]]:
    """Return (words, tone) of what is to be looked at about a terminal; the same conditions as ``Standing`` asks."""
    if terminal.state != Terminal.State.IN_USE:
        heard = terminal.last_seen is not None and terminal.last_seen >= standing.silent_before
        gone = terminal.state in (Terminal.State.RETIRED, Terminal.State.LOST)
        return [("なのに受信", "red")] if gone and heard else []
    signs = [] if terminal.in_ledger else [("台帳にない", "yellow")]
    if terminal.last_seen is None:
        signs.append(("受信なし", "yellow"))
    elif terminal.last_seen < standing.silent_before:
        signs.append(("途絶", "red"))
    if (terminal.os_name, terminal.os_version) in standing.unsupported_systems:
        signs.append(("OSサポート終了", "red"))
    if terminal.inventoried_at and not terminal.antivirus:
        signs.append(("ウイルス対策なし", "red"))
    elif terminal.antivirus_updated_on and terminal.antivirus_updated_on < standing.antivirus_before:
        signs.append(("パターン古い", "yellow"))
    if terminal.patched_on and terminal.patched_on < standing.patched_before:
        signs.append(("更新古い", "yellow"))
    return signs


class InstalledTable(Table):
    """What is installed on one terminal; *ended*: support that has ended, by release."""

    caption = "表1　導入されたソフトウェア"
    row_header = "name"

    name = tables.Column(
        verbose_name="名称",
        accessor="release__title__name",
        order_by=("release__title__name", "pk"),
        linkify=("telemetry-software-title", [tables.A("release__title_id")]),
    )
    version = tables.Column(verbose_name="版", accessor="release__version")
    kind = tables.Column(
        verbose_name="種類", accessor="release__title__kind", order_by=("release__title__kind", "pk")
    )
    publisher = tables.Column(verbose_name="提供元", accessor="release__title__publisher", attrs=LOOSE)
    installed_on = DateColumn(verbose_name="導入日")
    support = tables.Column(verbose_name="サポート", orderable=False, empty_values=())

    def __init__(self, *args: Any, ended: Mapping[int, Support], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended = ended

    def render_kind(self, record: InstalledSoftware) -> str:
        return record.release.title.get_kind_display()

    def render_support(self, record: InstalledSoftware) -> SafeString | str:
        row = self.ended.get(record.release_id)
        if row is None:
            return "—"
        return format_html('<span class="tag tag--red">{}に終了</span>', era_date(row.on))


class ChangeTable(Table):
    """What changed on one terminal."""

    caption = "表1　構成の変化"
    row_header = "name"

    at = MomentColumn(verbose_name="受信日時", order_by=("at", "pk"))
    what = StatusColumn(WHATS, verbose_name="変化")
    subject = tables.Column(verbose_name="対象")
    name = tables.Column(verbose_name="名称")
    before = tables.Column(verbose_name="前")
    after = tables.Column(verbose_name="後")
    source_code = tables.Column(verbose_name="送信元")

    def render_subject(self, value: str) -> str:
        return SUBJECTS.get(value, value)

    def render_name(self, record: InventoryChange) -> str:
        return SUBJECTS.get(record.name, record.name) if record.name == record.subject else record.name


class SoftwareTable(Table):
    """Titles on the terminals in sight; *approved*: keys of those the city allows, None: it keeps no list. ``counts``:
    how many terminals have each, where the rows do not say it themselves."""

    caption = "表1　ソフトウェア"
    row_header = "name"

    name = tables.Column(
        verbose_name="名称", order_by=("name", "pk"), linkify=("telemetry-software-title", [tables.A("pk")])
    )
    publisher = tables.Column(verbose_name="提供元", attrs=LOOSE)
    kind = tables.Column(verbose_name="種類")
    terminals = NumberColumn(verbose_name="端末数", order_by=("terminals", "pk"), empty_values=())
    first_seen = DateColumn(verbose_name="初めて受信した日")
    approval = tables.Column(verbose_name="許可", orderable=False, empty_values=())

    def __init__(self, *args: Any, approved: frozenset[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approved = approved
        self.counts: Mapping[int, int] = {}

    def render_terminals(self, record: Any) -> str:
        return f"{getattr(record, 'terminals', self.counts.get(record.pk, 0)):,}"

    def render_approval(self, record: SoftwareTitle) -> SafeString | str:
        if self.approved is None:
            return "—"
        if record.pk in self.approved:
            return "○"
        return format_html('<span class="tag tag--{}">{}</span>', "red", "許可なし")


class EndedTable(Table):
    """Products whose support has ended or ends soon, and how many terminals have them."""

    caption = "表1　サポートが終わった製品・まもなく終わる製品"
    row_header = "product"

    product = tables.Column(verbose_name="製品", accessor="support__product")
    kind = tables.Column(verbose_name="種類")
    on = DateColumn(verbose_name="サポート終了日", accessor="support__on")
    extended_to = DateColumn(verbose_name="有償の延長", accessor="support__extended_to")
    terminals = NumberColumn(verbose_name="端末数")
    found = tables.Column(verbose_name="端末の一覧", orderable=False, empty_values=())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def render_kind(self, value: str) -> str:
        return SupportDate.Kind(value).label

    def render_on(self, record: EndedProduct) -> SafeString:
        tone, words = ("red", "終了") if record.support.on < self.today else ("yellow", "まもなく")
        return format_html('{} <span class="tag tag--{}">{}</span>', era_date(record.support.on), tone, words)

    def render_found(self, record: EndedProduct) -> SafeString:
        base = reverse("telemetry-terminals")
        links = []
        for title, name, version in record.releases[:8]:
            asked: dict[str, str | int] = {"title": title, "version": version} if title else {"system": name}
            links.append((f"{base}?{urlencode(asked)}", f"{name} {version}".strip()))
        return format_html_join("、", '<a href="{}">{}</a>', links)


class SupportTable(Table):
    """The table itself: shipped rows and the city's own."""

    caption = "表2　サポート終了日の表"
    row_header = "product"

    kind = tables.Column(verbose_name="種類")
    product = tables.Column(verbose_name="製品")
    pattern = tables.Column(verbose_name="照合の式")
    on = DateColumn(verbose_name="サポート終了日")
    extended_to = DateColumn(verbose_name="有償の延長の終了日")
    source = tables.Column(verbose_name="出典")
    checked_on = DateColumn(verbose_name="確認日", default="未確認")
    own = tables.Column(verbose_name="登録")
    open = tables.Column(verbose_name="操作", orderable=False, empty_values=(), exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def __init__(self, *args: Any, may_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_change = may_change

    def render_kind(self, value: str) -> str:
        return SupportDate.Kind(value).label

    def render_open(self, record: dict[str, Any]) -> SafeString | str:
        if not self.may_change:
            return "—"
        address = reverse("telemetry-support-save")
        asked = urlencode({"kind": record["kind"], "product": record["product"]})
        change = format_html('<a href="{}?{}">直す</a>', address, asked)
        if "pk" not in record:
            return change
        remove = reverse("telemetry-support-remove", args=[record["pk"]])
        return format_html('{} <a href="{}">取り消す</a>', change, remove)


class LicenceUseTable(Table):
    """Licences bought against installed, one line for each pattern."""

    caption = "表1　購入数と導入数"
    row_header = "pattern"

    pattern = tables.Column(verbose_name="ソフトウェア名")
    titles = tables.Column(verbose_name="当てはまるソフトウェア", orderable=False)
    bought = NumberColumn(verbose_name="購入数")
    installed = NumberColumn(verbose_name="導入数")
    left = NumberColumn(verbose_name="過不足")

    def render_titles(self, record: LicenceUse) -> SafeString | str:
        base = reverse("telemetry-terminals")
        links = ((f"{base}?{urlencode({'title': key})}", name) for key, name in record.titles[:10])
        return format_html_join("、", '<a href="{}">{}</a>', links) or "—"

    def render_left(self, record: LicenceUse) -> SafeString:
        if record.left < 0:
            return format_html('<span class="tag tag--red">{} 不足</span>', f"{-record.left:,}")
        return format_html("{} 余り", f"{record.left:,}") if record.left else format_html("{}", "0")


class LicenceTable(Table):
    """Licences as entered; *names*: of the sections that bought them."""

    caption = "表2　ライセンス"
    row_header = "name"

    name = tables.Column(verbose_name="名称")
    pattern = tables.Column(verbose_name="ソフトウェア名")
    count = NumberColumn(verbose_name="本数")
    unit = tables.Column(verbose_name="購入した課", accessor="unit_id", empty_values=())
    contract = tables.Column(verbose_name="契約番号")
    vendor = tables.Column(verbose_name="契約の相手")
    valid_from = DateColumn(verbose_name="開始日")
    valid_to = DateColumn(verbose_name="終了日")
    open = tables.Column(verbose_name="操作", orderable=False, empty_values=(), exclude_from_export=True)

    def __init__(self, *args: Any, names: Mapping[int, str], may_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.may_change = names, may_change

    def render_unit(self, record: Any) -> str:
        return self.names.get(record.unit_id, "") if record.unit_id else "全庁"

    def render_open(self, record: Any) -> SafeString | str:
        if not self.may_change:
            return "—"
        return format_html('<a href="{}">変更する</a>', reverse("telemetry-licence-change", args=[record.pk]))


class DoubtTable(Table):
    """Pairs that may be one machine."""

    caption = "表1　同じかもしれない端末"
    row_header = "terminal"

    terminal = tables.Column(
        verbose_name="新しい端末", linkify=("telemetry-terminal", [tables.A("terminal_id")])
    )
    other = tables.Column(
        verbose_name="同じかもしれない端末", linkify=("telemetry-terminal", [tables.A("other_id")])
    )
    reason = tables.Column(verbose_name="疑いの理由")
    found_at = MomentColumn(verbose_name="見つけた日時")
    state = StatusColumn(
        {"open": ("確認待ち", "yellow"), "same": ("同じ端末", "green"), "different": ("別の端末", "neutral")},
        verbose_name="判断",
    )
    because = tables.Column(verbose_name="判断の理由")
    decided_by = tables.Column(verbose_name="判断した者")
    open = tables.Column(verbose_name="操作", orderable=False, empty_values=(), exclude_from_export=True)

    class Meta(Table.Meta):
        attrs = {"class": "table table--wrap"}

    def render_reason(self, value: str) -> str:
        return REASONS.get(Reason(value), value) if value in set(Reason) else value

    def render_open(self, record: DoubtfulMatch) -> SafeString:
        return format_html('<a href="{}">比べる</a>', reverse("telemetry-doubt", args=[record.pk]))


class ReconciliationTable(Table):
    """Reconciliations; rows are dictionaries of what the list shows."""

    caption = "表1　台数の突合"
    row_header = "title"

    title = tables.Column(verbose_name="件名", linkify=("telemetry-reconciliation", [tables.A("pk")]))
    statement = tables.Column(verbose_name="記載された資料")
    as_of = DateColumn(verbose_name="基準日")
    printed = NumberColumn(verbose_name="記載された合計")
    unexplained = NumberColumn(verbose_name="説明のない差")
    state = StatusColumn({"open": ("未完了", "yellow"), "closed": ("完了", "green")}, verbose_name="状態")
