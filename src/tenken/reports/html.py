"""A paper as one HTML file for the city's website: nothing beside it is needed and nothing is fetched.

Readable by screen readers (headings, captions, header cells), at the width of a telephone, and printable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from tenken.common.era import era_date
from tenken.reports import charts
from tenken.reports.blocks import (
    Block,
    BulletList,
    Cell,
    ChartFigure,
    Closing,
    Column,
    FlowFigure,
    Heading,
    Letter,
    Paper,
    Paragraph,
    Table,
    cell_text,
    heading_text,
    numbered,
)


def html(paper: Paper) -> bytes:
    """Return *paper* as the bytes of an HTML file (UTF-8). ``ValueError`` for a batch of letters: those are not published."""
    paper = numbered(paper)
    context = {"paper": paper, "issued": era_date(paper.issued_on), "blocks": [*_blocks(paper.blocks)]}
    return render_to_string("reports/paper.html", context).encode()


def _blocks(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Any]]:
    for block in blocks:
        match block:
            case Heading():
                yield "heading", {"level": block.level + 1, "text": heading_text(block)}
            case Paragraph():
                yield "paragraph", block
            case BulletList():
                # Not the block itself: a template would take its ``items`` for a dictionary's.
                yield "bullets", {"items": list(block.items)}
            case FlowFigure():
                yield "flow", block
            case ChartFigure():
                yield "chart", _chart(block)
            case Table():
                yield "table", _table(block)
            case Closing():
                yield "closing", block
            case Letter():
                raise ValueError("letters are not published")


def _chart(chart: ChartFigure) -> dict[str, Any]:
    return {
        "svg": mark_safe(charts.svg(chart)),  # noqa: S308 - drawn by us, its texts escaped by the drawing
        "alt": chart.alt,
        "label": chart.label,
        "caption": chart.caption,
        "note": chart.note,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "label": table.label,
        "caption": table.caption,
        "columns": table.columns,
        "rows": [_row(table.columns, row) for row in table.rows],
        "total": _row(table.columns, table.total) if table.total else None,
        "notes": table.notes,
    }


def _row(columns: tuple[Column, ...], row: tuple[Cell, ...]) -> list[dict[str, str]]:
    return [
        {"text": cell_text(cell), "align": column.align} for column, cell in zip(columns, row, strict=True)
    ]
