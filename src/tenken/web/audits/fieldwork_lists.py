"""The lists of the fieldwork, and how its states are shown."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.fieldwork.queries.reconciliations import Held, held
from tenken.audit.fieldwork.rules.figures import printed
from tenken.audit.models import (
    ChecklistLine,
    EvidenceRequest,
    HandedInTable,
    Question,
    Reconciliation,
    WorkingPaper,
)
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table

_TONES = {
    "asked": "yellow",
    "answered": "blue",
    "closed": "green",
    "withdrawn": "neutral",
    "requested": "yellow",
    "received": "green",
    "not_available": "red",
    "open": "red",
    "explained": "yellow",
    "accepted": "green",
    "unexplained": "red",
    "conforms": "green",
    "issue": "red",
    "unconfirmed": "yellow",
    "not_applicable": "neutral",
}


def _statuses(choices: Any) -> dict[str, tuple[str, str]]:
    return {code: (str(label), _TONES[code]) for code, label in choices}


QUESTION_STATUSES = _statuses(Question.Status.choices)
REQUEST_STATUSES = _statuses(EvidenceRequest.Status.choices)
RECONCILIATION_STATUSES = _statuses(Reconciliation.Status.choices)
RESULTS = _statuses(ChecklistLine.Result.choices)


def difference_text(figures: Held) -> str:
    """Return what figures differ by, in words: 「8台」; units that differ are said so."""
    if not figures.same_unit:
        return "単位が違うため計算できません"
    difference = figures.difference if len(figures.figures) == 2 else figures.spread
    return "" if difference is None else f"{printed(abs(difference))}{figures.figures[0].unit}"


def figure_text(value: Any, unit: str) -> str:
    return f"{printed(value)}{unit}"


class QuestionTable(Table):
    caption = "表1　質問の一覧"
    row_header = "number"

    number = tables.Column(verbose_name="番号", accessor="number")
    topic = tables.Column(verbose_name="件名・質問", accessor="text", order_by="text")
    unit = tables.Column(verbose_name="宛先", accessor="unit__code")
    status = StatusColumn(QUESTION_STATUSES, verbose_name="状態")
    asked = DateColumn(verbose_name="質問日", accessor="asked")
    due = DateColumn(verbose_name="回答期限", accessor="due")
    theme = tables.Column(verbose_name="監査", accessor="engagement__theme")

    def __init__(self, *args: Any, names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_number(self, record: Any) -> SafeString:
        last = f"-{record.rounds_asked}" if record.rounds_asked > 1 else ""
        url = reverse("audits-question", args=[record.pk])
        return format_html('<a href="{}">{}{}</a>', url, str(record), last)

    def render_topic(self, record: Any) -> str:
        text = " ".join(record.text.split())
        return f"{record.topic}：{text}"[:120] if record.topic else text[:120]

    def render_unit(self, record: Any) -> str:
        return self.names.get(record.unit_id, record.unit.name)


class RequestTable(Table):
    caption = "表1　資料の依頼"
    row_header = "number"

    number = tables.Column(verbose_name="番号")
    what = tables.Column(verbose_name="資料")
    question = tables.Column(verbose_name="質問", accessor="question__number", default="—")
    unit = tables.Column(verbose_name="依頼先", accessor="unit__code")
    status = StatusColumn(REQUEST_STATUSES, verbose_name="状態")
    due_on = DateColumn(verbose_name="期限")
    settled_on = DateColumn(verbose_name="受領・回答", default="—")

    def __init__(self, *args: Any, names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def render_number(self, record: EvidenceRequest) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("audits-request", args=[record.pk]), str(record))

    def render_question(self, value: int) -> str:
        return f"Q{value}"

    def render_unit(self, record: EvidenceRequest) -> str:
        return self.names.get(record.unit_id, record.unit.name)


class ReconciliationTable(Table):
    caption = "表1　数の照合"
    row_header = "number"

    number = tables.Column(verbose_name="番号")
    subject = tables.Column(verbose_name="照合すること")
    figures = tables.Column(verbose_name="数", accessor="pk", orderable=False)
    difference = tables.Column(
        verbose_name="差",
        accessor="pk",
        orderable=False,
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    status = StatusColumn(RECONCILIATION_STATUSES, verbose_name="状態")
    asked_on = DateColumn(verbose_name="照会日", default="—")

    def render_number(self, record: Reconciliation) -> SafeString:
        url = reverse("audits-reconciliation", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, str(record))

    def render_figures(self, record: Reconciliation) -> str:
        return "、".join(f"{one.source} {figure_text(one.value, one.unit)}" for one in held(record).figures)

    def render_difference(self, record: Reconciliation) -> str:
        return difference_text(held(record))


class PaperTable(Table):
    caption = "表1　監査調書の索引"
    row_header = "number"

    number = tables.Column(verbose_name="番号", order_by=("series", "number"))
    kind = tables.Column(verbose_name="種類")
    title = tables.Column(verbose_name="件名")
    made_on = DateColumn(verbose_name="実施日")
    by_name = tables.Column(verbose_name="作成者")
    file_count = NumberColumn(verbose_name="ファイル")
    replaced = tables.Column(verbose_name="差し替え", orderable=False)

    def render_number(self, record: WorkingPaper) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("audits-paper", args=[record.pk]), str(record))

    def render_replaced(self, value: bool, record: WorkingPaper) -> str:
        if value:
            return "差し替え済み"
        return f"{record.supersedes}を差し替え" if record.supersedes else "—"


class HandedInTableTable(Table):
    caption = "表1　提出された表"
    row_header = "number"

    number = tables.Column(verbose_name="番号")
    title = tables.Column(verbose_name="表の名")
    source = tables.Column(verbose_name="出どころ")
    flags = NumberColumn(verbose_name="合わない数字", accessor="flag_count", orderable=False)
    added_on = DateColumn(verbose_name="登録日")

    def render_number(self, record: HandedInTable) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("audits-table", args=[record.pk]), str(record))
