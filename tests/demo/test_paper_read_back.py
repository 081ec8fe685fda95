"""Paper 1 of the demo city, printed and read back: every figure the seed publishes for section 1, and prose that is true."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
import python_calamine

from tenken.reports.committee import inspection_figures
from tenken.reports.printing import print_paper
from tests.demo.conftest import Loaded

pytestmark = pytest.mark.django_db

# Published in documents 000/001 (paper 1, section 1): what a printed form must say, written without blanks, half-width.
PUBLISHED = (
    "全庁(422課公所)",
    "132課公所",
    "(5課)",
    "7-8月実施",
    "9-10月実施",
    "11月実施",
    "12-3月実施",
)
STATEMENTS = (
    "課題ありと未改善はいずれも減少している",  # fewer than the year before
    "「クリアデスク」については、未改善の課公所が",  # clear desk still stands out …
    "他の調査項目に比べ最も多く",
    "平成25年度と同様に、「スタンドアロンパソコンのウイルス対策」で未改善の課題が報告されたが、追跡調査の結果、全て改善していることを確認した",
    "自己点検で課題なしとしていた事項に課題があった",
    "USBメモリの保管と現物との突合",
    "USBメモリに重要性分類が表示",
    "再び132課公所で課題が見られた",  # issues come back
)


@pytest.fixture(scope="module")
def files(demo: Loaded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = print_paper(demo.city, "committee", 2014, tmp_path_factory.mktemp("paper"))
    return {path.suffix[1:]: path for path in written}


def plain(text: str) -> str:
    """Fold width and drop blanks: a form may break a line anywhere."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def word_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


def pdf_text(path: Path) -> str:
    return plain("".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


@pytest.mark.parametrize("expected", [*PUBLISHED, *STATEMENTS])
def test_word_and_pdf_say_what_the_seed_publishes(files: dict[str, Path], expected: str) -> None:
    assert plain(expected) in word_text(files["docx"])
    assert plain(expected) in pdf_text(files["pdf"])


def test_the_workbook_holds_the_same_numbers_as_numbers(demo: Loaded, files: dict[str, Path]) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(files["xlsx"]))
    cells: list[Any] = [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]
    text = plain("".join(cell for cell in cells if isinstance(cell, str)))
    for expected in PUBLISHED:
        assert plain(expected) in text
    figures = inspection_figures(demo.city, 2014)
    numbers = {float(cell) for cell in cells if isinstance(cell, int | float)}
    for item in (*figures.management, *figures.risk):
        assert {float(item.issues), float(item.improved), float(item.not_improved)} <= numbers


def test_the_numbers_behind_the_statements(demo: Loaded) -> None:
    figures = inspection_figures(demo.city, 2014)
    assert (figures.sections, figures.sections_with_issues, figures.visited) == (422, 132, 5)
    assert figures.sections_with_issues_before is not None
    assert figures.sections_with_issues < figures.sections_with_issues_before
    assert figures.sections_not_improved_before is not None
    assert figures.sections_not_improved < figures.sections_not_improved_before
    worst = max(figures.management, key=lambda item: item.not_improved)
    assert worst.name == "クリアデスク"
    standalone = next(item for item in figures.risk if item.name == "スタンドアロンパソコンのウイルス対策")
    assert standalone.not_improved == 0
    assert standalone.not_improved_at_report
    assert standalone.not_improved_at_report_before
    assert figures.visits_contradicting


def test_what_is_invented_is_said_to_be(files: dict[str, Path]) -> None:
    note = plain("数値は見本として作成したものであり、実在の市の公表値ではない。")
    assert note in word_text(files["docx"])
    assert note in pdf_text(files["pdf"])
    assert "仙台" not in word_text(files["docx"])
