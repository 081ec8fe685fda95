"""Word, PDF and Excel read back: every figure is there, and the form is what it claims to be."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import docx as word
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdf.generic import BooleanObject
from python_calamine import CalamineWorkbook

from tenken.reports import charts
from tenken.reports.blocks import Block, ChartFigure, Column, Heading, Paper, Paragraph, Series, Table
from tenken.reports.paper1 import build_paper
from tenken.reports.render import FORMS, render, write_paper
from tests.reports.specimen import FIRST_YEAR, FY2014, MANAGEMENT, RISK

ISSUED = date(2015, 7, 29)
PAPER1 = build_paper(FY2014, {}, issued_on=ISSUED)
SAID = (
    "422課公所",
    "132課公所",
    "5課公所を訪問",
    "全庁（422課公所）",
    "（132課公所）",
    "全庁から抽出（5課）",
    "12-3月実施",
    "以上",
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {form: render(PAPER1, form) for form in FORMS}


def plain(text: str) -> str:
    """Return *text* without blanks: extraction puts some where lines break."""
    return "".join(text.split())


def pdf_text(content: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def word_text(content: bytes) -> str:
    document = word.Document(io.BytesIO(content))
    return plain("".join(node.text or "" for node in document.element.body.iter(qn("w:t"))))


def small(*blocks: Block) -> Paper:
    return Paper("test", "題", "資料９", "青葉市", ISSUED, 2014, "見出し", (Heading(1, "節"), *blocks))


def long_table(rows: int) -> Table:
    columns = (Column("課公所", "left", 3), Column("課題あり", "right"), Column("発行日", "center", 2))
    return Table("long", "一覧", columns, tuple((f"第{row:03d}課", row, ISSUED) for row in range(rows)))


def test_every_figure_is_in_the_word_file(files: dict[str, bytes]) -> None:
    text = word_text(files["docx"])
    assert all(said in text for said in SAID)
    document = word.Document(io.BytesIO(files["docx"]))
    numbers = [[cell.text for cell in row.cells] for table in document.tables[1:] for row in table.rows]
    for item in (*MANAGEMENT, *RISK):
        counts = (item.issues_before, item.issues, item.improved, item.not_improved, item.not_improved_before)
        assert [item.name, *(str(count) for count in counts)] in numbers


def test_the_word_file_is_made_of_real_parts(files: dict[str, bytes]) -> None:
    document = word.Document(io.BytesIO(files["docx"]))
    headings = [
        one.text for one in document.paragraphs if one.style and (one.style.name or "").startswith("Heading")
    ]
    assert headings[:3] == ["１　情報セキュリティ点検", "（１）実施内容", "（２）取組み結果"]
    fields = [field.get(qn("w:instr")) or "" for field in document.element.body.iter(qn("w:fldSimple"))]
    assert sum("SEQ 図" in field for field in fields) == 3
    assert sum("SEQ 表" in field for field in fields) == 2
    pictures = list(document.element.body.iter("{*}docPr"))
    assert len(pictures) == 2
    assert all(
        "クリアデスク" in one.get("descr", "") or "ウイルス対策" in one.get("descr", "") for one in pictures
    )
    tables = document.element.body.findall(qn("w:tbl"))
    assert [len(list(table.iter(qn("w:tblHeader")))) for table in tables] == [0, 1, 1]
    assert document.core_properties.title == PAPER1.title
    assert document.core_properties.created.date() == ISSUED
    fonts = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "游明朝"
    assert document.sections[0].page_width.mm == pytest.approx(210, abs=0.1)


def test_every_figure_is_in_the_pdf(files: dict[str, bytes]) -> None:
    text = pdf_text(files["pdf"])
    assert all(said in text for said in SAID)
    for item in (*MANAGEMENT, *RISK):
        assert item.name in text
    assert "計（延べ）2391861563048" in text


def test_the_pdf_is_tagged_archivable_and_names_itself(files: dict[str, bytes]) -> None:
    reader = PdfReader(io.BytesIO(files["pdf"]))
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert str(root["/Lang"]).lower().startswith("ja")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    assert reader.metadata is not None
    assert reader.metadata.title == PAPER1.title
    assert reader.metadata.author == "青葉市"
    assert reader.metadata.creation_date == datetime.fromisoformat("2015-07-29T00:00:00+00:00")
    described = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in described
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in described
    assert "<pdfuaid:part>1</pdfuaid:part>" in described


def test_every_figure_is_in_the_workbook(files: dict[str, bytes]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"]))
    assert book.sheet_names == ["本文", "図１", "図２", "表１", "図３", "表２"]
    prose = plain("".join(str(cell) for row in book.get_sheet_by_name("本文").to_python() for cell in row))
    assert "422課公所" in prose
    assert "132課公所" in prose
    flow = plain("".join(str(cell) for row in book.get_sheet_by_name("図１").to_python() for cell in row))
    assert "全庁（422課公所）" in flow
    for sheet, items in (("表１", MANAGEMENT), ("表２", RISK)):
        rows = book.get_sheet_by_name(sheet).to_python()
        for item in items:
            counts = (
                item.issues_before,
                item.issues,
                item.improved,
                item.not_improved,
                item.not_improved_before,
            )
            assert [item.name, *counts] in rows


def test_the_workbook_prints_on_a4_draws_charts_and_dates_in_eras(files: dict[str, bytes]) -> None:
    book = load_workbook(io.BytesIO(files["xlsx"]))
    assert all(
        sheet.page_setup.paperSize == "9" or sheet.page_setup.paperSize == 9 for sheet in book.worksheets
    )
    assert [len(book[name]._charts) for name in ("図２", "図３")] == [1, 1]
    assert book["本文"]["A3"].value.date() == ISSUED
    assert "ggge" in book["本文"]["A3"].number_format
    assert book["表１"].print_title_rows == "$3:$3"
    assert book["表１"]["B4"].value == 74
    assert book["表１"]["B4"].data_type == "n"


def test_the_same_paper_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    time.sleep(1.1)  # ZIP members carry times of two seconds; workbooks the moment they were saved
    assert {form: render(PAPER1, form) for form in FORMS} == files


def test_a_table_of_300_rows_loses_none() -> None:
    paper = small(long_table(300))
    reader = PdfReader(io.BytesIO(render(paper, "pdf")))
    text = pdf_text(render(paper, "pdf"))
    assert all(text.count(f"第{row:03d}課") == 1 for row in range(300))
    assert len(reader.pages) > 5
    assert text.count("課公所課題あり発行日") == len(reader.pages)
    document = word.Document(io.BytesIO(render(paper, "docx")))
    assert len(document.tables[0].rows) == 301
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(render(paper, "xlsx")))
        .get_sheet_by_name("表１")
        .to_python()
    )
    assert [row[:2] for row in rows[3:]] == [[f"第{row:03d}課", row] for row in range(300)]


def test_hostile_text_is_only_text() -> None:
    nasty = '=1+1 #panic("x") *太* $x$ <b>&amp; \x00\x0b @ref \\ ]]> 😀 \ue000'
    chart = ChartFigure("c", nasty, (nasty, nasty, "+2"), (Series("今", (1, 2, None), "now"),), "課")
    table = Table("t", nasty, (Column(nasty),), ((nasty,), ("@SUM(A1)",)), notes=(nasty,))
    paper = replace(small(Paragraph(nasty), chart, table), header=nasty, number="=2")
    assert '#panic("x")*太*$x$<b>&amp;' in pdf_text(render(paper, "pdf"))
    assert "〓" in pdf_text(render(paper, "pdf"))
    assert '=1+1#panic("x")' in word_text(render(paper, "docx"))
    book = load_workbook(io.BytesIO(render(paper, "xlsx")))
    formulas = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas == []


@pytest.mark.parametrize("form", FORMS)
def test_papers_at_their_edges_render(form: str) -> None:
    assert render(small(), form)
    assert render(small(ChartFigure("c", "図", (), (), "課")), form)
    empty = replace(
        FY2014, management=(), risk=(), stages=(), visited=None, visit_findings=(), good_practices=()
    )
    assert render(build_paper(empty, {}, issued_on=ISSUED), form)
    assert render(build_paper(FIRST_YEAR, {}, issued_on=ISSUED), form)
    with pytest.raises(ValueError, match="odt"):
        render(small(), "odt")


def test_written_files_are_whole_and_named_after_paper_and_year(tmp_path: Path) -> None:
    began = time.perf_counter()
    paths = write_paper(PAPER1, tmp_path / "papers")
    assert time.perf_counter() - began < 5
    assert [path.name for path in paths] == [
        "committee-2014.docx",
        "committee-2014.pdf",
        "committee-2014.xlsx",
    ]
    assert sorted(path.name for path in (tmp_path / "papers").iterdir()) == sorted(
        path.name for path in paths
    )
    assert paths[1].read_bytes().startswith(b"%PDF-1.7")
    assert all(zipfile.is_zipfile(paths[index]) for index in (0, 2))


def test_charts_are_drawn_once_without_styles_or_addresses() -> None:
    chart = next(block for block in PAPER1.blocks if isinstance(block, ChartFigure))
    charts._svg.cache_clear()
    drawn = charts.svg(chart)
    assert charts.svg(chart) is drawn
    assert "style=" not in drawn
    assert "<style" not in drawn
    assert drawn.count("http") == drawn.count("http://www.w3.org/")
    assert all(f">{value}<" in drawn for series in chart.series for value in series.values)
    assert charts.png(chart).startswith(b"\x89PNG")


def test_the_four_bars_of_a_chart_keep_apart_in_grey() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
        return (0.299 * red + 0.587 * green + 0.114 * blue) / 255

    shades = sorted(grey(colour) for colour in charts.FILLS.values())
    assert all(after - before > 0.1 for before, after in pairwise(shades))


@pytest.mark.parametrize("form", ["docx", "xlsx"])
@pytest.mark.parametrize("day", [date(1868, 1, 25), date(9999, 12, 31)])
def test_a_paper_of_a_day_far_off_is_a_file(form: str, day: date) -> None:
    assert zipfile.is_zipfile(io.BytesIO(render(replace(small(), issued_on=day), form)))
