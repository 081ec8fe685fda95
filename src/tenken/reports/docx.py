"""A paper as a Word document that a city office goes on editing: real styles, captions, header rows and page numbers."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import docx as word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tenken.reports import charts
from tenken.reports.blocks import (
    BulletList,
    Cell,
    ChartFigure,
    Closing,
    FlowFigure,
    Heading,
    Paper,
    Paragraph,
    Table,
    cell_text,
    heading_text,
    numbered,
)
from tenken.reports.packages import stamped
from tenken.reports.word_letters import write_letters
from tenken.reports.word_xml import (
    TWIPS_PER_MM,
    WordCell,
    describe_picture,
    east_asian_font,
    element,
    field,
    run,
    table,
)

MINCHO, GOTHIC = "游明朝", "游ゴシック"
_MARGIN_MM = 22
_TEXT_MM = 210 - 2 * _MARGIN_MM
_PALE, _TOTAL, _BLUE = "E8F1FE", "F2F2F2", "0017C1"
_LINE = Pt(17.5)  # exact: the Japanese fonts of different machines ask for very different lines
_HEADINGS = {
    1: (13.0, True, 14, 0.0),
    2: (11.5, True, 11, 0.5),
    3: (10.5, True, 9, 1.0),
    4: (10.5, False, 7, 1.0),
}


def docx(paper: Paper) -> bytes:
    """Return *paper* as a Word file; the same paper gives the same bytes."""
    paper = numbered(paper)
    document = word.Document()
    _page(document, paper)
    _styles(document)
    _properties(document, paper)
    if paper.letters:
        write_letters(document, paper.letters)
    else:
        _head(document, paper)
        for block in paper.blocks:
            _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return stamped(out.getvalue(), paper.issued_on)


# --- the form -------------------------------------------------------------------------------------------


def _page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin, section.bottom_margin = (Mm(15), Mm(13)) if paper.compact else (Mm(26), Mm(24))
    section.header_distance = section.footer_distance = Mm(6 if paper.compact else 12)
    if paper.letters:
        return
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    document.styles["Header"].paragraph_format.tab_stops.clear_all()
    header.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    header.add_run(f"{paper.header}\t{paper.number}")
    for footer in (section.footer.paragraphs[0], section.first_page_footer.paragraphs[0]):
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        footer._p.extend([run("- "), field("PAGE", "1"), run(" -")])


def _styles(document: Any) -> None:
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "ja-JP")
        language.set(qn("w:eastAsia"), "ja-JP")
    _style(styles["Normal"], MINCHO, 10.5)
    normal = styles["Normal"].paragraph_format
    normal.space_before = normal.space_after = Pt(0)
    normal.line_spacing = 1.0
    for level, (size, bold, before, indent) in _HEADINGS.items():
        heading = styles[f"Heading {level}"]
        _style(heading, GOTHIC, size, bold=bold)
        heading.font.italic = False
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(before), Pt(3)
        heading.paragraph_format.left_indent = Pt(indent * 10.5)
        heading.paragraph_format.keep_with_next = True
    _style(styles["Title"], GOTHIC, 14, bold=True)
    title = styles["Title"]
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(8), Pt(6)
    _style(styles["Caption"], GOTHIC, 9.5, bold=True)
    styles["Caption"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Header", "Footer"):
        _style(styles[name], GOTHIC, 8.5)
    bullets = styles["List Bullet"]
    _style(bullets, MINCHO, 10.5)
    bullets.paragraph_format.left_indent, bullets.paragraph_format.first_line_indent = Pt(24), Pt(-13)
    bullets.paragraph_format.line_spacing = _LINE
    _own_styles(styles)


def _own_styles(styles: Any) -> None:
    prose = styles.add_style("Prose", WD_STYLE_TYPE.PARAGRAPH)
    prose.base_style = styles["Normal"]
    prose.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    prose.paragraph_format.first_line_indent = Pt(10.5)
    prose.paragraph_format.line_spacing = _LINE
    prose.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "100")
    for name, size in (("Table Text", 9.0), ("Note", 8.5)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _style(style, GOTHIC, size)
        style.paragraph_format.line_spacing = Pt(12)


def _style(style: Any, family: str, size: float, *, bold: bool = False) -> None:
    east_asian_font(style, family)
    style.font.size, style.font.bold = Pt(size), bold
    style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)


def _properties(document: Any, paper: Paper) -> None:
    issued = datetime(paper.issued_on.year, paper.issued_on.month, paper.issued_on.day)  # noqa: DTZ001 - no zone in the file
    properties = document.core_properties
    properties.title, properties.author, properties.language = paper.title, paper.city_name, "ja-JP"
    properties.subject, properties.comments, properties.last_modified_by = paper.number, "", paper.city_name
    properties.created = properties.modified = issued


# --- the content ----------------------------------------------------------------------------------------


def _head(document: Any, paper: Paper) -> None:
    if paper.number:
        corner = document.add_paragraph()
        corner.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        boxed = corner.add_run(f" {paper.number} ")
        boxed._r.get_or_add_rPr().append(element("bdr", val="single", sz=8, space=4, color="auto"))
    document.add_paragraph(paper.title, style="Title")
    for line in (cell_text(paper.issued_on), paper.city_name):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _add(document: Any, block: Any) -> None:
    match block:
        case Heading():
            document.add_paragraph(heading_text(block), style=f"Heading {block.level}")
        case Paragraph():
            document.add_paragraph(block.text, style="Prose")
        case BulletList():
            document.paragraphs[-1].paragraph_format.keep_with_next = True
            for item in block.items:
                document.add_paragraph(item, style="List Bullet")
        case Closing():
            document.add_paragraph(block.text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
        case FlowFigure():
            _flow(document, block)
        case ChartFigure():
            _chart(document, block)
        case Table():
            _table(document, block)


def _caption(document: Any, label: str, words: str, *, above: bool) -> None:
    kind, number = label[0], label[1:]
    form = "DBCHAR" if len(number) == 1 else "Arabic"
    caption = document.add_paragraph(style="Caption")
    caption._p.extend([run(kind), field(rf"SEQ {kind} \* {form}", number), run(f"　{words}")])
    caption.paragraph_format.keep_with_next = above
    caption.paragraph_format.space_before = Pt(8 if above else 3)
    caption.paragraph_format.space_after = Pt(3 if above else 8)


def _notes(document: Any, notes: tuple[str, ...]) -> None:
    for note in notes:
        document.add_paragraph(note, style="Note")


def _insert(document: Any, made: Any) -> None:
    document.element.body.insert(len(document.element.body) - 1, made)  # before the section's settings


def _chart(document: Any, chart: ChartFigure) -> None:
    place = document.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.paragraph_format.keep_with_next = True
    place.paragraph_format.space_before = Pt(6)
    picture = place.add_run().add_picture(io.BytesIO(charts.png(chart)), width=Mm(_TEXT_MM))
    describe_picture(picture, f"{chart.label}　{chart.caption}", chart.alt)
    _caption(document, chart.label, chart.caption, above=False)
    _notes(document, (chart.note,) if chart.note else ())


def _table(document: Any, block: Table) -> None:
    _caption(document, block.label, block.caption, above=True)
    whole = sum(column.width for column in block.columns)
    widths = [round(_TEXT_MM * TWIPS_PER_MM * column.width / whole) for column in block.columns]
    header = tuple(
        WordCell(((run(column.header, bold=True, size=8.5),),), "center", _PALE) for column in block.columns
    )
    rows = [header, *(_data_row(block, row) for row in block.rows)]
    if block.total is not None:
        rows.append(_data_row(block, block.total, total=True))
    _insert(document, table(rows, widths, header_rows=1, words=f"{block.label}　{block.caption}"))
    _notes(document, block.notes or ("",))


def _data_row(block: Table, row: tuple[Cell, ...], *, total: bool = False) -> tuple[WordCell, ...]:
    return tuple(
        WordCell(((run(cell_text(value), bold=total),),), column.align, _TOTAL if total else "")
        for value, column in zip(row, block.columns, strict=True)
    )


def _flow(document: Any, flow: FlowFigure) -> None:
    arrow_mm = 7.0
    box_mm = (_TEXT_MM - arrow_mm * (len(flow.stages) - 1)) / max(1, len(flow.stages))
    rows: list[tuple[WordCell, ...]] = []
    for index in range(4):
        cells: list[WordCell] = []
        for position, stage in enumerate(flow.stages):
            if position:
                arrow = (run("▶", size=12, color=_BLUE),) if index == 0 else ()
                merge = "continue" if index else "restart"
                cells.append(WordCell((arrow,), "center", bare=True, merge=merge))
            texts = (("目的", stage.purpose), ("対象", stage.target), ("実施概要", stage.outline))
            if index == 0:
                name = (run(stage.name, bold=True, size=10), run(f"\n（{stage.period}）", size=8.5))
                cells.append(WordCell((name,), "center", _PALE, "tlr"))
            else:
                title, words = texts[index - 1]
                shown = ((run(f"【{title}】", bold=True, size=8.5, color=_BLUE),), (run(words, size=8.5),))
                cells.append(WordCell(shown, "left", borders="lrb" if index == 3 else "lr"))
        rows.append(tuple(cells))
    widths = [
        round((arrow_mm if index % 2 else box_mm) * TWIPS_PER_MM) for index in range(2 * len(flow.stages) - 1)
    ]
    spacer = document.add_paragraph(style="Note")
    spacer.paragraph_format.keep_with_next = True
    _insert(document, table(rows, widths, header_rows=0, words=flow.alt))
    _caption(document, flow.label, flow.caption, above=False)
