"""A paper as PDF: PDF/A-2a and PDF/UA-1 in one file, set by Typst.

The template is a file; the paper reaches it as JSON. Nothing of the paper ever becomes template source.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from tenken.reports import charts
from tenken.reports.blocks import (
    Block,
    BulletList,
    ChartFigure,
    Closing,
    FlowFigure,
    Heading,
    Letter,
    Paper,
    Paragraph,
    cell_text,
    heading_text,
    numbered,
    wide_number,
)
from tenken.reports.glyphs import printable

if TYPE_CHECKING:
    import typst


def pdf(paper: Paper) -> bytes:
    """Return *paper* as PDF bytes; the same paper gives the same bytes. Characters the font lacks are printed as 〓."""
    import typst  # a compiler of 20 MB: only when a paper is set

    data = json.dumps(payload(paper), ensure_ascii=False)
    try:
        return _compile(data, paper)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compile(printable(data), paper)


def _compile(data: str, paper: Paper) -> bytes:
    import typst

    issued = datetime(paper.issued_on.year, paper.issued_on.month, paper.issued_on.day, tzinfo=UTC)
    with as_file(files("tenken.reports") / "typst") as folder:
        return typst.compile(
            folder / "paper.typ",
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            sys_inputs={"paper": data},
            timestamp=issued,
        )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=list(charts.font_directories()),
    )


def payload(paper: Paper) -> dict[str, Any]:
    """Return what the template reads: the numbered paper as plain JSON values."""
    paper = numbered(paper)
    issued = paper.issued_on
    return {
        "title": paper.title,
        "number": paper.number,
        "city": paper.city_name,
        "header": paper.header,
        "issued": cell_text(issued),
        "year": issued.year,
        "month": issued.month,
        "day": issued.day,
        "compact": paper.compact,
        "letters": [_letter(letter) for letter in paper.letters],
        "blocks": [_block(block) for block in paper.blocks if not isinstance(block, Letter)],
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "issued": cell_text(letter.issued_on),
        "addressee": letter.addressee,
        "sender": letter.sender,
        "subject": letter.subject,
        "body": list(letter.body),
        "items": [
            {"number": wide_number(place), "label": item.label, "text": item.text, "lines": list(item.lines)}
            for place, item in enumerate(letter.items, start=1)
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "level": block.level, "text": heading_text(block)}
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "text": block.text}
    if isinstance(block, BulletList):
        return {"type": "bullets", "items": list(block.items)}
    if isinstance(block, Closing):
        return {"type": "closing", "text": block.text}
    assert not isinstance(block, Letter)
    named = {"caption": f"{block.label}　{block.caption}"}
    if isinstance(block, FlowFigure):
        stages = [
            {
                "name": stage.name,
                "period": stage.period,
                "rows": [["目的", stage.purpose], ["対象", stage.target], ["実施概要", stage.outline]],
            }
            for stage in block.stages
        ]
        return {"type": "flow", "alt": block.alt, "stages": stages, **named}
    if isinstance(block, ChartFigure):
        return {"type": "chart", "alt": block.alt, "svg": charts.svg(block), "note": block.note, **named}
    return {
        "type": "table",
        "columns": [
            {"header": column.header, "align": column.align, "width": column.width}
            for column in block.columns
        ],
        "rows": [[cell_text(cell) for cell in row] for row in block.rows],
        "total": [cell_text(cell) for cell in block.total] if block.total is not None else [],
        "notes": list(block.notes),
        **named,
    }
