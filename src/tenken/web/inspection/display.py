"""A sheet as its page draws it: the questions shown, the trail, what waits, the menu of 調査項目."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Problem
from tenken.inspection.models import Answer, Sheet, Stage
from tenken.inspection.operations import GivenAnswer
from tenken.inspection.queries.sheets import LastAnswer, Row, SheetPage, due_date
from tenken.inspection.states import NOT_HANDED_IN
from tenken.web.addresses import address
from tenken.web.components.answers import AnswerGroup
from tenken.web.inspection.answer_extra import answer_choices, answer_extra
from tenken.web.inspection.labels import SHEET_STATUSES
from tenken.web.inspection.numbers import answer_mark

_CHOICES = tuple(Answer.Verdict.choices)
_NOTHING = SafeString("")
_UNANSWERED = answer_mark(0, "", "", "")
_ALL_DONE = SafeString('<span aria-hidden="true">✓</span><span class="visually-hidden">記入済み</span>')
_SOON = 7  # days before its end at which a stage's deadline is told
_SHOWN: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "": ("すべて", lambda row: True),
    "open": ("未記入", lambda row: not row.verdict),
    "issue": ("課題あり", lambda row: row.verdict == Answer.Verdict.ISSUE),
    "conforms": ("適合", lambda row: row.verdict == Answer.Verdict.CONFORMS),
    "not_applicable": ("該当なし", lambda row: row.verdict == Answer.Verdict.NOT_APPLICABLE),
    "changed": ("昨年度と違う", lambda row: row.changed),
}


@dataclass(frozen=True)
class Drawn:
    """What a page draws besides the sheet as it is: problems, what somebody typed that was not kept, a comment typed."""

    problems: tuple[Problem, ...] = ()
    problems_title: str = ""
    typed: Mapping[int, GivenAnswer] = field(default_factory=dict)
    comment: str = ""
    show: str = ""
    conflicts: Mapping[int, SafeString] = field(default_factory=dict)


def sheet_context(page: SheetPage, drawn: Drawn | None = None) -> dict[str, Any]:
    """Return the context of ``sheet.html``."""
    drawn = drawn or Drawn()
    show = drawn.show if drawn.show in _SHOWN else ""
    errors = {problem.field: problem.message for problem in drawn.problems if problem.field}
    label, tone = SHEET_STATUSES[page.sheet.status]
    due = due_date(page) if page.sheet.status in NOT_HANDED_IN else None
    parts = [
        (section, rows)
        for section in page.sections
        if (rows := [row for row in section.rows if _SHOWN[show][1](row)])
    ]
    draw = _Drawing(page, drawn, errors)
    return {
        "page": page,
        "sheet": page.sheet,
        "programme": page.sheet.programme,
        "fiscal_year": FiscalYear(page.sheet.programme.fiscal_year),
        "status_label": label,
        "status_tone": tone,
        "problems": drawn.problems,
        "problems_title": drawn.problems_title or "提出・承認・差戻しができませんでした",
        "comment": drawn.comment,
        "comment_error": errors.get("comment", ""),
        "show": show,
        "shown": ",".join(str(row.question.pk) for _, rows in parts for row in rows),
        "parts": [(section, [draw.group(row) for row in rows]) for section, rows in parts],
        "steps": flow_steps(page.stages),
        "due_on": due,
        "told": told(page, due),
        "views": _views(page, show),
        "aside": _aside(page),
        "events": events(page),
        "offered": sum(1 for section in page.sections for row in section.rows if row.offer),
        "disputed": sum(1 for section in page.sections for row in section.rows if row.brought),
    }


class _Drawing:
    """Draws the questions of one page."""

    def __init__(self, page: SheetPage, drawn: Drawn, errors: Mapping[str, str]) -> None:
        self.page = page
        self.typed = drawn.typed
        self.conflicts = drawn.conflicts
        self.errors = errors
        # One look-up in the addresses, not 280: the question's key is put in by hand.
        self.save_url = reverse("inspection-answer", args=[page.sheet.pk, 0]).removesuffix("0/")
        self.stand_by_url = reverse("inspection-stand-by", args=[page.sheet.pk])

    def group(self, row: Row) -> AnswerGroup:
        question, answer = row.question, row.answer
        key, revision = question.pk, question.revision
        typed = self.typed.get(key)
        fills = self.page.may_fill
        return AnswerGroup(
            name=f"question-{key}",
            number=question.number,
            text=revision.question,
            choices=_CHOICES,
            value=typed.verdict if typed else row.verdict,
            comment_name=f"reason-{key}",
            comment=typed.reason if typed else answer.reason if answer else "",
            comment_label="課題の内容と理由（該当なしのときは、その理由）",
            comment_for=("issue", "not_applicable"),
            last=_last(row.last),
            last_comment=" ".join(text for one in row.last for text in (one.reason, one.comment) if text),
            save_url=f"{self.save_url}{key}/" if fills else "",
            version=self._mark(answer),
            error=self.errors.get(f"question-{key}", ""),
            comment_error=self.errors.get(f"reason-{key}", ""),
            read_only=not fills,
            required=False,  # all but a few are: the page says so once, not 140 times
            extra=self.conflicts.get(key, _NOTHING)
            + answer_choices(row, self.stand_by_url if fills else "", self.page.sheet.programme_id)
            + answer_extra(
                question_id=key,
                remark=typed.comment if typed else answer.comment if answer else "",
                remark_error=self.errors.get(f"comment-{key}", ""),
                evidence=row.evidence,
                evidence_url=f"{self.save_url}{key}/evidence/" if fills else "",
                guidance=(
                    ("目的", revision.purpose),
                    ("確認のしかた", revision.how_to_check),
                    ("適合の基準", revision.good),
                    ("例", "／".join(revision.examples)),
                    ("証拠になるもの", revision.evidence),
                ),
                read_only=not fills,
            ),
        )

    @staticmethod
    def _mark(answer: Answer | None) -> str:
        if answer is None:
            return _UNANSWERED
        return answer_mark(answer.version, answer.verdict, answer.reason, answer.comment)


def _last(last: tuple[LastAnswer, ...]) -> str:
    if not last:
        return ""
    if len(last) == 1:
        return f"{last[0].verdict_label}（{FiscalYear(last[0].fiscal_year)}）"
    said = "、".join(f"{one.unit_name}は{one.verdict_label}" for one in last)
    return f"{said}（{FiscalYear(last[0].fiscal_year)}）"


def flow_steps(stages: tuple[Stage, ...] | list[Stage]) -> list[dict[str, str]]:
    """Return the stages as the steps component shows them, by today's date."""
    today = clock.today()
    steps = []
    for stage in stages:
        state = "done" if stage.ends_on < today else "current" if stage.starts_on <= today else "todo"
        steps.append({"label": stage.name, "state": state, "when": _period(stage), "url": ""})
    return steps


