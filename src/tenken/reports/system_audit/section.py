"""Section 2 of paper 1 as blocks: 情報システム監査, with figure 4 (its stages) and figure 5 (運用面 against 技術面)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tenken.reports.blocks import Block, BulletList, ChartFigure, Column, Heading, Series, Table
from tenken.reports.parts import SPECIMEN_NOTE, flow_of, paragraphs
from tenken.reports.rules.systems_aspects import totals
from tenken.reports.system_audit.figures import ASPECTS, AspectItem, SystemAuditFigures

if TYPE_CHECKING:  # its figures hold ours
    from tenken.reports.figures import InspectionFigures

_NOTE = "（注）　システム数。計は調査項目ごとのシステム数の合計（延べ）である。「低減策」は、改善できない理由を確かめ、リスク低減策により管理しているもの。"


def system_audit_blocks(
    figures: InspectionFigures, audit: SystemAuditFigures, texts: Mapping[str, str]
) -> Iterator[Block]:
    """Yield the section of *audit*; *texts* are the paper's paragraphs by key."""
    yield Heading(1, "情報システム監査")
    yield Heading(2, "実施内容")
    flow = ("systems-flow",) if audit.stages else ()
    yield from paragraphs(texts, "systems.method", *flow)
    if audit.stages:
        yield flow_of("systems-flow", "情報システム監査の流れ", audit.stages)
    yield Heading(2, "取組み結果")
    yield from _own_inspection(figures, audit, texts)
    yield from _found(texts, "systems.visits", "訪問調査の結果", audit.visit_findings)
    yield from _found(texts, "systems.scans", "技術監査の結果", ())
    keys = ("systems.summary.documents", "systems.summary.scans", "systems.summary.visits")
    if summary := [block for key in keys for block in paragraphs(texts, key)]:
        yield Heading(3, "まとめ")
        yield from summary


def _own_inspection(
    figures: InspectionFigures, audit: SystemAuditFigures, texts: Mapping[str, str]
) -> Iterator[Block]:
    yield Heading(3, "自己点検の結果")
    if not audit.items:
        yield from paragraphs(texts, "systems.aspects")
        return
    yield from paragraphs(texts, "systems.aspects", "systems", "systems-table")
    yield aspects_chart(audit, invented=figures.invented)
    yield aspects_table(audit, invented=figures.invented)


def _found(texts: Mapping[str, str], key: str, title: str, listed: tuple[str, ...]) -> Iterator[Block]:
    if said := [*paragraphs(texts, key)]:
        yield Heading(3, title)
        yield from said
        if listed:
            yield BulletList(listed)


def aspects_chart(audit: SystemAuditFigures, *, invented: bool) -> ChartFigure:
    """Return figure 5: per item, operational ones first, systems with an issue and systems that did not improve it."""
    items = [item for aspect in ASPECTS for item in audit.of(aspect)]
    return ChartFigure(
        key="systems",
        caption="自己点検の結果（情報システム監査）",
        categories=tuple(_label(item) for item in items),
        series=(
            Series("課題あり", tuple(item.issues for item in items), "now"),
            Series("未改善", tuple(item.not_improved for item in items), "open"),
        ),
        unit="システム",
        note=SPECIMEN_NOTE if invented else "",
    )


def _label(item: AspectItem) -> str:
    """Return what stands beside an item's bars: without the explanation its name may have in brackets, for two bars leave
    room for a line or two. The table has the whole name."""
    return f"{item.name.partition('（')[0]}（{ASPECTS[item.aspect]}）"


def aspects_table(audit: SystemAuditFigures, *, invented: bool) -> Table:
    """Return the numbers of figure 5, with a total for each aspect and for all."""
    columns = (
        Column("区分", "left", 1.0),
        Column("調査項目", "left", 2.6),
        Column("課題あり", "right", 1.1),
        Column("改善", "right", 1.0),
        Column("未改善", "right", 1.0),
        Column("うち低減策", "right", 1.2),
    )
    rows = []
    for aspect, name in ASPECTS.items():
        if items := audit.of(aspect):
            rows += [
                (name, item.name, item.issues, item.improved, item.not_improved, item.treated)
                for item in items
            ]
            issues, improved, treated, left = totals(items)
            rows.append((name, "小計（延べ）", issues, improved, left, treated))
    issues, improved, treated, left = totals(audit.items)
    return Table(
        key="systems-table",
        caption="情報システム監査の自己点検の調査項目ごとの結果",
        columns=columns,
        rows=tuple(rows),
        total=("計（延べ）", None, issues, improved, left, treated),
        notes=(_NOTE, *((SPECIMEN_NOTE,) if invented else ())),
    )
