"""This year's audits in every state: planned, notified, in the field, out for the facts; one ordered by the CISO, one joint."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tenken.assets.models import InformationSystem
from tenken.audit.engagements.operations import (
    EngagementData,
    ItemData,
    order_engagement,
    plan_engagement,
)
from tenken.audit.fieldwork.operations import (
    PaperTargets,
    PartText,
    StatedFigure,
    ask_question,
    ask_to_explain,
    choose_lines,
    close_question,
    open_reconciliation,
    record_line,
    request_evidence,
    save_answer,
    write_paper,
)
from tenken.audit.models import Engagement, Question, SystemSelection
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.demo.engagements import begin, bring_forward, days_after, draft, notify
from tenken.demo.ledger import Systems
from tenken.demo.systems import WANTED
from tenken.organization.access import Principal


def load_audits(made: DemoCity, selection: SystemSelection, systems: Systems, today: date) -> None:
    """Bring this year's audits of systems to where they stand today, and plan two that the selection has not."""
    texts = read("audits_now")
    chosen = selection.choices.filter(tier="visit").order_by("rank").values_list("engagement", flat=True)
    rows = Engagement.objects.select_related("unit", "system", "city").in_bulk(list(chosen))
    field = next(row for row in rows.values() if row.system and row.system.name in WANTED)
    drafted, told = (rows[key] for key in [key for key in chosen if key != field.pk][:2])
    _in_the_field(made, field, today, texts["field"])
    _out_for_facts(made, drafted, today, texts["draft"])
    bring_forward(made, told, days_after(today, 7), days_after(today, 35), days_after(today, -7))
    notify(made, told, days_after(today, -6))
    _ordered(made, systems[texts["ordered"]["system"]], today, texts["ordered"])
    _joint(made, today, texts["joint"])


def _started(made: DemoCity, engagement: Engagement, today: date, ago: int) -> Principal:
    """Bring an audit forward, tell the audited and begin so many days ago; return who keeps its record."""
    decided = days_after(today, -ago - 14)
    bring_forward(made, engagement, days_after(today, -ago), days_after(today, 28), decided)
    keeper = notify(made, engagement, days_after(today, -ago - 10))
    return begin(made, engagement, keeper, days_after(today, -ago))


def _in_the_field(made: DemoCity, engagement: Engagement, today: date, texts: dict[str, Any]) -> None:
    """The fieldwork half done: a checklist, working papers, questions in each state, a count that does not add up."""
    keeper = _started(made, engagement, today, 21)
    by = replace(keeper, on=days_after(today, -18))
    lines = choose_lines(by=by, engagement=engagement, item_codes=list(texts["lines"]), on=by.on)
    for line in lines:
        result, note = texts["lines"][line.revision.item.code]
        if result:
            record_line(by=by, line=line, result=result, note_text=note, version=line.version, on=by.on)
    for row in texts["questions"]:
        _question(made, engagement, replace(keeper, on=days_after(today, row["asked"])), today, row)
    first = Question.objects.filter(engagement=engagement).earliest("pk")
    for row in texts["papers"]:
        by = replace(keeper, on=days_after(today, row["day"]))
        targets = PaperTargets(questions=(first.pk,)) if row.get("of_question") else None
        write_paper(
            by=by,
            engagement=engagement,
            kind=row["kind"],
            title=row["title"],
            text=row["text"],
            source=row["source"],
            made_on=by.on,
            targets=targets,
            on=by.on,
        )
    by = replace(keeper, on=days_after(today, -6))
    request_evidence(
        by=by, engagement=engagement, materials=texts["materials"], due_on=days_after(today, 6), on=by.on
    )
    count = texts["count"]
    kept = open_reconciliation(
        by=by,
        engagement=engagement,
        subject=count["subject"],
        figures=[StatedFigure(source, Decimal(value), "台") for source, value in count["figures"]],
        on=by.on,
    )
    ask_to_explain(by=by, reconciliation=kept, due_on=days_after(today, 8), version=kept.version, on=by.on)


def _question(
    made: DemoCity, engagement: Engagement, by: Principal, today: date, row: dict[str, Any]
) -> None:
    question = ask_question(
        by=by,
        engagement=engagement,
        text=row["text"],
        topic=row["topic"],
        due_on=days_after(by.on, 14),
        on=by.on,
    )
    if "answer" not in row:
        return
    day = days_after(by.on, 7)
    question = save_answer(
        by=made.acting(f"{engagement.unit.code}-1", day),
        question=question,
        parts=[PartText(row["answer"])],
        version=question.version,
        hand_in=True,
        on=day,
    )
    if row.get("closed"):
        read_on = days_after(day, 1)
        close_question(by=replace(by, on=read_on), question=question, version=question.version, on=read_on)


def _out_for_facts(made: DemoCity, engagement: Engagement, today: date, texts: dict[str, Any]) -> None:
    keeper = _started(made, engagement, today, 30)
    items = [ItemData(due_on=days_after(today, 60), **row) for row in texts["items"]]
    draft(
        made,
        engagement,
        keeper,
        days_after(today, -4),
        summary=texts["summary"],
        opinion=texts["opinion"],
        items=items,
        due_on=days_after(today, 10),
    )


def _ordered(made: DemoCity, system: InformationSystem, today: date, texts: dict[str, Any]) -> None:
    """特命: the CISO orders an audit after failures; the section has its letter."""
    day = days_after(today, -9)
    engagement = order_engagement(
        by=made.acting(plan.post_of("ciso01"), day),
        data=EngagementData(
            fiscal_year=FiscalYear.of(today).year,
            kind="system",
            unit_id=made.units_on(today)[system.owner.code].pk,
            system_id=system.pk,
            starts_on=days_after(today, 3),
            ends_on=days_after(today, 40),
            **texts["plan"],
        ),
        because=texts["because"],
        on=day,
    )
    notify(made, engagement, days_after(today, -4))


def _joint(made: DemoCity, today: date, texts: dict[str, Any]) -> None:
    """A joint audit of a section, led from outside, begun two weeks ago."""
    day = days_after(today, -35)
    unit = made.units_on(today)[plan.code_of(*texts["unit"])]
    engagement = plan_engagement(
        by=made.acting(plan.secretariat_post(), day),
        data=EngagementData(
            fiscal_year=FiscalYear.of(today).year,
            kind="section",
            unit_id=unit.pk,
            system_id=None,
            conduct="joint",
            starts_on=days_after(today, -14),
            ends_on=days_after(today, 45),
            **texts["plan"],
        ),
        on=day,
    )
    keeper = notify(made, engagement, days_after(today, -25), outside=True)
    begin(made, engagement, keeper, days_after(today, -14))
