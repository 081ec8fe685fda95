"""The list of people."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django_tables2 import Column

from tenken.web.components.tables import DateColumn, Table


class PeopleTable(Table):
    """Who holds which post. ``roles`` maps posts to the names of what they carry; set it before drawing."""

    caption = "表1　職員の一覧"
    row_header = "name"
    roles: dict[int, list[str]]

    number = Column(accessor="person__number", verbose_name="職員番号")
    name = Column(
        accessor="person__name",
        verbose_name="氏名",
        order_by=("person__kana", "person__name"),
        linkify=lambda record: reverse("organization-person", args=[record.person_id]),
    )
    unit = Column(
        accessor="post__unit__name",
        verbose_name="組織",
        order_by=("post__unit__code",),
        linkify=lambda record: reverse("organization-unit", args=[record.post.unit_id]),
    )
    title = Column(accessor="post__title", verbose_name="職", order_by=("post__code",))
    kind = Column(accessor="kind", verbose_name="区分")
    held = Column(accessor="post_id", verbose_name="役割", orderable=False)
    since = DateColumn(accessor="valid_from", verbose_name="発令日")

    def render_kind(self, record: Any) -> str:
        return record.get_kind_display()

    def render_held(self, value: int) -> str:
        return "、".join(self.roles.get(value, ())) or "—"
