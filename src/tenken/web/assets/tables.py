"""The ledgers as lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_tables2 as tables

from tenken.assets.models import InformationAsset, InformationSystem
from tenken.common.era import era_date
from tenken.web.components.tables import NumberColumn, Table
from tenken.workbooks.ledgers import forms_text
from tenken.workbooks.system_ledger import networks_text


class AssetTable(Table):
    """Information assets; *names*: of the sections, with their bureau."""

    caption = "表1　情報資産台帳"
    row_header = "name"

    unit = tables.Column(verbose_name="所管", accessor="unit_id", order_by=("unit__code", "number"))
    number = NumberColumn(verbose_name="番号", order_by=("number", "unit__code"))
    name = tables.Column(
        verbose_name="情報資産", order_by=("name", "pk"), linkify=("assets-detail", [tables.A("pk")])
    )
    classification = tables.Column(
        verbose_name="重要性分類", order_by=("class_order", "unit__code", "number")
    )
    amount = NumberColumn(verbose_name="件数")
    forms = tables.Column(verbose_name="保管の形", orderable=False)
    location = tables.Column(verbose_name="保管場所")
    personal_data = tables.BooleanColumn(verbose_name="個人情報", yesno="○,")
    main = tables.BooleanColumn(verbose_name="主要", yesno="○,")
    system = tables.Column(
        verbose_name="情報システム", accessor="system__name", order_by=("system__code", "pk")
    )

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_unit(self, value: int, record: InformationAsset) -> str:
        return self.names.get(value, record.unit.name)

    def render_forms(self, value: list[str]) -> str:
        return forms_text(value) or "—"


class SystemTable(Table):
    """Information systems; *names*: of the owning sections, with their bureau; *on*: the day of the reader."""

    caption = "表1　情報システム台帳"
    row_header = "name"

    code = tables.Column(verbose_name="コード")
    name = tables.Column(
        verbose_name="名称", order_by=("name", "pk"), linkify=("assets-system", [tables.A("pk")])
    )
    kind = tables.Column(verbose_name="種類", order_by=("kind", "code"))
    owner = tables.Column(verbose_name="所管課", accessor="owner_id", order_by=("owner__code", "code"))
    important = tables.BooleanColumn(verbose_name="重要", yesno="○,", order_by=("-important", "code"))
    classification = tables.Column(verbose_name="分類", order_by=("classification", "code"))
    networks = tables.Column(verbose_name="ネットワーク", orderable=False)
    public = tables.BooleanColumn(verbose_name="公開", yesno="○,", order_by=("-public", "code"))
    vendor = tables.Column(verbose_name="保守の事業者", order_by=("vendor", "code"))
    first_end = tables.Column(verbose_name="サポート終了", order_by=("first_end", "code"))

    def __init__(self, *args: Any, names: Mapping[int, str], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.on = names, on

    def render_owner(self, value: int, record: InformationSystem) -> str:
        return self.names.get(value, record.owner.name)

    def render_networks(self, value: list[str]) -> str:
        return networks_text(value) or "—"

    def render_first_end(self, value: date) -> str:
        return support_text(value, self.on)


def support_text(ends: date | None, on: date) -> str:
    """Return an end of support in words: 「2023-10-10（終了）」."""
    if ends is None:
        return "—"
    return f"{era_date(ends)}（終了）" if ends <= on else era_date(ends)