def _period(stage: Stage) -> str:
    first, last = stage.starts_on, stage.ends_on
    return f"{first.month}月{first.day}日〜{last.month}月{last.day}日"


@dataclass(frozen=True)
class Told:
    """One notice at the head of the sheet."""

    kind: str
    title: str
    text: str = ""
    url: str = ""
    link: str = ""


def told(page: SheetPage, due: date | None) -> Told | None:
    """Return what the reader should know first about this sheet, if anything."""
    sheet = page.sheet
    if sheet.status in (Sheet.Status.RETURNED_BY_MANAGER, Sheet.Status.RETURNED_BY_SECRETARIAT):
        return _returned(page)
    if sheet.status == Sheet.Status.EXEMPTED:
        return _exempted(sheet)
    if page.may_fill:
        return _deadline(page.sheet, due, clock.today())
    if sheet.status == Sheet.Status.SUBMITTED and not page.may_approve:
        return Told("info", "情報管理者の承認を待っています", "承認されると、事務局に届きます。")
    if sheet.status == Sheet.Status.APPROVED and not page.may_accept:
        return Told("info", "事務局の受付を待っています", "受付が済むと、課題の改善が始まります。")
    if sheet.status == Sheet.Status.ACCEPTED and sheet.issues:
        return Told(
            "success",
            f"受付が済みました。課題は{sheet.issues}件です",
            "課題ごとに、改善の計画と報告を書きます。",
            url=address("findings-list", q=sheet.unit.name, fiscal_year=sheet.programme.fiscal_year),
            link="この課の課題を見る",
        )
    return None


