"""Tables of 横展開の確認."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from tenken.findings.extent_states import ANSWERED
from tenken.findings.models import ExtentTarget
from tenken.findings.queries.alike import Candidate
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.findings.tables import LinkedNumberColumn, SectionTable

CHECK_STATUSES = {
    "draft": ("準備中", "neutral"),
    "sent": ("確認中", "blue"),
    "closed": ("終了", "green"),
    "withdrawn": ("取りやめ", "neutral"),
}
TARGET_STATUSES = {
    "waiting": ("未回答", "neutral"),
    "answered": ("回答済（確認待ち）", "blue"),
    "returned": ("差戻し", "red"),
    "confirmed": ("確認済", "green"),
}


def targets_address(check: int, **query: Any) -> str:
    """Return the address of a check's targets, narrowed."""
    asked = {name: value for name, value in query.items() if value}
    return f"{reverse('findings-extent', args=[check])}?{urlencode(asked)}#targets"


def _count(state: str, label: str) -> tables.Column:
    return LinkedNumberColumn(
        lambda row: targets_address(row.check.pk, state=state if state != "asked" else ""),
        verbose_name=label,
        accessor=f"coverage__{state}",
    )


class ExtentTable(Table):
    """The checks with how far they have come; each number opens its rows."""

    caption = "表1　横展開の確認"
    row_header = "question"

    number = tables.Column(
        verbose_name="番号",
        accessor="check",
        order_by=("check__fiscal_year", "check__number"),
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    question = tables.Column(
        verbose_name="確認すること",
        accessor="check__question",
        orderable=False,
        linkify=("findings-extent", [tables.A("check__pk")]),
    )
    status = StatusColumn(CHECK_STATUSES, verbose_name="状態", accessor="check__status")
    due_on = DateColumn(verbose_name="回答の期限", accessor="check__due_on")
    asked = _count("asked", "依頼した数")
    answered = _count("answered", "回答あり")
    found = _count("found", "同種の課題あり")
    overdue = _count("overdue", "期限超過")
    to_confirm = _count("to_confirm", "確認待ち")

    def render_question(self, value: str) -> str:
        return Truncator(value).chars(60)

    def value_question(self, value: str) -> str:
        return value


class TargetTable(SectionTable):
    """Whom a check asks, why, and what they answered."""

    caption = "表1　対象と回答"
    row_header = "unit"

    mark = tables.Column(verbose_name="選ぶ", empty_values=(), orderable=False, exclude_from_export=True)
    unit = tables.Column(verbose_name="課公所", accessor="unit__name", order_by=("unit__code",))
    system = tables.Column(verbose_name="情報システム", accessor="system__name")
    status = StatusColumn(TARGET_STATUSES, verbose_name="状態")
    answer = tables.Column(verbose_name="回答")
    note = tables.Column(verbose_name="内容", orderable=False)
    n_evidence = NumberColumn(verbose_name="ファイル")
    finding = tables.Column(
        verbose_name="課題",
        orderable=False,
        linkify=lambda record: (
            reverse("findings-detail", args=[record.finding_id]) if record.finding_id else None
        ),
    )
    because = tables.Column(verbose_name="選んだ理由", orderable=False)
    answered_on = DateColumn(verbose_name="回答日")
    answered_by_name = tables.Column(verbose_name="回答した者")

    def __init__(self, *args: Any, marks: str, **kwargs: Any) -> None:
        """*marks*: "remove" (of a draft), "confirm", or '' for none."""
        super().__init__(*args, **kwargs)
        self.marks = marks
        hidden = {
            "remove": (
                "status",
                "answer",
                "note",
                "n_evidence",
                "finding",
                "answered_on",
                "answered_by_name",
            ),
            "": ("mark",),
        }
        for name in hidden.get(marks, ()):
            self.columns.hide(name)

    def render_mark(self, record: ExtentTarget) -> SafeString | str:
        if self.marks == "confirm" and record.status != ANSWERED:
            return ""
        what = "外す" if self.marks == "remove" else "回答を確認した"
        return format_html(
            '<label class="choice"><input type="checkbox" name="target" value="{}:{}">'
            '<span class="visually-hidden">{}{}：{}</span></label>',
            record.pk,
            record.version,
            record.unit.name,
            f"（{record.system.name}）" if record.system else "",
            what,
        )

    def render_unit(self, record: ExtentTarget) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("findings-extent-target", args=[record.pk]),
            self.section(record.unit_id),
        )

    def value_unit(self, record: ExtentTarget) -> str:
        return self.section(record.unit_id)

    def render_finding(self, record: ExtentTarget) -> str:
        assert record.finding is not None
        return f"{record.finding}（{record.finding.get_status_display()}）"

    def render_note(self, value: str) -> str:
        return Truncator(value).chars(40)

    def value_note(self, value: str) -> str:
        return value


class CandidateTable(Table):
    """Who is likely to have the same, and why; all are marked until one is unmarked."""

    caption = "表1　候補"
    row_header = "name"

    mark = tables.Column(verbose_name="選ぶ", empty_values=(), orderable=False, exclude_from_export=True)
    name = tables.Column(verbose_name="課公所", orderable=False)
    system_name = tables.Column(verbose_name="情報システム", orderable=False)
    because = tables.Column(verbose_name="可能性が高い理由", orderable=False)

    def render_mark(self, record: Candidate) -> SafeString:
        return format_html(
            '<label class="choice"><input type="checkbox" name="key" value="{}" checked>'
            '<span class="visually-hidden">{}{}を対象にする</span></label>',
            record.key,
            record.name,
            f"（{record.system_name}）" if record.system_name else "",
        )
