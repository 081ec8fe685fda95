"""A paper's blocks as the template draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tenken.reports.blocks import ChartFigure, Paper, Table, cell_text, heading_text, numbered


def shown_blocks(
    paper: Paper, figure_url: Callable[[str], str], states: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield each block of *paper* with what its template needs; *figure_url* gives the address of a figure's drawing.

    *states*: of the paragraphs that may be edited, by key; the link stands at a paragraph's last piece.
    """
    if paper.letters:
        return
    states = states or {}
    blocks = numbered(paper).blocks
    for place, block in enumerate(blocks):
        shown: dict[str, Any] = {"kind": type(block).__name__, "block": block}
        match shown["kind"]:
            case "Heading":
                shown["text"] = heading_text(block)  # type: ignore[arg-type]
            case "ChartFigure":
                assert isinstance(block, ChartFigure)
                shown["svg"] = figure_url(block.key)
                shown["table"] = _chart_table(block)
            case "Table":
                assert isinstance(block, Table)
                shown["rows"] = [
                    [
                        {"text": cell_text(cell), "right": column.align == "right"}
                        for cell, column in zip(row, block.columns, strict=True)
                    ]
                    for row in block.rows
                ]
            case "Paragraph":
                key = getattr(block, "key", "")
                later = getattr(blocks[place + 1], "key", None) if place + 1 < len(blocks) else None
                shown["state"] = states.get(key) if key and later != key else None
        yield shown


def _chart_table(chart: ChartFigure) -> dict[str, Any]:
    header = [chart.category_title, *(f"{series.name}（{chart.unit}）" for series in chart.series)]
    rows = [
        [category, *("－" if series.values[at] is None else series.values[at] for series in chart.series)]
        for at, category in enumerate(chart.categories)
    ]
    return {"header": header, "rows": rows}
