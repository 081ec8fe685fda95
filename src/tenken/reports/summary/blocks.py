"""The summary as blocks: all of it on one A4 page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tenken.reports.blocks import (
    Block,
    BulletList,
    ChartFigure,
    Column,
    Heading,
    Paper,
    Series,
    Table,
)
from tenken.reports.definition import texts_with
from tenken.reports.figures import InspectionFigures
from tenken.reports.parts import SPECIMEN_NOTE, paragraphs
from tenken.reports.summary.figures import SummaryFigures
from tenken.reports.summary.prose import drafts

CODE, NUMBER = "summary", "参考資料１"
_ITEMS, _FOUND, _LENGTH = 5, 2, 70  # items of the chart, lines of a list, characters of a line


def build_paper(figures: SummaryFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return the summary for *figures*; *prose* as for every paper (``definition.Build``)."""
    texts = texts_with(drafts(figures), prose)
    year = figures.inspection.year
    return Paper(
        code=CODE,
        title=f"{year}{figures.city_name}情報セキュリティ改善取組報告書（概要版）",
        number=NUMBER,
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=f"{year}情報セキュリティ改善取組報告書（概要版）",
        blocks=tuple(_blocks(figures.inspection, texts)),
        compact=True,
    )


def _blocks(figures: InspectionFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    yield Heading(1, "主な結果")
    yield from paragraphs(texts, "summary.overall")
    yield key_figures(figures)
    yield from paragraphs(texts, "summary.worst", *(("worst",) if (chart := worst_chart(figures)) else ()))
    if chart:
        yield chart
    if visited := [*paragraphs(texts, "summary.visits")]:
        yield Heading(1, "訪問調査")
        yield from visited
        if lines := [
            *figures.visit_findings[:_FOUND],
            *(f"（優良事例）{one}" for one in figures.good_practices[:1]),
        ]:
            yield BulletList(tuple(_short(line) for line in lines))
    if asked := [*paragraphs(texts, "summary.asks")]:
        yield Heading(1, "必要な対策")
        yield from asked


def key_figures(figures: InspectionFigures) -> Table:
    """Return the year in four lines, beside the year before."""
    lines = (
        ("自己点検をした課公所", figures.sections_before, figures.sections),
        ("課題が見られた課公所", figures.sections_with_issues_before, figures.sections_with_issues),
        ("年度末に未改善の課公所", figures.sections_not_improved_before, figures.sections_not_improved),
        ("訪問調査をした課公所", None, figures.visited),
    )
    return Table(
        key="key-figures",
        caption="主な数値（課公所数）",
        columns=(
            Column("項目", "left", 3.0),
            Column(figures.year_before, "right", 1.4),
            Column(figures.year, "right", 1.4),
            Column("増減", "right", 1.2),
        ),
        rows=tuple((name, before, now, _difference(before, now)) for name, before, now in lines),
        notes=(SPECIMEN_NOTE,) if figures.invented else (),
    )


def worst_chart(figures: InspectionFigures) -> ChartFigure | None:
    """Return the items most sections did not improve in, beside the year before; None when all improved."""
    items = sorted(
        (item for item in (*figures.management, *figures.risk) if item.not_improved),
        key=lambda item: -item.not_improved,
    )[:_ITEMS]
    if not items:
        return None
    series = (
        Series(
            f"未改善（{figures.year_before}）",
            tuple(item.not_improved_before for item in items),
            "open_before",
        ),
        Series(f"未改善（{figures.year}）", tuple(item.not_improved for item in items), "open"),
    )
    return ChartFigure(
        key="worst",
        caption="未改善の課公所が多い調査項目",
        categories=tuple(item.name for item in items),
        series=tuple(one for one in series if any(value is not None for value in one.values)),
        unit="課公所",
    )


def _difference(before: int | None, now: int | None) -> str | None:
    if before is None or now is None:
        return None
    return "±0" if now == before else f"{'＋' if now > before else '△'}{abs(now - before):,}"


def _short(line: str) -> str:
    return line if len(line) <= _LENGTH else f"{line[: _LENGTH - 1]}…"
