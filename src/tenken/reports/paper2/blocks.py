"""Paper 2 as blocks: 概要, then each activity with its flow chart, courses and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tenken.plans.rules.day_lists import write_days, write_months
from tenken.reports.blocks import (
    Block,
    BulletList,
    Closing,
    Column,
    FlowFigure,
    Heading,
    Paper,
    Paragraph,
    Table,
)
from tenken.reports.definition import texts_with
from tenken.reports.paper2.figures import ActivityFigures, LeftItem, PlanFigures, SessionFigures
from tenken.reports.paper2.prose import drafts, first_inspection
from tenken.reports.parts import SPECIMEN_NOTE, flow_of, paragraphs

CODE, NUMBER = "committee-plan", "資料２"
_ROWS = 10  # of the table of what was left


def build_paper(figures: PlanFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return paper 2 for *figures*; *prose* as for every paper (``definition.Build``)."""
    texts = texts_with(drafts(figures), prose)
    subject = f"{figures.year}{figures.city_name}情報セキュリティ対策改善取組"
    return Paper(
        code=CODE,
        title=f"{subject}について",
        number=NUMBER,
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=subject,
        blocks=tuple(_blocks(figures, texts)),
    )


def _blocks(figures: PlanFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    yield Heading(1, "概要")
    yield from paragraphs(texts, "plan.overview")
    if figures.invented:
        yield Paragraph(SPECIMEN_NOTE)
    yield Heading(1, "実施内容")
    for activity in figures.activities:
        yield Heading(2, activity.title)
        yield from _activity(figures, activity, texts)
    yield Closing()


def _activity(figures: PlanFigures, activity: ActivityFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    key = f"plan.activity{activity.number}"
    flow = _flow(activity)
    course_table = _courses(figures, activity)
    yield from paragraphs(texts, key, *(one.key for one in (flow, course_table) if one))
    if activity is first_inspection(figures):
        yield from _continued(figures, texts)
    if flow:
        yield flow
    if course_table:
        yield course_table
    if meetings := [one for one in activity.sessions if not one.dates]:
        yield BulletList(tuple(_line(one) for one in meetings))


def _continued(figures: PlanFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    left = figures.left or ()
    said = [*paragraphs(texts, "plan.continued", *(("left",) if left else ()))]
    yield from said
    if said and left:
        yield left_table(figures, left)


def left_table(figures: PlanFigures, left: tuple[LeftItem, ...]) -> Table:
    """Return the 調査項目 in which most sections did not improve the year before."""
    columns = (
        Column("調査項目", "left", 3.0),
        Column("点検", "left", 3.0),
        Column(f"課題あり\n（{figures.year_before}）", "right", 1.6),
        Column(f"未改善\n（{figures.year_before}）", "right", 1.6),
    )
    rest = (f"（注）　課公所数。このほか{len(left) - _ROWS}項目に未改善の課題がある。",)
    return Table(
        key="left",
        caption="未改善課題が多い調査項目",
        columns=columns,
        rows=tuple((item.name, item.part, item.issues, item.not_improved) for item in left[:_ROWS]),
        notes=rest if len(left) > _ROWS else ("（注）　課公所数。",),
    )


def _flow(activity: ActivityFigures) -> FlowFigure | None:
    if not activity.stages:
        return None
    return flow_of(f"flow{activity.number}", f"{activity.title}の流れ", activity.stages)


def _courses(figures: PlanFigures, activity: ActivityFigures) -> Table | None:
    courses = [one for one in activity.sessions if one.dates]
    if not courses:
        return None
    columns = (
        Column("名称", "left", 2.3),
        Column("形式・回数", "left", 2.0),
        Column("開催日", "left", 2.4),
        Column("内容", "left", 4.2),
    )
    return Table(
        key=f"courses{activity.number}",
        caption=f"{figures.year}の{activity.title}の日程",
        columns=columns,
        rows=tuple(
            (one.name, one.form or None, write_days(one.dates), "\n".join(_lines(one)) or None)
            for one in courses
        ),
    )


def _lines(session: SessionFigures) -> list[str]:
    return [f"・{line}" for line in session.contents]


def _line(session: SessionFigures) -> str:
    """「個人情報セキュリティ研修　年6回（4月、6月、9月、11月、1月、3月）」."""
    months = f"（{write_months(session.months)}）" if session.months else ""
    contents = f"　{'、'.join(session.contents)}" if session.contents else ""
    return f"{session.name}　{session.form}{months}{contents}"
