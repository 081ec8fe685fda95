"""WordprocessingML that python-docx has no words for: fields, alternative texts, East Asian fonts, fast table rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tenken.reports.blocks import Align

_ROWS_ON_A_PAGE = 25  # a table up to here moves to the next page whole

Element = Any  # lxml's element; python-docx has no types
TWIPS_PER_MM = 56.7


def element(tag: str, /, **attributes: object) -> Element:
    """Return ``<w:tag w:name="value" …/>``; *tag* and names without the prefix."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def run(text: str, *, bold: bool = False, size: float | None = None, color: str = "") -> Element:
    """Return a run; a line feed in *text* becomes a line break. *size* in points, *color* as RRGGBB."""
    made = element("r")
    properties = element("rPr")
    if bold:
        properties.append(element("b"))
    if color:
        properties.append(element("color", val=color))
    if size is not None:
        properties.append(element("sz", val=round(size * 2)))
        properties.append(element("szCs", val=round(size * 2)))
    if len(properties):
        made.append(properties)
    for index, line in enumerate(text.split("\n")):
        if index:
            made.append(element("br"))
        piece = element("t")
        piece.text = line
        piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made.append(piece)
    return made


def field(instruction: str, shown: str) -> Element:
    """Return a field with what it shows until Word counts again: ``SEQ``, ``PAGE``."""
    made = element("fldSimple", instr=f" {instruction} ")
    made.append(run(shown))
    return made


def east_asian_font(style: Any, family: str) -> None:
    """Set *family* for Latin and Japanese letters of a style, and drop the theme's fonts, which would win."""
    properties = style.element.get_or_add_rPr()
    for fonts in properties.findall(qn("w:rFonts")):
        properties.remove(fonts)
    properties.insert(0, element("rFonts", ascii=family, hAnsi=family, eastAsia=family, cs=family))


def describe_picture(inline: Any, title: str, words: str) -> None:
    """Give a picture its name and its alternative text."""
    properties = inline._inline.docPr
    properties.set("descr", words)
    properties.set("title", title)
    properties.set("name", title)


@dataclass(frozen=True)
class WordCell:
    """One cell: paragraphs of runs. ``merge`` is '', 'restart' or 'continue' (cells joined downward)."""

    paragraphs: tuple[tuple[Element, ...], ...]
    align: Align = "left"
    fill: str = ""
    borders: str = ""  # sides drawn, of t, l, b, r; '' leaves them to the table
    bare: bool = False  # no border at all
    merge: str = ""


_SIDES = {"t": "top", "l": "left", "b": "bottom", "r": "right"}


def table(
    rows: Iterable[tuple[WordCell, ...]], widths: list[int], *, header_rows: int, words: str
) -> Element:
    """Return a fixed table. *widths* in twentieths of a point, *words* its alternative text."""
    made = element("tbl")
    properties = element("tblPr")
    properties.append(element("tblStyle", val="TableGrid"))
    properties.append(element("tblW", w=sum(widths), type="dxa"))
    properties.append(element("jc", val="center"))
    properties.append(element("tblLayout", type="fixed"))
    margins = element("tblCellMar")
    for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
        margins.append(element(side, w=width, type="dxa"))
    properties.append(margins)
    properties.append(
        element("tblLook", val="0020", firstRow=1, lastRow=0, firstColumn=0, noHBand=1, noVBand=1)
    )
    properties.append(element("tblDescription", val=words))
    made.append(properties)
    grid = element("tblGrid")
    for width in widths:
        grid.append(element("gridCol", w=width))
    made.append(grid)
    listed = list(rows)
    together = len(listed) <= _ROWS_ON_A_PAGE
    for index, cells in enumerate(listed):
        row = _row(cells, widths, repeated=index < header_rows)
        if together and index < len(listed) - 1:
            for properties in row.iter(qn("w:pPr")):
                properties.insert(1, element("keepNext"))  # after the style: the schema's order
        made.append(row)
    return made


def _row(cells: tuple[WordCell, ...], widths: list[int], *, repeated: bool) -> Element:
    made = element("tr")
    properties = element("trPr")
    properties.append(element("cantSplit"))
    if repeated:
        properties.append(element("tblHeader"))
    made.append(properties)
    for cell, width in zip(cells, widths, strict=True):
        made.append(_cell(cell, width))
    return made


def _cell(cell: WordCell, width: int) -> Element:
    made = element("tc")
    properties = element("tcPr")
    properties.append(element("tcW", w=width, type="dxa"))
    if cell.merge:
        properties.append(element("vMerge", val=cell.merge))
    if cell.bare or cell.borders:
        borders = element("tcBorders")
        for letter, side in _SIDES.items():
            if letter in cell.borders:
                borders.append(element(side, val="single", sz=6, space=0, color="0017C1"))
            else:
                borders.append(element(side, val="nil"))
        properties.append(borders)
    if cell.fill:
        properties.append(element("shd", val="clear", color="auto", fill=cell.fill))
    properties.append(element("vAlign", val="top" if cell.borders else "center"))
    made.append(properties)
    for runs in cell.paragraphs:
        paragraph = element("p")
        settings = element("pPr")
        settings.append(element("pStyle", val="TableText"))
        settings.append(element("jc", val=cell.align))
        paragraph.append(settings)
        paragraph.extend(runs)
        made.append(paragraph)
    return made
