"""The external audit of FY2020 (document 004): its figures that do not add up, as its auditors would have kept them.

Numbers, tables and the explanations of A30 and A33 are the document's; the sentences are our own, in fewer words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tenken.audit.engagements.operations import EngagementData, appoint, plan_engagement
from tenken.audit.fieldwork.operations import (
    PartText,
    StatedFigure,
    ask_question,
    ask_to_explain,
    close_question,
    decide_reconciliation,
    explain,
    keep_table,
    open_reconciliation,
    reconcile_flag,
    save_answer,
)
from tenken.audit.fieldwork.queries.tables import flags_of
from tenken.audit.models import Auditor, Engagement, HandedInTable, Question, Reconciliation
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.auditors import ACCOUNTS
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.demo.engagements import begin, notify
from tenken.organization.access import Principal

OVER = date(2021, 3, 31)
_PLANNED, _TOLD, _BEGUN = date(2020, 7, 1), date(2020, 7, 15), date(2020, 8, 3)
_ASKED, _DUE, _ANSWERED, _READ = (
    date(2020, 10, 12),
    date(2020, 10, 30),
    date(2020, 10, 28),
    date(2020, 11, 10),
)


def load_external_audit(made: DemoCity) -> Engagement:
    """Load the audit with two differences to explain and three tables added up again; one difference still stands."""
    about = read("external2020")
    unit = made.units_on(_PLANNED)[plan.code_of("総務局", "情報政策課")]
    engagement = plan_engagement(
        by=made.acting(plan.secretariat_post(), _PLANNED),
        data=EngagementData(
            fiscal_year=2020,
            kind="section",
            unit_id=unit.pk,
            system_id=None,
            conduct="external",
            conducted_with="包括外部監査人",
            starts_on=_BEGUN,
            ends_on=OVER,
            **about["plan"],
        ),
        on=_PLANNED,
    )
    keeper = begin(made, engagement, notify(made, engagement, _TOLD, outside=True), _BEGUN)
    head = made.acting(f"{unit.code}-1", _ANSWERED)
    for row in about["questions"]:
        _question(engagement, keeper, head, row)
    return engagement


def hand_over(made: DemoCity, engagement: Engagement, today: date) -> None:
    """Let today's auditors keep what is still open of it: who kept it then has moved on."""
    on = FiscalYear.of(today).previous.starts_on
    people = [made.holder(plan.post_of(account), today) for account in ACCOUNTS]
    for auditor in Auditor.objects.filter(person__in=people).exclude(appointments__engagement=engagement):
        appoint(
            by=made.acting(plan.secretariat_post(), on),
            engagement=engagement,
            auditor_id=auditor.pk,
            part="assistant",
            valid_from=on,
            on=on,
        )


def _question(engagement: Engagement, keeper: Principal, head: Principal, row: dict[str, object]) -> None:
    """Ask, let the section answer, and keep what came with the answer: a table, a difference."""
    question = ask_question(
        by=replace(keeper, on=_ASKED),
        engagement=engagement,
        text=str(row["text"]),
        topic=str(row["topic"]),
        due_on=_DUE,
        on=_ASKED,
    )
    parts = [PartText(str(row["answer"]))]
    question = save_answer(
        by=head, question=question, parts=parts, version=question.version, hand_in=True, on=_ANSWERED
    )
    by = replace(keeper, on=_READ)
    if "figures" in row:
        _difference(engagement, by, head, question, row)
    if "table" in row:
        _table(engagement, by, question, row)
    close_question(by=by, question=question, version=question.version, on=_READ)


def _difference(
    engagement: Engagement, by: Principal, head: Principal, question: Question, row: dict[str, object]
) -> Reconciliation:
    said: dict[str, str] = row["explained"]  # type: ignore[assignment]
    figures: list[list[object]] = row["figures"]  # type: ignore[assignment]
    kept = open_reconciliation(
        by=by,
        engagement=engagement,
        subject=str(row["topic"]),
        figures=[
            StatedFigure(str(source), Decimal(str(value)), str(unit)) for source, value, unit in figures
        ],
        question_id=question.pk,
        on=_READ,
    )
    kept = ask_to_explain(
        by=by, reconciliation=kept, due_on=date(2020, 11, 20), version=kept.version, on=_READ
    )
    day = date(2020, 11, 16)
    kept = explain(
        by=replace(head, on=day),
        reconciliation=kept,
        text=said["text"],
        calculation=said.get("calculation", ""),
        version=kept.version,
        on=day,
    )
    decided = date(2020, 11, 24)
    return decide_reconciliation(
        by=replace(by, on=decided),
        reconciliation=kept,
        accepted=True,
        because=said["because"],
        version=kept.version,
        on=decided,
    )


def _table(
    engagement: Engagement, by: Principal, question: Question, row: dict[str, object]
) -> HandedInTable:
    cells: list[list[object]] = row["table"]  # type: ignore[assignment]
    table = keep_table(
        by=by,
        engagement=engagement,
        title=str(row["table_title"]),
        source=str(row["source"]),
        cells=[[str(cell) for cell in line] for line in cells],
        question_id=question.pk,
        on=_READ,
    )
    if row.get("reconcile"):
        flag = next(one for one in flags_of(table) if one.computed is not None)
        reconcile_flag(by=by, table=table, row=flag.row, column=flag.column, on=_READ)
    return table
