"""What the city publishes of the measures: the same rows, without what would help an attacker, and each gap marked.

What is left out is decided finding by finding, with its reason (``Finding.unpublished_because``); the gap says so, and the
counts are of all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.queries.measures import MeasurePart, MeasuresTable, measures_table
from tenken.organization.access import Principal
from tenken.reports.blocks import Block, Closing, Column, Heading, Paper, Paragraph, Table
from tenken.reports.measures.reading import readable_report
from tenken.reports.measures.report import NOT_STARTED, NOTHING, counts_table, head, tally_text

CODE = "measures-publication"


def of(by: Principal, key: int, as_of: date) -> Paper:
    """Return what is published of an audit report's measures as of a day."""
    report = readable_report(by, key, as_of, published=True)
    table = measures_table(report.city, report, as_of)
    left_out = dict(
        Finding.objects.filter(report=report)
        .exclude(unpublished_because="")
        .values_list("pk", "unpublished_because")
    )
    return Paper(
        code=CODE,
        title=f"{FiscalYear(table.fiscal_year)}{table.kind}の結果に基づく措置の状況（概要）",
        number="",
        city_name=report.city.name,
        issued_on=as_of,
        fiscal_year=table.fiscal_year,
        header=f"{table.kind}　措置の状況",
        blocks=tuple(_blocks(table, left_out)),
    )


def _blocks(table: MeasuresTable, left_out: Mapping[int, str]) -> Iterator[Block]:
    yield from head(table)
    yield Heading(1, "措置の状況", plain=True)
    yield counts_table(table)
    kind = ""
    for part in table.parts:
        if part.kind != kind:
            kind = part.kind
            yield Heading(1, part.kind_label, plain=True)
        if part.heading:
            yield Heading(2, part.heading.replace(" ", "　", 1), plain=True)
        yield _table(part, left_out) if part.rows else Paragraph(NOTHING)
    for tally in table.tallies:
        yield Paragraph(tally_text(tally))
    if count := sum(row.finding_id in left_out for row in table.rows):
        yield Paragraph(
            f"※　{count}件は、公表すると情報セキュリティの確保に支障があるため、内容を省略した。件数には含めている。"
        )
    yield Closing()


def _table(part: MeasurePart, left_out: Mapping[int, str]) -> Table:
    rows = []
    for row in part.rows:
        if reason := left_out.get(row.finding_id, ""):
            found, answer = f"{row.mark} （内容を省略）".strip(), f"（省略：{reason}）"
        else:
            found = f"{row.mark} {row.title}".strip()
            answer = row.latest.text if row.latest else ""
        status = row.latest.printed if row.latest else NOT_STARTED
        rows.append((found, status, answer or None))
    return Table(
        key=f"{part.kind}-{part.part or 'all'}",
        caption=f"{part.kind_label}と最新の措置",
        columns=(
            Column(part.kind_label, "left", 2.0),
            Column("状況", "left", 1.1),
            Column("最新の措置", "left", 3.0),
        ),
        rows=tuple(rows),
    )