def _returned(page: SheetPage) -> Told:
    who = "事務局" if page.sheet.status == Sheet.Status.RETURNED_BY_SECRETARIAT else "情報管理者"
    last = page.rounds[-1].decisions.all() if page.rounds else ()
    reason = next((one.comment for one in reversed(last) if one.outcome == "returned"), "")
    return Told("warning", f"{who}から差し戻されました", reason)


def _exempted(sheet: Sheet) -> Told:
    day = era_date(sheet.exempted_on) if sheet.exempted_on else ""
    text = f"{day}から。理由：{sheet.exemption_reason}"
    if sheet.moved_to is None:
        return Told("info", "対象外の点検シートです", text)
    url = reverse("inspection-sheet", args=[sheet.moved_to_id])
    return Told("info", "対象外の点検シートです", text, url, f"{sheet.moved_to.unit.name}の点検シートを開く")


def _deadline(sheet: Sheet, due: date | None, today: date) -> Told | None:
    if due is None:
        return None
    left = (due - today).days
    ends = f"期限は{era_date(due)}です。"
    if sheet.due_on:
        ends += f"（期限を変えた理由：{sheet.extension_reason}）"
    if left < 0:
        return Told(
            "warning",
            f"提出の期限を{-left}日過ぎています",
            f"{ends}できるだけ早く提出するか、事務局に事情を連絡してください。",
        )
    if left <= _SOON:
        title = "提出の期限は、今日です" if not left else f"提出の期限まで、あと{left}日です"
        return Told("warning", title, ends)
    return Told("info", "提出の期限が変わっています", ends) if sheet.due_on else None


def _views(page: SheetPage, show: str) -> list[dict[str, Any]]:
    """Return the narrower views of the sheet; with their numbers where these cannot change under the reader."""
    rows = [row for section in page.sections for row in section.rows]
    base = reverse("inspection-sheet", args=[page.sheet.pk])
    views = []
    for code, (label, wanted) in _SHOWN.items():
        count = sum(1 for row in rows if wanted(row))
        named = label if page.may_fill else f"{label}（{count}）"
        if page.may_fill or count or code == show:
            url = f"{base}?show={code}" if code else base
            views.append({"label": named, "url": url, "current": code == show})
    return views


def _aside(page: SheetPage) -> list[dict[str, Any]]:
    """Return the menu of 調査項目, by part, each with how many of its questions are open."""
    base = reverse("inspection-sheet", args=[page.sheet.pk])
    groups: list[dict[str, Any]] = []
    for section in page.sections:
        if not groups or groups[-1]["heading"] != section.part_label:
            groups.append({"heading": section.part_label, "items": []})
        groups[-1]["items"].append(
            {
                "label": section.name,
                "url": f"{base}#category-{section.code}",
                "key": section.category_id,
                "left": open_html(section.open),
            }
        )
    return groups


def open_html(left: int) -> SafeString:
    """Return what stands beside a 調査項目 in the menu: how many questions are left, or a tick."""
    if left:
        return format_html("残り{}", left)
    return _ALL_DONE


def events(page: SheetPage) -> list[dict[str, str]]:
    """Return the sheet's way through its approvals, as the timeline shows it."""
    tones = {"approved": "green", "returned": "red", "withdrawn": "neutral"}
    told_events = []
    for request in page.rounds:
        told_events.append(
            {
                "when": era_date(request.requested_on),
                "who": request.requested_by_name,
                "what": f"提出（第{request.round}回）",
                "comment": "",
                "tone": "blue",
            }
        )
        for decision in request.decisions.all():
            acting = "（代決）" if decision.acting else ""
            told_events.append(
                {
                    "when": era_date(decision.decided_on),
                    "who": decision.decided_by_name,
                    "what": f"{decision.step_name}：{decision.get_outcome_display()}{acting}",
                    "comment": decision.comment,
                    "tone": tones[decision.outcome],
                }
            )
    return told_events
