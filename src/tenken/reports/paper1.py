"""Paper 1 (資料１): what the year's improvement brought: 情報セキュリティ点検 and, where there was one, 情報システム監査."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tenken.reports.blocks import (
    Block,
    BulletList,
    Cell,
    ChartFigure,
    Closing,
    Column,
    FlowFigure,
    Heading,
    Paper,
    Paragraph,
    Series,
    Table,
)
from tenken.reports.definition import texts_with
from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.parts import SPECIMEN_NOTE, flow_of, paragraphs
from tenken.reports.prose import drafts
from tenken.reports.rules.sentence import MANAGEMENT, RISK, Part
from tenken.reports.system_audit.section import system_audit_blocks

CODE = "committee"
NUMBER = "資料１"
RESTATED_NOTE = "（注）　前年度の数は、統合・分割された課公所を今年度の組織に読み替えて数えた。"
_UNIT = "課公所"


def build_paper(figures: InspectionFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return paper 1 for *figures*. *prose* holds edited paragraphs by key; they replace the drafts, '' leaves one out.

    ``ValueError`` when *prose* has a key that no paragraph has.
    """
    texts = texts_with(drafts(figures), prose)
    subject = f"{figures.year}{figures.city_name}情報セキュリティ対策改善取組結果"
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


def _blocks(figures: InspectionFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    yield Paragraph(
        f"{figures.year}{figures.city_name}情報セキュリティ対策改善取組の状況は、以下のとおりである。"
    )
    if figures.invented:
        yield Paragraph(SPECIMEN_NOTE)
    yield Heading(1, "情報セキュリティ点検")
    yield Heading(2, "実施内容")
    yield from paragraphs(texts, "inspection.method", "flow")
    yield flow(figures)
    yield Heading(2, "取組み結果")
    yield Heading(3, "自己点検の結果")
    yield from paragraphs(texts, "inspection.overall")
    for part in (MANAGEMENT, RISK):
        if part.items(figures):
            yield Heading(4, f"（{part.name}）")
            yield from paragraphs(texts, f"inspection.{part.code}", part.code, f"{part.code}-table")
            yield part_chart(figures, part)
            yield part_table(figures, part)
    yield from _visits(figures, texts)
    yield from _summary(texts)
    if figures.systems:
        yield from system_audit_blocks(figures, figures.systems, texts)
    yield Closing()


def _visits(figures: InspectionFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    findings = [*paragraphs(texts, "inspection.visit.findings")]
    practices = [*paragraphs(texts, "inspection.visit.practices")]
    if not findings and not practices:
        return
    yield Heading(3, "訪問調査の結果")
    yield from findings
    if findings and figures.visit_findings:
        yield BulletList(figures.visit_findings)
    yield from practices
    if practices and figures.good_practices:
        yield BulletList(figures.good_practices)


def _summary(texts: Mapping[str, str]) -> Iterator[Block]:
    keys = ("inspection.summary.management", "inspection.summary.risk", "inspection.summary.relapse")
    summary = [block for key in keys for block in paragraphs(texts, key)]
    if summary:
        yield Heading(3, "まとめ")
        yield from summary


def flow(figures: InspectionFigures) -> FlowFigure:
    """Return figure 1: the stages of the year."""
    return flow_of("flow", "情報セキュリティ点検の流れ", figures.stages)


def part_chart(figures: InspectionFigures, part: Part) -> ChartFigure:
    """Return the chart of one part: per item, sections with issues and not improved, beside those of the year before."""
    items = part.items(figures)
    now, before = figures.year, figures.year_before
    series = (
        Series(f"課題あり（{before}）", tuple(item.issues_before for item in items), "before"),
        Series(f"課題あり（{now}）", tuple(item.issues for item in items), "now"),
        Series(f"未改善（{before}）", tuple(item.not_improved_before for item in items), "open_before"),
        Series(f"未改善（{now}）", tuple(item.not_improved for item in items), "open"),
    )
    return ChartFigure(
        key=part.code,
        caption=f"自己点検の結果（{part.name}）",
        categories=tuple(item.name for item in items),
        series=tuple(one for one in series if any(value is not None for value in one.values)),
        unit=_UNIT,
        note=SPECIMEN_NOTE if figures.invented else "",
    )


def part_table(figures: InspectionFigures, part: Part) -> Table:
    """Return the numbers of one part, item by item, with the totals (延べ)."""
    items = part.items(figures)
    columns = (
        Column("調査項目", "left", 2.5),
        Column(f"課題あり\n（{figures.year_before}）", "right", 1.6),
        Column(f"課題あり\n（{figures.year}）", "right", 1.6),
        Column("うち改善", "right", 1.0),
        Column("うち未改善", "right", 1.1),
        Column(f"未改善\n（{figures.year_before}）", "right", 1.6),
    )
    notes = (
        "（注）　課公所数。計は調査項目ごとの課公所数の合計（延べ）である。",
        *((RESTATED_NOTE,) if figures.restated else ()),
        *((SPECIMEN_NOTE,) if figures.invented else ()),
    )
    return Table(
        key=f"{part.code}-table",
        caption=f"{part.name}の調査項目ごとの結果",
        columns=columns,
        rows=tuple((item.name, *_counts(item)) for item in items),
        total=("計（延べ）", *_totals(items)),
        notes=notes,
    )


def _counts(item: ItemFigures) -> tuple[int | None, ...]:
    return (item.issues_before, item.issues, item.improved, item.not_improved, item.not_improved_before)


def _totals(items: tuple[ItemFigures, ...]) -> tuple[Cell, ...]:
    columns = zip(*(_counts(item) for item in items), strict=True)
    return tuple(
        None if all(value is None for value in column) else sum(value or 0 for value in column)
        for column in columns
    )
