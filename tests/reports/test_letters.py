"""Letters: to the post that manages each section, one page each, in three forms."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from tenken.common.refusals import Missing
from tenken.findings.models import Finding
from tenken.findings.operations import check, plan, report
from tenken.reports.blocks import Letter, Paper
from tenken.reports.letters.blocks import build_letters
from tenken.reports.letters.figures import ItemFigures, LetterFigures, LettersFigures
from tenken.reports.letters.gathering import (
    improvement_letters,
    launch_letters,
    reminder_letters,
    result_letters,
)
from tenken.reports.operations import edit_paragraph, issue_edition, open_edition
from tenken.reports.printing import paper_of
from tenken.reports.render import render
from tests.factories import Scenario
from tests.inspection.makers import accepted, make_bank, planned, running, sheet_of, submitted, system
from tests.reports.test_frozen import LETTERS

pytestmark = pytest.mark.django_db
ON = date(2026, 8, 20)


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with time_machine.travel("2026-09-10T09:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    return scenario


def _said(figures: LettersFigures) -> dict[str, dict[str, str]]:
    return {one.section: {item.label: item.text for item in one.items} for one in figures.letters}


def test_the_notice_goes_to_every_section_before_the_launch(city: Scenario) -> None:
    planned(city.city)
    figures = launch_letters(city.city, 2026)
    assert [one.section for one in figures.letters] == [
        "まちづくり局 企画課",
        "まちづくり局 都市計画課",
        "健康福祉局 保険課",
    ]
    assert [one.addressee for one in figures.letters] == [
        "企画課 情報管理者",
        "まちづくり局 都市計画課　情報管理者",  # no post manages it yet
        "保険課 情報管理者",
    ]
    assert figures.sender == "みどり市最高情報セキュリティ責任者"
    said = _said(figures)["まちづくり局 企画課"]
    assert said["期間"] == "令和8年7月1日から令和8年8月31日まで"
    assert said["提出期限"] == "令和8年8月31日（月）"


def test_the_reminder_goes_to_those_who_have_not_handed_in(city: Scenario) -> None:
    with pytest.raises(Missing, match="まだ開始されていません"):
        reminder_letters(city.city, 2026)
    programme = running(city.city)
    accepted(city.city, sheet_of(programme, city.section_a1), {}, ON)
    submitted(system(city.city, ON), sheet_of(programme, city.section_a2), {}, on=ON)
    said = _said(reminder_letters(city.city, 2026))
    assert {section: items["現在の状況"] for section, items in said.items()} == {
        "まちづくり局 都市計画課": "承認待ち",
        "健康福祉局 保険課": "未着手",
    }
    with pytest.raises(Missing, match="改善を求める課題はありません"):
        improvement_letters(city.city, 2026)


def test_improvement_and_result_name_the_issues(city: Scenario) -> None:
    programme = running(city.city)
    accepted(
        city.city,
        sheet_of(programme, city.section_a1),
        {"media.lock": "書庫に鍵がない。", "media.ledger": "台帳がない。"},
        ON,
    )
    accepted(city.city, sheet_of(programme, city.section_b1), {}, ON)
    done = Finding.objects.get(item_code="media.lock")
    by = system(city.city, ON)
    done = plan(
        by=by, finding=done, text="鍵を付ける。", owner="担当", due_on=ON, version=done.version, on=ON
    )
    done = report(by=by, finding=done, action="付けた。", action_on=ON, version=done.version, on=ON)
    check(by=by, finding=done, outcome="verified", version=done.version, on=ON)
    letters = improvement_letters(city.city, 2026).letters
    assert [one.section for one in letters] == ["まちづくり局 企画課"]
    assert letters[0].items[0].text == "1件"
    assert "台帳がない。" in letters[0].items[0].lines[0]
    assert letters[0].items[1] == ItemFigures("改善報告の期限", "令和8年10月31日（土）")
    assert _said(result_letters(city.city, 2026)) == {
        "まちづくり局 企画課": {
            "自己点検の結果": "課題2件（うち改善1件、未改善1件）",
            "未改善の課題": "1件",
        },
        "健康福祉局 保険課": {"自己点検の結果": "課題は見られなかった。"},
    }


def _batch(count: int) -> Paper:
    letters = tuple(
        LetterFigures(
            f"財政局 第{n}課",
            f"第{n}課長",
            (
                ItemFigures("提出期限", f"令和8年8月{1 + n % 28}日"),
                ItemFigures("課題", "2件", ("机の上。", "書庫の鍵。")),
            ),
        )
        for n in range(1, count + 1)
    )
    figures = LettersFigures("letter-reminder", "青葉市", 2026, "青葉市最高情報セキュリティ責任者", letters)
    prose = {"letter.number": "総情第123号", "letter.contact": "情報政策課　内線2345"}
    return build_letters(figures, prose, issued_on=date(2026, 9, 10))


def test_a_letter_has_the_form_of_the_office() -> None:
    paper = _batch(1)
    text = render(paper, "docx")
    lines = [one.text for one in Document(io.BytesIO(text)).paragraphs if one.text]
    assert lines == [
        "総情第123号",
        "令和8年9月10日",
        "第1課長　様",
        "青葉市最高情報セキュリティ責任者",
        "令和8年度情報セキュリティ点検シートの提出について（督促）",
        "このことについて、貴所属の点検シートがまだ提出されていません。下記を確かめ、至急提出してください。行き違いで提出済みのときは、御容赦ください。",
        "記",
        "１　提出期限　令和8年8月2日",
        "２　課題　2件",
        "・机の上。",
        "・書庫の鍵。",
        "３　問合せ先　情報政策課　内線2345",
        "以上",
    ]


def test_a_batch_is_one_page_each_in_one_file() -> None:
    paper = _batch(12)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(paper, "pdf"))).pages]
    assert len(pages) == 12
    for number, page in enumerate(pages, start=1):
        plain = "".join(page.split())
        assert f"第{number}課長様" in plain
        assert "総情第123号" in plain
        assert plain.endswith("以上")
    body = Document(io.BytesIO(render(paper, "docx"))).element.body
    assert len(body.findall(".//{*}pageBreakBefore")) == 11
    book = load_workbook(io.BytesIO(render(paper, "xlsx")))
    assert book.sheetnames == ["本文", "宛先"]
    rows = list(book["宛先"].iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("番号", "課公所", "宛先", "提出期限", "課題", "問合せ先")
    assert rows[12][:4] == (12, "財政局 第12課", "第12課長　様", "令和8年8月13日")
    assert len(rows) == 13


def test_letters_are_issued_under_seal_like_any_paper(city: Scenario) -> None:
    planned(city.city)
    by = city.by("secretariat")
    edition = open_edition(by=by, paper_code="letter-launch", fiscal_year=2026)
    figures = launch_letters(city.city, 2026)
    edition = edit_paragraph(
        by=by, edition=edition, key="letter.number", text="総情第1号", drafted="", version=1
    )
    issue_edition(by=by, edition=edition, figures=figures, issued_on=date(2026, 6, 20), version=2)
    paper = paper_of(city.city, "letter-launch", 2026)
    assert {(letter.number, letter.issued_on) for letter in paper.letters} == {
        ("総情第1号", date(2026, 6, 20))
    }


def test_words_that_a_formula_or_a_template_would_run_are_words(city: Scenario) -> None:
    nasty = '=1+1 #let x = "a" [*] <w:p/> \x00'
    figures = LettersFigures(
        "letter-result", "青葉市", 2026, nasty, (LetterFigures(nasty, nasty, (ItemFigures("結果", nasty),)),)
    )
    paper = build_letters(figures, {}, issued_on=ON)
    assert isinstance(paper.blocks[0], Letter)
    page = PdfReader(io.BytesIO(render(paper, "pdf"))).pages[0].extract_text()
    assert '=1+1#letx="a"[*]<w:p/>' in "".join(page.split())
    book = load_workbook(io.BytesIO(render(paper, "xlsx")))
    row = next(iter(book["宛先"].iter_rows(min_row=4)))
    assert all(cell.data_type != "f" for cell in row)
    assert render(paper, "docx") == render(paper, "docx")


def test_a_specimen_reads_back() -> None:
    paper = build_letters(LETTERS, {}, issued_on=ON)
    assert paper.letters[0].addressee == "税制課長"
