"""Paper 2: the plan's facts, counts of the organisation, what the year before left; written and read back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import time_machine

from tenken.common.refusals import Invalid, Missing
from tenken.demo.data_files import read
from tenken.organization.operations import abolish_unit
from tenken.plans.operations import import_plan
from tenken.reports.blocks import BulletList, FlowFigure, Heading, Paragraph, Table, heading_text, numbered
from tenken.reports.catalogue import entry
from tenken.reports.operations import edit_paragraph, issue_edition, open_edition
from tenken.reports.paper2.blocks import build_paper
from tenken.reports.paper2.figures import LeftItem
from tenken.reports.paper2.gathering import plan_figures
from tenken.reports.paper2.prose import continued, drafts
from tenken.reports.printing import paper_of, print_committee
from tests.factories import Scenario
from tests.inspection.makers import accepted, make_bank, planned, running, sheet_of, system
from tests.reports.test_frozen import PLAN

pytestmark = pytest.mark.django_db
ON = date(2015, 7, 29)


@pytest.fixture(autouse=True)
def _on_the_day_of_the_meeting() -> Iterator[None]:
    with time_machine.travel("2015-07-29T13:00:00+09:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    make_bank(scenario.city)
    import_plan(by=scenario.by("secretariat"), city=scenario.city, data=read("plan2015"))
    return scenario


def test_sections_are_those_of_the_stages_first_day(city: Scenario) -> None:
    stages = plan_figures(city.city, 2015).activities[0].stages
    assert [stage.target_text for stage in stages] == [
        "全庁（3課公所）",
        "自己点検で課題が見られた課公所",
        "全庁から抽出（5課程度）",
        "訪問調査対象課",
    ]
    abolish_unit(by=system(city.city, date(2015, 7, 1)), unit=city.section_b1, on=date(2015, 7, 1))
    city.city.refresh_from_db()
    assert plan_figures(city.city, 2015).activities[0].stages[0].target_count == 2


def test_a_programme_says_its_own_stages_and_its_sheets(city: Scenario) -> None:
    planned(city.city, 2015)
    stages = plan_figures(city.city, 2015).activities[0].stages
    assert [stage.period for stage in stages] == ["7-8月実施", "9-10月実施", "11月実施", "12-3月実施"]
    assert (stages[0].target_count, stages[2].target_text) == (3, "全庁（5課程度）")


def test_a_launched_programme_counts_its_sheets(city: Scenario) -> None:
    running(city.city, 2015)
    abolish_unit(by=system(city.city, date(2015, 7, 20)), unit=city.section_b1, on=date(2015, 7, 20))
    city.city.refresh_from_db()
    assert plan_figures(city.city, 2015).activities[0].stages[0].target_count == 3


def test_what_the_year_before_left_is_continued(city: Scenario) -> None:
    programme = running(city.city, 2014)
    on = date(2014, 8, 20)
    for unit, issues in (
        (city.section_a1, {"media.lock": "鍵がない。", "clear-desk.leave": "棚がない。"}),
        (city.section_a2, {"media.lock": "鍵がない。"}),
    ):
        accepted(city.city, sheet_of(programme, unit), issues, on)
    figures = plan_figures(city.city, 2015)
    assert figures.left is not None
    assert [(item.name, item.issues, item.not_improved) for item in figures.left] == [
        ("記録媒体の管理", 2, 2),
        ("クリアデスク", 1, 1),
    ]
    said = continued(figures)
    assert said is not None
    assert said.text == (
        "平成26年度の情報セキュリティ点検及びフォローアップの結果から、未改善課題が多い「記録媒体の管理」及び「クリアデスク」の項目を、"
        "継続的に点検対象とする。"
    )


def test_nothing_is_said_of_a_year_that_was_not_inspected() -> None:
    assert continued(replace(PLAN, left=None)) is None
    said = continued(replace(PLAN, left=()))
    assert said is not None
    assert "未改善の課題はなかった" in said.text


def test_more_items_than_are_named() -> None:
    left = tuple(LeftItem(f"m{n}", f"項目{n}", "", 9, 9 - n) for n in range(5))
    said = continued(replace(PLAN, left=left))
    assert said is not None
    assert "「項目0」、「項目1」及び「項目2」などの項目" in said.text
    assert said.basis["items"] == 5


def test_the_order_is_the_documents(city: Scenario) -> None:
    paper = numbered(build_paper(plan_figures(city.city, 2015), {}, issued_on=ON))
    assert [heading_text(block) for block in paper.blocks if isinstance(block, Heading)] == [
        "１　概要",
        "２　実施内容",
        "（１）情報セキュリティ点検",
        "（２）情報システム監査",
        "（３）情報セキュリティ研修",
        "（４）情報セキュリティポリシーの見直しの検討",
        "（５）外部委託審査会等",
    ]
    flows = [block for block in paper.blocks if isinstance(block, FlowFigure)]
    assert [(flow.label, flow.caption) for flow in flows] == [
        ("図１", "情報セキュリティ点検の流れ"),
        ("図２", "情報システム監査の流れ"),
    ]
    courses = next(block for block in paper.blocks if isinstance(block, Table))
    assert [row[2] for row in courses.rows] == [
        "平成27年5月18日",
        "平成27年6月25日、26日、8月5日、6日",
        "平成27年9月2日、3日",
        "平成27年10月2日",
    ]
    meetings = next(block for block in paper.blocks if isinstance(block, BulletList))
    assert meetings.items == (
        "外部委託審査会　月2回開催（原則　第2、4水曜日）",
        "個人情報セキュリティ研修　年6回（4月、6月、9月、11月、1月、3月）",
    )


def test_paper_2_is_edited_issued_and_stays(city: Scenario) -> None:
    by = city.by("secretariat")
    figures = plan_figures(city.city, 2015)
    edition = open_edition(by=by, paper_code="committee-plan", fiscal_year=2015)
    drafted = {draft.key: draft.text for draft in drafts(figures)}
    edition = edit_paragraph(
        by=by,
        edition=edition,
        key="plan.activity4",
        text="見直す。",
        drafted=drafted["plan.activity4"],
        version=1,
    )
    with pytest.raises(Missing):
        edit_paragraph(by=by, edition=edition, key="inspection.overall", text="", drafted="", version=2)
    with pytest.raises(Invalid, match="発行できません"):
        issue_edition(by=by, edition=edition, figures=figures, issued_on=date(2014, 3, 1), version=2)
    issue_edition(by=by, edition=edition, figures=figures, issued_on=date(2015, 3, 30), version=2)
    abolish_unit(by=system(city.city, date(2015, 7, 1)), unit=city.section_b1, on=date(2015, 7, 1))
    city.city.refresh_from_db()
    paper = paper_of(city.city, "committee-plan", 2015)
    assert Paragraph("見直す。", "plan.activity4") in paper.blocks
    assert "全庁（3課公所）" in [
        stage.target for block in paper.blocks if isinstance(block, FlowFigure) for stage in block.stages
    ]


def test_without_a_plan_paper_1_is_printed_and_the_lack_is_said(scenario: Scenario, tmp_path: object) -> None:
    from pathlib import Path

    make_bank(scenario.city)
    running(scenario.city, 2014)
    printed = print_committee(scenario.city, 2014, Path(str(tmp_path)), ("docx",))
    assert [path.name for path in printed.paths] == ["committee-2014.docx"]
    assert "平成27年度の年間計画がまだない" in printed.left_out
    import_plan(by=scenario.by("secretariat"), city=scenario.city, data=read("plan2015"))
    printed = print_committee(scenario.city, 2014, Path(str(tmp_path)), ("docx",))
    assert [path.name for path in printed.paths] == ["committee-2014.docx", "committee-plan-2015.docx"]
    assert printed.left_out == ""


def test_the_workbook_has_a_sheet_for_each_figure(city: Scenario) -> None:
    from openpyxl import load_workbook

    from tenken.reports.render import render

    book = load_workbook(io.BytesIO(render(paper_of(city.city, "committee-plan", 2015), "xlsx")))
    assert book.sheetnames == ["本文", "図１", "図２", "表１"]
    assert entry("committee-plan").number == "資料２"
