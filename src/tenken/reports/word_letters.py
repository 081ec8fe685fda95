"""Letters in a Word document. Written as XML at once: a batch is as long as a city has sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tenken.reports.blocks import Letter, cell_text, wide_number
from tenken.reports.word_xml import Element, element, run

_INDENT = 210  # twips: one full-width character
_LINE = 350  # twips, exact


def write_letters(document: Any, letters: Sequence[Letter]) -> None:
    """Append *letters* to *document*, each from the top of a page."""
    body = document.element.body
    settings = body[-1]  # the section's, which stay last
    for place, letter in enumerate(letters):
        for made in _letter(letter, new_page=place > 0):
            settings.addprevious(made)


def _letter(letter: Letter, *, new_page: bool) -> Iterator[Element]:
    heads = [letter.number, cell_text(letter.issued_on)] if letter.number else [cell_text(letter.issued_on)]
    for index, line in enumerate(heads):
        yield _paragraph(line, align="right", new_page=new_page and index == 0)
    yield _paragraph(f"{letter.addressee}　様", before=360)
    yield _paragraph(letter.sender, align="right", before=360)
    yield _paragraph(
        letter.subject, align="center", before=480, after=240, bold=True, size=11.5, outline=True
    )
    for words in letter.body:
        yield _paragraph(words, first=_INDENT)
    yield _paragraph("記", align="center", before=280, after=160)
    for number, item in enumerate(letter.items, start=1):
        yield _paragraph(
            f"{wide_number(number)}　{item.label}　{item.text}", left=2 * _INDENT, first=-_INDENT, after=100
        )
        for line in item.lines:
            yield _paragraph(f"・{line}", left=4 * _INDENT, first=-_INDENT)
    yield _paragraph("以上", align="right", before=160)


def _paragraph(
    text: str,
    *,
    align: str = "",
    before: int = 0,
    after: int = 0,
    left: int = 0,
    first: int = 0,
    bold: bool = False,
    size: float | None = None,
    outline: bool = False,
    new_page: bool = False,
) -> Element:
    """Return a paragraph; lengths in twips, *first* negative for a hanging line. The order of its properties is the schema's."""
    made, properties = element("p"), element("pPr")
    if new_page:
        properties.append(element("pageBreakBefore"))
    properties.append(element("spacing", before=before, after=after, line=_LINE, lineRule="exact"))
    if left or first:
        way = {"firstLine": first} if first >= 0 else {"hanging": -first}
        properties.append(element("ind", left=left, **way))
    if align:
        properties.append(element("jc", val=align))
    if outline:
        properties.append(element("outlineLvl", val=0))
    made.append(properties)
    made.append(run(text, bold=bold, size=size))
    return made
