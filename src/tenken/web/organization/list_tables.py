"""The tables of April's lists: what a transfer list and a 組織改正一覧 would do, what was done, who held what."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django_tables2 import Column

from tenken.organization.imports.transfers import BESIDES, JOINS, LEAVES, MOVES, SAME
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table

OUTCOME_TONES = {
    JOINS: (JOINS, "green"),
    LEAVES: (LEAVES, "red"),
    MOVES: (MOVES, "blue"),
    BESIDES: (BESIDES, "yellow"),
    SAME: (SAME, "neutral"),
}


class _Lines(Column):
    """Several things in one cell."""

    def render(self, value: Any) -> str:
        return "、".join(value) or "—"


class TransferTable(Table):
    """What becomes of whom."""

    caption = "表1　異動する人"
    row_header = "name"

    row = NumberColumn(verbose_name="行")
    what = StatusColumn(OUTCOME_TONES, verbose_name="扱い")
    label = Column(verbose_name="区分")
    number = Column(verbose_name="職員番号")
    name = Column(verbose_name="氏名")
    before = Column(verbose_name="これまで")
    after = Column(verbose_name="これから")
    on = DateColumn(verbose_name="この日から")


class EffectTable(Table):
    """What becomes of which unit; ``work`` maps the rows of an effect to its open work."""

    caption = "表1　組織改正の内容"
    row_header = "before"

    rows_ = Column(accessor="rows", verbose_name="行")
    on = DateColumn(verbose_name="施行日")
    label = Column(verbose_name="区分")
    before = _Lines(verbose_name="これまで")
    after = _Lines(verbose_name="これから")
    posts = Column(empty_values=(), verbose_name="職", orderable=False)
    sheets = NumberColumn(empty_values=(), verbose_name="未了の点検票", orderable=False)
    findings = NumberColumn(empty_values=(), verbose_name="未了の課題", orderable=False)

    def __init__(self, *args: Any, work: dict[tuple[int, ...], Any], **kwargs: Any) -> None:
        self.work = work
        super().__init__(*args, **kwargs)

    def render_rows_(self, value: Any) -> str:
        return "、".join(map(str, value))

    def render_posts(self, record: Any) -> str:
        """Say how many posts go on, and name those that end or are new."""
        said = [f"{len(record.going_on)}つの職を引き継ぐ"] if record.going_on else []
        said += [f"なくなる：{'、'.join(record.ending)}"] if record.ending else []
        said += [f"新しく置く：{'、'.join(record.new)}"] if record.new else []
        return "。".join(said) or "—"

    def render_sheets(self, record: Any) -> int:
        return int(self.work[record.rows].sheets)

    def render_findings(self, record: Any) -> int:
        return int(self.work[record.rows].findings)


class ReorganizationTable(Table):
    """What was done between two dates."""

    caption = "表1　組織改正の記録"
    row_header = "before"

    on = DateColumn(verbose_name="施行日")
    label = Column(verbose_name="区分")
    before = Column(verbose_name="これまで")
    after = Column(verbose_name="これから")


class TenureTable(Table):
    """Who answered for a section, and when."""

    caption = "表1　在任の履歴"
    row_header = "person_name"

    unit = Column(accessor="unit_name", verbose_name="組織")
    role_name = Column(verbose_name="役割")
    person_name = Column(
        verbose_name="氏名", linkify=lambda record: reverse("organization-person", args=[record.person_id])
    )
    person_number = Column(verbose_name="職員番号")
    post_title = Column(verbose_name="職")
    kind = Column(verbose_name="区分")
    starts = DateColumn(verbose_name="発令日")
    ends = DateColumn(verbose_name="解令日")


class UnitTable(Table):
    """Units on a date."""

    caption = "表1　組織の一覧"
    row_header = "name"

    code = Column(accessor="unit__code", verbose_name="所属コード")
    bureau = Column(verbose_name="局・区")
    name = Column(
        accessor="unit__name",
        verbose_name="名称",
        linkify=lambda record: reverse("organization-unit", args=[record.unit.pk]),
    )
    kind = Column(accessor="unit__kind__name", verbose_name="種類")
    path = Column(verbose_name="上位の組織")
    managers = Column(verbose_name="情報管理者")


class BureauTable(Table):
    """The bureaus, each with what stands below it."""

    caption = "表1　局・区"
    row_header = "name"

    code = Column(verbose_name="所属コード")
    name = Column(verbose_name="局・区", linkify=lambda record: record["url"])
    answering = NumberColumn(verbose_name="点検の対象")
    units = NumberColumn(verbose_name="組織の数")
