"""措置状況等の報告 in the two columns of document 002: what was found, and beside it every measure with its day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import AuditReport
from tenken.findings.queries.measures import (
    MeasureGroup,
    MeasurePart,
    MeasureRow,
    MeasuresTable,
    measures_table,
)
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table
from tenken.reports.measures.reading import readable_report

CODE = "measures"
NOTHING = "特になし"
NOT_STARTED = "【未着手】"
_STATUSES = (("done", "措置済"), ("continuing", "継続努力"), ("considering", "検討中"), ("", "未着手"))


def of(by: Principal, key: int, as_of: date) -> Paper:
    """Return the report of the measures of an audit report as of a day. ``Missing`` when *by* may not read it."""
    report = readable_report(by, key, as_of)
    return measures_paper(report, measures_table(report.city, report, as_of))


def measures_paper(report: AuditReport, table: MeasuresTable) -> Paper:
    """Return *table* as the paper that goes to the auditors."""
    year = FiscalYear(table.fiscal_year)
    kinds = "・".join(dict.fromkeys(part.kind_label for part in table.parts))
    return Paper(
        code=CODE,
        title=f"{year}　{table.kind}の結果（{kinds}）に基づく措置状況等の報告",
        number="",
        city_name=report.city.name,
        issued_on=table.as_of,
        fiscal_year=table.fiscal_year,
        header=f"{table.title}（{era_date(table.as_of)}現在）",
        blocks=tuple(_blocks(table)),
    )


def head(table: MeasuresTable) -> Iterator[Block]:
    """Yield what was audited: kind, theme, target, period, numbered as document 002 does; nothing where it is not known."""
    told = (
        ("監査の種類", table.kind),
        ("監査のテーマ", table.theme),
        ("監査対象", table.target),
        ("監査実施期間", table.period),
        ("措置の基準日", era_date(table.as_of)),
    )
    for number, (label, text) in enumerate(((one, two) for one, two in told if two), start=1):
        yield Paragraph(f"{number}　{label}　{text}")


def _blocks(table: MeasuresTable) -> Iterator[Block]:
    yield from head(table)
    kind = ""
    for part in table.parts:
        if part.kind != kind:
            kind = part.kind
            yield Heading(1, part.kind_label, plain=True)
        if part.heading:
            yield Heading(2, part.heading.replace(" ", "　", 1), plain=True)
        if part.rows:
            yield part_table(part)
        else:
            yield Paragraph(NOTHING)
    for tally in table.tallies:
        yield Paragraph(tally_text(tally))
    yield Heading(1, "措置状況の件数", plain=True)
    yield counts_table(table)
    yield Closing()


def part_table(part: MeasurePart) -> Table:
    """Return one part in two columns. A viewpoint's question stands above the first of its rows."""
    return Table(
        key=f"{part.kind}-{part.part or 'all'}",
        caption=f"{part.kind_label}と措置",
        columns=(Column(part.kind_label, "left", 1.0), Column("措置（具体的内容）・対応状況", "left", 1.0)),
        rows=tuple(
            (_found(group, row, first=row is group.rows[0]), measures_text(row))
            for group in part.groups
            for row in group.rows
        ),
    )


def _found(group: MeasureGroup, row: MeasureRow, *, first: bool) -> str:
    lines = [f"{group.code} {group.text}".strip()] if first and (group.code or group.text) else []
    if row.heading:
        lines.append(row.heading)
    perspective = f"【{row.perspective_label}の視点】" if row.perspective_label else ""
    lines.append(f"{row.mark} {row.title}{perspective}".strip())
    if row.text:
        lines.append(row.text)
    return "\n".join(lines)


def measures_text(row: MeasureRow) -> str:
    """Return every measure of a row, oldest first: 「【措置済】 令和3年5月31日」 and its text below."""
    if not row.measures:
        return NOT_STARTED
    return "\n".join(f"{one.printed}\n{one.text}" for one in row.measures)


def counts_table(table: MeasuresTable) -> Table:
    """Return how many measures are printed and how many rows stand at each status, and of those done, how many promise."""
    note = f"（注）　最新の措置が「措置済」の{table.latest['done']}件のうち、{table.promised}件は予定を含み、実施と証拠を確かめるまで引き続き管理する。"
    return Table(
        key="counts",
        caption=f"措置状況の件数（{era_date(table.as_of)}現在）",
        columns=(
            Column("区分", "left", 2.0),
            Column("記載した措置", "right", 1.0),
            Column("最新の措置による件数", "right", 1.0),
        ),
        rows=tuple(
            (label, table.printed[code] if code else None, table.latest[code]) for code, label in _STATUSES
        ),
        total=("計", sum(table.printed.values()), len(table.answered)),
        notes=(note,) if table.promised else (),
    )


def tally_text(tally: dict[str, object]) -> str:
    """Return a published total whose items are not known: 「第10章：意見26件、評価5件」."""
    names = (("exceptions", "指摘"), ("opinions", "意見"), ("evaluations", "評価"))
    counts = "、".join(f"{label}{tally[code]}件" for code, label in names if tally.get(code))
    return f"{tally['chapter']}：{counts}（公表された件数）"
