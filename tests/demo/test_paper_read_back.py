"""The committee's papers of the demo city, printed and read back in Word, PDF and Excel: every figure that document 001
publishes for section 1 of paper 1 and for paper 2, and prose that is true."""

from __future__ import annotations

import subprocess
import time
import unicodedata
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
import python_calamine

from tenken.demo.data_files import read
from tenken.organization.access import system_principal
from tenken.plans.operations import import_plan
from tenken.plans.queries import plan_of
from tenken.reports.committee import inspection_figures
from tenken.reports.printing import Printed, print_committee, print_paper
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


# Published in document 001, paper 1, section 2: what a printed form must say of the audit of systems of FY2014.
SYSTEM_AUDIT = (
    "情報システム監査",
    "10システム",
    "2システム",
    "運用面",
    "技術面",
    "修正プログラム",
    "システム上の制約",
    "保守契約",
    "費用面",
    "簡易なパスワード",
    "バックアップの取得結果を確認しておらず",
    "サポートが終了したOS",
    "多層防御",
    "対策の必要性は低い",
)


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_section_2_tells_the_audit_of_systems(files: dict[str, Path], form: str) -> None:
    text = {"docx": word_text, "pdf": pdf_text}[form](files[form])
    assert [expected for expected in SYSTEM_AUDIT if plain(expected) not in text] == []
    assert plain("図4") in text
    assert plain("図5") in text
    # How many inspected themselves was never published.
    assert plain("86システム") not in text


# Published in document 001, paper 2: every month, day and number of it.
PLANNED = (
    # (1) 情報セキュリティ点検
    "自己点検(7-8月実施)",
    "全庁(420課公所)",
    "改善取組(9-11月実施)",
    "訪問調査(12月実施)",
    "全庁から抽出(5課程度)",
    "フォローアップ(1-3月実施)",
    "訪問調査対象課",
    "平成25年度から点検に取り入れているリスク分析",
    "平成26年度の情報セキュリティ点検及びフォローアップの結果",
    "未改善課題が多い「クリアデスク」",
    # (2) 情報システム監査
    "86システムを対象",
    "10システム程度",
    "自己点検(6-7月実施)",
    "抽出(86システム)",
    "改善取組(8-10月実施)",
    "訪問調査・技術監査(11-12月実施)",
    "86システムから抽出(訪問調査10システム程度・技術監査2システム程度)",
    "訪問調査・技術監査対象システム",
    # (3) 情報セキュリティ研修
    "平成25年度から、一般研修を基礎編・応用編の2コースに分けている",
    "30分1回",
    "平成27年5月18日",
    "講義コース・演習コース半日×各4回",
    "平成27年6月25日、26日、8月5日、6日",
    "半日×3回",
    "平成27年9月2日、3日",
    "半日×2回",
    "平成27年10月2日",
    # (4) ポリシーの見直し, (5) 外部委託審査会等
    "今年3月に国が示した「地方公共団体における情報セキュリティポリシーに関するガイドライン」",
    "平成26年度に引き続き",
    "月2回開催(原則第2、4水曜日)",
    "年6回(4月、6月、9月、11月、1月、3月)",
)


@pytest.fixture(scope="module")
def committee(
    demo: Loaded, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Printed, float]:
    """Return the papers of one meeting, printed in all forms, and the processor time it took (a wall clock tells of the neighbours)."""
    with django_db_blocker.unblock():
        if plan_of(demo.city, 2015) is None:
            by = system_principal(demo.city, "test")
            import_plan(by=by, city=demo.city, data=read("plan2015"))
        began = time.process_time()
        printed = print_committee(demo.city, 2014, tmp_path_factory.mktemp("committee"))
        return printed, time.process_time() - began


def excel_text(path: Path) -> str:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return plain("".join(str(cell) for row in rows for cell in row))


def test_one_meeting_reads_three_papers_in_three_forms(committee: tuple[Printed, float]) -> None:
    printed, seconds = committee
    assert [path.name for path in printed.paths] == [
        f"{name}.{form}"
        for name in ("committee-2014", "committee-rotation-2015", "committee-plan-2015")
        for form in ("docx", "pdf", "xlsx")
    ]
    assert printed.left_out == ""
    assert seconds < 5


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx"])
def test_paper_2_says_what_the_seed_publishes(committee: tuple[Printed, float], form: str) -> None:
    path = next(path for path in committee[0].paths if path.name == f"committee-plan-2015.{form}")
    text = {"docx": word_text, "pdf": pdf_text, "xlsx": excel_text}[form](path)
    assert [expected for expected in PLANNED if plain(expected) not in text] == []
    assert "仙台" not in text


@pytest.mark.programs
def test_another_program_reads_the_same_out_of_the_pdf(committee: tuple[Printed, float]) -> None:
    path = next(path for path in committee[0].paths if path.name == "committee-plan-2015.pdf")
    read_out = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    text = plain(read_out.stdout)
    assert [expected for expected in PLANNED if plain(expected) not in text] == []


def test_the_summary_is_one_page(demo: Loaded, tmp_path: Path) -> None:
    files = {path.suffix[1:]: path for path in print_paper(demo.city, "summary", 2014, tmp_path)}
    assert len(pypdf.PdfReader(files["pdf"]).pages) == 1
    for text in (word_text(files["docx"]), pdf_text(files["pdf"]), excel_text(files["xlsx"])):
        for expected in ("422", "132", "クリアデスク", "収納スペース", "予算"):
            assert expected in text


@pytest.mark.parametrize("code", ["letter-launch", "letter-improvement", "letter-result"])
def test_letters_of_a_whole_city_take_seconds(demo: Loaded, tmp_path: Path, code: str) -> None:
    began = time.process_time()
    files = {path.suffix[1:]: path for path in print_paper(demo.city, code, 2014, tmp_path)}
    assert time.process_time() - began < 15
    pages = len(pypdf.PdfReader(files["pdf"]).pages)
    book = python_calamine.CalamineWorkbook.from_path(str(files["xlsx"]))
    assert len(book.get_sheet_by_name("宛先").to_python()) - 3 == pages
    assert pages == 422 or code == "letter-improvement"
