"""The visit report and the casebook as blocks, written and read back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from pypdf import PdfReader

from tenken.reports.blocks import Heading, Table, numbered
from tenken.reports.casebook.blocks import build_paper as build_casebook
from tenken.reports.casebook.figures import CasebookFigures, CaseFigures
from tenken.reports.frozen import from_plain, to_plain
from tenken.reports.render import render
from tenken.reports.visit_report.blocks import build_paper
from tenken.reports.visit_report.figures import (
    ObservationFigures,
    SeenFigures,
    VisitFigures,
    VisitReportFigures,
)
from tenken.reports.visit_report.prose import drafts

ON = date(2015, 3, 25)
VISIT = VisitFigures(
    section="財政局 税制課",
    system="",
    visited_on=date(2014, 11, 5),
    place="本庁舎3階",
    auditors=("監査係長　加藤 順子", "監査係主任　𠮷田 英樹"),
    attended_by="税制課長",
    chosen_because="無作為抽出",
    summary="USBメモリの管理を中心に確認した。",
    agree=18,
    disagree=2,
    seen=(
        SeenFigures(
            "記録媒体", "USBメモリを台帳と突き合わせているか。", "適合", "不一致", "台帳が古い。", True
        ),
    ),
    observations=(
        ObservationFigures(
            1,
            "記録媒体",
            "USBメモリの突合がない。",
            "2本が台帳にない。",
            True,
            date(2015, 1, 30),
            "2014-133",
            "改善済",
        ),
    ),
    good_practices=("保管箱に仕切りを付けている。",),
    facts="事実に相違なし",
    meetings=(date(2014, 12, 10),),
)
YEAR = VisitReportFigures(
    city_name="青葉市",
    fiscal_year=2014,
    programme="平成26年度情報セキュリティ点検",
    starts_on=date(2014, 11, 4),
    ends_on=date(2014, 11, 28),
    purpose="対策の状況を確かめる。",
    outline="聞き取りと現場確認を行う。",
    selections=("422課公所から、乱数の種20141001で5課を抽出した。",),
    visits=(VISIT, replace(VISIT, section="市民局 市民課", observations=(), seen=(), good_practices=())),
    invented=True,
)
CASES = CasebookFigures(
    "青葉市",
    2015,
    (
        CaseFigures(
            "2015-1", "measure", "クリアデスク", "書類の置きっ放し", "机に残る。", "当番が回る。", ""
        ),
        CaseFigures(
            "2015-3", "measure", "記録媒体", "USBの紛失", "数が合わない。", "毎月突合する。", "財政局 税制課"
        ),
        CaseFigures(
            "2015-2", "good_practice", "記録媒体", "仕切り箱", "番号を付けた。", "一目で分かる。", ""
        ),
    ),
    True,
)


def test_the_numbers_are_counted_from_the_visits() -> None:
    said = {draft.key: draft for draft in drafts(YEAR)}["visits.results"]
    assert said.text == (
        "2課公所を訪問し、指摘事項1件、優良事例1件を確認した。指摘事項のうち1件は、点検シートで報告されていなかった。"
        "点検シートで課題なしとしていた1の設問で、現場の状況が異なっていた。"
    )
    assert said.basis == {
        "visits": 2,
        "observations": 1,
        "unreported": 1,
        "contradicted": 1,
        "good_practices": 1,
    }


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_report_reads_back(form: str) -> None:
    paper = build_paper(YEAR, {}, issued_on=ON)
    content = io.BytesIO(render(paper, form))
    if form == "pdf":
        text = "".join(page.extract_text() for page in PdfReader(content).pages)
    else:
        document = Document(content)
        text = "".join(one.text for one in document.paragraphs)
        text += "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    plain = "".join(text.split())
    for expected in (
        "平成26年11月5日",
        "USBメモリの突合がない。",
        "報告なし",
        "保管箱に仕切り",
        "乱数の種20141001",
        "平成27年1月30日",
    ):
        assert expected in plain


def test_one_visit_is_named_in_its_title() -> None:
    one = build_paper(replace(YEAR, visits=(VISIT,)), {}, issued_on=ON)
    assert one.title == "平成26年度情報セキュリティ訪問調査報告書（財政局 税制課）"


def test_a_section_without_anything_found_has_no_empty_tables() -> None:
    paper = numbered(build_paper(YEAR, {}, issued_on=ON))
    tables = [block.key for block in paper.blocks if isinstance(block, Table)]
    assert tables == ["visits", "observations1", "seen1"]


def test_the_casebook_names_a_section_only_where_it_may() -> None:
    paper = numbered(build_casebook(CASES, {}, issued_on=ON))
    headings = [(block.level, block.text) for block in paper.blocks if isinstance(block, Heading)]
    assert headings == [
        (1, "課題と対策"),
        (2, "クリアデスク"),
        (2, "記録媒体"),
        (1, "優良事例"),
        (2, "記録媒体"),
    ]
    rows = [row for block in paper.blocks if isinstance(block, Table) for row in block.rows]
    assert [(row[0], row[4]) for row in rows] == [
        ("2015-1", None),
        ("2015-3", "財政局 税制課"),
        ("2015-2", None),
    ]
    assert len(render(paper, "pdf")) > 1000


def test_what_is_issued_reads_back() -> None:
    assert from_plain(VisitReportFigures, to_plain(YEAR)) == YEAR
    assert from_plain(CasebookFigures, to_plain(CASES)) == CASES
