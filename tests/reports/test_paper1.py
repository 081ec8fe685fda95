from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from tenken.reports import charts
from tenken.reports.blocks import (
    BulletList,
    ChartFigure,
    Closing,
    FlowFigure,
    Heading,
    Paragraph,
    Series,
    Table,
    Tone,
    heading_text,
    numbered,
)
from tenken.reports.paper1 import build_paper
from tenken.reports.parts import SPECIMEN_NOTE
from tests.reports.specimen import FIRST_YEAR, FY2014

ISSUED = date(2015, 7, 29)


def test_the_paper_has_the_order_of_the_committee_paper() -> None:
    paper = numbered(build_paper(FY2014, {}, issued_on=ISSUED))
    assert paper.title == "平成26年度青葉市情報セキュリティ対策改善取組結果について"
    assert paper.number == "資料１"
    assert [heading_text(block) for block in paper.blocks if isinstance(block, Heading)] == [
        "１　情報セキュリティ点検",
        "（１）実施内容",
        "（２）取組み結果",
        "①自己点検の結果",
        "（セキュリティマネジメント点検）",
        "（リスク対策状況点検）",
        "②訪問調査の結果",
        "③まとめ",
    ]
    figures = [block for block in paper.blocks if isinstance(block, FlowFigure | ChartFigure | Table)]
    assert [block.label for block in figures] == ["図１", "図２", "表１", "図３", "表２"]
    assert isinstance(paper.blocks[-1], Closing)


def test_edited_prose_takes_the_place_of_the_draft() -> None:
    edited = {
        "inspection.management": "一つ目の段落。\n\n二つ目の段落。",
        "inspection.summary.relapse": " ",
    }
    paper = numbered(build_paper(FY2014, edited, issued_on=ISSUED))
    texts = [block.text for block in paper.blocks if isinstance(block, Paragraph)]
    assert texts[texts.index("一つ目の段落。") + 1] == "二つ目の段落。（図２、表１）"
    assert not any(text.startswith("なお、") for text in texts)
    with pytest.raises(ValueError, match=r"inspection\.nowhere"):
        build_paper(FY2014, {"inspection.nowhere": "文"}, issued_on=ISSUED)


def test_without_visits_the_section_is_left_out_and_the_summary_moves_up() -> None:
    quiet = replace(FY2014, visited=None, visit_findings=(), good_practices=())
    paper = numbered(build_paper(quiet, {}, issued_on=ISSUED))
    headings = [heading_text(block) for block in paper.blocks if isinstance(block, Heading)]
    assert headings[-1] == "②まとめ"
    assert not any(isinstance(block, BulletList) for block in paper.blocks)


def test_a_part_without_items_is_left_out() -> None:
    paper = numbered(build_paper(replace(FY2014, risk=()), {}, issued_on=ISSUED))
    assert not any(isinstance(block, Heading) and "リスク" in block.text for block in paper.blocks)


def test_a_first_year_draws_only_its_own_bars() -> None:
    paper = build_paper(FIRST_YEAR, {}, issued_on=ISSUED)
    chart = next(block for block in paper.blocks if isinstance(block, ChartFigure))
    assert [series.tone for series in chart.series] == ["now", "open"]


def test_invented_figures_say_so_and_real_ones_do_not() -> None:
    for invented in (True, False):
        paper = build_paper(replace(FY2014, invented=invented), {}, issued_on=ISSUED)
        charts = [block for block in paper.blocks if isinstance(block, ChartFigure)]
        tables = [block for block in paper.blocks if isinstance(block, Table)]
        assert (Paragraph(SPECIMEN_NOTE) in paper.blocks) is invented
        assert all((chart.note == SPECIMEN_NOTE) is invented for chart in charts)
        assert all((SPECIMEN_NOTE in table.notes) is invented for table in tables)


def test_the_totals_are_the_sums() -> None:
    paper = build_paper(FY2014, {}, issued_on=ISSUED)
    table = next(block for block in paper.blocks if isinstance(block, Table))
    assert table.total == ("計（延べ）", 239, 186, 156, 30, 48)
    first = next(
        block for block in build_paper(FIRST_YEAR, {}, issued_on=ISSUED).blocks if isinstance(block, Table)
    )
    assert first.total == ("計（延べ）", None, 186, 156, 30, None)


@pytest.mark.parametrize("categories", [1, 12, 17, 30, 60])
def test_a_chart_stands_on_one_page_however_many_items_it_has(categories: int) -> None:
    tones: tuple[Tone, ...] = ("before", "now", "open_before", "open")
    chart = ChartFigure(
        key="many",
        caption="自己点検の結果",
        categories=tuple(f"調査項目{place}" for place in range(categories)),
        series=tuple(Series(tone, tuple(range(1, categories + 1)), tone) for tone in tones),
        unit="課公所",
    )
    drawn = re.search(r'<svg[^>]*height="([\d.]+)"', charts.svg(chart))
    assert drawn is not None
    assert float(drawn[1]) <= charts.HEIGHT
