"""The visit report as blocks: the year in one table, then each visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tenken.common.era import era_date
from tenken.reports.blocks import Block, BulletList, Closing, Column, Heading, Paper, Paragraph, Table
from tenken.reports.definition import texts_with
from tenken.reports.parts import SPECIMEN_NOTE, paragraphs
from tenken.reports.visit_report.figures import VisitFigures, VisitReportFigures
from tenken.reports.visit_report.prose import drafts

CODE = "visit-report"


def build_paper(figures: VisitReportFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return the report for *figures*; *prose* as for every paper (``definition.Build``)."""
    texts = texts_with(drafts(figures), prose)
    whose = f"（{figures.visits[0].section}）" if len(figures.visits) == 1 else ""
    title = f"{figures.year}情報セキュリティ訪問調査報告書{whose}"
    return Paper(
        code=CODE,
        title=title,
        number="",
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=title,
        blocks=tuple(_blocks(figures, texts)),
    )


def _blocks(figures: VisitReportFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    yield Heading(1, "実施の概要")
    yield from paragraphs(texts, "visits.overview")
    if figures.invented:
        yield Paragraph(SPECIMEN_NOTE)
    if figures.selections:
        yield Paragraph("訪問先は、次のとおり選定した。")
        yield BulletList(figures.selections)
    yield Heading(1, "結果")
    yield from paragraphs(texts, "visits.results", "visits")
    yield _overview(figures)
    for number, visit in enumerate(figures.visits, start=1):
        yield Heading(2, f"{visit.section}{f'（{visit.system}）' if visit.system else ''}")
        yield from _visit(number, visit)
    yield Closing()


def _overview(figures: VisitReportFigures) -> Table:
    return Table(
        key="visits",
        caption="訪問調査の結果",
        columns=(
            Column("訪問先", "left", 3.0),
            Column("訪問日", "left", 2.0),
            Column("一致した\n設問", "right", 1.2),
            Column("異なった\n設問", "right", 1.2),
            Column("指摘事項", "right", 1.0),
            Column("優良事例", "right", 1.0),
        ),
        rows=tuple(
            (
                visit.section,
                visit.visited_on,
                visit.agree,
                visit.disagree,
                len(visit.observations),
                len(visit.good_practices),
            )
            for visit in figures.visits
        ),
    )


def _visit(number: int, visit: VisitFigures) -> Iterator[Block]:
    facts = (
        ("訪問日", era_date(visit.visited_on) if visit.visited_on else ""),
        ("場所", visit.place),
        ("監査人", "、".join(visit.auditors)),
        ("対応者", visit.attended_by),
        ("選定の理由", visit.chosen_because),
        ("事実の確認", visit.facts),
        ("報告会", "、".join(era_date(day) for day in visit.meetings)),
    )
    yield BulletList(tuple(f"{label}：{text}" for label, text in facts if text))
    for line in visit.summary.splitlines():
        if line.strip():
            yield Paragraph(line.strip())
    if visit.observations:
        yield Heading(3, "指摘事項")
        yield _observations(number, visit)
    if visit.seen:
        yield Heading(3, "点検シートの回答と現場の状況")
        yield _seen(number, visit)
    if visit.good_practices:
        yield Heading(3, "優良事例")
        yield BulletList(visit.good_practices)


def _observations(number: int, visit: VisitFigures) -> Table:
    return Table(
        key=f"observations{number}",
        caption=f"{visit.section}の指摘事項",
        columns=(
            Column("番号", "right", 0.6),
            Column("調査項目", "left", 1.6),
            Column("指摘事項", "left", 4.0),
            Column("自己点検", "left", 1.2),
            Column("期限", "left", 1.6),
            Column("状況", "left", 1.4),
        ),
        rows=tuple(
            (
                one.number,
                one.category or None,
                f"{one.title}\n{one.detail}" if one.detail else one.title,
                "報告なし" if one.unreported else "報告あり",
                one.due_on,
                one.status or None,
            )
            for one in visit.observations
        ),
    )


def _seen(number: int, visit: VisitFigures) -> Table:
    return Table(
        key=f"seen{number}",
        caption=f"{visit.section}の回答と現場の状況",
        columns=(
            Column("調査項目", "left", 1.6),
            Column("設問", "left", 4.0),
            Column("回答", "left", 1.0),
            Column("現場の状況", "left", 1.4),
            Column("備考", "left", 3.0),
        ),
        rows=tuple(
            (one.category, one.question, one.said or None, one.seen or None, one.note or None)
            for one in visit.seen
        ),
    )
