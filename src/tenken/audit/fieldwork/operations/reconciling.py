"""Counts that do not add up: opened, put to the section, explained, accepted, or left standing unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from tenken.audit.engagements.queries import may_work_on
from tenken.audit.fieldwork.operations.applying import (
    auditors_engagement,
    locked_engagement,
    next_number,
    note,
    require_version,
)
from tenken.audit.fieldwork.operations.telling import tell_section
from tenken.audit.fieldwork.rules.worked_out import worked_out
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, OPEN_TO_QUESTIONS, reconciliation_after
from tenken.audit.models import (
    Engagement,
    Explanation,
    HandedInTable,
    Question,
    ReconciledFigure,
    Reconciliation,
)
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Denied, Missing, Stale
from tenken.files.operations import store
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks, refuse

SUBJECT = "audit.reconciliation"
FIGURES_LIMIT: Final = 10
LARGEST: Final = Decimal(10) ** 18


@dataclass(frozen=True)
class StatedFigure:
    """One of the figures: where it stands, its value in *unit*, of which day."""

    source: str
    value: Decimal
    unit: str = ""
    as_of: date | None = None


@dataclass(frozen=True)
class CellOf:
    """The cell of a table handed in that a reconciliation comes from."""

    table_id: int
    row: int
    column: int


@transaction.atomic
def open_reconciliation(
    *,
    by: Principal,
    engagement: Engagement,
    subject: str,
    figures: Sequence[StatedFigure],
    question_id: int | None = None,
    cell: CellOf | None = None,
    on: date | None = None,
) -> Reconciliation:
    """Keep two or more figures that should be the same, to be explained, and return it.

    ``Invalid`` names subject, figures, figure-<n>-source and figure-<n>-unit (n from 1); ``Stale`` when the cell has one
    already.
    """
    engagement = auditors_engagement(by, engagement)
    checks = Checks()
    kept = checks.name(subject, label="照合すること", limit=200, field="subject")
    stated = _checked(figures, checks)
    checks.done()
    if question_id and not Question.objects.filter(pk=question_id, engagement=engagement).exists():
        raise Missing("質問が見つかりません。")
    if cell and not HandedInTable.objects.filter(pk=cell.table_id, engagement=engagement).exists():
        raise Missing("提出された表が見つかりません。")
    if cell and Reconciliation.objects.filter(**cell.__dict__).exists():
        raise Stale("この数字の照合は、すでにあります。")
    row = Reconciliation.objects.create(
        engagement=engagement,
        number=next_number(engagement.reconciliations.all()),
        subject=kept,
        unit=engagement.unit,
        question_id=question_id,
        **(cell.__dict__ if cell else {}),
    )
    ReconciledFigure.objects.bulk_create(
        ReconciledFigure(reconciliation=row, order=order, **one.__dict__)
        for order, one in enumerate(stated, start=1)
    )
    changes = {
        "reconciliation": str(row),
        "subject": kept,
        "figures": [[one.source, str(one.value), one.unit, one.as_of] for one in stated],
        "cell": cell.__dict__ if cell else None,
    }
    note(by, "audit.reconciliation.open", (SUBJECT, row.pk), changes, on)
    return row


def _checked(figures: Sequence[StatedFigure], checks: Checks) -> list[StatedFigure]:
    if not 2 <= len(figures) <= FIGURES_LIMIT:
        checks.problem(f"2つから{FIGURES_LIMIT}個までの数を入力してください。", label="数", field="figures")
    kept = []
    for place, one in enumerate(figures, start=1):
        if abs(one.value) >= LARGEST or one.value != one.value.quantize(Decimal("0.000001")):
            checks.problem("18桁まで、小数は6桁までです。", label="数", field=f"figure-{place}-value")
        source = checks.name(one.source, label="出どころ", limit=200, field=f"figure-{place}-source")
        unit = checks.name(one.unit, label="単位", limit=20, field=f"figure-{place}-unit", required=False)
        kept.append(StatedFigure(source, one.value, unit, one.as_of))
    return kept


@transaction.atomic
def ask_to_explain(
    *,
    by: Principal,
    reconciliation: Reconciliation,
    due_on: date,
    version: int,
    on: date | None = None,
) -> Reconciliation:
    """Put a difference to the audited section: from now on it sees it. Its people get a mail. ``Invalid`` names due_on."""
    engagement, row = _auditors(by, reconciliation, version)
    if engagement.status not in OPEN_TO_QUESTIONS:
        raise Stale("課公所に照会できるのは、通知してから報告するまでの間です。")
    row.status = reconciliation_after(row.status, "ask")
    day = on or clock.today()
    if due_on < day:
        raise refuse("今日より後の日にしてください。", label="回答期限", field="due_on")
    row.asked_on, row.due_on = row.asked_on or day, due_on
    _save(row)
    note(by, "audit.reconciliation.ask", (SUBJECT, row.pk), {"due_on": due_on}, on)
    tell_section(
        by,
        row.unit_id,
        "audit.reconciliation",
        f"【監査】{engagement.theme[:60]}：数の差異の説明をお願いします",
        f"{row.subject}\n{era_date(due_on)}までに説明を入力してください。",
        f"/audits/reconciliations/{row.pk}/",
        on,
    )
    return row


@transaction.atomic
def explain(
    *,
    by: Principal,
    reconciliation: Reconciliation,
    text: str,
    calculation: str = "",
    upload: tuple[str, Any] | None = None,
    version: int,
    on: date | None = None,
) -> Reconciliation:
    """Say what the difference comes from: the section once it is asked, or an auditor who found it out.

    *calculation* (「100×27＝2,700」) is worked out again. ``Invalid`` names text, calculation, file.
    """
    engagement = locked_engagement(by, reconciliation.engagement_id)
    row = _row(reconciliation, engagement)
    if not may_work_on(by, engagement):
        if row.asked_on is None:
            raise Denied("この照合は、課公所に照会されていません。")
        require(by, ANSWER_AUDITORS, unit=row.unit)
    if engagement.status not in OPEN_TO_PAPERS:
        raise Stale("終了した監査、取りやめた監査には記録できません。")
    require_version(row, version)
    row.status = reconciliation_after(row.status, "explain")
    checks = Checks()
    kept = checks.name(text, label="説明", limit=2_000, field="text", lines=True)
    sum_text = checks.name(calculation, label="計算", limit=200, field="calculation", required=False)
    if why := worked_out(sum_text):
        checks.problem(why, label="計算", field="calculation")
    checks.done()
    file = (
        store(by=by, city_code=by.city_code, name=upload[0], stream=upload[1], subject=(SUBJECT, row.pk))
        if upload
        else None
    )
    Explanation.objects.create(
        reconciliation=row,
        text=kept,
        calculation=sum_text,
        file=file,
        by_code=by.actor.code,
        by_name=by.actor.name,
        explained_on=on or clock.today(),
    )
    _save(row)
    changes = {"text": kept, "calculation": sum_text, "file": file.sha256 if file else ""}
    note(by, "audit.reconciliation.explain", (SUBJECT, row.pk), changes, on)
    return row


@transaction.atomic
def decide_reconciliation(
    *,
    by: Principal,
    reconciliation: Reconciliation,
    accepted: bool,
    because: str,
    version: int,
    on: date | None = None,
) -> Reconciliation:
    """Accept the explanation, or state that the difference stands unexplained; *because* either way. ``Invalid`` names
    because."""
    _engagement, row = _auditors(by, reconciliation, version)
    event = "accept" if accepted else "stand"
    row.status = reconciliation_after(row.status, event)
    checks = Checks()
    row.decided_because = checks.name(because, label="判断の理由", limit=500, field="because", lines=True)
    checks.done()
    row.decided_by_name, row.decided_on = by.actor.name, on or clock.today()
    _save(row)
    note(by, f"audit.reconciliation.{event}", (SUBJECT, row.pk), {"because": row.decided_because}, on)
    return row


@transaction.atomic
def reopen_reconciliation(
    *, by: Principal, reconciliation: Reconciliation, because: str, version: int, on: date | None = None
) -> Reconciliation:
    """Open a decided reconciliation again, and say why. ``Invalid`` names because."""
    _engagement, row = _auditors(by, reconciliation, version)
    row.status = reconciliation_after(row.status, "reopen")
    checks = Checks()
    kept = checks.name(because, label="理由", limit=500, field="because", lines=True)
    checks.done()
    row.decided_because, row.decided_by_name, row.decided_on = "", "", None
    _save(row)
    note(by, "audit.reconciliation.reopen", (SUBJECT, row.pk), {"because": kept}, on)
    return row


def _auditors(
    by: Principal, reconciliation: Reconciliation, version: int
) -> tuple[Engagement, Reconciliation]:
    engagement = auditors_engagement(by, reconciliation.engagement_id)
    row = _row(reconciliation, engagement)
    require_version(row, version)
    return engagement, row


def _row(reconciliation: Reconciliation, engagement: Engagement) -> Reconciliation:
    row = (
        Reconciliation.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk=reconciliation.pk, engagement=engagement)
        .first()
    )
    if row is None:
        raise Missing("数の照合が見つかりません。")
    return row


def _save(row: Reconciliation) -> None:
    row.version += 1
    row.save()
